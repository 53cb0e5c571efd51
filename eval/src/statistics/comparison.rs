use std::fmt;

use serde::Serialize;

use super::cluster::Clusters;
use super::differences::{Differences, MOST_RANKED};
use super::error::{StatisticsError, enough, same_length};
use super::interval::{Interval, Level};
use super::mcnemar::PairedTable;
use super::mean::{ClusteredMean, sum};
use super::note::Note;
use super::paired::{Paired, Signs, differences};
use super::score::{Better, Design, Kind, Rows, Scores};
use super::sequential::{SequentialEvidence, SequentialState};
use super::summary::error_notes;
use super::test::{Test, TestMethod};
use super::verdict::{FEWEST_ROWS, Goal, Rounded, RowsNeeded, Verdict};
use super::wilcoxon::hodges_lehmann;

/// A plan with more rows than this is none: no difference was seen.
const MOST_PLANNED: u64 = 100_000_000;

/// A variant against a baseline, on the same rows. Differences are the variant's score less the baseline's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How many rows count: those that count for both.
    pub rows: usize,
    /// How many scores of the baseline and of the variant are errors.
    pub errors: [usize; 2],
    /// The mean score of the baseline and of the variant.
    pub means: [f64; 2],
    /// The mean difference.
    pub difference: f64,
    /// Its interval, by the method that fits; `None` where the notes say why.
    pub interval: Option<Interval>,
    /// Where a margin is given: the end of the interval on the side on which the variant is worse, at the level to this side alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// The test of no difference that the verdict heeds.
    pub test: Test,
    /// Its p adjusted by Holm, where several variants are compared.
    pub adjusted_p: Option<f64>,
    /// An interval that holds together with those of the other variants, where several are compared.
    pub simultaneous: Option<Interval>,
    /// Other intervals to compare with.
    pub also_intervals: Vec<Interval>,
    /// Other tests to compare with.
    pub also_tests: Vec<Test>,
    /// How large the difference is, apart from the number of rows.
    pub effect: Effect,
    /// On how many rows the variant is better, worse and equal.
    pub better: usize,
    /// See `better`.
    pub worse: usize,
    /// See `better`.
    pub equal: usize,
    /// How often each passed, for passes without repeats.
    pub table: Option<PairedTable>,
    /// How many clusters the rows form, if they do.
    pub clusters: Option<usize>,
    /// How much the clusters widen the variance.
    pub design_effect: Option<f64>,
    /// The mean difference if all errors turned out as badly for the variant as can be, and as well; `None` without errors or range.
    pub sensitivity: Option<[f64; 2]>,
    /// What is said of the variant.
    pub verdict: Verdict,
    /// What one must know to read this.
    pub notes: Vec<Note>,
    #[serde(skip)]
    evidence: Evidence,
}

/// How large a difference is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Effect {
    /// The mean difference in standard deviations of the differences; NaN where they are all equal.
    pub dz: f64,
    /// The same with Hedges' correction for few rows.
    pub hedges_g: f64,
    /// The middle of pairwise averages: what most rows agree on.
    pub hodges_lehmann: Option<f64>,
    /// For passes: how many rows only the variant passes by those that only the baseline passes; infinite if there is none of the
    /// latter.
    pub odds: Option<f64>,
}

/// What the verdict is made of, so that it can be made anew with another p and level.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Evidence {
    better: Better,
    margin: Option<f64>,
    level: Level,
    /// Whether the variant is shown to be no worse by the margin.
    shows_margin: bool,
    power: f64,
    /// The range of the scores, where they have one.
    range: Option<(f64, f64)>,
    /// The standard deviation of the differences, widened by clusters.
    deviation: f64,
    /// The share of rows that differ, where passes are compared row by row.
    discordant: Option<f64>,
}

/// Compares a variant with a baseline on the same rows, in the same order: Bonett and Price's interval and McNemar's mid-p for
/// passes; for other scores, and for passes with repeats, the paired t interval and sign flips; where rows share sources the
/// cluster-robust interval and sign flips of clusters. Repeats of a row count as one row.
///
/// # Errors
/// Lists of different lengths, no rows that count for both, a score that is not finite or outside of its range, or settings that
/// make no sense.
pub fn compare(
    baseline: &Scores<'_>,
    variant: &Scores<'_>,
    design: &Design<'_>,
) -> Result<Comparison, StatisticsError> {
    compare_among(baseline, variant, design, 1)
}

