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
    /// Each variant against the baseline.
    pub(in crate::evaluation) weighed: Vec<Weighed>,
    /// What became of the gates; empty where rows were exhausted, when they are held against all of them.
    pub(in crate::evaluation) gates: Vec<GateOutcome>,
    /// Whether the rows were not exhausted.
    pub(in crate::evaluation) is_stopped: bool,
    /// By variant, how many rows are recorded, repetitions counted.
    pub(in crate::evaluation) recorded: Vec<u64>,
}

/// A variant against the baseline, by what was known after its last row.
#[derive(Debug, Clone)]
pub struct Weighed {
    /// The variant.
    pub variant: usize,
    /// What is known.
    pub state: SequentialState,
    /// By what.
    pub evidence: SequentialEvidence,
}

/// Where a run stopped, and what that saved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stop {
    /// Lines after which the answer was known.
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
        let Self { rows, of, not_run, beyond, saved } = self;
        write!(
            formatter,
            "stopped after {rows} of {of} rows, when the answer was known: {not_run} runs of a row were not made"
        )?;
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
        if !self.is_stopped {
            return None;
        }
        let all = (self.rows * repeats) as u64;
        let not_run: Vec<u64> = self.recorded.iter().map(|recorded| all.saturating_sub(*recorded)).collect();
        let counted: u64 = self.of_variant.iter().map(|lines| (lines * repeats) as u64).sum();
        let saved: Option<Vec<f64>> =
            not_run.iter().zip(costs).map(|(rows, cost)| Some(*rows as f64 * (*cost)?)).collect();
        Some(Stop {
            rows: self.places.len(),
            of: self.rows,
            not_run: not_run.iter().sum(),
            beyond: self.recorded.iter().sum::<u64>().saturating_sub(counted),
            saved: saved.map(|saved| saved.iter().sum()),
        })
    }

    /// Whether a line counts for a variant.
    pub(in crate::evaluation) fn counts(&self, line: u64, variant: usize) -> bool {
        let end = self.of_variant.get(variant).copied().unwrap_or(0);
        self.places.get(&line).is_some_and(|place| *place < end)
    }
}
