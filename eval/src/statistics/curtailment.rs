use super::error::{StatisticsError, enough};

/// Deterministic curtailment of a mean over a fixed number of rows: between which ends it will lie, whatever the rows that are left give.
/// Since nothing is estimated, stopping by it errs in nothing. A pass rate is held against τ this way: of N rows it is met once
/// `⌈τN⌉` passed, and missed once more than `N - ⌈τN⌉` failed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curtailment {
    rows: usize,
    range: (f64, f64),
    seen: usize,
    sum: f64,
}

impl Curtailment {
    /// The mean of so many rows, whose scores lie within a range.
    ///
    /// # Errors
    /// No rows, or a range that is none.
    pub fn new(rows: usize, (low, high): (f64, f64)) -> Result<Curtailment, StatisticsError> {
        enough("a mean", "rows", 1, rows)?;
        if !(low < high && low.is_finite() && high.is_finite()) {
            return Err(StatisticsError::Setting { what: "the lowest score", value: low, must: "below the highest" });
        }
        Ok(Curtailment { rows, range: (low, high), seen: 0, sum: 0.0 })
    }

    /// Takes one more row. What comes after the last row changes nothing.
    pub fn observe(&mut self, score: f64) {
        if self.seen < self.rows {
            (self.seen, self.sum) = (self.seen + 1, self.sum + score);
        }
    }

    /// The mean if all rows that are left have the lowest score, and if they have the highest.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        let (rows, left) = (self.rows as f64, (self.rows - self.seen) as f64);
        // By the division with which a gate compares, so that no rounding disagrees with it: 7 of 100 rows are 0.07.
        ((self.sum + left * self.range.0) / rows, (self.sum + left * self.range.1) / rows)
    }

    /// The mean of the rows so far; `None` before the first.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.seen > 0).then(|| self.sum / self.seen as f64)
    }
}
