//! Evidence by mixtures over Beta distributions, in closed form.

use statrs::function::beta::ln_beta;
use statrs::function::factorial::ln_binomial;

use crate::statistics::distribution::beta_cdf;
use crate::statistics::error::{StatisticsError, positive};
use crate::statistics::interval::{Interval, IntervalMethod, Level};
use crate::statistics::mcnemar::PairedTable;
use crate::statistics::proportion::Proportion;

impl PairedTable {
    /// The e value against no difference: of the m rows that differ, the second variant wins each with odds that are mixed over
    /// Beta(a, a), by the likelihood of even odds, `2^m B(a+c, a+b)/B(a, a)`. May be looked at after every row. Rows on which
    /// both agree tell nothing. For a of 1 it is `2^m/((m+1) C(m, c))`.
    ///
    /// # Errors
    /// An a that is not positive.
    pub fn e_value(&self, a: f64) -> Result<f64, StatisticsError> {
        positive("the parameter of Beta", a)?;
        let (b, c) = (self.only_first as f64, self.only_second as f64);
        let log = (b + c) * std::f64::consts::LN_2 + ln_beta(a + c, a + b) - ln_beta(a, a);
        Ok(log.exp())
    }

    /// The e value against the second variant being no better: as [`PairedTable::e_value`], mixed over odds above even ones only.
    ///
    /// # Errors
    /// As there.
    pub fn e_value_of_better(&self, a: f64) -> Result<f64, StatisticsError> {
        let (b, c) = (self.only_first as f64, self.only_second as f64);
        Ok(2.0 * self.e_value(a)? * beta_cdf(0.5, a + b, a + c))
    }
}

impl Proportion {
    /// Robbins' confidence sequence (Annals of Mathematical Statistics 1970): all shares p with
    /// `B(1+k, 1+n-k)/(p^k (1-p)^(n-k)) <= 1/α`. Holds after all rows at once.
    #[must_use]
    pub fn robbins(self, level: Level) -> Interval {
        let (passed, failed) = (self.passed() as f64, (self.rows() - self.passed()) as f64);
        let most = -level.alpha().ln() - ln_beta(1.0 + passed, 1.0 + failed);
        let times = |count: f64, log: f64| if count == 0.0 { 0.0 } else { count * log };
        let stands = |p: f64| -times(passed, p.ln()) - times(failed, (-p).ln_1p()) <= most;
        let estimate = self.estimate();
        // The likelihood falls on either side of the estimate.
        let end = |far: f64| {
            let (mut inside, mut outside) = (estimate, far);
            if stands(far) {
                return far;
            }
            for _ in 0..100 {
                let middle = (inside + outside) / 2.0;
                if middle == inside || middle == outside {
                    break;
                }
                if stands(middle) { inside = middle } else { outside = middle }
            }
            inside
        };
        Interval { estimate, low: end(0.0), high: end(1.0), level, method: IntervalMethod::RobbinsSequence }
    }

    /// The same for the share of a data set of `all` rows of which these are the first, in random order: all numbers K that pass with
    /// `B(1+k, 1+n-k) C(N, K)/C(N-n, K-k) <= 1/α` (Waudby-Smith and Ramdas, NeurIPS 2020, arXiv 2006.04347). Holds nothing but
    /// the share itself once all rows are there.
    ///
    /// # Errors
    /// Fewer rows in all than these.
    pub fn robbins_of(self, all: u64, level: Level) -> Result<Interval, StatisticsError> {
        let (k, n) = (self.passed(), self.rows());
        if all < n {
            let must = "no fewer than the rows that were seen";
            return Err(StatisticsError::Setting { what: "the number of all rows", value: all as f64, must });
        }
        let most = -level.alpha().ln() - ln_beta(1.0 + k as f64, 1.0 + (n - k) as f64);
        let stands = |passing: u64| ln_binomial(all, passing) - ln_binomial(all - n, passing - k) <= most;
        let likeliest = (k + (self.estimate() * (all - n) as f64).round() as u64).clamp(k, all - n + k);
        let (mut low, mut least) = (k, likeliest);
        while low < least {
            let middle = low + (least - low) / 2;
            if stands(middle) { least = middle } else { low = middle + 1 }
        }
        let (mut greatest, mut high) = (likeliest, all - n + k);
        while greatest < high {
            let middle = high - (high - greatest) / 2;
            if stands(middle) { greatest = middle } else { high = middle - 1 }
        }
        let share = |passing: u64| passing as f64 / all as f64;
        let method = IntervalMethod::RobbinsWithoutReplacement;
        Ok(Interval { estimate: self.estimate(), low: share(least), high: share(greatest), level, method })
    }
}
