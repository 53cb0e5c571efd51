use std::collections::HashMap;
use std::sync::Arc;

use flow_core::run::RowRecord;
use flow_core::value::Map;

use super::decided::{Decided, Weighed};
use super::rule::StoppingRule;
use super::watch::{Bound, Watch};
use crate::batch::{Decide, Decision, LedgerError, RecordedRows};
use crate::data::{DataError, RowStream, place_by_chance};
use crate::evaluation::score::{Measure, ScoredBy};
use crate::evaluation::scored::judged;
use crate::evaluation::{Evaluation, OutcomeError};
use crate::score::{Direction, Facts};
use crate::statistics::{Better, SequentialComparison, SequentialDesign, SequentialState, StatisticsError};

/// Looks after each line whether the answer is known.
pub struct Decider {
    evaluation: Arc<Evaluation>,
    /// What scores take of the data, by line.
    data: HashMap<u64, Map>,
    baseline: usize,
    deciding: Option<usize>,
    opponents: Vec<Opponent>,
    watches: Vec<Watch>,
    /// By variant, how many lines count.
    of_variant: Vec<usize>,
    /// By variant, whether anything is still to be known of it.
    live: Vec<bool>,
    places: HashMap<u64, usize>,
    names: Vec<String>,
    is_stopped: bool,
}

/// A variant against the baseline.
struct Opponent {
    variant: usize,
    comparison: SequentialComparison,
}

impl Decider {
    /// Looks at variants of these names over rows of the data as they are selected; `None` where the evaluation is one of all rows.
    ///
    /// # Errors
    ///
    /// If there is no variant of the baseline's name, the data cannot be read, or nothing can be decided by these scores.
    pub fn new(evaluation: &Arc<Evaluation>, names: &[String], rows: RowStream) -> Result<Option<Self>, DecidingError> {
        let Some(rule) = evaluation.comparing.stopping else { return Ok(None) };
        let measures = Measure::of(&evaluation.scores);
        let deciding = StoppingRule::deciding(&evaluation.comparing, &measures).unwrap_or_default();
        let baseline = evaluation.comparing.baseline_among(names)?;
        let of_score = |position: usize, error| OutcomeError::Statistics {
            score: measures.get(position).map(|measure| measure.name.to_string()).unwrap_or_default(),
            error,
        };
        let mut opponents = Vec::new();
        if let Some(position) = deciding {
            let measure = &measures[position];
            let kind = StoppingRule::kind(measure);
            let better = if measure.direction == Direction::Higher { Better::Higher } else { Better::Lower };
            let comparisons = names.len().saturating_sub(1);
            let (spending, smallest) = (rule.spending, rule.smallest);
            let level = evaluation.comparing.level;
            let design = SequentialDesign { kind, better, level, spending, smallest, comparisons };
            for variant in (0..names.len()).filter(|variant| *variant != baseline) {
                let comparison = SequentialComparison::new(&design).map_err(|error| of_score(position, error))?;
                opponents.push(Opponent { variant, comparison });
            }
        }
        let data = evaluation.data_of(rows)?;
        let mut watches = Vec::new();
        for gate in &evaluation.gates {
            let Some(bound) = Bound::of(gate, &evaluation.scores) else { continue };
            for variant in (0..names.len()).filter(|variant| gate.speaks_of(&names[*variant], names)) {
                let score = bound.score;
                let watch = Watch::new(
                    (Arc::clone(&gate.text), variant, bound.clone()),
                    evaluation.comparing.level,
                    data.len(),
                );
                watches.push(watch.map_err(|error| of_score(score, error))?);
            }
        }
        Ok(Some(Self {
            evaluation: Arc::clone(evaluation),
            data,
            baseline,
            deciding,
            opponents,
            watches,
            of_variant: vec![0; names.len()],
            live: vec![true; names.len()],
            places: HashMap::new(),
            names: names.to_vec(),
            is_stopped: false,
        }))
    }

    /// What is known of the rows of a run, which is looked at line by line as when it ran.
    ///
    /// # Errors
    ///
    /// If its journal cannot be read.
    pub fn replay(mut self, recorded: &mut RecordedRows, seed: u64) -> Result<Decided, LedgerError> {
        let mut lines = recorded.lines();
        let mut counts = vec![0; self.names.len()];
        for key in lines.iter().flat_map(|line| recorded.keys_of(*line)) {
            if let Some(count) = counts.get_mut(key.variant as usize) {
                *count += 1;
            }
        }
        lines.sort_by_key(|line| place_by_chance(seed, *line));
        for line in lines {
            let keys: Vec<_> = recorded.keys_of(line).collect();
            let mut rows = Vec::with_capacity(keys.len());
            for key in keys {
                rows.extend(recorded.get(key)?);
            }
            // The end of what was run in order: the run was interrupted.
            if !self.is_whole(&rows) {
                break;
            }
            if let Decision::Stop(_) = self.line(line, &rows) {
                break;
            }
        }
        Ok(self.into_decided(counts))
    }

