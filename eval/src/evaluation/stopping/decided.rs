use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use crate::evaluation::GateOutcome;
use crate::statistics::{SequentialEvidence, SequentialState};

/// What came of looking after each line.
#[derive(Debug)]
pub struct Decided {
    /// By line that was looked at, its place in the order.
    pub(in crate::evaluation) places: HashMap<u64, usize>,
    /// By variant, how many lines from the first on count for it.
    pub(in crate::evaluation) of_variant: Vec<usize>,
    /// Rows of the data.
    pub(in crate::evaluation) rows: usize,
    /// The position of the score that decides; `None` where gates alone do.
    pub(in crate::evaluation) deciding: Option<usize>,
    /// Each variant against the baseline, or in a race against another one.
    pub(in crate::evaluation) weighed: Vec<Weighed>,
    /// What became of the gates; those of variants that ran all rows are held against them all.
    pub(in crate::evaluation) gates: Vec<GateOutcome>,
    /// Whether the rows were not exhausted.
    pub(in crate::evaluation) is_stopped: bool,
    /// Whether the answer was known.
    pub(in crate::evaluation) is_known: bool,
    /// Whether it is known which variant is the best of a race, or that it does not matter.
    pub(in crate::evaluation) is_race_over: bool,
    /// Of a race which of those that are left is the best so far.
    pub(in crate::evaluation) leader: Option<usize>,
    /// By variant, how many rows are recorded, repetitions counted.
    pub(in crate::evaluation) recorded: Vec<u64>,
}

/// A variant against the baseline or another one, by what was known after the last row of both.
#[derive(Debug, Clone)]
pub struct Weighed {
    /// The variant that it is compared with.
    pub against: usize,
    /// The variant.
    pub variant: usize,
    /// What is known.
    pub state: SequentialState,
    /// By what.
    pub evidence: SequentialEvidence,
}

/// Where a run stopped, or stopped for some variants, and what that saved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stop {
    /// Whether the answer was known then: a race may end before, when its budget is used up.
    pub known: bool,
    /// Lines that were looked at.
    pub rows: usize,
    /// Lines of the data.
    pub of: usize,
    /// Rows that were not run: variants and repetitions counted.
    pub not_run: u64,
    /// Rows that were under way, and do not count.
    pub beyond: u64,
    /// What those that were not run would have cost by the mean of those that were, in US dollars.
    pub saved: Option<f64>,
}

impl fmt::Display for Stop {
    /// Where it stopped, and what that saved.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { known, rows, of, not_run, beyond, saved } = self;
        match (rows == of, known) {
            (true, _) => write!(formatter, "all {of} rows were run, but not for each variant: ")?,
            (_, true) => write!(formatter, "stopped after {rows} of {of} rows, when the answer was known: ")?,
            (_, false) => write!(formatter, "ended after {rows} of {of} rows, before the answer was known: ")?,
        }
        write!(formatter, "{not_run} runs of a row were not made")?;
        if let Some(saved) = saved.filter(|saved| *saved > 0.0) {
            write!(formatter, ", which saved about ${saved:.4}")?;
        }
        match beyond {
            0 => Ok(()),
            1 => write!(formatter, "; 1 was under way and does not count"),
            beyond => write!(formatter, "; {beyond} were under way and do not count"),
        }
    }
}

impl Decided {
    /// Whether a line counts.
    pub(in crate::evaluation) fn is_of(&self, line: u64) -> bool {
        self.places.contains_key(&line)
    }

    /// The positions of lines in the order in which they were looked at.
    pub(in crate::evaluation) fn in_order(&self, lines: &[u64]) -> Vec<usize> {
        let place = |position: &usize| self.places.get(&lines[*position]).copied().unwrap_or(usize::MAX);
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(place);
        order
    }

    /// Where the run stopped, if it did; `costs` are the mean costs of the variants' rows, which were run `repeats` times each.
    pub(in crate::evaluation) fn stop(&self, repeats: usize, costs: &[Option<f64>]) -> Option<Stop> {
        let all = (self.rows * repeats) as u64;
        let not_run: Vec<u64> = self.recorded.iter().map(|recorded| all.saturating_sub(*recorded)).collect();
        let is_left_early = self.leader.is_some() && self.of_variant.iter().any(|lines| *lines < self.rows);
        if !self.is_stopped && !is_left_early {
            return None;
        }
        let counted: u64 = self.of_variant.iter().map(|lines| (lines * repeats) as u64).sum();
        let saved: Option<Vec<f64>> =
            not_run.iter().zip(costs).map(|(rows, cost)| Some(*rows as f64 * (*cost)?)).collect();
        Some(Stop {
            known: self.is_known,
            rows: self.places.len(),
            of: self.rows,
            not_run: not_run.iter().sum(),
            beyond: self.recorded.iter().sum::<u64>().saturating_sub(counted),
            saved: saved.map(|saved| saved.iter().sum()),
        })
    }

    /// Whether a line is among so many that were looked at first.
    pub(in crate::evaluation) fn is_among_the_first(&self, line: u64, rows: usize) -> bool {
        self.places.get(&line).is_some_and(|place| *place < rows)
    }

    /// Of a gate that was held against all rows: what was known of it when its variant was left before.
    pub(in crate::evaluation) fn gate_before_the_end(
        &self,
        gate: &GateOutcome,
        names: &[String],
    ) -> Option<&GateOutcome> {
        let variant = names.iter().position(|name| *name == gate.variant)?;
        let is_left_early = self.of_variant.get(variant).is_some_and(|lines| *lines < self.rows);
        let is_same = |known: &&GateOutcome| known.gate == gate.gate && known.variant == gate.variant;
        self.gates.iter().find(is_same).filter(|known| is_left_early && known.passed.is_some())
    }

    /// Whether a line counts for a variant.
    pub(in crate::evaluation) fn counts(&self, line: u64, variant: usize) -> bool {
        let end = self.of_variant.get(variant).copied().unwrap_or(0);
        self.places.get(&line).is_some_and(|place| *place < end)
    }
}
