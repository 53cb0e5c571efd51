use serde::Serialize;

use super::distribution::t_sf;
use super::error::{StatisticsError, checked, positive, same_length};
use super::interval::{Interval, IntervalMethod, Level};
use super::mean::Mean;
use super::test::{Test, TestMethod};

/// Differences of two variants on the same rows, `d = b - a`, in the unit of the scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Paired {
    /// Mean and spread of the differences: `SE = sd(d)/√n`.
    pub difference: Mean,
}

/// `b - a` of each row. What is mere rounding counts as no difference, so that 0.7 - 0.6 ties with 0.4 - 0.3 in ranks and
/// signs.
///
/// # Errors
/// Different lengths, or a value that is not finite.
pub fn differences(a: &[f64], b: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    same_length("the first variant", a.len(), "the second variant", b.len())?;
    checked("a paired comparison", a, 0)?;
    checked("a paired comparison", b, 0)?;
    Ok(a.iter().zip(b).map(|(a, b)| difference(*a, *b)).collect())
}

/// `b - a`, and 0 where that is mere rounding.
pub(super) fn difference(a: f64, b: f64) -> f64 {
    let difference = b - a;
    if difference.abs() <= 4.0 * f64::EPSILON * a.abs().max(b.abs()) { 0.0 } else { difference }
}

impl Paired {
    /// The differences of the rows.
    ///
    /// # Errors
    /// No differences, or one that is not finite.
    pub fn of(differences: &[f64]) -> Result<Paired, StatisticsError> {
        Ok(Paired { difference: Mean::of(differences)? })
    }

    /// `d̄ ± t_{n-1} SE`.
    ///
    /// # Errors
    /// Fewer than two rows, or all differences are equal.
    pub fn t_interval(&self, level: Level) -> Result<Interval, StatisticsError> {
        self.difference.t_interval(level)
    }

    /// The paired t test of no difference, two-sided.
    ///
    /// # Errors
    /// Fewer than two rows, or all differences are equal.
    pub fn t_test(&self) -> Result<Test, StatisticsError> {
        let (t, degrees) = self.t_against(0.0)?;
        Ok(Test::with(TestMethod::PairedT, t, Some(degrees), 2.0 * t_sf(t.abs(), degrees)))
    }

    /// Is the second no worse than the first by `margin`: the one-sided t test of `Δ <= -margin`.
    ///
    /// # Errors
    /// Fewer than two rows, all differences are equal, or a margin that is not positive.
    pub fn non_inferiority(&self, margin: f64) -> Result<Test, StatisticsError> {
        positive("the margin", margin)?;
        let (t, degrees) = self.t_against(-margin)?;
        Ok(Test::with(TestMethod::NonInferiorityT, t, Some(degrees), t_sf(t, degrees)))
    }

    /// Are both equal within `margin` (two one-sided tests, Schuirmann 1987): the tests of `Δ <= -margin` and `Δ >= margin`, in
    /// this order. Equivalence is shown when both are below α.
    ///
    /// # Errors
    /// As [`Paired::non_inferiority`].
    pub fn equivalence(&self, margin: f64) -> Result<(Test, Test), StatisticsError> {
        let lower = self.non_inferiority(margin)?;
        let (t, degrees) = self.t_against(margin)?;
        let method = TestMethod::EquivalenceT;
        Ok((Test { method, ..lower }, Test::with(method, t, Some(degrees), t_sf(-t, degrees))))
    }

    fn t_against(&self, difference: f64) -> Result<(f64, f64), StatisticsError> {
        // What refuses an interval refuses a test.
        let interval = self.difference.t_interval(Level::P95)?;
        debug_assert_eq!(interval.method, IntervalMethod::StudentT);
        let away = self.difference.mean - difference;
        Ok((away / self.difference.standard_error, self.difference.rows as f64 - 1.0))
    }

    /// The standardized difference `d_z = d̄/sd(d)`; NaN if all differences are equal or there is one.
    #[must_use]
    pub fn dz(&self) -> f64 {
        if self.difference.deviation > 0.0 { self.difference.mean / self.difference.deviation } else { f64::NAN }
    }

    /// Hedges' factor `1 - 3/(4(n-1)-1)`, by which `d_z` is less biased.
    #[must_use]
    pub fn hedges(&self) -> f64 {
        1.0 - 3.0 / (4.0 * (self.difference.rows as f64 - 1.0) - 1.0)
    }
}

/// How many rows got better, worse, and stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Signs {
    /// Rows with a positive difference.
    pub positive: usize,
    /// Rows with a negative difference.
    pub negative: usize,
    /// Rows without a difference.
    pub zero: usize,
}

impl Signs {
    /// The signs of differences. Those that are not numbers count nowhere.
    #[must_use]
    pub fn of(differences: &[f64]) -> Signs {
        let count = |is: fn(f64) -> bool| differences.iter().filter(|difference| is(**difference)).count();
        Signs { positive: count(|d| d > 0.0), negative: count(|d| d < 0.0), zero: count(|d| d == 0.0) }
    }

    /// The sign test: of the rows that differ, as many go either way. Two-sided; p is 1 where no row differs.
    #[must_use]
    pub fn test(&self) -> Test {
        let (less, all) = (self.positive.min(self.negative) as u64, (self.positive + self.negative) as u64);
        let p = if all == 0 { 1.0 } else { 2.0 * super::distribution::binomial_cdf(less, all, 0.5) };
        Test::with(TestMethod::Sign, self.positive as f64, None, p)
    }
}
