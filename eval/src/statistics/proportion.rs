use super::distribution::{beta_quantile, binomial_cdf, binomial_pmf, binomial_sf};
use super::error::{StatisticsError, enough, share};
use super::interval::{Interval, IntervalMethod, Level};
use super::test::{Side, Test, TestMethod};

/// How many of a number of rows passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    passed: u64,
    rows: u64,
}

impl Proportion {
    /// `passed` of `rows`.
    ///
    /// # Errors
    /// No rows, or more passed than there are.
    pub fn new(passed: u64, rows: u64) -> Result<Proportion, StatisticsError> {
        enough("a proportion", "rows", 1, usize::try_from(rows).unwrap_or(usize::MAX))?;
        if passed > rows {
            let must = "no greater than the number of rows";
            return Err(StatisticsError::Setting { what: "the number that passed", value: passed as f64, must });
        }
        Ok(Proportion { passed, rows })
    }

    /// k, how many passed.
    #[must_use]
    pub fn passed(self) -> u64 {
        self.passed
    }

    /// n, how many rows there are.
    #[must_use]
    pub fn rows(self) -> u64 {
        self.rows
    }

    /// `k/n`.
    #[must_use]
    pub fn estimate(self) -> f64 {
        self.passed as f64 / self.rows as f64
    }

    fn parts(self) -> (f64, f64, f64) {
        (self.passed as f64, self.rows as f64, self.estimate())
    }

    /// Wilson's interval (JASA 1927): `(p̂ + z²/2n ± z sqrt(p̂(1-p̂)/n + z²/4n²)) / (1 + z²/n)`. The default: never of zero
    /// width, and covers about as often as it says.
    #[must_use]
    pub fn wilson(self, level: Level) -> Interval {
        let (k, n, p) = self.parts();
        let (low, high) = wilson_of(p, n, level);
        ends(Interval { estimate: p, low, high, level, method: IntervalMethod::Wilson }, k, n)
    }

    /// Wilson's with continuity correction (Newcombe, Statistics in Medicine 1998, method 4).
    #[must_use]
    pub fn wilson_continuity(self, level: Level) -> Interval {
        let (k, n, p) = self.parts();
        let z = level.z();
        let below = 2.0 * (n + z * z);
        let side = |sign: f64| {
            let root = z * z + 2.0 * sign - 1.0 / n + 4.0 * p * (n * (1.0 - p) - sign);

            (2.0 * n * p + z * z + sign * (1.0 + z * root.max(0.0).sqrt())) / below
        };
        let (low, high) = (side(-1.0), side(1.0));
        let method = IntervalMethod::WilsonContinuity;
        ends(Interval { estimate: p, low, high, level, method }.clamped(0.0, 1.0), k, n)
    }

    /// The exact interval of Clopper and Pearson (Biometrika 1934): `B(α/2; k, n-k+1)` and `B(1-α/2; k+1, n-k)`. Covers at
    /// least as often as it says, mostly more often.
    #[must_use]
    pub fn clopper_pearson(self, level: Level) -> Interval {
        let (k, n, estimate) = self.parts();
        let half = level.alpha() / 2.0;
        let low = if k == 0.0 { 0.0 } else { beta_quantile(half, k, n - k + 1.0) };
        let high = if k == n { 1.0 } else { beta_quantile(1.0 - half, k + 1.0, n - k) };
        Interval { estimate, low, high, level, method: IntervalMethod::ClopperPearson }
    }

    /// Quantiles of Beta(k+½, n-k+½), with the ends 0 and 1 where none or all passed (Brown, Cai and DasGupta, Statistical
    /// Science 2001).
    #[must_use]
    pub fn jeffreys(self, level: Level) -> Interval {
        let (k, n, estimate) = self.parts();
        let half = level.alpha() / 2.0;
        let (low, high) = self.jeffreys_quantiles(half);
        let interval = Interval { estimate, low, high, level, method: IntervalMethod::Jeffreys };
        ends(interval, k, n)
    }

    /// The bare quantiles of Beta(k+½, n-k+½) that leave `tail` on either side.
    #[must_use]
    pub fn jeffreys_quantiles(self, tail: f64) -> (f64, f64) {
        let (a, b) = (self.passed as f64 + 0.5, (self.rows - self.passed) as f64 + 0.5);
        (beta_quantile(tail, a, b), beta_quantile(1.0 - tail, a, b))
    }

    /// The exact binomial test of a true share `p0`. Two-sided it sums all outcomes no likelier than this one.
    ///
    /// # Errors
    /// `p0` is not between 0 and 1.
    pub fn binomial_test(self, p0: f64, side: Side) -> Result<Test, StatisticsError> {
        share("the share to test", p0)?;
        let (k, n) = (self.passed, self.rows);
        let p = match side {
            Side::Greater => binomial_sf(k, n, p0),
            Side::Less => binomial_cdf(k, n, p0),
            Side::Both => both_sides(k, n, p0),
        };
        Ok(Test::with(TestMethod::Binomial, self.estimate(), None, p))
    }
}

/// The ends of Wilson's interval of a share of rows.
pub(super) fn wilson_of(p: f64, n: f64, level: Level) -> (f64, f64) {
    let z = level.z();
    let shrink = 1.0 + z * z / n;
    let centre = (p + z * z / (2.0 * n)) / shrink;
    let margin = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt() / shrink;
    ((centre - margin).max(0.0), (centre + margin).min(1.0))
}

/// The ends 0 and 1 exactly, where none or all passed.
fn ends(interval: Interval, k: f64, n: f64) -> Interval {
    let low = if k == 0.0 { 0.0 } else { interval.low };
    let high = if k == n { 1.0 } else { interval.high };
    Interval { low, high, ..interval }
}

fn both_sides(k: u64, n: u64, p0: f64) -> f64 {
    let here = binomial_pmf(k, n, p0) * (1.0 + 1e-9);
    let mode = p0 * n as f64;
    if (k as f64 - mode).abs() < f64::EPSILON * mode {
        return 1.0;
    }
    let likely = |other: &u64| binomial_pmf(*other, n, p0) > here;
    // The likelihood falls on either side of the mode: the first outcome no likelier than this one is searched by halving.
    if (k as f64) < mode {
        let (mut low, mut high) = (mode.ceil() as u64, n + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if likely(&middle) { low = middle + 1 } else { high = middle }
        }
        binomial_cdf(k, n, p0) + binomial_sf(low, n, p0)
    } else {
        let (mut low, mut high) = (0, mode.floor() as u64 + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if likely(&middle) { high = middle } else { low = middle + 1 }
        }
        let lower = if low == 0 { 0.0 } else { binomial_cdf(low - 1, n, p0) };
        binomial_sf(k, n, p0) + lower
    }
}
