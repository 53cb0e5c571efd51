use std::collections::BTreeMap;

use flow_core::run::{Manifest, RunFolder};
use flow_eval::batch::Ledger;
use flow_eval::evaluation::{JudgeRun, ScoreEntry};
use serde_json::Value as Json;

use crate::command::batch::is_same_flow;

/// What flows said of a run when it was scored before, by score.
#[derive(Default)]
pub(in crate::command) struct JudgedBefore {
    runs: BTreeMap<String, (Manifest, Ledger)>,
}

impl JudgedBefore {
    /// What stands in the run's evaluation. A judge's run that is gone, or that cannot be read, is none.
    pub(in crate::command) fn of(folder: &RunFolder) -> Self {
        let text = std::fs::read_to_string(folder.path().join("evaluation.json")).unwrap_or_default();
        let document: Json = serde_json::from_str(&text).unwrap_or_default();
        let Some(runs) = folder.path().parent() else { return Self::default() };
        let judge = |judge: &Json| {
            let (score, run) = (judge["score"].as_str()?.to_owned(), judge["run"].as_str()?);
            let folder = runs.join(run);
            let text = std::fs::read_to_string(folder.join("manifest.json")).ok()?;
            Some((score, (Manifest::read(&text).ok()?, Ledger::read(&folder.join("journal.log")).ok()?)))
        };
        Self { runs: document["judges"].as_array().into_iter().flatten().filter_map(judge).collect() }
    }

    /// Whether the same flow gave the score here and there, with inputs from the same places.
    pub(in crate::command) fn is_as_in(&self, other: &Self, score: &ScoreEntry) -> bool {
        match (self.runs.get(&*score.name), other.runs.get(&*score.name)) {
            (Some((one, _)), Some((two, _))) => is_same_flow(one, two) && one.map == two.map,
            _ => false,
        }
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
