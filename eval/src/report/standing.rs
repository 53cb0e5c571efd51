//! How a run stands against the baseline, in words that all reports share.

use super::{number, signed};
use crate::evaluation::{Against, AgainstVariant, Beside, GateOutcome, RelationOutcome, Standing};

impl RelationOutcome {
    /// What was found, in words: difference, how bad it may be, rows; and why the rows do not tell, where they do not.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = vec![format!("{} {} against the baseline", self.score, signed(self.difference))];
        if let Some(at_worst) = self.at_worst {
            words.push(format!("at worst {}", signed(at_worst)));
        } else if let Some(interval) = &self.interval {
            words.push(format!("{} to {}", signed(interval.low), signed(interval.high)));
        }
        words.push(match self.rows {
            [1, _] if self.paired => "1 row".to_owned(),
            [rows, _] if self.paired => format!("{rows} rows one by one"),
            [then, now] => format!("{now} rows beside {then} others, as too few belong together"),
        });
        let mut words = words.join(", ");
        if let Some([low, high]) = self.sensitivity {
            words += &format!("; {} to {} had the errors turned out otherwise", signed(low), signed(high));
        }
        if let Some(why) = &self.why {
            words += &format!("; {why}");
        }
        words
    }
}

impl GateOutcome {
    /// What was found, in words: the numbers that it looks at, what it says of the baseline, or why it cannot be judged.
    #[must_use]
    pub fn found(&self) -> Vec<String> {
        if let Some(problem) = &self.problem {
            return vec![problem.clone()];
        }
        let value =
            |(name, value): &(String, Option<f64>)| format!("{name} = {}", value.map_or("unknown".to_owned(), number));
        self.values.iter().map(value).chain(self.relations.iter().map(RelationOutcome::words)).collect()
    }
}

impl Against {
    /// What was blessed, in words.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} of {}", self.run, self.created.split('T').next().unwrap_or_default())
    }
}

impl AgainstVariant {
    /// What a reader must know of the variant: which rows belong together, and what it was made with otherwise.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut rows = vec![match self.paired {
            1 => "1 row belongs together".to_owned(),
            paired => format!("{paired} rows belong together"),
        }];
        let others = [
            (self.relabelled, "with other values for the scores"),
            (self.new, "new"),
            (self.gone, "of the baseline gone"),
        ];
        rows.extend(others.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
        [rows.join(", ")].into_iter().chain(self.changes.iter().cloned()).collect()
    }
}

impl Standing {
    /// How far the score moved, and which rows changed sides; or why that is not known.
    #[must_use]
    pub fn words(&self) -> String {
        if let Some(problem) = &self.problem {
            return problem.clone();
        }
        let moved = match &self.compared {
            Some(Beside::Paired(comparison)) => {
                moved(comparison.means, comparison.difference, comparison.interval.as_ref())
            }
            Some(Beside::Unpaired(comparison)) => {
                moved(comparison.means, comparison.difference, comparison.interval.as_ref())
                    + ", of rows that do not belong together"
            }
            None => String::new(),
        };
        match (self.broken_rows, self.mended_rows) {
            (0, 0) => moved,
            (broken, mended) => format!("{moved}; {broken} newly broken, {mended} mended"),
        }
    }
}

fn moved([then, now]: [f64; 2], difference: f64, interval: Option<&crate::statistics::Interval>) -> String {
    let interval = interval.map(|interval| format!("; {} to {}", signed(interval.low), signed(interval.high)));
    format!("{} → {} ({}{})", number(then), number(now), signed(difference), interval.unwrap_or_default())
}
