use serde::Serialize;

use super::bootstrap::Bootstrap;
use super::cluster::{Clusters, FEWEST_CLUSTERS};
use super::error::{StatisticsError, enough};
use super::interval::Interval;
use super::mean::{ClusteredMean, Mean, all_equal, all_equal_interval, extremes, geometric_mean_interval};
use super::note::Note;
use super::proportion::Proportion;
use super::quantile::{quantile, quantile_interval};
use super::repeats::Components;
use super::score::{Design, Kind, Rows, Scores};
use super::sequential::MeanSequence;

/// So many numbers are drawn at most where t does as well.
pub(super) const MOST_DRAWS: usize = 50_000_000;

/// Below so many rows the bootstrap misses skewed scores' means too often: for log-normal ones it holds 91 % of 50 rows' means
/// and 93 % of 200 rows'.
pub(super) const FEW_UNBOUNDED: usize = 100;

/// How good one variant is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// How many rows count.
    pub rows: usize,
    /// How many scores are errors.
    pub errors: usize,
    /// How often each row was run.
    pub repeats: usize,
    /// The mean score.
    pub mean: f64,
    /// The standard deviation of the rows' scores; NaN for one row.
    pub deviation: f64,
    /// The interval of the mean, by the method that fits; `None` where the notes say why.
    pub interval: Option<Interval>,
    /// Other intervals to compare with. That of the geometric mean is of the typical row, and not of the mean.
    pub also: Vec<Interval>,
    /// Quantiles with their intervals, for scores without a range.
    pub quantiles: Vec<Quantile>,
    /// How many clusters the rows form, if they do.
    pub clusters: Option<usize>,
    /// How much the clusters widen the variance.
    pub design_effect: Option<f64>,
    /// How much rows and repeats differ, where all rows have all repeats.
    pub components: Option<Components>,
    /// The mean if all errors had the lowest score, and the highest; `None` without errors or range.
    pub sensitivity: Option<[f64; 2]>,
    /// What one must know to read this.
    pub notes: Vec<Note>,
}

/// A quantile of scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantile {
    /// Which: 0.95 for p95.
    pub at: f64,
    /// The score.
    pub value: f64,
    /// Its interval; rows count as independent.
    pub interval: Option<Interval>,
}

/// The mean score of a variant with its interval: Wilson for passes, t on the logit scale for scores within a range, BCa bootstrap
/// for others, cluster-robust where rows share sources. Repeats of a row count as one row.
///
/// # Errors
/// No rows that count, a score that is not finite or outside of its range, lists that don't fit together, or settings that make
/// no sense.
pub fn summarise(scores: &Scores<'_>, design: &Design<'_>) -> Result<Summary, StatisticsError> {
    let rows = Rows::of(scores, design)?;
    let values: Vec<f64> = rows.values.iter().flatten().copied().collect();
    enough("a summary", "rows", 1, values.len())?;
    let kept: Vec<bool> = rows.values.iter().map(Option::is_some).collect();
    let clusters = design.clusters.map(|clusters| clusters.of_kept(&kept));
    let mean = Mean::of(&values)?;
    let mut notes = error_notes(rows.errors, rows.errors_count, kept.iter().filter(|kept| !**kept).count());
    let whole = scores.repeats == 1;
    let interval = match (design.kind, &clusters) {
        (Kind::Binary, None) if whole => Some(passes(&values)?.wilson(design.level)),
        _ => interval(&values, clusters.as_ref(), design, &mut notes)?,
    };
    let robust = clusters.as_ref().and_then(|clusters| ClusteredMean::of(&values, clusters).ok());
    let all_repeats = scores.repeats > 1 && rows.errors == 0 && values.len() > 1;
    let components = if all_repeats {
        let flat: Vec<f64> = scores.values.iter().flatten().copied().collect();
        Some(Components::of_runs(flat.chunks(scores.repeats))?)
    } else {
        None
    };
    Ok(Summary {
        rows: values.len(),
        errors: rows.errors,
        repeats: scores.repeats,
        mean: mean.mean,
        deviation: mean.deviation,
        interval,
        also: if clusters.is_none() { also(&values, &mean, design, whole)? } else { Vec::new() },
        quantiles: if design.kind == Kind::Unbounded { quantiles(&values, design)? } else { Vec::new() },
        clusters: clusters.as_ref().map(Clusters::count),
        design_effect: robust.map(|robust| robust.design_effect).filter(|effect| effect.is_finite()),
        components,
        sensitivity: rows.sensitivity,
        notes,
    })
}

