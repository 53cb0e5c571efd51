use serde::Serialize;

use super::cluster::Clusters;
use super::distribution::t_two_sided;
use super::error::{StatisticsError, checked};
use super::interval::{Interval, IntervalMethod, Level};
use super::test::{Test, TestMethod};

/// The mean of scores whose rows are draws from a larger population (Miller, arXiv 2411.00640).
///
/// In the unit of the scores. All-equal scores have a standard error of 0; intervals of them are refused.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// How many rows there are.
    pub rows: usize,
    /// `s̄ = Σs/n`.
    pub mean: f64,
    /// `sqrt(Σ(s-s̄)²/(n-1))`; NaN for one row.
    pub deviation: f64,
    /// `sqrt(Σ(s-s̄)²/(n(n-1)))`; NaN for one row.
    pub standard_error: f64,
}

/// Sums in the order of the rows, with Neumaier's compensation: 1,000,000 scores of 0.1 have the mean 0.1.
pub(super) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut total = Total::default();
    values.into_iter().for_each(|value| total.add(value));
    total.value()
}

/// A sum that grows, compensated as [`sum`] is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Total {
    sum: f64,
    lost: f64,
}

impl Total {
    pub(super) fn add(&mut self, value: f64) {
        let Total { sum, .. } = *self;
        let next = sum + value;
        self.lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        self.sum = next;
    }

    pub(super) fn value(self) -> f64 {
        self.sum + self.lost
    }
}

/// Whether all values are the same, but for rounding.
pub(super) fn all_equal(values: &[f64]) -> bool {
    let (low, high) = extremes(values);
    high - low <= 1e-12 * low.abs().max(high.abs())
}

pub(super) fn extremes(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}

impl Mean {
    /// The mean of scores, with its spread.
    ///
    /// # Errors
    /// No scores, or one that is not finite.
    pub fn of(values: &[f64]) -> Result<Mean, StatisticsError> {
        checked("a mean", values, 1)?;
        let rows = values.len();
        let mean = sum(values.iter().copied()) / rows as f64;
        let squares = if all_equal(values) { 0.0 } else { sum(values.iter().map(|value| (value - mean).powi(2))) };
        let variance = if rows > 1 { squares / (rows as f64 - 1.0) } else { f64::NAN };
        Ok(Mean { rows, mean, deviation: variance.sqrt(), standard_error: (variance / rows as f64).sqrt() })
    }

    fn spread(&self, what: &'static str) -> Result<(), StatisticsError> {
        if self.rows < 2 {
            return Err(StatisticsError::TooFew { what, unit: "rows", needed: 2, given: self.rows });
        }
        if self.standard_error == 0.0 {
            return Err(StatisticsError::AllEqual { what, rows: self.rows, value: self.mean });
        }
        Ok(())
    }

    /// `s̄ ± t_{n-1} SE`.
    ///
    /// # Errors
    /// Fewer than two rows, or all are equal.
    pub fn t_interval(&self, level: Level) -> Result<Interval, StatisticsError> {
        self.spread("a t interval")?;
        let margin = level.t(self.rows as f64 - 1.0) * self.standard_error;
        Ok(Interval::around(self.mean, margin, level, IntervalMethod::StudentT))
    }

    /// The t interval of the logit of a mean within `low..=high`, brought back: with `x̄` rescaled to 0..1,
    /// `logit(x̄) ± t SE/(x̄(1-x̄))`. Never leaves the range.
    ///
    /// # Errors
    /// Fewer than two rows, all are equal, or the mean does not lie within the range.
    pub fn logit_t_interval(&self, low: f64, high: f64, level: Level) -> Result<Interval, StatisticsError> {
        self.spread("a logit t interval")?;
        let t = level.t(self.rows as f64 - 1.0);
        logit(self.mean, t * self.standard_error, (low, high), level, IntervalMethod::LogitT)
    }
}

/// An interval on the logit scale of a range, brought back.
pub(super) fn logit(
    mean: f64,
    margin: f64,
    (low, high): (f64, f64),
    level: Level,
    method: IntervalMethod,
) -> Result<Interval, StatisticsError> {
    let width = high - low;
    let share = (mean - low) / width;
    if !(share > 0.0 && share < 1.0) {
        return Err(StatisticsError::OutOfRange { row: 0, value: mean, low, high });
    }
    let centre = (share / (1.0 - share)).ln();
    let margin = margin / width / (share * (1.0 - share));
    let back = |theta: f64| low + width / (1.0 + (-theta).exp());
    Ok(Interval { estimate: mean, low: back(centre - margin), high: back(centre + margin), level, method })
}