/// The comparison with one of `count` variants: the simultaneous interval and the margin hold for all of them together.
pub(super) fn compare_among(
    baseline: &Scores<'_>,
    variant: &Scores<'_>,
    design: &Design<'_>,
    count: usize,
) -> Result<Comparison, StatisticsError> {
    let (a, b) = (Rows::of(baseline, design)?, Rows::of(variant, design)?);
    same_length("the baseline", a.values.len(), "the variant", b.values.len())?;
    let pairs: Vec<Option<(f64, f64)>> = a.values.iter().zip(&b.values).map(|(a, b)| a.zip(*b)).collect();
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.iter().flatten().copied().unzip();
    let rows = first.len();
    enough("a comparison", "rows", 1, rows)?;
    let kept: Vec<bool> = pairs.iter().map(Option::is_some).collect();
    let whole = baseline.repeats == 1 && variant.repeats == 1;
    let clusters = design.clusters.map(|clusters| clusters.of_kept(&kept));
    let passed = |values: &[f64]| values.iter().map(|value| *value == 1.0).collect::<Vec<bool>>();
    let table = if design.kind == Kind::Binary && whole {
        Some(PairedTable::of(&passed(&first), &passed(&second))?)
    } else {
        None
    };
    let values = differences(&first, &second)?;
    let found = Differences { values, table, clusters, design };

    let mut notes = error_notes(a.errors + b.errors, a.errors_count, pairs.len() - rows);
    found.note(&mut notes);
    let (interval, test) = (found.interval(design.level)?, found.test(&mut notes)?);
    let paired = Paired::of(&found.values)?;
    let signs = Signs::of(&found.values);
    let (better, worse) = match design.better {
        Better::Higher => (signs.positive, signs.negative),
        Better::Lower => (signs.negative, signs.positive),
    };
    let robust = found.clusters.as_ref().and_then(|clusters| ClusteredMean::of(&found.values, clusters).ok());
    let (also_intervals, also_tests) = found.also()?;
    let ends = |rows: &Rows, mean: f64| rows.sensitivity.unwrap_or([mean; 2]);
    let means = [&first, &second].map(|values| sum(values.iter().copied()) / rows as f64);
    let counts = a.errors + b.errors > 0 && design.kind.range().is_some();
    let sensitivity = counts.then(|| {
        let (a, b) = (ends(&a, means[0]), ends(&b, means[1]));
        match design.better {
            Better::Higher => [b[0] - a[1], b[1] - a[0]],
            Better::Lower => [b[1] - a[0], b[0] - a[1]],
        }
    });
    let evidence = Evidence {
        better: design.better,
        margin: design.margin,
        level: design.level,
        shows_margin: found.shows_margin(design.level.shared_by(count))?,
        power: design.power,
        range: design.kind.range(),
        deviation: robust.map_or(paired.difference.standard_error, |robust| robust.standard_error)
            * (rows as f64).sqrt(),
        discordant: found.plain_table().map(|table| table.discordant() as f64 / table.rows() as f64),
    };
    let mut comparison = Comparison {
        rows,
        errors: [a.errors, b.errors],
        means,
        difference: paired.difference.mean,
        interval,
        bound: found.bound(design.level.shared_by(count))?,
        test,
        adjusted_p: None,
        simultaneous: if count > 1 { found.interval(design.level.shared_by(count))? } else { None },
        also_intervals,
        also_tests,
        effect: Effect {
            dz: paired.dz(),
            hedges_g: paired.dz() * paired.hedges(),
            hodges_lehmann: if rows <= MOST_RANKED { Some(hodges_lehmann(&found.values)?) } else { None },
            odds: table.as_ref().map(PairedTable::odds),
        },
        better,
        worse,
        equal: signs.zero,
        table,
        clusters: found.clusters.as_ref().map(Clusters::count),
        design_effect: robust.map(|robust| robust.design_effect).filter(|effect| effect.is_finite()),
        sensitivity,
        verdict: Verdict::Undecided { needed: None },
        notes,
        evidence,
    };
    comparison.verdict = comparison.decide();
    Ok(comparison)
}

