use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Quantity;

/// What calls of earlier runs took, by node and model.
#[derive(Debug, Clone, Default)]
pub struct History {
    seen: HashMap<(Arc<str>, Arc<str>), Seen>,
}

/// What was seen of a node's calls of a model.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Where.
    pub origin: Origin,
    /// Tokens of the prompt of a call.
    pub prompt: Moments,
    /// Tokens of the answer of a call.
    pub completion: Moments,
    /// Seconds that a call took, without what it waited for its turn.
    pub latency: Moments,
    /// Calls of a row.
    pub per_row: Moments,
    /// Requests that a call took, as some fail and are tried again.
    pub tries: Moments,
    /// Answers of one turn of the node: two where the first did not fit its schema.
    pub answers: Moments,
}

/// Where calls were seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Origin {
    /// In some rows of the very data, which were run to see.
    Pilot {
        /// Calls that were made.
        calls: u64,
    },
    /// In an earlier run.
    Run {
        /// Its id.
        run: Arc<str>,
        /// Calls that were looked at.
        calls: u64,
        /// Whether the flow was another one then.
        changed: bool,
    },
}

impl Origin {
    /// Whether both are of the same run.
    fn is_of_run(&self, other: &Self) -> bool {
        match (self, other) {
            (Origin::Pilot { .. }, Origin::Pilot { .. }) => true,
            (Origin::Run { run, .. }, Origin::Run { run: other, .. }) => run == other,
            _ => false,
        }
    }

    /// The place in words: `the pilot`, `20261126-160612-724-triage`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Origin::Pilot { .. } => "the pilot".to_owned(),
            Origin::Run { run, changed: false, .. } => run.to_string(),
            Origin::Run { run, changed: true, .. } => format!("{run}, when the flow was another"),
        }
    }
}

impl History {
    /// What was seen of a node's calls of a model.
    #[must_use]
    pub fn of(&self, node: &str, model: &str) -> Option<&Seen> {
        self.seen.get(&(Arc::from(node), Arc::from(model)))
    }

    /// How many calls of a node each of its models answered, in the run in which the first of them was seen; `None` where none was. The
    /// same model over another connection is not told from the first.
    #[must_use]
    pub fn answered(&self, node: &str, models: &[Arc<str>]) -> Option<Vec<u64>> {
        let origin = models.iter().find_map(|model| Some(&self.of(node, model)?.origin))?;
        let of = |(place, model): (usize, &Arc<str>)| {
            let seen =
                self.of(node, model).filter(|seen| seen.origin.is_of_run(origin) && !models[..place].contains(model));
            seen.map_or(0, |seen| seen.completion.count)
        };
        Some(models.iter().enumerate().map(of).collect())
    }

    /// Adds what is not known yet. What was there first stays.
    pub fn add(&mut self, node: Arc<str>, model: Arc<str>, seen: Seen) {
        self.seen.entry((node, model)).or_insert(seen);
    }

    /// Adds all that another knows and this one does not.
    pub fn extend(&mut self, other: History) {
        for (key, seen) in other.seen {
            self.seen.entry(key).or_insert(seen);
        }
    }

    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}

/// Mean and variance of numbers, taken one by one (Welford's method).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    /// How many.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    squares: f64,
}

/// The standard normal distribution's 95 % quantile: 90 % lie within.
pub(super) const Z95: f64 = 1.644_853_626_951_472_2;

impl Moments {
    /// Takes a number.
    pub fn take(&mut self, number: f64) {
        self.count += 1;
        let before = number - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (number - self.mean);
    }

    /// The variance of what they were drawn from; `None` for less than two.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// In which interval the mean of so many more of their kind will lie, with 90 %: the prediction interval by Student's t, whose
    /// quantile is Cornish and Fisher's expansion; `n` numbers that are all the same leave open one part in `n + 1`. `None` for less than
    /// two.
    #[must_use]
    pub fn mean_of_more(&self, more: f64) -> Option<Quantity> {
        let variance = self.variance()?;
        let count = self.count as f64;
        let half = self.quantile()? * (variance * (1.0 / more.max(1.0) + 1.0 / count)).sqrt();
        // However alike they are, so few say no more of the next.
        let half = half.max(self.mean.abs() / (count + 1.0));
        Some(Quantity::between(self.mean - half, self.mean, self.mean + half, None))
    }

    /// The same; of one number that is all there is, half of it to twice as much. `None` for none.
    #[must_use]
    pub fn likely(&self, more: f64) -> Option<Quantity> {
        let one = || (self.count == 1).then(|| Quantity::between(self.mean / 2.0, self.mean, self.mean * 2.0, None));
        self.mean_of_more(more).or_else(one)
    }

    /// How far the mean of all may lie from that of these, of a whole of so many, with 90 %. `None` for less than two.
    #[must_use]
    pub fn error_of_mean(&self, whole: f64) -> Option<f64> {
        let left = (1.0 - self.count as f64 / whole.max(1.0)).max(0.0);
        Some(self.quantile()? * (self.variance()? / self.count as f64 * left).sqrt())
    }

    /// Student's 95 % quantile.
    fn quantile(&self) -> Option<f64> {
        let freedom = self.count.checked_sub(1).filter(|freedom| *freedom > 0)? as f64;
        let (z, z3, z5) = (Z95, Z95.powi(3), Z95.powi(5));
        Some(z + (z3 + z) / (4.0 * freedom) + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * freedom * freedom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(numbers: &[f64]) -> Moments {
        let mut moments = Moments::default();
        numbers.iter().for_each(|number| moments.take(*number));
        moments
    }

    #[test]
    fn means_variances_and_intervals_are_those_of_the_textbook() {
        let seen = moments(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert!((seen.mean - 5.0).abs() < 1e-12);
        assert!((seen.variance().expect("several") - 32.0 / 7.0).abs() < 1e-12);
        // Student's 95 % quantile with 7 degrees of freedom is 1.8946.
        let one_more = seen.mean_of_more(1.0).expect("several");
        let half = 1.8946 * (32.0 / 7.0 * (1.0 + 1.0 / 8.0_f64)).sqrt();
        assert!((one_more.high - 5.0 - half).abs() < 0.01, "{one_more:?}");
        assert!(seen.mean_of_more(1e9).expect("several").high < one_more.high);
        assert_eq!(seen.error_of_mean(8.0), Some(0.0), "all were looked at");
        assert_eq!(moments(&[1.0]).mean_of_more(1.0), None);
        assert_eq!(moments(&[4.0]).likely(1.0), Some(Quantity::between(2.0, 4.0, 8.0, None)));
        assert_eq!((moments(&[]).likely(1.0), seen.likely(1.0)), (None, Some(one_more)));
    }
}
