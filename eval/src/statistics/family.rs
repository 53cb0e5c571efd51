use serde::Serialize;

use super::comparison::{Comparison, compare_among};
use super::error::{StatisticsError, enough, same_length};
use super::multiple::holm;
use super::omnibus::{cochran_q, friedman};
use super::score::{Design, Kind, Rows, Scores};
use super::test::Test;

/// Several variants against one baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Family {
    /// Each variant against the baseline, in the order in which they were given. Verdicts heed the p adjusted by Holm, and for a
    /// margin the simultaneous interval.
    pub comparisons: Vec<Comparison>,
    /// Whether any of all, the baseline included, differs: Cochran's Q for passes, else Friedman's test. `None` where no row counts
    /// for all, or rows share sources, which these tests know nothing of.
    pub omnibus: Option<Test>,
}

/// Compares each of several variants with one baseline on the same rows, so that a false finding among all of them is as rare as
/// one in a single comparison: p by Holm; simultaneous intervals by Bonferroni, which may hold 0 where Holm's sharper p still
/// finds a difference.
///
/// # Errors
/// No variants, or what [`super::compare`] refuses.
pub fn compare_all(
    baseline: &Scores<'_>,
    variants: &[Scores<'_>],
    design: &Design<'_>,
) -> Result<Family, StatisticsError> {
    compare_remaining(baseline, variants, design, 0)
}

/// As [`compare_all`], where more variants were compared while rows came ([`super::SequentialComparison`]) and `given_up` of
/// them were stopped without a claim that they are better or worse, as too small a difference is. They count as if their p were 1.
/// Those of which better or worse was claimed don't count: with a part of α spent on looking, and the other here, Holm's steps go on
/// from them (a closed test of both parts).
///
/// # Errors
/// As [`compare_all`].
pub fn compare_remaining(
    baseline: &Scores<'_>,
    variants: &[Scores<'_>],
    design: &Design<'_>,
    given_up: usize,
) -> Result<Family, StatisticsError> {
    enough("a comparison", "variants", 1, variants.len())?;
    let count = variants.len() + given_up;
    let one = |variant: &Scores<'_>| compare_among(baseline, variant, design, count);
    let mut comparisons = variants.iter().map(one).collect::<Result<Vec<Comparison>, StatisticsError>>()?;
    if count > 1 {
        let raw = comparisons.iter().map(|comparison| comparison.test.p);
        let raw: Vec<f64> = raw.chain(std::iter::repeat_n(1.0, given_up)).collect();
        for (comparison, p) in comparisons.iter_mut().zip(holm(&raw)?) {
            comparison.adjusted_p = Some(p);
            comparison.verdict = comparison.decide();
        }
    }
    Ok(Family { omnibus: omnibus(baseline, variants, design)?, comparisons })
}

fn omnibus(
    baseline: &Scores<'_>,
    variants: &[Scores<'_>],
    design: &Design<'_>,
) -> Result<Option<Test>, StatisticsError> {
    if design.clusters.is_some() {
        return Ok(None);
    }
    let all: Vec<&Scores<'_>> = std::iter::once(baseline).chain(variants).collect();
    let scores = all.iter().map(|scores| Rows::of(scores, design)).collect::<Result<Vec<Rows>, StatisticsError>>()?;
    let count = scores[0].values.len();
    for other in &scores {
        same_length("the baseline", count, "a variant", other.values.len())?;
    }
    let row = |row: usize| scores.iter().map(|scores| scores.values[row]).collect::<Option<Vec<f64>>>();
    let rows: Vec<Vec<f64>> = (0..count).filter_map(row).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    if design.kind == Kind::Binary && all.iter().all(|scores| scores.repeats == 1) {
        let passed: Vec<Vec<bool>> = rows.iter().map(|row| row.iter().map(|value| *value == 1.0).collect()).collect();
        return cochran_q(&passed).map(Some);
    }
    friedman(&rows).map(Some)
}