impl Summary {
    /// The summary of a run that stopped early, with intervals that hold wherever it stops: of `scores` in the order in which they were
    /// looked at.
    ///
    /// # Errors
    /// As [`summarise`].
    pub fn stopped(self, scores: &Scores<'_>, design: &Design<'_>) -> Result<Summary, StatisticsError> {
        let rows = Rows::of(scores, design)?;
        let kind = match design.kind {
            // What is the mean of several runs lies between.
            Kind::Binary if scores.repeats > 1 => Kind::Bounded { low: 0.0, high: 1.0 },
            kind => kind,
        };
        let mut sequence = MeanSequence::new(kind, design.better, design.level)?;
        for value in rows.values.iter().flatten() {
            sequence.observe(Some(*value))?;
        }
        let quantiles = self.quantiles.iter().map(|quantile| Quantile { interval: None, ..*quantile }).collect();
        let is_of_intervals =
            |note: &Note| matches!(note, Note::AllEqual { .. } | Note::ManyRows { .. } | Note::FewRows { .. });
        let notes = self.notes.iter().copied().filter(|note| !is_of_intervals(note)).collect();
        Ok(Summary { interval: sequence.interval(), also: Vec::new(), quantiles, notes, ..self })
    }
}

pub(super) fn error_notes(errors: usize, count: bool, rows: usize) -> Vec<Note> {
    match errors {
        0 => Vec::new(),
        errors if count => vec![Note::ErrorsAsWorst { errors }],
        errors => vec![Note::ErrorsLeftOut { errors, rows }],
    }
}

fn passes(values: &[f64]) -> Result<Proportion, StatisticsError> {
    let passed = values.iter().filter(|value| **value == 1.0).count();
    Proportion::new(passed as u64, values.len() as u64)
}

fn interval(
    values: &[f64],
    clusters: Option<&Clusters>,
    design: &Design<'_>,
    notes: &mut Vec<Note>,
) -> Result<Option<Interval>, StatisticsError> {
    let level = design.level;
    let range = design.kind.range();
    let units = clusters.map_or(values.len(), Clusters::count);
    if let Some(clusters) = clusters
        && clusters.count() < FEWEST_CLUSTERS
    {
        notes.push(Note::FewClusters { clusters: clusters.count() });
    }
    if all_equal(values) || units < 2 {
        notes.push(match values.len() {
            1 => Note::OneRow,
            _ if !all_equal(values) => return Ok(None),
            _ => Note::AllEqual { value: values[0], bounded: range.is_some() },
        });
        // Equal rows of a cluster are no more than one row.
        let bound = |(low, high)| all_equal_interval(&values[..units], low, high, level);
        return range.map(bound).transpose();
    }
    let found = match (clusters, range) {
        (Some(clusters), Some((low, high))) => ClusteredMean::of(values, clusters)?.logit_t_interval(low, high, level),
        (Some(clusters), None) => ClusteredMean::of(values, clusters)?.t_interval(level),
        (None, Some((low, high))) => Mean::of(values)?.logit_t_interval(low, high, level),
        (None, None) if values.len().saturating_mul(design.resampling.replicates) <= MOST_DRAWS => {
            if values.len() < FEW_UNBOUNDED {
                notes.push(Note::FewRows { rows: values.len() });
            }
            Bootstrap::of_mean(values, &design.resampling).map(|found| found.bca(level))
        }
        (None, None) => {
            notes.push(Note::ManyRows { rows: values.len() });
            Mean::of(values)?.t_interval(level)
        }
    };
    match found {
        // Clusters that balance out.
        Err(StatisticsError::AllEqual { .. }) => Ok(None),
        found => found.map(Some),
    }
}

fn also(values: &[f64], mean: &Mean, design: &Design<'_>, whole: bool) -> Result<Vec<Interval>, StatisticsError> {
    let level = design.level;
    if design.kind == Kind::Binary && whole {
        let passes = passes(values)?;
        return Ok(vec![passes.jeffreys(level), passes.clopper_pearson(level)]);
    }
    let mut also = Vec::new();
    if values.len() < 2 || all_equal(values) {
        return Ok(also);
    }
    also.push(mean.t_interval(level)?);
    if design.kind == Kind::Unbounded {
        if extremes(values).0 > 0.0 {
            also.push(geometric_mean_interval(values, level)?);
        }
    } else if values.len().saturating_mul(design.resampling.replicates) <= MOST_DRAWS {
        also.push(Bootstrap::of_mean(values, &design.resampling)?.bca(level));
    }
    Ok(also)
}

fn quantiles(values: &[f64], design: &Design<'_>) -> Result<Vec<Quantile>, StatisticsError> {
    let one = |at: f64| {
        let interval = quantile_interval(values, at, design.level).ok();
        Ok(Quantile { at, value: quantile(values, at)?, interval })
    };
    [0.5, 0.95].into_iter().map(one).collect()
}