/// The geometric mean of positive values with its t interval on the log scale: `exp(mean(ln x) ± t SE(ln x))`.
///
/// # Errors
/// Fewer than two values, one that is not positive, or all are equal.
pub fn geometric_mean_interval(values: &[f64], level: Level) -> Result<Interval, StatisticsError> {
    checked("a geometric mean", values, 2)?;
    if let Some(row) = values.iter().position(|value| *value <= 0.0) {
        return Err(StatisticsError::OutOfRange { row, value: values[row], low: 0.0, high: f64::INFINITY });
    }
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let inner = Mean::of(&logs)?.t_interval(level)?;
    let (estimate, low, high) = (inner.estimate.exp(), inner.low.exp(), inner.high.exp());
    Ok(Interval { estimate, low, high, level, method: IntervalMethod::LogT })
}

/// What all-equal values in a range allow: another value is as rare as `q = 1 - α^(1/n)` or rarer (the exact bound where no
/// row of n has it), so that the mean lies in `(1-q)x + q low ..= (1-q)x + q high`. Conservative.
///
/// # Errors
/// No values, or one that is not finite.
pub fn all_equal_interval(values: &[f64], low: f64, high: f64, level: Level) -> Result<Interval, StatisticsError> {
    checked("a bound for equal values", values, 1)?;
    let value = values[0];
    let rare = 1.0 - level.alpha().powf(1.0 / values.len() as f64);
    let towards = |end: f64| value + rare * (end - value);
    Ok(Interval {
        estimate: value,
        low: towards(low),
        high: towards(high),
        level,
        method: IntervalMethod::AllEqualBound,
    })
}

/// A mean whose rows share sources (Miller, arXiv 2411.00640, section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClusteredMean {
    /// Mean and spread as if the rows were independent.
    pub independent: Mean,
    /// How many clusters there are.
    pub clusters: usize,
    /// Miller's (CR0): `(1/n) sqrt(Σ_c (Σ_{i∈c} (s_i - s̄))²)`.
    pub miller: f64,
    /// CR1: Miller's times `sqrt(G/(G-1))`. This is what intervals use.
    pub standard_error: f64,
    /// How much clustering widens the variance: Miller's squared by the independent standard error squared.
    pub design_effect: f64,
}

impl ClusteredMean {
    /// The mean of scores, with its spread over clusters.
    ///
    /// # Errors
    /// No scores, one that is not finite, not one cluster for each, or fewer than two clusters.
    pub fn of(values: &[f64], clusters: &Clusters) -> Result<ClusteredMean, StatisticsError> {
        let independent = Mean::of(values)?;
        let away: Vec<f64> = values.iter().map(|value| value - independent.mean).collect();
        let sums = clusters.sums(&away)?;
        clusters.at_least_two()?;
        let count = clusters.count() as f64;
        let total = if all_equal(values) { 0.0 } else { sum(sums.iter().map(|sum| sum * sum)) };
        let miller = total.sqrt() / values.len() as f64;
        Ok(ClusteredMean {
            independent,
            clusters: clusters.count(),
            miller,
            standard_error: miller * (count / (count - 1.0)).sqrt(),
            design_effect: (miller / independent.standard_error).powi(2),
        })
    }

    fn margin(&self, what: &'static str, level: Level) -> Result<f64, StatisticsError> {
        self.independent.spread(what)?;
        // Clusters that balance out exactly have no spread among them, as little as equal rows.
        if self.standard_error <= 1e-12 * self.independent.standard_error {
            return Err(StatisticsError::AllEqual { what, rows: self.independent.rows, value: self.independent.mean });
        }
        Ok(level.t(self.clusters as f64 - 1.0) * self.standard_error)
    }

    /// `s̄ ± t_{G-1} SE`.
    ///
    /// # Errors
    /// All rows are equal, or the clusters have no spread.
    pub fn t_interval(&self, level: Level) -> Result<Interval, StatisticsError> {
        let margin = self.margin("a clustered interval", level)?;
        Ok(Interval::around(self.independent.mean, margin, level, IntervalMethod::ClusterT))
    }

    /// The t test of a mean of 0 with `t_{G-1}`, two-sided.
    ///
    /// # Errors
    /// All rows are equal, or the clusters have no spread.
    pub fn t_test(&self) -> Result<Test, StatisticsError> {
        self.margin("a clustered test", Level::P95)?;
        let (t, degrees) = (self.independent.mean / self.standard_error, self.clusters as f64 - 1.0);
        Ok(Test::with(TestMethod::ClusterT, t, Some(degrees), t_two_sided(t, degrees)))
    }

    /// As [`Mean::logit_t_interval`], with the clustered standard error and `t_{G-1}`.
    ///
    /// # Errors
    /// As there, and the clusters have no spread.
    pub fn logit_t_interval(&self, low: f64, high: f64, level: Level) -> Result<Interval, StatisticsError> {
        let margin = self.margin("a clustered interval", level)?;
        logit(self.independent.mean, margin, (low, high), level, IntervalMethod::ClusterLogitT)
    }
}
