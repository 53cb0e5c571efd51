use std::fmt;

use serde::Serialize;

use crate::statistics::interval::Interval;
use crate::statistics::verdict::Rounded;

/// Where a comparison stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum SequentialState {
    /// More rows are needed.
    Open,
    /// The variant is better than the baseline.
    Better,
    /// It is worse.
    Worse,
    /// The difference is smaller than what matters, either way.
    Small {
        /// The smallest difference that matters.
        smallest: f64,
    },
}

impl SequentialState {
    /// Whether nothing more is to be found out.
    #[must_use]
    pub fn is_decided(self) -> bool {
        self != SequentialState::Open
    }

    /// What it is when the two sides are swapped.
    #[must_use]
    pub fn turned(self) -> SequentialState {
        match self {
            SequentialState::Better => SequentialState::Worse,
            SequentialState::Worse => SequentialState::Better,
            other => other,
        }
    }
}

impl fmt::Display for SequentialState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SequentialState::Open => formatter.write_str("open"),
            SequentialState::Better => formatter.write_str("better"),
            SequentialState::Worse => formatter.write_str("worse"),
            SequentialState::Small { smallest } => write!(formatter, "no difference of {} or more", Rounded(*smallest)),
        }
    }
}

/// What the rows so far say of a variant against the baseline. Differences are the variant's score less the baseline's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SequentialEvidence {
    /// How many rows were taken.
    pub rows: usize,
    /// How many scores of the baseline and of the variant are errors, which count as the worst score.
    pub errors: [usize; 2],
    /// The mean score of the baseline and of the variant; NaN before the first row.
    pub means: [f64; 2],
    /// The mean difference; NaN before the first row.
    pub difference: f64,
    /// How much who bet against no difference has made of 1. At 20 and more it is as rare as p = 0.05, and rarer.
    pub e_value: f64,
    /// The p that holds however often one looks: 1 by the greatest e value there was. Of this comparison alone.
    pub p: f64,
    /// The confidence sequence of the difference, at a level that heeds how α is spent and how many comparisons there are: it holds
    /// the difference after all rows at once, and lies on one side of 0 just when the variant is better or worse. Where later rows
    /// are unlike the earlier ones it may not hold the estimate. `None` where nothing is spent on looking.
    pub interval: Option<Interval>,
    /// On how many rows the variant is better, worse and equal.
    pub better: usize,
    /// See `better`.
    pub worse: usize,
    /// See `better`.
    pub equal: usize,
}

impl SequentialEvidence {
    /// What it is when the two sides are swapped.
    #[must_use]
    pub fn turned(self) -> SequentialEvidence {
        let ([baseline, variant], [first, second]) = (self.errors, self.means);
        SequentialEvidence {
            errors: [variant, baseline],
            means: [second, first],
            difference: -self.difference,
            interval: self.interval.map(Interval::negated),
            better: self.worse,
            worse: self.better,
            ..self
        }
    }
}

impl fmt::Display for SequentialEvidence {
    /// The difference with its interval, the e value and the number of rows.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "difference {}", Rounded(self.difference))?;
        if let Some(interval) = &self.interval {
            let (low, high) = (Rounded(interval.low), Rounded(interval.high));
            write!(formatter, ", {} interval {low} to {high} ({})", interval.level, interval.method)?;
        }
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(formatter, ", e {}, {} {rows}", Rounded(self.e_value), self.rows)
    }
}
