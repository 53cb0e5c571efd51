//! Two variants on different rows. Pairing tells more; use this only where there is none.

use statrs::function::beta::ln_beta;
use statrs::function::factorial::ln_binomial;

use super::distribution::{normal_cdf, t_two_sided};
use super::error::StatisticsError;
use super::interval::{Interval, IntervalMethod, Level};
use super::mean::Mean;
use super::proportion::Proportion;
use super::test::{Test, TestMethod};

/// How many passed of the rows of each of two variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnpairedTable {
    /// The first variant: passed, of rows.
    first: (u64, u64),
    /// The second variant: passed, of rows.
    second: (u64, u64),
}

impl UnpairedTable {
    /// Passed and rows of the first and the second variant.
    ///
    /// # Errors
    /// One has no rows, or more passed than there are.
    pub fn new(first: (u64, u64), second: (u64, u64)) -> Result<UnpairedTable, StatisticsError> {
        Proportion::new(first.0, first.1)?;
        Proportion::new(second.0, second.1)?;
        Ok(UnpairedTable { first, second })
    }

    fn parts(&self) -> (f64, f64, f64, f64) {
        (self.first.0 as f64, self.first.1 as f64, self.second.0 as f64, self.second.1 as f64)
    }

    /// The share that passes of the second less that of the first.
    #[must_use]
    pub fn difference(&self) -> f64 {
        let (x1, n1, x2, n2) = self.parts();
        x2 / n2 - x1 / n1
    }

    /// The odds of the second by those of the first; infinite or NaN where a cell is empty.
    #[must_use]
    pub fn odds_ratio(&self) -> f64 {
        let (x1, n1, x2, n2) = self.parts();
        x2 * (n1 - x1) / ((n2 - x2) * x1)
    }

    /// Newcombe's hybrid score interval (Statistics in Medicine 1998, method 10): Wilson's intervals of both, squared and
    /// added. The default.
    ///
    /// # Errors
    /// Never for a table that was made.
    pub fn newcombe(&self, level: Level) -> Result<Interval, StatisticsError> {
        let one = Proportion::new(self.first.0, self.first.1)?.wilson(level);
        let two = Proportion::new(self.second.0, self.second.1)?.wilson(level);
        let estimate = self.difference();
        let low = estimate - (two.estimate - two.low).hypot(one.high - one.estimate);
        let high = estimate + (two.high - two.estimate).hypot(one.estimate - one.low);
        Ok(Interval { estimate, low, high, level, method: IntervalMethod::Newcombe })
    }

    /// Fisher's exact test, two-sided: the sum of all tables with these margins that are no likelier.
    #[must_use]
    pub fn fisher(&self) -> Test {
        let (x1, n1, x2, n2) = (self.first.0, self.first.1, self.second.0, self.second.1);
        let passed = x1 + x2;
        let (least, most) = (passed.saturating_sub(n1), passed.min(n2));
        let log = |second: u64| ln_binomial(n2, second) + ln_binomial(n1, passed - second);
        let (whole, here) = (ln_binomial(n1 + n2, passed), log(x2));
        let no_likelier = (least..=most).map(log).filter(|other| *other <= here + 1e-7);
        let p = no_likelier.map(|other| (other - whole).exp()).sum();
        Test::with(TestMethod::Fisher, self.odds_ratio(), None, p)
    }

    /// The z test of two proportions with a pooled variance, two-sided; p is 1 where all or none passed.
    #[must_use]
    pub fn z_test(&self) -> Test {
        let (x1, n1, x2, n2) = self.parts();
        let pooled = (x1 + x2) / (n1 + n2);
        let error = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
        let z = if error == 0.0 { 0.0 } else { self.difference() / error };
        Test::with(TestMethod::TwoProportions, z, None, 2.0 * normal_cdf(-z.abs()))
    }

    /// Miettinen and Nurminen's score interval (Statistics in Medicine 1985): all differences whose score, with the variance
    /// under that difference times `N/(N-1)`, lies within ±z.
    #[must_use]
    pub fn miettinen_nurminen(&self, level: Level) -> Interval {
        let (z, estimate) = (level.z(), self.difference());
        let end = |far: f64| {
            let (mut inside, mut outside) = (estimate, far);
            for _ in 0..200 {
                let middle = (inside + outside) / 2.0;
                if middle == inside || middle == outside {
                    break;
                }
                if self.score(middle).abs() <= z { inside = middle } else { outside = middle }
            }
            inside
        };
        Interval { estimate, low: end(-1.0), high: end(1.0), level, method: IntervalMethod::MiettinenNurminen }
    }

