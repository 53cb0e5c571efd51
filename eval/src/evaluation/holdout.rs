//! The winner of a search on rows that the search did not see.

use std::fmt;

use serde::Serialize;

use super::{Compared, Outcome, Pareto, ScoreOutcome, VariantOutcome};
use crate::score::Direction;
use crate::statistics::Summary;

/// How the best variant does on rows that were held out: the honest estimate, since among many variants the one that came out best was lucky,
/// too.
#[derive(Debug, Clone, Serialize)]
pub struct Holdout {
    /// The run over these rows.
    pub run: String,
    /// How many there are.
    pub rows: usize,
    /// The variant with the best mean of those that are left.
    pub winner: String,
    /// What it is compared with: the baseline; the next best variant where the baseline is the best.
    pub rival: Option<String>,
    /// Both of them, on these rows.
    pub variants: Vec<VariantOutcome>,
    /// How they compare, by the test of a fixed number of rows.
    pub comparisons: Vec<Compared>,
}

impl Holdout {
    /// What came of the run over rows that were held out.
    #[must_use]
    pub fn of(winner: &str, outcome: Outcome) -> Self {
        let rival = outcome.variants.iter().map(|variant| &variant.name).find(|name| *name != winner).cloned();
        let Outcome { run, rows, variants, comparisons, .. } = outcome;
        Self { run, rows, winner: winner.to_owned(), rival, variants, comparisons }
    }

    /// The means of the scores by which variants are compared, of all where there is one variant: score, variant and summary.
    #[must_use]
    pub fn means(&self) -> Vec<(&str, &str, &Summary)> {
        let is_compared = |score: &ScoreOutcome| {
            self.comparisons.is_empty() || self.comparisons.iter().any(|compared| compared.score == score.name)
        };
        let mut means = Vec::new();
        for variant in &self.variants {
            for score in variant.scores.iter().filter(|score| is_compared(score)) {
                means.extend(score.summary.as_ref().map(|summary| (&*score.name, &*variant.name, summary)));
            }
        }
        means
    }
}

impl fmt::Display for Holdout {
    /// On how many rows it was held against what.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "on {} rows that were held out: {}", self.rows, self.winner)?;
        match &self.rival {
            Some(rival) => write!(formatter, " beside {rival}"),
            None => Ok(()),
        }
    }
}

impl Outcome {
    /// The variant with the best mean of the score by which variants are compared, of those that are left, and behind it the one that it is
    /// held against: the baseline, or the next best where that is the best itself. Nothing where there is no such score.
    #[must_use]
    pub fn finalists(&self, baseline: Option<&str>) -> Vec<&str> {
        let Some(Pareto { direction, variants, .. }) = &self.pareto else {
            return self.variants.iter().take(1).map(|variant| &*variant.name).collect();
        };
        let mut order: Vec<(&str, f64)> =
            variants.iter().map(|placed| (&*placed.variant, placed.quality.mean)).collect();
        order.sort_by(|(_, one), (_, other)| match direction {
            Direction::Higher => other.total_cmp(one),
            Direction::Lower => one.total_cmp(other),
        });
        let is_left = |name: &str| self.race.as_ref().is_none_or(|race| race.left.iter().any(|left| left == name));
        let order: Vec<&str> = order.into_iter().map(|(name, _)| name).collect();
        let Some(winner) = order.iter().copied().find(|name| is_left(name)) else { return Vec::new() };
        let first = self.variants.first().map(|variant| &*variant.name);
        let baseline = baseline.or(first).filter(|name| *name != winner);
        let rival = baseline.or_else(|| order.iter().copied().find(|name| *name != winner));
        let rival = rival.and_then(|rival| self.variants.iter().find(|variant| variant.name == rival));
        [winner].into_iter().chain(rival.map(|rival| &*rival.name)).collect()
    }
}
