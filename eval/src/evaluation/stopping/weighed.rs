use std::sync::Arc;

use super::decided::{Decided, Weighed};
use crate::evaluation::looking::Looking;
use crate::evaluation::{Compared, Flip, OutcomeError};
use crate::statistics::{
    Comparison, Design, Level, Scores, SequentialState, StatisticsError, compare, compare_remaining,
};

/// A variant beside the one that it is compared with, on the lines that count for both.
struct Pair<'a> {
    weighed: &'a Weighed,
    lines: Vec<u64>,
    baseline: Vec<Option<f64>>,
    variant: Vec<Option<f64>>,
}

impl Looking<'_> {
    /// Each variant against the baseline, or in a race against another one, as far as it was looked at: what was known then, and the test of all
    /// rows for those of which nothing was known when the rows were exhausted.
    pub(in crate::evaluation) fn weighed(
        &self,
        decided: &Decided,
        names: &[String],
    ) -> Result<Vec<Compared>, OutcomeError> {
        let Some(position) = decided.deciding else { return Ok(Vec::new()) };
        let measure = &self.measures[position];
        let pairs: Vec<Pair<'_>> = decided
            .weighed
            .iter()
            .map(|weighed| self.pair(decided, weighed, position))
            .filter(|pair| !pair.lines.is_empty())
            .collect();
        let comparisons = self
            .comparisons_of(decided, &pairs, position)
            .map_err(|error| OutcomeError::Statistics { score: measure.name.to_string(), error })?;
        let compared = |(pair, comparison): (&Pair<'_>, Comparison)| Compared {
            score: Arc::clone(&measure.name),
            baseline: names[pair.weighed.against].clone(),
            variant: names[pair.weighed.variant].clone(),
            words: comparison.to_string(),
            flips: Flip::losses_first([&pair.baseline, &pair.variant], self.repeats, &pair.lines, measure.direction),
            comparison,
        };
        Ok(pairs.iter().zip(comparisons).map(compared).collect())
    }

    fn pair<'w>(&self, decided: &Decided, weighed: &'w Weighed, position: usize) -> Pair<'w> {
        let all = &self.scored.lines;
        let is_seen = |line: u64| decided.is_among_the_first(line, weighed.evidence.rows);
        let counts = |line: &usize| decided.counts(all[*line], weighed.variant) && is_seen(all[*line]);
        let lines: Vec<usize> = (0..all.len()).filter(counts).collect();
        let values = |variant: usize| -> Vec<Option<f64>> {
            let values = &self.scored.variants[variant].values[position];
            lines.iter().flat_map(|line| &values[line * self.repeats..(line + 1) * self.repeats]).copied().collect()
        };
        let (baseline, variant) = (values(weighed.against), values(weighed.variant));
        Pair { weighed, baseline, variant, lines: lines.iter().map(|line| all[*line]).collect() }
    }

    fn comparisons_of(
        &self,
        decided: &Decided,
        pairs: &[Pair<'_>],
        position: usize,
    ) -> Result<Vec<Comparison>, StatisticsError> {
        let design = self.design(position, None);
        // All rows are there, and some of α is left for them.
        let is_open = |pair: &Pair<'_>| pair.weighed.state == SequentialState::Open && pair.lines.len() == decided.rows;
        if decided.leader.is_some() {
            return self.raced(pairs, &design, is_open);
        }
        let mut of_all = match (self.last_level(), pairs.iter().find(|pair| is_open(pair))) {
            (Some(level), Some(first)) => {
                let open: Vec<Scores<'_>> = pairs
                    .iter()
                    .filter(|pair| is_open(pair))
                    .map(|pair| Scores { values: &pair.variant, repeats: self.repeats })
                    .collect();
                let small = |pair: &&Pair<'_>| matches!(pair.weighed.state, SequentialState::Small { .. });
                let given_up = pairs.iter().filter(small).count();
                let design = Design { level, ..design };
                let baseline = Scores { values: &first.baseline, repeats: self.repeats };
                compare_remaining(&baseline, &open, &design, given_up)?.comparisons
            }
            _ => Vec::new(),
        }
        .into_iter();
        let one = |pair: &Pair<'_>| match is_open(pair).then(|| of_all.next()).flatten() {
            Some(comparison) => Ok(comparison),
            None => {
                let Weighed { state, evidence, .. } = pair.weighed;
                let [one, other] =
                    [&pair.baseline, &pair.variant].map(|values| Scores { values, repeats: self.repeats });
                let comparison = compare(&one, &other, &design)?;
                Ok(comparison.stopped(*state, evidence, pairs.len()))
            }
        };
        pairs.iter().map(one).collect()
    }

    /// The comparisons of a race, each with α shared by its variants. Whichever of those that are left leads, it is only by one of so many false
    /// findings that the best one is left behind.
    fn raced(
        &self,
        pairs: &[Pair<'_>],
        design: &Design<'_>,
        is_open: impl Fn(&Pair<'_>) -> bool,
    ) -> Result<Vec<Comparison>, StatisticsError> {
        let variants = self.scored.variants.len();
        let one = |pair: &Pair<'_>| {
            let [leader, other] =
                [&pair.baseline, &pair.variant].map(|values| Scores { values, repeats: self.repeats });
            match self.last_level().filter(|_| is_open(pair)) {
                Some(level) => compare(&leader, &other, &Design { level: level.shared_by(variants), ..*design }),
                None => {
                    let Weighed { state, evidence, .. } = pair.weighed;
                    Ok(compare(&leader, &other, design)?.stopped(*state, evidence, variants))
                }
            }
        };
        pairs.iter().map(one).collect()
    }

    /// The level of the test of all rows of a run that could have stopped early, if it has one.
    fn last_level(&self) -> Option<Level> {
        let comparing = self.comparing();
        comparing.stopping.and_then(|rule| rule.spending.last(comparing.level))
    }
}
