use serde::Serialize;

use crate::statistics::error::{StatisticsError, positive};
use crate::statistics::interval::Level;
use crate::statistics::score::{Better, Kind, check_kind};

/// What of α is spent on looking at rows as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Spending {
    /// A fifth on looking, and the rest on the test of all rows if they are exhausted: of α = 0.05 that is 0.01 and 0.04. Clear
    /// differences stop early, and small ones are found about as often as without looking.
    Mixed,
    /// All on looking: rows may go on for as long as one likes.
    Anytime,
    /// Nothing: all rows are run, and tested once.
    Fixed,
}

impl Spending {
    /// The level at which rows are looked at as they come, if they are.
    #[must_use]
    pub fn looking(self, level: Level) -> Option<Level> {
        match self {
            Spending::Mixed => Some(level.spending(0.2)),
            Spending::Anytime => Some(level),
            Spending::Fixed => None,
        }
    }

    /// The level of the test of all rows once they are exhausted, if there is one.
    #[must_use]
    pub fn last(self, level: Level) -> Option<Level> {
        match self {
            Spending::Mixed => Some(level.spending(0.8)),
            Spending::Anytime => None,
            Spending::Fixed => Some(level),
        }
    }
}

/// How a variant is compared with the baseline while rows come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SequentialDesign {
    /// What kind of number the scores are. Those without a range are refused.
    pub kind: Kind,
    /// Which are better.
    pub better: Better,
    /// 1 less it is the α of the whole, looking and the test at the end together.
    pub level: Level,
    /// How α is spent.
    pub spending: Spending,
    /// The smallest difference that matters, in the unit of the scores: a variant whose difference is shown to be smaller need not
    /// go on. `None` for never.
    pub smallest: Option<f64>,
    /// With how many variants the baseline is compared; all claims that one is better or worse hold together.
    pub comparisons: usize,
}

impl SequentialDesign {
    /// The level of the interval and of the claims of one of the comparisons, if rows are looked at as they come: of `e >= K/α`.
    #[must_use]
    pub fn looking(&self) -> Option<Level> {
        Some(self.spending.looking(self.level)?.shared_by(self.comparisons))
    }

    /// The range of the scores.
    pub(super) fn checked(&self) -> Result<(f64, f64), StatisticsError> {
        check_kind(self.kind)?;
        let what = "a comparison of rows as they come";
        let (low, high) = self.kind.range().ok_or(StatisticsError::NoRange { what })?;
        let Some(smallest) = self.smallest else { return Ok((low, high)) };
        let what = "the smallest difference that matters";
        positive(what, smallest)?;
        if smallest >= high - low {
            return Err(StatisticsError::Setting { what, value: smallest, must: "within the range of the scores" });
        }
        Ok((low, high))
    }
}
