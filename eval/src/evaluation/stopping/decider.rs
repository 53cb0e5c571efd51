use std::collections::HashMap;
use std::sync::Arc;

use flow_core::run::RowRecord;
use flow_core::value::Map;

use super::decided::Decided;
use super::field::Field;
use super::pair::Pair;
use super::rule::StoppingRule;
use super::watch::{Bound, Watch};
use crate::batch::{Decide, Decision, LedgerError, RecordedRows};
use crate::data::{DataError, RowStream, place_by_chance};
use crate::evaluation::score::{Measure, ScoreEntry, ScoredBy};
use crate::evaluation::scored::judged;
use crate::evaluation::{Evaluation, OutcomeError};
use crate::score::{Direction, Facts};
use crate::statistics::{Better, SequentialComparison, SequentialDesign, StatisticsError};

/// Looks after each line whether the answer is known.
pub struct Decider {
    evaluation: Arc<Evaluation>,
    /// What scores take of the data, by line.
    data: HashMap<u64, Map>,
    deciding: Option<usize>,
    /// Each variant and the baseline; in a race each and each other one.
    pairs: Vec<Pair>,
    /// Which variants are left of a race.
    field: Option<Field>,
    watches: Vec<Watch>,
    /// By variant, how many lines count.
    of_variant: Vec<usize>,
    /// By variant, whether anything is still to be known of it.
    live: Vec<bool>,
    places: HashMap<u64, usize>,
    names: Vec<String>,
    is_stopped: bool,
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
        let (mut pairs, mut field) = (Vec::new(), None);
        if let Some(position) = deciding {
            let measure = &measures[position];
            let kind = StoppingRule::kind(measure);
            let better = if measure.direction == Direction::Higher { Better::Higher } else { Better::Lower };
            let (spending, smallest) = (rule.spending, rule.smallest);
            let (level, comparisons) = match rule.races {
                true => (evaluation.comparing.level.shared_by(names.len()), 1),
                false => (evaluation.comparing.level, names.len().saturating_sub(1)),
            };
            let design = SequentialDesign { kind, better, level, spending, smallest, comparisons };
            for (first, second) in rule.pairs(names.len(), baseline) {
                let comparison = SequentialComparison::new(&design).map_err(|error| of_score(position, error))?;
                pairs.push(Pair { first, second, comparison });
            }
            field = rule.races.then(|| Field::new(names.len(), better));
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
            deciding,
            pairs,
            field,
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
        let mut counts = vec![0; self.names.len()];
        let repeats = self.evaluation.repeat.max(1);
        let keys = recorded.lines().into_iter().flat_map(|line| recorded.keys_of(line));
        for key in keys.filter(|key| key.repeat < repeats) {
            if let Some(count) = counts.get_mut(key.variant as usize) {
                *count += 1;
            }
        }
        let mut lines: Vec<u64> = self.data.keys().copied().collect();
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
        let is_stopped = (self.is_stopped || self.field.is_some()) && self.places.len() < self.data.len();
        let outcome = |watch: &Watch| watch.outcome(&self.names[watch.variant]);
        Decided {
            rows: self.data.len(),
            deciding: self.deciding,
            weighed: match &self.field {
                Some(field) => field.weighed(&self.pairs),
                None => self.pairs.iter().map(Pair::weighed).collect(),
            },
            gates: self.watches.iter().map(outcome).collect(),
            is_stopped,
            is_known: self.is_stopped,
            is_race_over: self.field.as_ref().is_some_and(|field| !field.is_open(&self.pairs)),
            leader: self.field.as_ref().map(|field| field.leader(&self.pairs)),
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
        let counted = values.iter().map(|value| value.or_else(|| worst(entry))).sum::<Option<f64>>()?;
        Some(counted / values.len() as f64)
    }

    fn look(&mut self, line: u64, rows: &[RowRecord]) -> Result<(), StatisticsError> {
        if let Some(score) = self.deciding {
            let pairs = self.looked_at();
            let is_asked = |variant: usize| pairs.iter().any(|at| self.pairs[*at].is_of(variant));
            let value = |variant: usize| is_asked(variant).then(|| self.value(line, rows, (score, variant))).flatten();
            let values: Vec<Option<f64>> = (0..self.live.len()).map(value).collect();
            for at in pairs {
                let Pair { first, second, comparison } = &mut self.pairs[at];
                comparison.observe(values[*first], values[*second])?;
            }
        }
        if let Some(field) = &mut self.field {
            field.look(&self.pairs);
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

    /// The pairs that are looked at: in a race all that are left as long as it is open, so that each has the same rows.
    fn looked_at(&self) -> Vec<usize> {
        let goes_on = self.field.as_ref().is_none_or(|field| field.is_open(&self.pairs));
        let is_looked_at = |pair: &Pair| {
            let is_wanted = self.field.as_ref().map_or_else(|| pair.is_open(), |field| field.has_both(pair));
            is_wanted && self.live[pair.first] && self.live[pair.second]
        };
        (0..self.pairs.len()).filter(|at| goes_on && is_looked_at(&self.pairs[*at])).collect()
    }

    /// Whether anything is still to be known of a variant.
    fn is_open(&self, variant: usize) -> bool {
        let of_gate = |watch: &Watch| watch.variant == variant && watch.passed.is_none();
        let of_pair = |pair: &Pair| pair.is_of(variant) && pair.is_open();
        let is_racing = |field: &Field| field.has(variant) && field.is_open(&self.pairs);
        let is_compared = || self.pairs.iter().any(of_pair);
        self.watches.iter().any(of_gate) || self.field.as_ref().map_or_else(is_compared, is_racing)
    }
}

/// The worst score that there is.
fn worst(entry: &ScoreEntry) -> Option<f64> {
    let measures = Measure::of(std::slice::from_ref(entry));
    let measure = measures.first()?;
    let (least, greatest) = StoppingRule::kind(measure).range()?;
    Some(if measure.direction == Direction::Higher { least } else { greatest })
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
