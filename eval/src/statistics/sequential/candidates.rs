use super::bet::{Seen, mean_of_the_rest};

/// Into how many steps the range of the mean is cut.
const STEPS: usize = 1_000;

/// The means, of scores within -½ to ½, against which no bettor has got rich: a grid of them with the capital of each, cut at both
/// ends as bettors reach `1/α`. Takes the time and memory of the grid, however many rows come.
///
/// Ends lie between the last mean that was given up and the first that was not, where the logarithm of the capital reaches
/// `ln(1/α)` on the line between both. An interval never grows again: it is the intersection of those after each row.
#[derive(Debug, Clone)]
pub(super) struct Candidates {
    strength: f64,
    data_set: Option<usize>,
    enough: f64,
    capital: Vec<f64>,
    /// The first and the last that stand.
    first: usize,
    last: usize,
    low: f64,
    high: f64,
}

impl Candidates {
    /// For a share `alpha` of errors, and a mean of rows without end or of a data set.
    pub(super) fn new(alpha: f64, strength: f64, data_set: Option<usize>) -> Candidates {
        Candidates {
            strength,
            data_set,
            enough: 1.0 / alpha,
            capital: vec![1.0; STEPS + 1],
            first: 0,
            last: STEPS,
            low: -0.5,
            high: 0.5,
        }
    }

    /// The ends of what stands.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Takes one more score, with what was seen before it.
    pub(super) fn observe(&mut self, seen: &Seen, score: f64) {
        let (from, to) = (self.first.saturating_sub(1), (self.last + 1).min(STEPS));
        for (index, capital) in self.capital.iter_mut().enumerate().take(to + 1).skip(from) {
            let mean = mean_of_the_rest(position(index), self.data_set, seen.rows(), seen.sum());
            if (-0.5..=0.5).contains(&mean) {
                *capital *= 1.0 + seen.bet(mean, self.strength) * (score - mean);
            } else {
                *capital = f64::INFINITY;
            }
        }
        // One always stands, so that an interval that lies within one step of the grid is not lost.
        while self.first < self.last && self.capital[self.first] >= self.enough {
            self.first += 1;
        }
        while self.last > self.first && self.capital[self.last] >= self.enough {
            self.last -= 1;
        }
        let low = self.first.checked_sub(1).and_then(|outside| self.between(outside, self.first));
        let high = self.between(self.last + 1, self.last);
        let (low, high) = (low.unwrap_or(self.low).max(self.low), high.unwrap_or(self.high).min(self.high));
        let (low, high) = self.within_reach(low, high, seen, score);
        if low <= high {
            (self.low, self.high) = (low, high);
        }
    }

    /// Where the capital is just enough between one that was given up and its neighbour that stands.
    fn between(&self, outside: usize, inside: usize) -> Option<f64> {
        let (out, inner) = (*self.capital.get(outside)?, self.capital[inside].max(f64::MIN_POSITIVE));
        if out < self.enough || inner >= self.enough {
            return None;
        }
        if out.is_infinite() {
            return Some(position(outside));
        }
        let share = (self.enough / inner).ln() / (out / inner).ln();
        Some(position(inside) + share * (position(outside) - position(inside)))
    }

    /// What the rows of a data set that are left can still make of its mean.
    fn within_reach(&self, low: f64, high: f64, seen: &Seen, score: f64) -> (f64, f64) {
        let Some(rows) = self.data_set else { return (low, high) };
        let (sum, rows) = (seen.sum() + score, rows as f64);
        let left = (rows - seen.rows() - 1.0).max(0.0);
        (low.max((sum - left / 2.0) / rows), high.min((sum + left / 2.0) / rows))
    }
}

fn position(index: usize) -> f64 {
    // Exactly 0 in the middle, where a comparison has its hypothesis.
    (index as f64 - STEPS as f64 / 2.0) / STEPS as f64
}
