use serde::Serialize;

use super::distribution::{binomial_cdf, binomial_pmf, chi_squared_sf};
use super::error::{StatisticsError, same_length};
use super::test::{Test, TestMethod};

/// How often each of two variants passed on the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PairedTable {
    /// Rows on which both pass.
    pub both: u64,
    /// b: rows on which only the first passes.
    pub only_first: u64,
    /// c: rows on which only the second passes.
    pub only_second: u64,
    /// Rows on which neither passes.
    pub neither: u64,
}

impl PairedTable {
    /// The table of what passed.
    ///
    /// # Errors
    /// Different lengths.
    pub fn of(first: &[bool], second: &[bool]) -> Result<PairedTable, StatisticsError> {
        same_length("the first variant", first.len(), "the second variant", second.len())?;
        let mut table = PairedTable { both: 0, only_first: 0, only_second: 0, neither: 0 };
        for pair in first.iter().zip(second) {
            match pair {
                (true, true) => table.both += 1,
                (true, false) => table.only_first += 1,
                (false, true) => table.only_second += 1,
                (false, false) => table.neither += 1,
            }
        }
        Ok(table)
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.both + self.only_first + self.only_second + self.neither
    }

    /// m: rows on which the variants differ. Only these tell which is better.
    #[must_use]
    pub fn discordant(&self) -> u64 {
        self.only_first + self.only_second
    }

    /// `(c-b)/n`: how much more often the second passes; NaN for no rows.
    #[must_use]
    pub fn difference(&self) -> f64 {
        (self.only_second as f64 - self.only_first as f64) / self.rows() as f64
    }

    /// The odds `c/b` that the second is the better one where they differ; infinite where the first never is, NaN where they
    /// never differ.
    #[must_use]
    pub fn odds(&self) -> f64 {
        self.only_second as f64 / self.only_first as f64
    }

    /// The table with the variants swapped.
    #[must_use]
    pub fn swapped(&self) -> PairedTable {
        PairedTable { only_first: self.only_second, only_second: self.only_first, ..*self }
    }

    fn least(&self) -> u64 {
        self.only_first.min(self.only_second)
    }

    /// McNemar's exact test: `min(1, 2 P(Bin(m, ½) <= min(b, c)))`. Conservative.
    #[must_use]
    pub fn exact(&self) -> Test {
        let p = match self.discordant() {
            0 => 1.0,
            m => 2.0 * binomial_cdf(self.least(), m, 0.5),
        };
        Test::with(TestMethod::McNemarExact, self.least() as f64, None, p)
    }

    /// McNemar's mid-p test (Fagerland, Lydersen and Laake, BMC Medical Research Methodology 2013): the exact p less
    /// `P(Bin(m, ½) = min(b, c))`. The default.
    #[must_use]
    pub fn mid_p(&self) -> Test {
        let m = self.discordant();
        let p = if self.only_first == self.only_second {
            1.0
        } else {
            2.0 * binomial_cdf(self.least(), m, 0.5) - binomial_pmf(self.least(), m, 0.5)
        };
        Test::with(TestMethod::McNemarMidP, self.least() as f64, None, p)
    }

    /// McNemar's χ² test: `(b-c)²/m`, or with `continuity` `(|b-c|-1)²/m`. p is 1 where no row differs.
    #[must_use]
    pub fn chi_squared(&self, continuity: bool) -> Test {
        let (b, c) = (self.only_first as f64, self.only_second as f64);
        let away = if continuity { ((b - c).abs() - 1.0).max(0.0) } else { b - c };
        let statistic = if b + c == 0.0 { 0.0 } else { away * away / (b + c) };
        let method = if continuity { TestMethod::McNemarContinuity } else { TestMethod::McNemar };
        Test::with(method, statistic, Some(1.0), chi_squared_sf(statistic, 1.0))
    }
}
