use std::collections::BTreeMap;

use flow_core::run::{Manifest, RunStore};
use flow_eval::batch::Ledger;
use flow_eval::evaluation::{JudgeRun, ScoreEntry};

use super::Kept;
use crate::command::batch::is_same_flow;

/// What flows said of a run when it was scored before, by score.
#[derive(Default)]
pub(in crate::command) struct JudgedBefore {
    runs: BTreeMap<String, (Manifest, Ledger)>,
}

impl JudgedBefore {
    /// What stands in the run's evaluation. A judge's run that is gone, or that cannot be read, is none.
    pub(in crate::command) fn of(store: &RunStore, kept: &Kept) -> Self {
        let judge = |(score, run): (&str, &str)| {
            let folder = store.find(run).ok()?;
            Some((score.to_owned(), (folder.manifest().ok()?, Ledger::read(&folder.journal()).ok()?)))
        };
        Self { runs: kept.judges().filter_map(judge).collect() }
    }

    /// Whether the same flow gave the score here and there, with inputs from the same places.
    pub(in crate::command) fn is_as_in(&self, other: &Self, score: &ScoreEntry) -> bool {
        match (self.runs.get(&*score.name), other.runs.get(&*score.name)) {
            (Some((one, _)), Some((two, _))) => is_same_flow(one, two) && one.map == two.map,
            _ => false,
        }
    }

    /// What their runs are of.
    pub(in crate::command) fn manifests(&self) -> BTreeMap<String, Manifest> {
        self.runs.iter().map(|(score, (manifest, _))| (score.clone(), manifest.clone())).collect()
    }

    /// Its rows for scores.
    pub(in crate::command) fn rows(&self, scores: &[ScoreEntry]) -> Vec<JudgeRun<'_>> {
        let of = |(score, entry): (usize, &ScoreEntry)| {
            let flow = entry.flow()?;
            let (_, ledger) = self.runs.get(&*entry.name).filter(|_| flow.pair.is_none())?;
            Some(JudgeRun { score, ledger, baseline: None })
        };
        scores.iter().enumerate().filter_map(of).collect()
    }
}
