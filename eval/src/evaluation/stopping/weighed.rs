use std::sync::Arc;

use super::decided::{Decided, Weighed};
use crate::evaluation::outcome::Looking;
use crate::evaluation::{Compared, Flip, OutcomeError};
use crate::statistics::{Design, Scores, SequentialState, compare};

impl Looking<'_> {
    /// Each variant against the baseline as far as it was looked at: what was known then, and the test of all rows for those of which nothing was
    /// known when the rows were exhausted.
    pub(in crate::evaluation) fn weighed(
        &self,
        decided: &Decided,
        baseline: usize,
        names: &[String],
    ) -> Result<Vec<Compared>, OutcomeError> {
        let Some(position) = decided.deciding else { return Ok(Vec::new()) };
        let measure = &self.measures[position];
        let refused = |error| OutcomeError::Statistics { score: measure.name.to_string(), error };
        let design = self.design(position, None);
        let last = self.last_level();
        let mut comparisons = Vec::new();
        for Weighed { variant, state, evidence } in &decided.weighed {
            let lines: Vec<usize> = (0..self.scored.lines.len())
                .filter(|line| decided.counts(self.scored.lines[*line], *variant))
                .collect();
            if lines.is_empty() {
                continue;
            }
            let values = |variant: usize| -> Vec<Option<f64>> {
                let all = &self.scored.variants[variant].values[position];
                let of_line = |line: &usize| &all[line * self.repeats..(line + 1) * self.repeats];
                lines.iter().flat_map(of_line).copied().collect()
            };
            let both = [values(baseline), values(*variant)];
            let [one, other] = [&both[0], &both[1]].map(|values| Scores { values, repeats: self.repeats });
            // All rows are there, and α is left for them.
            let level = last.filter(|_| *state == SequentialState::Open && lines.len() == decided.rows);
            let comparison = match level {
                Some(level) => {
                    let design = Design { level: level.shared_by(decided.weighed.len()), ..design };
                    compare(&one, &other, &design).map_err(refused)?
                }
                None => {
                    compare(&one, &other, &design).map_err(refused)?.stopped(*state, evidence, decided.weighed.len())
                }
            };
            let lines: Vec<u64> = lines.iter().map(|line| self.scored.lines[*line]).collect();
            comparisons.push(Compared {
                score: Arc::clone(&measure.name),
                baseline: names[baseline].clone(),
                variant: names[*variant].clone(),
                words: comparison.to_string(),
                flips: Flip::losses_first([&both[0], &both[1]], self.repeats, &lines, measure.direction),
                comparison,
            });
        }
        Ok(comparisons)
    }
}
