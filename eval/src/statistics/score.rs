use serde::Serialize;

use super::cluster::Clusters;
use super::error::{StatisticsError, same_length, share};
use super::interval::Level;
use super::random::Resampling;

/// What kind of number a score is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 0 or 1: passed or not.
    Binary,
    /// A number within a range that is known before: a judge's score, a Likert scale.
    Bounded {
        /// The lowest score there can be.
        low: f64,
        /// The highest score there can be.
        high: f64,
    },
    /// Any number: latency, cost, tokens.
    Unbounded,
}

impl Kind {
    /// The range of the scores, where they have one.
    #[must_use]
    pub fn range(self) -> Option<(f64, f64)> {
        match self {
            Kind::Binary => Some((0.0, 1.0)),
            Kind::Bounded { low, high } => Some((low, high)),
            Kind::Unbounded => None,
        }
    }
}

/// Which scores are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Higher ones: most scores.
    Higher,
    /// Lower ones: latency, cost.
    Lower,
}

/// What an error counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorsAs {
    /// The worst score there is. Scores without a range have none, and their errors are left out.
    Worst,
    /// Nothing: the rows are left out, which makes a variant that fails on hard rows look better.
    LeftOut,
}

/// The scores of one variant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores<'a> {
    /// One for each row and repeat, the repeats of a row together; `None` is an error.
    pub values: &'a [Option<f64>],
    /// How often each row was run.
    pub repeats: usize,
}

impl<'a> Scores<'a> {
    /// One score for each row.
    #[must_use]
    pub fn of(values: &'a [Option<f64>]) -> Scores<'a> {
        Scores { values, repeats: 1 }
    }
}

/// How scores are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Design<'a> {
    /// What kind of number they are.
    pub kind: Kind,
    /// Which are better.
    pub better: Better,
    /// What an error counts as.
    pub errors: ErrorsAs,
    /// Which rows share a source; an entry for each row.
    pub clusters: Option<&'a Clusters>,
    /// The level of intervals; 1 less it is the α of tests.
    pub level: Level,
    /// By how much a variant may be worse and still be called no worse, in the unit of the scores.
    pub margin: Option<f64>,
    /// How often a plan is to find a difference that is there.
    pub power: f64,
    /// How resampling is done.
    pub resampling: Resampling,
}

impl Design<'_> {
    /// The defaults for a kind of score: higher is better, errors count as the worst score, 95 %, no margin, a power of 0.8.
    #[must_use]
    pub fn new(kind: Kind) -> Design<'static> {
        Design {
            kind,
            better: Better::Higher,
            errors: ErrorsAs::Worst,
            clusters: None,
            level: Level::P95,
            margin: None,
            power: 0.8,
            resampling: Resampling::default(),
        }
    }
}

impl Design<'_> {
    /// What an error counts as, if it counts.
    #[must_use]
    pub fn error_value(&self) -> Option<f64> {
        error_value(self.kind, self.better, self.errors)
    }
}

/// What an error counts as, if it counts.
pub(super) fn error_value(kind: Kind, better: Better, errors: ErrorsAs) -> Option<f64> {
    let (low, high) = kind.range()?;
    match (errors, better) {
        (ErrorsAs::LeftOut, _) => None,
        (ErrorsAs::Worst, Better::Higher) => Some(low),
        (ErrorsAs::Worst, Better::Lower) => Some(high),
    }
}

/// One score for each row, the mean of its repeats; `None` where nothing counts.
pub(super) struct Rows {
    pub(super) values: Vec<Option<f64>>,
    /// How many values are errors.
    pub(super) errors: usize,
    /// Whether errors count as a score.
    pub(super) errors_count: bool,
    /// The mean if all errors had the lowest score, and the highest.
    pub(super) sensitivity: Option<[f64; 2]>,
}

impl Rows {
    pub(super) fn of(scores: &Scores<'_>, design: &Design<'_>) -> Result<Rows, StatisticsError> {
        check(scores, design)?;
        let replaced = error_value(design.kind, design.better, design.errors);
        let mean_of = |repeats: &[Option<f64>], replaced: Option<f64>| {
            let (mut total, mut count) = (0.0, 0);
            for value in repeats.iter().filter_map(|value| value.or(replaced)) {
                total += value;
                count += 1;
            }
            (count > 0).then(|| total / f64::from(count))
        };
        let rows = || scores.values.chunks(scores.repeats);
        let values: Vec<Option<f64>> = rows().map(|repeats| mean_of(repeats, replaced)).collect();
        let errors = scores.values.iter().filter(|value| value.is_none()).count();
        let if_all = |end: f64| {
            let total = super::mean::sum(rows().filter_map(|repeats| mean_of(repeats, Some(end))));
            total / values.len() as f64
        };
        let range = design.kind.range().filter(|_| errors > 0);
        let sensitivity = range.map(|(low, high)| [if_all(low), if_all(high)]);
        Ok(Rows { errors, errors_count: replaced.is_some(), sensitivity, values })
    }
}

fn check(scores: &Scores<'_>, design: &Design<'_>) -> Result<(), StatisticsError> {
    super::error::enough("scores", "repeats", 1, scores.repeats)?;
    share("the power", design.power)?;
    if let Some(margin) = design.margin {
        super::error::positive("the margin", margin)?;
    }
    check_kind(design.kind)?;
    let rows = scores.values.len() / scores.repeats;
    let whole = rows * scores.repeats;
    same_length("the list of scores", scores.values.len(), "the list of whole rows", whole)?;
    if let Some(clusters) = design.clusters {
        same_length("the list of clusters", clusters.rows(), "the list of rows", rows)?;
    }
    for (index, value) in scores.values.iter().enumerate() {
        if let Some(value) = *value {
            check_score(design.kind, index / scores.repeats, value)?;
        }
    }
    Ok(())
}

/// A range that is one.
pub(super) fn check_kind(kind: Kind) -> Result<(), StatisticsError> {
    match kind {
        Kind::Bounded { low, high } if !(low < high && low.is_finite() && high.is_finite()) => {
            Err(StatisticsError::Setting { what: "the lowest score", value: low, must: "below the highest" })
        }
        _ => Ok(()),
    }
}

/// The score of a row that its kind allows.
pub(super) fn check_score(kind: Kind, row: usize, value: f64) -> Result<(), StatisticsError> {
    if !value.is_finite() {
        return Err(StatisticsError::NotFinite { row, value });
    }
    match kind.range() {
        Some((low, high)) if value < low || value > high || (kind == Kind::Binary && value != low && value != high) => {
            Err(StatisticsError::OutOfRange { row, value, low, high })
        }
        _ => Ok(()),
    }
}
