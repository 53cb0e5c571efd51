use super::distribution::{binomial_cdf, binomial_sf};
use super::error::{StatisticsError, share};

/// Wald's sequential probability ratio test of one row's share of passes (Annals of Mathematical Statistics 1945): runs are
/// repeated until it is plain whether the row passes at the `high` or at the `low` share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioTest {
    low: f64,
    high: f64,
    alpha: f64,
    beta: f64,
    sum: f64,
}

/// Where a [`RatioTest`] stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatioState {
    /// One more run is needed.
    Open,
    /// The row passes at the high share.
    High,
    /// The row passes at the low share.
    Low,
}

impl RatioTest {
    /// A test of `low` against `high`, which says high of a low row at most about a share `alpha` of the time, and low of a high
    /// one a share `beta`.
    ///
    /// # Errors
    /// A share is not between 0 and 1, or `low` is not below `high`.
    pub fn new(low: f64, high: f64, alpha: f64, beta: f64) -> Result<RatioTest, StatisticsError> {
        for (what, value) in [("the low share", low), ("the high share", high), ("α", alpha), ("β", beta)] {
            share(what, value)?;
        }
        if low >= high {
            let must = "below the high share";
            return Err(StatisticsError::Setting { what: "the low share", value: low, must });
        }
        Ok(RatioTest { low, high, alpha, beta, sum: 0.0 })
    }

    /// What a run adds: `ln(p1/p0)` if it passed, else `ln((1-p1)/(1-p0))`.
    #[must_use]
    pub fn step(&self, passed: bool) -> f64 {
        if passed { (self.high / self.low).ln() } else { ((1.0 - self.high) / (1.0 - self.low)).ln() }
    }

    /// The sums at which it ends: `ln(β/(1-α))` and `ln((1-β)/α)`.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        ((self.beta / (1.0 - self.alpha)).ln(), ((1.0 - self.beta) / self.alpha).ln())
    }

    /// Takes one more run, and says where the test stands.
    pub fn observe(&mut self, passed: bool) -> RatioState {
        self.sum += self.step(passed);
        self.state()
    }

    /// Where the test stands.
    #[must_use]
    pub fn state(&self) -> RatioState {
        let (low, high) = self.bounds();
        match self.sum {
            sum if sum >= high => RatioState::High,
            sum if sum <= low => RatioState::Low,
            _ => RatioState::Open,
        }
    }

    /// The smallest fixed number of runs with the same errors, and how many must pass to say high; `None` beyond 10,000 runs.
    #[must_use]
    pub fn fixed_design(&self) -> Option<(u64, u64)> {
        (1..=10_000_u64).find_map(|runs| {
            let (mut least, mut most) = (0, runs + 1);
            while least < most {
                let middle = least + (most - least) / 2;
                if binomial_sf(middle, runs, self.low) <= self.alpha { most = middle } else { least = middle + 1 }
            }
            let missed = if least == 0 { 0.0 } else { binomial_cdf(least - 1, runs, self.high) };
            (least <= runs && missed <= self.beta).then_some((runs, least))
        })
    }
}
