//! Intervals of the difference of two proportions on the same rows, second less first. Fagerland, Lydersen and Laake,
//! "Statistical Analysis of Contingency Tables" (2017), chapter 8, compares them.

use super::distribution::normal_cdf;
use super::error::{StatisticsError, enough};
use super::interval::{Interval, IntervalMethod, Level};
use super::mcnemar::PairedTable;
use super::proportion::Proportion;
use super::test::{Test, TestMethod};

struct Counts {
    b: f64,
    c: f64,
    n: f64,
}

impl PairedTable {
    fn counts(&self, what: &'static str) -> Result<Counts, StatisticsError> {
        enough(what, "rows", 1, usize::try_from(self.rows()).unwrap_or(usize::MAX))?;
        Ok(Counts { b: self.only_first as f64, c: self.only_second as f64, n: self.rows() as f64 })
    }

    /// The Wald standard error `sqrt(m - (c-b)²/n)/n` of the difference; 0 where no row differs.
    #[must_use]
    pub fn wald_standard_error(&self) -> f64 {
        let (m, away) = (self.discordant() as f64, self.only_second as f64 - self.only_first as f64);
        let n = self.rows() as f64;
        (m - away * away / n).max(0.0).sqrt() / n
    }

    /// Wald's interval. Covers too seldom with few rows; here to compare with.
    ///
    /// # Errors
    /// No rows, or no rows that differ, whose interval would have no width.
    pub fn wald(&self, level: Level) -> Result<Interval, StatisticsError> {
        self.counts("a Wald interval")?;
        let error = self.wald_standard_error();
        if error == 0.0 {
            let rows = usize::try_from(self.rows()).unwrap_or(usize::MAX);
            return Err(StatisticsError::AllEqual { what: "a Wald interval", rows, value: self.difference() });
        }
        let margin = level.z() * error;
        Ok(Interval::around(self.difference(), margin, level, IntervalMethod::PairedWald).clamped(-1.0, 1.0))
    }

    fn adjusted(&self, add: f64, level: Level, method: IntervalMethod) -> Result<Interval, StatisticsError> {
        let Counts { b, c, n } = self.counts("a paired interval")?;
        let n = n + 2.0;
        let (p12, p21) = ((b + add) / n, (c + add) / n);
        let centre = p21 - p12;
        let margin = level.z() * ((p12 + p21 - centre * centre) / n).max(0.0).sqrt();
        let interval = Interval::around(centre, margin, level, method).clamped(-1.0, 1.0);
        Ok(Interval { estimate: self.difference(), ..interval })
    }

    /// Bonett and Price (Journal of Educational and Behavioral Statistics 2012): with `p12=(b+1)/(n+2)`, `p21=(c+1)/(n+2)`,
    /// `D=p21-p12`: `D ± z sqrt((p12+p21-D²)/(n+2))`. The default.
    ///
    /// # Errors
    /// No rows.
    pub fn bonett_price(&self, level: Level) -> Result<Interval, StatisticsError> {
        self.adjusted(1.0, level, IntervalMethod::BonettPrice)
    }

    /// Agresti and Min (Statistics in Medicine 2005): Wald's with ½ added to each cell.
    ///
    /// # Errors
    /// No rows.
    pub fn agresti_min(&self, level: Level) -> Result<Interval, StatisticsError> {
        self.adjusted(0.5, level, IntervalMethod::AgrestiMin)
    }

    /// Tango's score statistic (Statistics in Medicine 1998) of a true difference δ:
    /// `(c-b-nδ)/sqrt(n(2q+δ(1-δ)))`, `q=(sqrt(B²-4AC)-B)/(2A)`, `A=2n`, `B=-(b+c)+(2n-(c-b))δ`, `C=-bδ(1-δ)`.
    fn tango_score(counts: &Counts, delta: f64) -> f64 {
        let Counts { b, c, n } = *counts;
        let linear = -(b + c) + (2.0 * n - (c - b)) * delta;
        let constant = -b * delta * (1.0 - delta);
        let q = ((linear * linear - 8.0 * n * constant).max(0.0).sqrt() - linear) / (4.0 * n);
        let away = c - b - n * delta;
        let spread = n * (2.0 * q + delta * (1.0 - delta));
        if away == 0.0 { 0.0 } else { away / spread.max(0.0).sqrt() }
    }

    /// Tango's interval: all δ whose score lies within ±z.
    ///
    /// # Errors
    /// No rows.
    pub fn tango(&self, level: Level) -> Result<Interval, StatisticsError> {
        let counts = self.counts("Tango's interval")?;
        let (z, estimate) = (level.z(), self.difference());
        // The score falls as δ grows.
        let end = |far: f64, bound: f64| {
            let (mut inside, mut outside) = (estimate, far);
            for _ in 0..200 {
                let middle = (inside + outside) / 2.0;
                if middle == inside || middle == outside {
                    break;
                }
                let within = (Self::tango_score(&counts, middle) - bound) * (far - estimate) >= 0.0;
                if within { inside = middle } else { outside = middle }
            }
            inside
        };
        let (low, high) = (end(-1.0, z), end(1.0, -z));
        Ok(Interval { estimate, low, high, level, method: IntervalMethod::Tango })
    }

    /// Is the second no worse than the first by `margin`: Tango's score at `δ = -margin`, one-sided.
    ///
    /// # Errors
    /// No rows, or a margin that is not between 0 and 1.
    pub fn non_inferiority(&self, margin: f64) -> Result<Test, StatisticsError> {
        super::error::share("the margin", margin)?;
        let z = Self::tango_score(&self.counts("Tango's test")?, -margin);
        Ok(Test::with(TestMethod::NonInferiorityTango, z, None, normal_cdf(-z)))
    }

    /// Newcombe's square-and-add intervals (Statistics in Medicine 1998, methods 8 and 10): Wilson's intervals of both
    /// proportions, joined with their correlation φ; with `continuity` φ has n/2 taken off where it is positive.
    ///
    /// # Errors
    /// No rows.
    pub fn newcombe(&self, continuity: bool, level: Level) -> Result<Interval, StatisticsError> {
        let Counts { n, .. } = self.counts("Newcombe's interval")?;
        let (first, second) = (self.both + self.only_first, self.both + self.only_second);
        let (one, two) = (Proportion::new(first, self.rows())?, Proportion::new(second, self.rows())?);
        let (w1, w2) = (one.wilson(level), two.wilson(level));
        let (both, neither) = (self.both as f64, self.neither as f64);
        let mut cross = both * neither - self.only_first as f64 * self.only_second as f64;
        if continuity && cross > 0.0 {
            cross = (cross - n / 2.0).max(0.0);
        }
        let (first, second) = (first as f64, second as f64);
        let below = (first * (n - first) * second * (n - second)).sqrt();
        let phi = if below == 0.0 { 0.0 } else { cross / below };
        let join = |x: f64, y: f64| (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt();
        let estimate = self.difference();
        let low = estimate - join(w2.estimate - w2.low, w1.high - w1.estimate);
        let high = estimate + join(w2.high - w2.estimate, w1.estimate - w1.low);
        let method = if continuity { IntervalMethod::NewcombePairedContinuity } else { IntervalMethod::NewcombePaired };
        Ok(Interval { estimate, low, high, level, method }.clamped(-1.0, 1.0))
    }
}
