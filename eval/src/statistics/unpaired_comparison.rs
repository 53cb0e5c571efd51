use serde::Serialize;

use super::error::{StatisticsError, enough};
use super::interval::Interval;
use super::mean::Mean;
use super::note::Note;
use super::score::{Better, Design, Kind, Rows, Scores};
use super::summary::error_notes;
use super::test::Test;
use super::unpaired::{UnpairedTable, Welch};
use super::verdict::{FEWEST_ROWS, Verdict};

/// A variant against a baseline that ran on different rows. The difference is the variant's mean less the baseline's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnpairedComparison {
    /// How many rows of the baseline and of the variant count.
    pub rows: [usize; 2],
    /// How many scores of each are errors.
    pub errors: [usize; 2],
    /// Their mean scores.
    pub means: [f64; 2],
    /// The difference of the means.
    pub difference: f64,
    /// Its interval; `None` where both are constant.
    pub interval: Option<Interval>,
    /// Where a margin is given: the end of the interval on the side on which the variant is worse, at the level to this side alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// The test of no difference; `None` where both are constant.
    pub test: Option<Test>,
    /// What is said of the variant.
    pub verdict: Verdict,
    /// What one must know to read this.
    pub notes: Vec<Note>,
}

/// Compares a variant with a baseline that ran on different rows: Newcombe's interval and Fisher's test for passes, Welch for other
/// scores. Where there are common rows, [`super::compare`] tells much more with as many.
///
/// # Errors
/// No rows that count, a score that is not finite or outside of its range, settings that make no sense, or clusters.
pub fn compare_unpaired(
    baseline: &Scores<'_>,
    variant: &Scores<'_>,
    design: &Design<'_>,
) -> Result<UnpairedComparison, StatisticsError> {
    if let Some(clusters) = design.clusters {
        let must = "none where variants ran on different rows";
        return Err(StatisticsError::Setting { what: "the number of clusters", value: clusters.count() as f64, must });
    }
    let both = [Rows::of(baseline, design)?, Rows::of(variant, design)?];
    let values = [0, 1].map(|side: usize| both[side].values.iter().flatten().copied().collect::<Vec<f64>>());
    enough("a comparison", "rows", 1, values[0].len().min(values[1].len()))?;
    let rows = [values[0].len(), values[1].len()];
    let means = [Mean::of(&values[0])?.mean, Mean::of(&values[1])?.mean];
    let errors = [both[0].errors, both[1].errors];
    let left_out = both.iter().map(|side| side.values.iter().filter(|value| value.is_none()).count()).sum();
    let mut notes = error_notes(errors[0] + errors[1], both[0].errors_count, left_out);
    notes.push(Note::Unpaired);

    let estimate = |level| -> Result<(Option<Interval>, Option<Test>), StatisticsError> {
        if design.kind == Kind::Binary && baseline.repeats == 1 && variant.repeats == 1 {
            let passed = |side: usize| values[side].iter().filter(|value| **value == 1.0).count() as u64;
            let table = UnpairedTable::new((passed(0), rows[0] as u64), (passed(1), rows[1] as u64))?;
            return Ok((Some(table.newcombe(level)?), Some(table.fisher())));
        }
        match Welch::of(&values[0], &values[1]) {
            Ok(welch) => Ok((Some(welch.interval(level)), Some(welch.test()))),
            Err(StatisticsError::AllEqual { .. } | StatisticsError::TooFew { .. }) => Ok((None, None)),
            Err(error) => Err(error),
        }
    };
    let (interval, test) = estimate(design.level)?;
    let side = |interval: Interval| match design.better {
        Better::Higher => interval,
        Better::Lower => interval.negated(),
    };
    let shown = test.is_some_and(|test| test.p < design.level.alpha());
    let sided = interval.map(side).filter(|_| shown);
    let bound = estimate(design.level.one_sided())?.0.map(side);
    let margin = design.margin.filter(|margin| bound.is_some_and(|bound| bound.low > -margin));
    let verdict = match (sided, margin) {
        _ if rows[0].min(rows[1]) < FEWEST_ROWS => Verdict::TooFewRows { rows: rows[0].min(rows[1]) },
        (Some(interval), _) if interval.low > 0.0 => Verdict::Better,
        (_, Some(margin)) => Verdict::NoWorse { margin },
        (Some(interval), None) if interval.high < 0.0 => Verdict::Worse,
        _ => Verdict::Undecided { needed: None },
    };
    let bound = bound.filter(|_| design.margin.is_some()).map(|bound| match design.better {
        Better::Higher => bound.low,
        Better::Lower => -bound.low,
    });
    let difference = means[1] - means[0];
    Ok(UnpairedComparison { rows, errors, means, difference, interval, bound, test, verdict, notes })
}
