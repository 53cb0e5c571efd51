//! Lines of the data on which two variants have other scores.

use serde::Serialize;

use crate::score::Direction;

/// A line on which a variant and the baseline have other scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Flip {
    /// The line.
    pub line: u64,
    /// The baseline's score and the variant's, means of repetitions; `None` is an error.
    pub scores: [Option<f64>; 2],
}

/// So many lines are named on which a variant differs.
const MOST: usize = 1_000;

impl Flip {
    /// The lines on which two variants differ, in their order. The values are those of the baseline and of the variant, the
    /// repetitions of a line together.
    pub fn all<'a>(pair: [&'a [Option<f64>]; 2], repeats: usize, lines: &'a [u64]) -> impl Iterator<Item = Self> + 'a {
        let flips = means(pair, repeats, lines).map(|(line, scores)| Self { line, scores });
        flips.filter(|flip| flip.scores[0] != flip.scores[1])
    }

    /// The lines on which a variant differs, the greatest losses first, and not too many of them.
    pub(super) fn losses_first(
        pair: [&Vec<Option<f64>>; 2],
        repeats: usize,
        lines: &[u64],
        direction: Direction,
    ) -> Vec<Self> {
        let mut flips: Vec<Self> = Self::all(pair.map(|values| &**values), repeats, lines).collect();
        let gain = |flip: &Self| flip.gain(direction);
        flips.sort_by(|one, other| gain(one).total_cmp(&gain(other)).then(one.line.cmp(&other.line)));
        flips.truncate(MOST);
        flips
    }

    /// By how much the variant is better; an error is worse than any score.
    #[must_use]
    pub fn gain(&self, direction: Direction) -> f64 {
        let [one, other] = self.scores.map(|score| score.unwrap_or(f64::NEG_INFINITY));
        if direction == Direction::Higher { other - one } else { one - other }
    }
}

/// The lines with the scores of two variants, means of repetitions.
pub(super) fn means<'a>(
    pair: [&'a [Option<f64>]; 2],
    repeats: usize,
    lines: &'a [u64],
) -> impl Iterator<Item = (u64, [Option<f64>; 2])> + 'a {
    let [baseline, variant] = pair.map(|values| values.chunks(repeats.max(1)).map(mean));
    baseline.zip(variant).zip(lines).map(|((one, other), line)| (*line, [one, other]))
}

/// The mean of the values that there are.
#[must_use]
pub fn mean(values: &[Option<f64>]) -> Option<f64> {
    let known = || values.iter().flatten();
    let count = known().count();
    (count > 0).then(|| known().sum::<f64>() / count as f64)
}
