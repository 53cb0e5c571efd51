use super::error::{StatisticsError, enough};

/// Deterministic curtailment of a pass rate over a fixed number of rows: whether `passes / rows >= threshold` can still come out either way.
/// Since nothing is estimated, stopping by it errs in nothing: whatever the other rows give, the outcome is that of all rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curtailment {
    rows: u64,
    /// The fewest passes that meet the threshold: `⌈τN⌉`.
    needed: u64,
    passes: u64,
    failures: u64,
}

/// Where a [`Curtailment`] stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurtailmentState {
    /// The rows that are left decide.
    Open,
    /// The threshold is met, whatever the rows that are left give: `passes >= ⌈τN⌉`.
    Passes,
    /// The threshold is missed, whatever the rows that are left give: `failures > N - ⌈τN⌉`.
    Fails,
}

impl Curtailment {
    /// A pass rate of `total_rows` rows, which is to be `threshold` or more.
    ///
    /// # Errors
    /// No rows, or a threshold that is not between 0 and 1; both of these ends are allowed.
    pub fn new(total_rows: u64, threshold: f64) -> Result<Curtailment, StatisticsError> {
        enough("a pass rate", "rows", 1, usize::try_from(total_rows).unwrap_or(usize::MAX))?;
        if !(0.0..=1.0).contains(&threshold) {
            let must = "between 0 and 1";
            return Err(StatisticsError::Setting { what: "the pass rate to reach", value: threshold, must });
        }
        // By the division with which a gate compares, so that no rounding of `τN` disagrees with it: 0.07 of 100 rows are 7.
        let meets = |passes: u64| passes as f64 / total_rows as f64 >= threshold;
        let (mut needed, mut high) = (0, total_rows);
        while needed < high {
            let middle = needed + (high - needed) / 2;
            if meets(middle) { high = middle } else { needed = middle + 1 }
        }
        Ok(Curtailment { rows: total_rows, needed, passes: 0, failures: 0 })
    }

    /// Takes one more row, and says where the rate stands. An error is a row that did not pass. What comes after it is decided changes
    /// nothing.
    pub fn observe(&mut self, passed: bool) -> CurtailmentState {
        if self.state() == CurtailmentState::Open {
            *if passed { &mut self.passes } else { &mut self.failures } += 1;
        }
        self.state()
    }

    /// Where the rate stands.
    #[must_use]
    pub fn state(&self) -> CurtailmentState {
        match () {
            () if self.passes >= self.needed => CurtailmentState::Passes,
            () if self.failures > self.rows - self.needed => CurtailmentState::Fails,
            () => CurtailmentState::Open,
        }
    }

    /// How many passes it takes.
    #[must_use]
    pub fn needed(&self) -> u64 {
        self.needed
    }
}
