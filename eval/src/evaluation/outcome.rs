//! What came of an evaluation: variants summed up, compared, and held against the gates.

use std::sync::Arc;

use serde::Serialize;

use super::baseline::{Against, Baseline, Looks};
use super::gate::identifier;
use super::judge::JudgeOutcome;
use super::{
    Calibration, Comparing, Decided, Evaluation, Flip, Gate, GateOutcome, GateState, Measure, ScoreEntry, Scored,
    ScoredVariant, Slice, Stability, Stop,
};
use super::{panel, preference};
use crate::score::{self, Direction, Unit};
use crate::statistics::{
    Better, Clusters, Comparison, Design, Kind, Resampling, Scores, StatisticsError, Summary, Verdict, compare_all,
    quantile, summarise,
};

/// What came of an evaluation.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The run.
    pub run: String,
    /// Lines of the data that each variant ran.
    pub rows: usize,
    /// Lines that are left out, as they are not complete.
    pub left_out: u64,
    /// Lines that are left out, as the runs were given other inputs there.
    #[serde(skip_serializing_if = "is_zero")]
    pub unlike: u64,
    /// Where it stopped before its rows were exhausted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// By variant.
    pub variants: Vec<VariantOutcome>,
    /// Each variant against the baseline, by score.
    pub comparisons: Vec<Compared>,
    /// By column and value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slices: Vec<Slice>,
    /// How it stands against the baseline, where the evaluation names one and it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
    /// What became of the gates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateOutcome>,
    /// Scores held against labels of people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calibrations: Vec<Calibration>,
    /// How steady rows are that were run several times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stability: Option<Stability>,
    /// What flows that score took, apart from what they scored.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judges: Vec<JudgeOutcome>,
}

/// What came of a variant.
#[derive(Debug, Clone, Serialize)]
pub struct VariantOutcome {
    /// Its selection; `base` for the flow as it is.
    pub name: String,
    /// By score, in the file's order.
    pub scores: Vec<ScoreOutcome>,
    /// Rows that failed, repetitions counted.
    pub failed: u64,
    /// Rows, repetitions counted.
    pub rows: u64,
    /// Seconds a row.
    pub latency: Option<Summary>,
    /// US dollars a row.
    pub cost: Option<Summary>,
    /// Tokens a row.
    pub tokens: Option<f64>,
    #[serde(skip)]
    measured: [Vec<f64>; 2],
}

/// What came of a score of a variant.
#[derive(Debug, Clone, Serialize)]
pub struct ScoreOutcome {
    /// Its name.
    pub name: Arc<str>,
    /// What its values count.
    pub unit: Unit,
    /// Which of them are better.
    pub direction: Direction,
    /// Mean, interval and more; `None` where no row could be scored.
    pub summary: Option<Summary>,
    /// The share of rows with a verdict that passed.
    pub pass_rate: Option<f64>,
    /// What all rows together say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<score::Summary>,
    #[serde(skip)]
    values: Vec<f64>,
    /// What labels of people say of it, by how gates name it.
    #[serde(skip)]
    pub(super) by_labels: Vec<(String, f64)>,
    /// Why labels do not tell whether it is usable.
    #[serde(skip)]
    pub(super) undecided: Option<String>,
}

/// A variant against the baseline by a score.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// The score.
    pub score: Arc<str>,
    /// The baseline.
    pub baseline: String,
    /// The variant.
    pub variant: String,
    /// How they compare.
    pub comparison: Comparison,
    /// It in words.
    pub words: String,
    /// Lines on which they differ: those that the variant lost first.
    pub flips: Vec<Flip>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Outcome {
    /// Sums up, compares and judges scores, each line of which is there as often as `repeats` says.
    ///
    /// # Errors
    ///
    /// If there is no variant of the baseline's name, or the scores cannot be compared.
    pub fn of(
        run: &str,
        names: &[String],
        evaluation: &Evaluation,
        scored: &Scored,
        (repeats, seed): (usize, u64),
        decided: Option<&Decided>,
    ) -> Result<Self, OutcomeError> {
        let of_source = scored.clusters.as_ref().map(|sources| Clusters::new(sources.iter()));
        let measures = Measure::of(&evaluation.scores);
        let looking = Looking { evaluation, measures, scored, repeats, clusters: of_source.as_ref(), seed, decided };
        let variants: Vec<VariantOutcome> =
            names.iter().zip(&scored.variants).map(|(name, variant)| looking.variant(name, variant)).collect();
        let mut outcome = Self {
            run: run.to_owned(),
            rows: scored.lines.len(),
            left_out: scored.left_out,
            unlike: scored.unlike,
            stop: decided.and_then(|decided| {
                let cost = |variant: &VariantOutcome| variant.cost.as_ref().map(|cost| cost.mean);
                decided.stop(repeats, &variants.iter().map(cost).collect::<Vec<_>>())
            }),
            comparisons: looking.comparisons(names)?,
            slices: looking.slices(names),
            variants,
            against: None,
            calibrations: looking.calibrations(names, evaluation.comparing.baseline_among(names)?),
            gates: Vec::new(),
            judges: Vec::new(),
            stability: None,
        };
        outcome.tell_variants();
        outcome.gates = match decided.filter(|decided| decided.is_stopped) {
            Some(decided) => decided.gates.clone(),
            None => evaluation.gates.iter().flat_map(|gate: &Gate| gate.hold(&outcome)).collect(),
        };
        Ok(outcome)
    }

    /// Sets it against a baseline, and judges the gates anew. `now` is what the run that was scored is as a baseline, its rows named as the
    /// other's. `repeats` and the seed are those with which it was summed up.
    pub fn stand_against(
        &mut self,
        [then, now]: [&Baseline; 2],
        evaluation: &Evaluation,
        scored: &Scored,
        (repeats, seed): (usize, u64),
    ) {
        let measures = Measure::of(&evaluation.scores);
        let looking = Looking { evaluation, measures, scored, repeats, clusters: None, seed, decided: None };
        self.against = Some(Against::of(then, now, &looking));
        self.gates = evaluation.gates.iter().flat_map(|gate: &Gate| gate.hold(self)).collect();
    }

    /// Whether a gate does not hold, or cannot be judged.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.gates.iter().any(|gate| matches!(gate.state(), GateState::Fails | GateState::Unknown))
    }

    /// Whether the rows do not tell whether a gate holds.
    #[must_use]
    pub fn has_open_gates(&self) -> bool {
        self.gates.iter().any(|gate| gate.state() == GateState::Undecided)
    }

    /// Whether a comparison that was asked for has no verdict.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        let open = |verdict: Verdict| {
            matches!(verdict, Verdict::Undecided { .. } | Verdict::TooFewRows { .. } | Verdict::TooFewClusters { .. })
        };
        self.comparisons.iter().any(|compared| open(compared.comparison.verdict))
    }
}

