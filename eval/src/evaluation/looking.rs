//! What is made of scores: summaries and comparisons.

use std::sync::Arc;

use super::baseline::Looks;
use super::{
    Compared, Comparing, Decided, Evaluation, Flip, Measure, OutcomeError, ScoreEntry, ScoreOutcome, Scored,
    ScoredVariant, VariantOutcome,
};
use super::{panel, preference};
use crate::score::{Direction, Unit};
use crate::statistics::{
    Better, Clusters, Design, Kind, Resampling, Scores, StatisticsError, Summary, compare_all, summarise,
};

/// What all parts look at.
pub(super) struct Looking<'a> {
    pub(super) evaluation: &'a Evaluation,
    pub(super) measures: Vec<Measure>,
    pub(super) scored: &'a Scored,
    pub(super) repeats: usize,
    pub(super) clusters: Option<&'a Clusters>,
    pub(super) seed: u64,
    pub(super) decided: Option<&'a Decided>,
}

impl Looking<'_> {
    pub(super) fn comparing(&self) -> &Comparing {
        &self.evaluation.comparing
    }

    pub(super) fn scores(&self) -> &[ScoreEntry] {
        &self.evaluation.scores
    }

    /// The positions of the scores by which variants are compared. Single judges of several are not unless asked for: what they say together is.
    pub(super) fn compared(&self) -> impl Iterator<Item = usize> {
        let wanted = &self.comparing().scores;
        let is_compared = |measure: &Measure| match wanted.is_empty() {
            true => !measure.is_part,
            false => wanted.contains(&measure.name),
        };
        (0..self.measures.len()).filter(move |position| is_compared(&self.measures[*position]))
    }

    /// The first of the scores by which variants are compared, as the file names them.
    pub(super) fn first_compared(&self) -> Option<usize> {
        let first = self.comparing().scores.first();
        let of_name = |name: &Arc<str>| self.measures.iter().position(|measure| measure.name == *name);
        first.and_then(of_name).or_else(|| self.compared().next())
    }

    /// How a score is looked at: passes where all values are 0 or 1.
    pub(super) fn design<'c>(&self, position: usize, clusters: Option<&'c Clusters>) -> Design<'c> {
        let measure = &self.measures[position];
        let all = || self.scored.variants.iter().flat_map(|variant| variant.values[position].iter().flatten());
        let kind = match measure.unit {
            Unit::Fraction if all().all(|value| *value == 0.0 || *value == 1.0) => Kind::Binary,
            Unit::Fraction => Kind::Bounded { low: 0.0, high: 1.0 },
            _ if measure.scale.is_some() => {
                let (low, high) = measure.scale.unwrap_or_default();
                Kind::Bounded { low, high }
            }
            Unit::Cosine => Kind::Bounded { low: -1.0, high: 1.0 },
            _ => Kind::Unbounded,
        };
        let better = match measure.direction {
            Direction::Higher => Better::Higher,
            Direction::Lower => Better::Lower,
        };
        Design { better, margin: self.comparing().margin, ..self.plain(kind, clusters) }
    }

    pub(super) fn plain<'c>(&self, kind: Kind, clusters: Option<&'c Clusters>) -> Design<'c> {
        let resampling = Resampling { seed: self.seed, ..Resampling::default() };
        Design { clusters, level: self.comparing().level, resampling, ..Design::new(kind) }
    }

    /// The summary of a variant's values; of a run that stopped with intervals that hold wherever it stops.
    pub(super) fn summary_of(
        &self,
        (variant, values): (&ScoredVariant, &[Option<f64>]),
        design: &Design<'_>,
    ) -> Option<Summary> {
        let summary = self.summary(&variant.ran(values, self.repeats), design)?;
        match self.decided {
            // Also where others ran all rows: when this one was left belongs to its results.
            Some(decided) if decided.is_stopped || variant.ran.contains(&false) => {
                let order = decided.in_order(&self.scored.lines).into_iter().filter(|line| variant.ran[*line]);
                let in_order: Vec<Option<f64>> =
                    order.flat_map(|line| &values[line * self.repeats..(line + 1) * self.repeats]).copied().collect();
                let scores = Scores { values: &in_order, repeats: self.repeats };
                summary.stopped(&scores, design).ok()
            }
            _ => Some(summary),
        }
    }

    pub(super) fn summary(&self, values: &[Option<f64>], design: &Design<'_>) -> Option<Summary> {
        summarise(&Scores { values, repeats: self.repeats }, design).ok()
    }

    pub(super) fn variant(&self, name: &str, variant: &ScoredVariant) -> VariantOutcome {
        let score = |(position, measure): (usize, &Measure)| {
            let (judged, passed) = variant.passes[position];
            let values = &*variant.ran(&variant.values[position], self.repeats);
            ScoreOutcome {
                name: Arc::clone(&measure.name),
                unit: measure.unit,
                direction: measure.direction,
                summary: self.summary_of((variant, &variant.values[position]), &self.design(position, self.clusters)),
                pass_rate: (judged > 0).then(|| passed as f64 / judged as f64),
                whole: match measure.judges {
                    0 => variant.aggregates.get(position).and_then(Option::as_ref).map(|aggregate| aggregate.finish()),
                    judges => {
                        let judges: Vec<_> = variant.values[position - judges..position].iter().collect();
                        Some(match (measure.is_preference, &judges[..]) {
                            (true, [first, last]) => preference::summary(first, last),
                            _ => panel::agreement(&judges),
                        })
                    }
                },
                values: values.iter().flatten().copied().collect(),
                by_labels: Vec::new(),
                undecided: None,
            }
        };
        let unbounded = Design { better: Better::Lower, ..self.plain(Kind::Unbounded, self.clusters) };
        let known = |values: &[Option<f64>]| values.iter().flatten().copied().collect::<Vec<f64>>();
        let tokens = known(&variant.tokens);
        VariantOutcome {
            name: name.to_owned(),
            scores: self.measures.iter().enumerate().map(score).collect(),
            failed: variant.failed,
            rows: variant.ran(&variant.latency, self.repeats).len() as u64,
            latency: self.summary_of((variant, &variant.latency), &unbounded),
            cost: self.summary_of((variant, &variant.cost), &unbounded),
            tokens: (!tokens.is_empty()).then(|| tokens.iter().sum::<f64>() / tokens.len() as f64),
            measured: [known(&variant.latency), known(&variant.cost)],
        }
    }

    pub(super) fn comparisons(&self, names: &[String]) -> Result<Vec<Compared>, OutcomeError> {
        let baseline = self.comparing().baseline_among(names)?;
        if let Some(decided) = self.decided {
            return self.weighed(decided, names);
        }
        let mut comparisons = Vec::new();
        for position in self.compared() {
            let measure = &self.measures[position];
            let values = |variant: usize| &self.scored.variants[variant].values[position];
            let others: Vec<usize> = (0..self.scored.variants.len()).filter(|variant| *variant != baseline).collect();
            if others.is_empty() || self.scored.lines.is_empty() {
                continue;
            }
            let scores = |variant: usize| Scores { values: values(variant), repeats: self.repeats };
            let all: Vec<Scores<'_>> = others.iter().map(|variant| scores(*variant)).collect();
            let design = self.design(position, self.clusters);
            let family = match compare_all(&scores(baseline), &all, &design) {
                Ok(family) => family,
                // No row could be scored for both: the summaries tell.
                Err(StatisticsError::TooFew { .. }) => continue,
                Err(error) => return Err(OutcomeError::Statistics { score: measure.name.to_string(), error }),
            };
            for (variant, comparison) in others.into_iter().zip(family.comparisons) {
                comparisons.push(Compared {
                    score: Arc::clone(&measure.name),
                    baseline: names[baseline].clone(),
                    variant: names[variant].clone(),
                    words: comparison.to_string(),
                    flips: Flip::losses_first(
                        [values(baseline), values(variant)],
                        self.repeats,
                        &self.scored.lines,
                        measure.direction,
                    ),
                    comparison,
                });
            }
        }
        Ok(comparisons)
    }
}

impl Looks for Looking<'_> {
    fn design(&self, score: &str, values: [&[Option<f64>]; 2]) -> Option<Design<'static>> {
        let position = self.measures.iter().position(|measure| *measure.name == *score)?;
        let design = Looking::design(self, position, None);
        let is_pass = |value: &f64| *value == 0.0 || *value == 1.0;
        let all = || values.into_iter().flatten().flatten();
        let kind = match design.kind {
            Kind::Binary if !all().all(is_pass) => Kind::Bounded { low: 0.0, high: 1.0 },
            kind => kind,
        };
        // What the baseline holds may lie outside of a range that was declared since.
        let fits = kind.range().is_none_or(|(low, high)| all().all(|value| (low..=high).contains(value)));
        Some(Design { kind: if fits { kind } else { Kind::Unbounded }, ..design })
    }

    fn source(&self, line: u64) -> Option<u32> {
        let position = self.scored.lines.binary_search(&line).ok()?;
        self.scored.clusters.as_ref()?.get(position).copied()
    }
}
