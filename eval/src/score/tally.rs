//! Scores of many rows, counted.

use super::{Score, Summary};

/// Count, mean, spread and share of passes of scores, in constant memory.
///
/// Mean and variance as by B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products",
/// Technometrics 4(3), 1962; merged as by Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing
/// Sample Variances", 1979.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// Scores and errors together.
    pub rows: u64,
    /// Rows that could not be scored.
    pub errors: u64,
    /// Scores with a value.
    pub valued: u64,
    /// Scores with a verdict.
    pub judged: u64,
    /// Scores that passed.
    pub passed: u64,
    /// The least value; infinite without one.
    pub least: f64,
    /// The greatest value; minus infinite without one.
    pub greatest: f64,
    mean: f64,
    squares: f64,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            rows: 0,
            errors: 0,
            valued: 0,
            judged: 0,
            passed: 0,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            mean: 0.0,
            squares: 0.0,
        }
    }
}

impl Tally {
    /// No scores yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a score, or `None` for a row that could not be scored.
    pub fn add(&mut self, score: Option<&Score>) {
        self.rows += 1;
        let Some(score) = score else {
            self.errors += 1;
            return;
        };
        if let Some(passed) = score.passed {
            self.judged += 1;
            self.passed += u64::from(passed);
        }
        if let Some(value) = score.value {
            self.valued += 1;
            let before = value - self.mean;
            self.mean += before / as_float(self.valued);
            self.squares += before * (value - self.mean);
            self.least = self.least.min(value);
            self.greatest = self.greatest.max(value);
        }
    }

    /// Takes over another's scores.
    pub fn merge(&mut self, other: &Tally) {
        let (mine, theirs) = (as_float(self.valued), as_float(other.valued));
        if other.valued > 0 {
            let both = mine + theirs;
            let apart = other.mean - self.mean;
            self.mean += apart * theirs / both;
            self.squares += other.squares + apart * apart * mine * theirs / both;
        }
        self.rows += other.rows;
        self.errors += other.errors;
        self.valued += other.valued;
        self.judged += other.judged;
        self.passed += other.passed;
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
    }

    /// The mean of the values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.valued > 0).then_some(self.mean)
    }

    /// The variance of the values around their mean, by n − 1; `None` for fewer than two.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.valued > 1).then(|| self.squares / as_float(self.valued - 1))
    }

    /// The share of scores with a verdict that passed.
    #[must_use]
    pub fn pass_rate(&self) -> Option<f64> {
        (self.judged > 0).then(|| as_float(self.passed) / as_float(self.judged))
    }

    /// All of it as numbers.
    #[must_use]
    pub fn finish(&self) -> Summary {
        let mut summary = Summary::of(self.rows);
        let named = [
            ("mean", self.mean()),
            ("standard_deviation", self.variance().map(f64::sqrt)),
            ("least", Some(self.least)),
            ("greatest", Some(self.greatest)),
            ("pass_rate", self.pass_rate()),
            ("errors", Some(as_float(self.errors))),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                summary.push(name, value);
            }
        }
        summary
    }
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "counts of rows and tokens stay far below 2^53")]
pub(super) fn as_float(count: u64) -> f64 {
    count as f64
}

/// A length as a float.
#[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
pub(super) fn length(count: usize) -> f64 {
    count as f64
}