impl VariantOutcome {
    /// A number of it, by how gates name it.
    pub(super) fn number(&self, function: Option<&str>, measured: &str) -> Option<f64> {
        let count = |count: u64| count as f64;
        let score = self.scores.iter().find(|score| identifier(&score.name) == measured);
        let (summary, values) = match measured {
            "latency" => (self.latency.as_ref(), &self.measured[0]),
            "cost" | "cost_per_row" => (self.cost.as_ref(), &self.measured[1]),
            "tokens" => return self.tokens.filter(|_| function.is_none()),
            "rows" => return Some(count(self.rows)).filter(|_| function.is_none()),
            "failed" => return Some(count(self.failed)).filter(|_| function.is_none()),
            _ => match score {
                Some(score) => (score.summary.as_ref(), &score.values),
                None => {
                    let of = |score: &&ScoreOutcome| measured.starts_with(&format!("{}__", identifier(&score.name)));
                    let score = self.scores.iter().find(of)?;
                    let number = &measured[identifier(&score.name).len() + 2..];
                    let by_labels = score.by_labels.iter().find(|(name, _)| name == number).map(|(_, value)| *value);
                    return by_labels.or_else(|| score.whole.as_ref()?.number(number));
                }
            },
        };
        match function {
            None | Some("mean") => summary.map(|summary| summary.mean),
            Some("low") => summary?.interval.map(|interval| interval.low),
            Some("high") => summary?.interval.map(|interval| interval.high),
            Some("pass_rate") => score?.pass_rate,
            Some("least") => values.iter().copied().reduce(f64::min),
            Some("greatest") => values.iter().copied().reduce(f64::max),
            Some("p50") => quantile(values, 0.5).ok(),
            Some("p90") => quantile(values, 0.9).ok(),
            Some("p95") => quantile(values, 0.95).ok(),
            Some("p99") => quantile(values, 0.99).ok(),
            Some(_) => None,
        }
    }
}

/// What all parts look at.
pub(super) struct Looking<'a> {
    evaluation: &'a Evaluation,
    pub(super) measures: Vec<Measure>,
    pub(super) scored: &'a Scored,
    pub(super) repeats: usize,
    clusters: Option<&'a Clusters>,
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

    fn plain<'c>(&self, kind: Kind, clusters: Option<&'c Clusters>) -> Design<'c> {
        let resampling = Resampling { seed: self.seed, ..Resampling::default() };
        Design { clusters, level: self.comparing().level, resampling, ..Design::new(kind) }
    }

    /// The summary of a variant's values; of a run that stopped with intervals that hold wherever it stops.
    fn summary_of(&self, (variant, values): (&ScoredVariant, &[Option<f64>]), design: &Design<'_>) -> Option<Summary> {
        let summary = self.summary(&variant.ran(values, self.repeats), design)?;
        match self.decided {
            Some(decided) if decided.is_stopped => {
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

    fn variant(&self, name: &str, variant: &ScoredVariant) -> VariantOutcome {
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

    fn comparisons(&self, names: &[String]) -> Result<Vec<Compared>, OutcomeError> {
        let baseline = self.comparing().baseline_among(names)?;
        if let Some(decided) = self.decided {
            return self.weighed(decided, baseline, names);
        }
        let mut comparisons = Vec::new();
        // Single judges of several are not compared unless asked for: what they say together is.
        let wanted = &self.comparing().scores;
        let chosen = |measure: &Measure| {
            if wanted.is_empty() { !measure.is_part } else { wanted.contains(&measure.name) }
        };
        for (position, measure) in self.measures.iter().enumerate().filter(|(_, measure)| chosen(measure)) {
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

/// Why scores cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum OutcomeError {
    /// There is no variant of the baseline's name.
    #[error("no variant is called `{name}`, with which the others are to be compared")]
    Baseline {
        /// The name.
        name: String,
        /// The names that there are.
        names: Vec<String>,
    },
    /// The statistics refuse.
    #[error("the scores `{score}` cannot be compared: {error}")]
    Statistics {
        /// The score.
        score: String,
        /// Why.
        error: StatisticsError,
    },
}