impl Comparison {
    /// How many rows it takes to show a difference or a margin, if rows go on to differ as they do here.
    ///
    /// # Errors
    /// A difference or margin that is not positive, or rows that don't differ at all and are to show a difference.
    pub fn rows_for(&self, goal: Goal) -> Result<RowsNeeded, StatisticsError> {
        let Evidence { level, power, deviation, discordant, range, .. } = self.evidence;
        if let (Goal::NoWorse(margin), true, Some(range)) = (goal, self.better + self.worse == 0, range) {
            return RowsNeeded::without_differences(margin, discordant.is_none().then_some(range), level, power);
        }
        match discordant {
            Some(share) => RowsNeeded::of_passes(goal, share, level, power),
            None => RowsNeeded::of_scores(goal, deviation, level, power),
        }
    }

    /// How many rows would decide, if the truth is what was seen; `None` where these are enough for that, or nothing was seen.
    fn needed(&self) -> Option<RowsNeeded> {
        let goal = self.evidence.margin.map_or(Goal::Difference(self.difference.abs()), Goal::NoWorse);
        self.rows_for(goal).ok().filter(|needed| needed.rows > self.rows as u64 && needed.rows <= MOST_PLANNED)
    }

    /// The comparison of rows that were looked at as they came, of `comparisons` in all: with the interval and the p that hold wherever
    /// one stops, in the place of those of a fixed number of rows.
    #[must_use]
    pub fn stopped(self, state: SequentialState, evidence: &SequentialEvidence, comparisons: usize) -> Comparison {
        let verdict = match state {
            SequentialState::Better => Verdict::Better,
            SequentialState::Worse => Verdict::Worse,
            SequentialState::Small { smallest } => Verdict::Small { smallest },
            SequentialState::Open if self.rows < FEWEST_ROWS => Verdict::TooFewRows { rows: self.rows },
            SequentialState::Open => Verdict::Undecided { needed: self.needed() },
        };
        let adjusted = (evidence.p * comparisons as f64).min(1.0);
        Comparison {
            interval: evidence.interval,
            test: Test::with(TestMethod::EValue, evidence.e_value, None, evidence.p),
            adjusted_p: (comparisons > 1).then_some(adjusted),
            simultaneous: None,
            also_intervals: Vec::new(),
            also_tests: Vec::new(),
            verdict,
            ..self
        }
    }

    /// The verdict of the evidence, with the adjusted p where there is one.
    pub(super) fn decide(&self) -> Verdict {
        let evidence = &self.evidence;
        if self.rows < FEWEST_ROWS {
            return Verdict::TooFewRows { rows: self.rows };
        }
        // All flips of G clusters make 2^G; two of them are as extreme as can be.
        let least = (2.0 / evidence.level.alpha()).log2().floor() as usize + 1;
        if let Some(clusters) = self.clusters.filter(|clusters| *clusters < least) {
            return Verdict::TooFewClusters { clusters, needed: least };
        }
        let side = |interval: Interval| match evidence.better {
            Better::Higher => interval,
            Better::Lower => interval.negated(),
        };
        let shown = self.adjusted_p.unwrap_or(self.test.p) < evidence.level.alpha();
        let interval = self.interval.map(side).filter(|_| shown);
        if interval.is_some_and(|interval| interval.low > 0.0) {
            return Verdict::Better;
        }
        if let Some(margin) = evidence.margin.filter(|_| evidence.shows_margin) {
            return Verdict::NoWorse { margin };
        }
        if interval.is_some_and(|interval| interval.high < 0.0) {
            return Verdict::Worse;
        }
        Verdict::Undecided { needed: self.needed() }
    }
}

impl fmt::Display for Comparison {
    /// The verdict with the difference, its interval, p and the number of rows.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; difference {}", self.verdict, Rounded(self.difference))?;
        if let Some(interval) = &self.interval {
            let (low, high) = (Rounded(interval.low), Rounded(interval.high));
            write!(formatter, ", {} interval {low} to {high} ({})", interval.level, interval.method)?;
        }
        let p = self.adjusted_p.unwrap_or(self.test.p);
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(formatter, ", p {} ({}), {} {rows}", Rounded(p), self.test.method, self.rows)
    }
}
