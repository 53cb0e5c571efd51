//! What came of an evaluation: variants summed up, compared, and held against the gates.

use std::sync::Arc;

use serde::Serialize;

use super::baseline::{Against, Baseline};
use super::gate::identifier;
use super::judge::JudgeOutcome;
use super::looking::Looking;
use super::{
    Calibration, Decided, Effects, Evaluation, Flip, Gate, GateOutcome, GateState, Holdout, Measure, Pareto, Race,
    Scored, Slice, Stability, Stop,
};
use crate::score::{self, Direction, Unit};
use crate::statistics::{Clusters, Comparison, StatisticsError, Summary, Verdict, quantile};

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
    /// Which variants are left of a race.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub race: Option<Race>,
    /// By variant.
    pub variants: Vec<VariantOutcome>,
    /// Each variant against the baseline, by score. Of a race: the best variant that is left against the others that are, and each that was left
    /// behind against the one that beat it.
    pub comparisons: Vec<Compared>,
    /// Variants by quality, cost and latency, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pareto: Option<Pareto>,
    /// What each value of each axis does, where variants are a product of axes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effects: Option<Effects>,
    /// How the best variant does on rows that were held out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Holdout>,
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
    pub(super) measured: [Vec<f64>; 2],
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
    pub(super) values: Vec<f64>,
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
            race: None,
            comparisons: looking.comparisons(names)?,
            pareto: looking.pareto(names),
            effects: looking.effects(names)?,
            holdout: None,
            slices: looking.slices(names),
            variants,
            against: None,
            calibrations: looking.calibrations(names, evaluation.comparing.baseline_among(names)?),
            gates: Vec::new(),
            judges: Vec::new(),
            stability: None,
        };
        outcome.tell_variants();
        outcome.race = decided.and_then(|decided| Race::of(decided, names, &outcome.comparisons));
        outcome.gates = match decided {
            Some(decided) if decided.is_stopped => decided.gates.clone(),
            _ => evaluation.gates.iter().flat_map(|gate: &Gate| gate.hold(&outcome)).collect(),
        };
        // A variant that did not run all rows was left when what it has to meet was known.
        for gate in &mut outcome.gates {
            let known = decided.and_then(|decided| decided.gate_before_the_end(gate, names));
            if let Some(known) = known {
                *gate = known.clone();
            }
        }
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
        let is_open = |compared: &Compared| open(compared.comparison.verdict);
        self.race.as_ref().map_or_else(|| self.comparisons.iter().any(is_open), Race::is_undecided)
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
