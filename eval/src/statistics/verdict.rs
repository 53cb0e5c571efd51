use std::fmt;

use serde::Serialize;

use super::error::StatisticsError;
use super::interval::Level;
use super::plan::Aim;

/// Below so many rows there is no verdict.
pub const FEWEST_ROWS: usize = 15;

/// What a comparison says of the second variant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// It is better than the baseline: the interval lies on the better side of 0, and p is below α.
    Better,
    /// It is worse than the baseline: the interval lies on the worse side of 0, and p is below α.
    Worse,
    /// It is not worse by the margin or more: the one-sided bound of the difference says so.
    NoWorse {
        /// The margin, in the unit of the scores.
        margin: f64,
    },
    /// The difference is smaller than what matters, either way: of rows that were looked at as they came.
    Small {
        /// The smallest difference that matters.
        smallest: f64,
    },
    /// The rows don't tell.
    Undecided {
        /// How many would, if the truth is what was seen.
        needed: Option<RowsNeeded>,
    },
    /// There are too few rows for a verdict.
    TooFewRows {
        /// How many there are.
        rows: usize,
    },
    /// There are so few clusters that no difference could be shown at this level.
    TooFewClusters {
        /// How many there are.
        clusters: usize,
        /// How many it takes at least.
        needed: usize,
    },
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Better => formatter.write_str("better"),
            Verdict::Worse => formatter.write_str("worse"),
            Verdict::NoWorse { margin } => write!(formatter, "no worse by {margin}"),
            Verdict::Small { smallest } => write!(formatter, "no difference of {smallest} or more"),
            Verdict::Undecided { needed: Some(needed) } => write!(formatter, "undecided: {needed}"),
            Verdict::Undecided { needed: None } => formatter.write_str("undecided"),
            Verdict::TooFewRows { rows } => {
                let are = if *rows == 1 { "row is" } else { "rows are" };
                write!(formatter, "no verdict: {rows} {are} too few, at least {FEWEST_ROWS} are needed")
            }
            Verdict::TooFewClusters { clusters, needed } => {
                let are = if *clusters == 1 { "cluster is" } else { "clusters are" };
                write!(formatter, "no verdict: {clusters} {are} too few, at least {needed} are needed")
            }
        }
    }
}

/// What rows are to show.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// That there is a difference, if it is this one.
    Difference(f64),
    /// That a variant is not worse by this margin, if there is no difference.
    NoWorse(f64),
}

/// How many rows it takes to show something.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RowsNeeded {
    /// How many rows.
    pub rows: u64,
    /// What they show.
    pub goal: Goal,
    /// How often they do.
    pub power: f64,
    /// The level of the interval.
    pub level: Level,
}

impl RowsNeeded {
    /// Rows on which two variants are to be compared by scores whose differences have this standard deviation. Where rows share
    /// sources, take the deviation times the root of the design effect.
    ///
    /// # Errors
    /// A difference, margin or deviation that is not positive, or a power that is not between 0 and 1.
    pub fn of_scores(goal: Goal, deviation: f64, level: Level, power: f64) -> Result<RowsNeeded, StatisticsError> {
        let rows = match goal {
            Goal::Difference(delta) => Aim::new(level, power)?.rows_for_difference(delta, deviation)?,
            // One-sided.
            Goal::NoWorse(margin) => Aim::new(level.one_sided(), power)?.rows_for_difference(margin, deviation)?,
        };
        Ok(RowsNeeded { rows: whole(rows), goal, power, level })
    }

    /// Rows on which two variants are to be compared by passes, where they differ on this share of rows. A share that is not known
    /// is mostly between 0.1 and 0.3.
    ///
    /// # Errors
    /// As [`RowsNeeded::of_scores`]; a share that is not between 0 and 1, or below the difference.
    pub fn of_passes(goal: Goal, discordant: f64, level: Level, power: f64) -> Result<RowsNeeded, StatisticsError> {
        match goal {
            Goal::Difference(delta) => {
                let rows = Aim::new(level, power)?.rows_for_paired_shares(delta, discordant)?;
                Ok(RowsNeeded { rows: whole(rows), goal, power, level })
            }
            // Without a difference the variance of differences is the share that differs.
            Goal::NoWorse(_) => RowsNeeded::of_scores(goal, discordant.sqrt(), level, power),
        }
    }

    /// Rows that show a margin if none of them differs: as many as it takes until even so the interval ends within the margin, Bonett and
    /// Price's for passes (`range` is `None`), the bound for equal values for others.
    pub(super) fn without_differences(
        margin: f64,
        range: Option<(f64, f64)>,
        level: Level,
        power: f64,
    ) -> Result<RowsNeeded, StatisticsError> {
        super::error::positive("the margin", margin)?;
        let rows = match range {
            // Half of its width is z √2 / (n + 2).
            None => level.one_sided().z() * std::f64::consts::SQRT_2 / margin - 2.0,
            Some((low, high)) if margin < high - low => {
                level.one_sided().alpha().ln() / (1.0 - margin / (high - low)).ln()
            }
            Some(_) => 0.0,
        };
        Ok(RowsNeeded { rows: whole(rows.floor() + 1.0), goal: Goal::NoWorse(margin), power, level })
    }
}

fn whole(rows: f64) -> u64 {
    rows.ceil().max(FEWEST_ROWS as f64) as u64
}

/// A number of rows with two digits that count, upwards.
fn about(rows: u64) -> String {
    let scale = 10_u64.pow(rows.max(1).ilog10().saturating_sub(1));
    let digits = (rows.div_ceil(scale)).saturating_mul(scale).to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for RowsNeeded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let often = Rounded(self.power * 100.0);
        let rows = about(self.rows);
        match self.goal {
            Goal::Difference(delta) => {
                write!(
                    formatter,
                    "a difference of {} takes about {rows} rows to show {often} % of the time",
                    Rounded(delta)
                )
            }
            Goal::NoWorse(margin) => {
                let margin = Rounded(margin);
                write!(formatter, "to be no worse by {margin} takes about {rows} rows to show {often} % of the time")
            }
        }
    }
}

/// A number with three digits that count.
pub(super) struct Rounded(pub(super) f64);

impl fmt::Display for Rounded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0.0 || !self.0.is_finite() {
            return write!(formatter, "{}", self.0);
        }
        let places = (2.0 - self.0.abs().log10().floor()).clamp(0.0, 12.0) as usize;
        let text = format!("{:.places$}", self.0);
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        formatter.write_str(text)
    }
}
