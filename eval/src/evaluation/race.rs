//! What came of a race: which variants are left, and by whom the others were left behind.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::{Compared, Decided};
use crate::statistics::{Interval, Test, Verdict};

/// What came of a race.
#[derive(Debug, Clone, Serialize)]
pub struct Race {
    /// The score by which variants raced.
    pub score: Arc<str>,
    /// How it ended.
    pub end: RaceEnd,
    /// The best variant, where one alone is left.
    pub winner: Option<String>,
    /// The variants that are left: the one that leads first, the others in their order.
    pub left: Vec<String>,
    /// Those that are not, in the order in which they were left behind.
    pub eliminated: Vec<Eliminated>,
}

/// How a race ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "end")]
pub enum RaceEnd {
    /// One variant is left.
    OneLeft,
    /// Those that are left differ by less than what matters.
    Small {
        /// The smallest difference that matters.
        smallest: f64,
    },
    /// All rows were run, and several variants are left.
    Exhausted,
    /// The run ended before: its budget was used up, or somebody stopped it.
    BrokenOff,
}

/// A variant that was left behind.
#[derive(Debug, Clone, Serialize)]
pub struct Eliminated {
    /// The variant.
    pub variant: String,
    /// The one that is better.
    pub by: String,
    /// After how many lines.
    pub rows: usize,
    /// The mean difference to the one that is better.
    pub difference: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// What it was found by: a test at its part of α.
    pub test: Test,
    /// p times the number of variants, where it was found on the way.
    pub adjusted_p: Option<f64>,
}

impl Race {
    /// What came of a race by its comparisons; `None` where there was none.
    pub(super) fn of(decided: &Decided, names: &[String], comparisons: &[Compared]) -> Option<Self> {
        let leader = names.get(decided.leader?)?;
        let is_worse = |compared: &&Compared| compared.comparison.verdict == Verdict::Worse;
        let eliminated = |compared: &Compared| Eliminated {
            variant: compared.variant.clone(),
            by: compared.baseline.clone(),
            rows: compared.comparison.rows,
            difference: compared.comparison.difference,
            interval: compared.comparison.interval,
            test: compared.comparison.test,
            adjusted_p: compared.comparison.adjusted_p,
        };
        // Comparisons name the last one first.
        let mut eliminated: Vec<Eliminated> = comparisons.iter().filter(is_worse).rev().map(eliminated).collect();
        eliminated.sort_by_key(|eliminated| eliminated.rows);
        let is_left = |name: &&String| *name != leader && !eliminated.iter().any(|behind| behind.variant == **name);
        let left: Vec<String> = std::iter::once(leader).chain(names.iter().filter(is_left)).cloned().collect();
        let others: Vec<&Compared> = comparisons.iter().filter(|compared| left.contains(&compared.variant)).collect();
        let small = |compared: &&Compared| match compared.comparison.verdict {
            Verdict::Small { smallest } => Some(smallest),
            _ => None,
        };
        let smallest: Option<Vec<f64>> = others.iter().map(small).collect();
        let end = match (left.len(), smallest.as_deref()) {
            (1, _) => RaceEnd::OneLeft,
            (_, Some([smallest, ..])) if decided.is_race_over => RaceEnd::Small { smallest: *smallest },
            _ if decided.is_stopped => RaceEnd::BrokenOff,
            _ => RaceEnd::Exhausted,
        };
        let winner = (end == RaceEnd::OneLeft).then(|| leader.clone());
        let score = comparisons.first().map(|compared| Arc::clone(&compared.score)).unwrap_or_default();
        Some(Self { score, end, winner, left, eliminated })
    }

    /// Whether it did not tell which of those that are left is the best, though that may matter.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        matches!(self.end, RaceEnd::Exhausted | RaceEnd::BrokenOff)
    }
}

impl fmt::Display for Race {
    /// Who won, or who is left.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.left.len() + self.eliminated.len();
        if let Some(winner) = &self.winner {
            return write!(formatter, "{winner} is the best of {all} by {}", self.score);
        }
        match &self.left[..] {
            [others @ .., last] if !others.is_empty() => write!(formatter, "{} and {last}", others.join(", "))?,
            left => write!(formatter, "{}", left.join(", "))?,
        }
        write!(formatter, " are left of {all}")?;
        match self.end {
            RaceEnd::Small { smallest } => write!(formatter, ", and differ by less than {smallest} in {}", self.score),
            RaceEnd::BrokenOff => {
                write!(formatter, ": the run ended before it was known which is the best by {}", self.score)
            }
            _ => write!(formatter, ": all rows do not tell which is the best by {}", self.score),
        }
    }
}

impl fmt::Display for Eliminated {
    /// By whom it was left behind, and when.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variant, by, rows, .. } = self;
        let word = if *rows == 1 { "row" } else { "rows" };
        write!(formatter, "{variant} was left behind by {by} after {rows} {word}")
    }
}
