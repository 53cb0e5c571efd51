//! What flows that score gave for the rows of a run, and what they took.

use std::sync::Arc;

use flow_core::model::Usage;
use flow_core::run::{RowKey, RowRecord};
use flow_core::value::Map;
use serde::Serialize;

use super::ScoredRun;
use crate::batch::{Ledger, LedgerError, Lines};
use crate::score::Facts;

/// What a flow that scores gave for the rows of a run: rows with the same keys.
#[derive(Debug, Clone, Copy)]
pub struct JudgeRun<'a> {
    /// The position of its score.
    pub score: usize,
    /// Its rows.
    pub ledger: &'a Ledger,
    /// The variant with which it compared each other one, of a score in pairs.
    pub baseline: Option<u32>,
}

/// What a flow took that scored rows.
#[derive(Debug, Clone, Serialize)]
pub struct JudgeOutcome {
    /// The score.
    pub score: Arc<str>,
    /// The run in which it scored.
    pub run: String,
    /// Rows that it scored.
    pub rows: u64,
    /// Rows at which it failed.
    pub failed: u64,
    /// Tokens and cost.
    pub usage: Usage,
}

/// What a flow answered that was to score a row; in words why there is nothing.
pub(super) fn answered<'r>(facts: &Facts, judged: Option<&'r RowRecord>) -> Result<&'r Map, String> {
    if !facts.completed {
        return Err("the row failed".to_owned());
    }
    let judged = judged.ok_or("the judge did not see this row")?;
    match &judged.error {
        Some(error) => Err(format!("the judge failed: {}", error.message)),
        None => Ok(&judged.outputs),
    }
}

/// What flows that score gave, line by line.
pub(super) struct JudgeLines<'a> {
    judges: Vec<(usize, Lines<'a>)>,
    /// The baseline of each score in pairs.
    baselines: Arc<[(usize, u32)]>,
}

impl<'a> JudgeLines<'a> {
    pub(super) fn open(run: &ScoredRun<'a>) -> Result<Self, LedgerError> {
        let open = |judge: &JudgeRun<'a>| Ok((judge.score, Lines::open(judge.ledger)?));
        let baselines = run.judges.iter().filter_map(|judge| Some((judge.score, judge.baseline?))).collect();
        Ok(Self { judges: run.judges.iter().map(open).collect::<Result<_, LedgerError>>()?, baselines })
    }

    /// What stands there of a line; lines before it are passed over.
    pub(super) fn take(&mut self, line: u64) -> Result<JudgedLine, LedgerError> {
        let mut found = Vec::new();
        for (score, lines) in &mut self.judges {
            while let Some(before) = lines.next_line()?.filter(|next| *next < line) {
                lines.take(before)?;
            }
            found.extend(lines.take(line)?.into_iter().map(|record| (*score, record)));
        }
        Ok(JudgedLine { rows: found, baselines: Arc::clone(&self.baselines) })
    }
}

/// What flows that score gave for a line.
pub(super) struct JudgedLine {
    /// Each with the position of its score.
    rows: Vec<(usize, RowRecord)>,
    baselines: Arc<[(usize, u32)]>,
}

impl JudgedLine {
    /// What a score's flow gave for a row.
    pub(super) fn record(&self, score: usize, key: RowKey) -> Option<&RowRecord> {
        self.rows.iter().find(|(of, record)| *of == score && record.key == key).map(|(_, record)| record)
    }

    /// Whether a row is of the variant with which a score in pairs compares the others.
    pub(super) fn is_of_baseline(&self, score: usize, key: RowKey) -> bool {
        self.baselines.contains(&(score, key.variant))
    }
}