    /// The score of a true difference δ; the likeliest shares under it solve a cubic (formula of the paper's appendix).
    fn score(&self, delta: f64) -> f64 {
        let (x1, n1, x2, n2) = self.parts();
        let (n, x) = (n1 + n2, x1 + x2);
        let l2 = (n2 + 2.0 * n1) * delta - n - x;
        let l1 = (n1 * delta - n - 2.0 * x1) * delta + x;
        let l0 = x1 * delta * (1.0 - delta);
        let third = l2 / (3.0 * n);
        let q = third.powi(3) - l1 * l2 / (6.0 * n * n) + l0 / (2.0 * n);
        let p = (third * third - l1 / (3.0 * n)).max(0.0).sqrt().copysign(q);
        let turn = if p == 0.0 { 0.0 } else { (q / p.powi(3)).clamp(-1.0, 1.0) };
        let angle = (std::f64::consts::PI + turn.acos()) / 3.0;
        let first = (2.0 * p * angle.cos() - third).clamp(0.0, 1.0);
        let second = (first + delta).clamp(0.0, 1.0);
        let variance = (first * (1.0 - first) / n1 + second * (1.0 - second) / n2) * n / (n - 1.0);
        let away = self.difference() - delta;
        if away == 0.0 { 0.0 } else { away / variance.max(0.0).sqrt() }
    }

    /// How likely it is that the second passes more often, with a uniform prior on each share:
    /// `P(Beta(x₂+1, n₂-x₂+1) > Beta(x₁+1, n₁-x₁+1))`.
    #[must_use]
    pub fn probability_second_better(&self) -> f64 {
        let (x1, n1, x2, n2) = self.parts();
        let (a1, b1, a2, b2) = (x1 + 1.0, n1 - x1 + 1.0, x2 + 1.0, n2 - x2 + 1.0);
        if n1 + n2 > 1e5 {
            // So many rows make the posteriors normal.
            let variance = |a: f64, b: f64| a * b / ((a + b).powi(2) * (a + b + 1.0));
            let away = a2 / (a2 + b2) - a1 / (a1 + b1);
            return normal_cdf(away / (variance(a1, b1) + variance(a2, b2)).sqrt());
        }
        // Σ_i B(a₁+i, b₁+b₂)/((b₂+i) B(1+i, b₂) B(a₁, b₁)), i < a₂ (Miller, "Formulas for Bayesian A/B Testing", 2014).
        let term = |i: u64| {
            let i = i as f64;
            (ln_beta(a1 + i, b1 + b2) - (b2 + i).ln() - ln_beta(1.0 + i, b2) - ln_beta(a1, b1)).exp()
        };
        (0..=self.second.0).map(term).sum::<f64>().clamp(0.0, 1.0)
    }
}

/// Two means on different rows, second less first, without assuming equal variances (Welch, Biometrika 1947).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Welch {
    difference: f64,
    standard_error: f64,
    degrees: f64,
}

impl Welch {
    /// Compares the means of two lists of scores.
    ///
    /// # Errors
    /// Fewer than two scores in a list, one that is not finite, or both lists are constant.
    pub fn of(first: &[f64], second: &[f64]) -> Result<Welch, StatisticsError> {
        super::error::enough("Welch's comparison", "rows", 2, first.len().min(second.len()))?;
        let (one, two) = (Mean::of(first)?, Mean::of(second)?);
        let (v1, v2) = (one.standard_error.powi(2), two.standard_error.powi(2));
        if v1 + v2 == 0.0 {
            let rows = first.len() + second.len();
            return Err(StatisticsError::AllEqual { what: "Welch's comparison", rows, value: one.mean });
        }
        let below = v1 * v1 / (one.rows as f64 - 1.0) + v2 * v2 / (two.rows as f64 - 1.0);
        let degrees = (v1 + v2).powi(2) / below;
        Ok(Welch { difference: two.mean - one.mean, standard_error: (v1 + v2).sqrt(), degrees })
    }

    /// The standard error of the difference: `sqrt(SE₁² + SE₂²)`.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// The difference with its interval.
    #[must_use]
    pub fn interval(&self, level: Level) -> Interval {
        let margin = level.t(self.degrees) * self.standard_error;
        Interval::around(self.difference, margin, level, IntervalMethod::Welch)
    }

    /// The test of no difference, two-sided.
    #[must_use]
    pub fn test(&self) -> Test {
        let t = self.difference / self.standard_error;
        Test::with(TestMethod::Welch, t, Some(self.degrees), t_two_sided(t, self.degrees))
    }
}