    fn into_decided(self, recorded: Vec<u64>) -> Decided {
        let is_stopped = self.is_stopped && self.places.len() < self.data.len();
        let outcome = |watch: &Watch| watch.outcome(&self.names[watch.variant]);
        let weighed = self.opponents.iter().map(|opponent| Weighed {
            variant: opponent.variant,
            state: opponent.comparison.state(),
            evidence: opponent.comparison.evidence(),
        });
        Decided {
            rows: self.data.len(),
            deciding: self.deciding,
            weighed: weighed.collect(),
            gates: if is_stopped { self.watches.iter().map(outcome).collect() } else { Vec::new() },
            is_stopped,
            recorded,
            of_variant: self.of_variant,
            places: self.places,
        }
    }

    /// Whether a line has all rows of the variants of which anything is still to be known.
    fn is_whole(&self, rows: &[RowRecord]) -> bool {
        let of = |variant: usize| rows.iter().filter(|row| row.key.variant as usize == variant).count();
        (0..self.live.len()).all(|variant| !self.live[variant] || of(variant) >= self.evaluation.repeat.max(1) as usize)
    }

    /// The mean score of a variant's rows; an error counts as the worst score, and is `None` where all are.
    fn value(&self, line: u64, rows: &[RowRecord], (score, variant): (usize, usize)) -> Option<f64> {
        let entry = self.evaluation.scores.get(score)?;
        let ScoredBy::Metric(metric) = &entry.scorer else { return None };
        let data = self.data.get(&line);
        let of_row = |row: &RowRecord| {
            let facts = Facts::of(row);
            let score = judged(row, data, (entry, metric), &facts, None).ok()?;
            entry.judgement.apply(score).value
        };
        let repeats = self.evaluation.repeat.max(1);
        let is_asked = |row: &&RowRecord| row.key.variant as usize == variant && row.key.repeat < repeats;
        let values: Vec<Option<f64>> = rows.iter().filter(is_asked).map(of_row).collect();
        if values.iter().all(Option::is_none) {
            return None;
        }
        let measures = Measure::of(std::slice::from_ref(entry));
        let (least, greatest) = measures.first().and_then(|measure| StoppingRule::kind(measure).range())?;
        let worst = if measures[0].direction == Direction::Higher { least } else { greatest };
        Some(values.iter().map(|value| value.unwrap_or(worst)).sum::<f64>() / values.len() as f64)
    }

    fn look(&mut self, line: u64, rows: &[RowRecord]) -> Result<(), StatisticsError> {
        if let Some(score) = self.deciding {
            let baseline = self.value(line, rows, (score, self.baseline));
            for at in 0..self.opponents.len() {
                let Opponent { variant, comparison } = &self.opponents[at];
                if self.live[*variant] && comparison.state() == SequentialState::Open {
                    let value = self.value(line, rows, (score, *variant));
                    self.opponents[at].comparison.observe(baseline, value)?;
                }
            }
        }
        for at in 0..self.watches.len() {
            let Watch { variant, bound, .. } = &self.watches[at];
            if self.live[*variant] {
                let value = self.value(line, rows, (bound.score, *variant));
                self.watches[at].observe(value)?;
            }
        }
        Ok(())
    }

    /// Whether anything is still to be known of a variant.
    fn is_open(&self, variant: usize) -> bool {
        let of_gate = |watch: &Watch| watch.variant == variant && watch.passed.is_none();
        let of_comparison = |opponent: &Opponent| {
            let is_one = opponent.variant == variant || self.baseline == variant;
            is_one && opponent.comparison.state() == SequentialState::Open
        };
        self.watches.iter().any(of_gate) || self.opponents.iter().any(of_comparison)
    }
}

impl Decide for Decider {
    fn line(&mut self, line: u64, rows: &[RowRecord]) -> Decision {
        let place = self.places.len();
        self.places.insert(line, place);
        for (count, live) in self.of_variant.iter_mut().zip(&self.live) {
            *count += usize::from(*live);
        }
        // A score that does not fit is told when all are summed up.
        if self.look(line, rows).is_err() {
            return Decision::GoOn;
        }
        let left: Vec<usize> =
            (0..self.live.len()).filter(|variant| self.live[*variant] && !self.is_open(*variant)).collect();
        for variant in &left {
            self.live[*variant] = false;
        }
        if !self.live.contains(&true) {
            self.is_stopped = true;
            let (rows, of) = (self.places.len(), self.data.len());
            return Decision::Stop(format!("the answer was known after {rows} of {of} rows"));
        }
        match left[..] {
            [] => Decision::GoOn,
            _ => Decision::Leave(left.into_iter().filter_map(|variant| u32::try_from(variant).ok()).collect()),
        }
    }
}

/// Why an evaluation cannot stop early.
#[derive(Debug, thiserror::Error)]
pub enum DecidingError {
    /// There is nothing that can be decided.
    #[error(transparent)]
    Outcome(#[from] OutcomeError),
    /// The data.
    #[error(transparent)]
    Data(#[from] DataError),
}
