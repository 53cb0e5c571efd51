//! How many rows it takes.

use super::distribution::{noncentral_t_cdf, normal_cdf, normal_quantile, t_upper};
use super::error::{StatisticsError, positive, share};
use super::interval::Level;

/// What a plan is to achieve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    level: Level,
    power: f64,
}

impl Default for Aim {
    /// 95 % and four times in five.
    fn default() -> Aim {
        Aim { level: Level::P95, power: 0.8 }
    }
}

impl Aim {
    /// An aim: the level of the intervals, and how often a difference that is there is to be found.
    ///
    /// # Errors
    /// The power is not between 0 and 1.
    pub fn new(level: Level, power: f64) -> Result<Aim, StatisticsError> {
        share("the power", power)?;
        Ok(Aim { level, power })
    }

    /// The level of the intervals.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// How often a difference that is there is to be found.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }

    fn quantiles(&self) -> (f64, f64) {
        (self.level.z(), normal_quantile(self.power))
    }

    /// Rows to show a mean difference δ with a standard deviation of the differences: `(z_{α/2}+z_β)² sd²/δ²`.
    ///
    /// # Errors
    /// A number is not positive.
    pub fn rows_for_difference(&self, delta: f64, deviation: f64) -> Result<f64, StatisticsError> {
        positive("the standard deviation", deviation)?;
        self.rows_with_repeats(delta, deviation.powi(2), (0.0, 1), (0.0, 1))
    }

    /// Rows to show a mean difference δ with repeats (Miller, arXiv 2411.00640, section 5):
    /// `(z_{α/2}+z_β)² (ω² + σ_A²/K_A + σ_B²/K_B)/δ²`, with ω² the variance of the rows' true difference and for each variant the
    /// variance within rows and the repeats.
    ///
    /// # Errors
    /// δ or ω² is not positive, a variance is negative, or there are no repeats.
    pub fn rows_with_repeats(
        &self,
        delta: f64,
        between: f64,
        (within_a, repeats_a): (f64, usize),
        (within_b, repeats_b): (f64, usize),
    ) -> Result<f64, StatisticsError> {
        positive("the difference", delta)?;
        positive("the variance of the differences", between)?;
        for (within, repeats) in [(within_a, repeats_a), (within_b, repeats_b)] {
            if !(within >= 0.0 && within.is_finite()) {
                let must = "0 or above";
                return Err(StatisticsError::Setting { what: "the variance within rows", value: within, must });
            }
            super::error::enough("a plan", "repeats", 1, repeats)?;
        }
        let variance = between + within_a / repeats_a as f64 + within_b / repeats_b as f64;
        let (z_alpha, z_beta) = self.quantiles();
        Ok((z_alpha + z_beta).powi(2) * variance / delta.powi(2))
    }

    /// The smallest difference that `rows` rows show: `(z_{α/2}+z_β) sd/√n`.
    ///
    /// # Errors
    /// No rows, or a deviation that is not positive.
    pub fn detectable_difference(&self, rows: usize, deviation: f64) -> Result<f64, StatisticsError> {
        super::error::enough("a plan", "rows", 1, rows)?;
        positive("the standard deviation", deviation)?;
        let (z_alpha, z_beta) = self.quantiles();
        Ok((z_alpha + z_beta) * deviation / (rows as f64).sqrt())
    }

    /// Rows to show a difference δ between two shares on the same rows, of which a share `discordant` differs (Connor, Biometrics
    /// 1987): `(z_{α/2}√ψ + z_β sqrt(ψ-δ²))²/δ²`.
    ///
    /// # Errors
    /// The share that differs is not between 0 and 1, or δ is not positive and at most that share.
    pub fn rows_for_paired_shares(&self, delta: f64, discordant: f64) -> Result<f64, StatisticsError> {
        positive("the difference", delta)?;
        if !(discordant > 0.0 && discordant <= 1.0) {
            let what = "the share of rows that differ";
            return Err(StatisticsError::Setting { what, value: discordant, must: "above 0 and at most 1" });
        }
        if delta > discordant {
            let must = "at most the share of rows that differ";
            return Err(StatisticsError::Setting { what: "the difference", value: delta, must });
        }
        let (z_alpha, z_beta) = self.quantiles();
        Ok((z_alpha * discordant.sqrt() + z_beta * (discordant - delta * delta).sqrt()).powi(2) / (delta * delta))
    }

    /// Rows of the paired t test for an effect of `d_z` standard deviations, by the noncentral t.
    ///
    /// # Errors
    /// An effect that is not positive.
    pub fn rows_for_t(&self, effect: f64) -> Result<f64, StatisticsError> {
        positive("the effect", effect)?;
        Ok(self.smallest(2.0, |rows| t_power(effect * rows.sqrt(), rows - 1.0, self.level)))
    }

    /// Rows of each of two variants on different rows, for an effect of d standard deviations, by the noncentral t.
    ///
    /// # Errors
    /// An effect that is not positive.
    pub fn rows_for_unpaired_t(&self, effect: f64) -> Result<f64, StatisticsError> {
        positive("the effect", effect)?;
        Ok(self.smallest(2.0, |rows| t_power(effect * (rows / 2.0).sqrt(), 2.0 * rows - 2.0, self.level)))
    }

    /// As [`Aim::rows_for_unpaired_t`], by the normal distribution.
    ///
    /// # Errors
    /// An effect that is not positive.
    pub fn rows_for_unpaired_z(&self, effect: f64) -> Result<f64, StatisticsError> {
        positive("the effect", effect)?;
        let z = self.level.z();
        Ok(self.smallest(1e-6, |rows| {
            let shift = effect * (rows / 2.0).sqrt();
            normal_cdf(shift - z) + normal_cdf(-shift - z)
        }))
    }

    /// The number of rows at which the power is reached; it grows with the rows.
    fn smallest(&self, least: f64, power: impl Fn(f64) -> f64) -> f64 {
        let (mut low, mut high) = (least, 2.0 * least.max(1.0));
        while power(high) < self.power && high < 1e12 {
            low = high;
            high *= 2.0;
        }
        for _ in 0..200 {
            let middle = low + (high - low) / 2.0;
            if middle == low || middle == high {
                break;
            }
            if power(middle) < self.power { low = middle } else { high = middle }
        }
        high
    }
}

/// The power of a two-sided t test.
fn t_power(noncentrality: f64, degrees: f64, level: Level) -> f64 {
    let critical = t_upper(level.alpha() / 2.0, degrees);
    1.0 - noncentral_t_cdf(critical, degrees, noncentrality) + noncentral_t_cdf(-critical, degrees, noncentrality)
}
