//! What is scored, line by line.

use std::iter::Peekable;

use flow_core::run::RowRecord;
use flow_core::value::Map;

use super::judge::{JudgeLines, JudgedLine};
use super::{ScoredRun, ScoringError};
use crate::batch::{LedgerError, Lines};
use crate::data::RowStream;

/// A line of the data with what the runs made of it.
pub(super) struct ScoredLine {
    pub(super) line: u64,
    /// The data's row.
    pub(super) values: Option<Map>,
    /// By run.
    pub(super) rows: Vec<Vec<RowRecord>>,
    /// By run: what its judges said.
    pub(super) judged: Vec<JudgedLine>,
}

/// Runs, their judges and their data, read side by side in the data's order. Not ahead by a thread of its own: rows that one thread makes
/// and another drops cost more than both gain.
pub(super) struct ScoredLines<'a> {
    lines: Vec<Lines<'a>>,
    judges: Vec<JudgeLines<'a>>,
    data: Peekable<RowStream>,
}

impl<'a> ScoredLines<'a> {
    pub(super) fn open(runs: &'a [ScoredRun<'a>], data: RowStream) -> Result<Self, LedgerError> {
        Ok(Self {
            lines: runs.iter().map(|run| Lines::open(run.ledger)).collect::<Result<_, _>>()?,
            judges: runs.iter().map(JudgeLines::open).collect::<Result<_, _>>()?,
            data: data.peekable(),
        })
    }

    /// The next line of any run.
    pub(super) fn next(&mut self) -> Result<Option<ScoredLine>, ScoringError> {
        let Some(line) = self.next_line()? else { return Ok(None) };
        let rows = self.lines.iter_mut().map(|lines| lines.take(line)).collect::<Result<_, _>>()?;
        let judged = self.judges.iter_mut().map(|judges| judges.take(line)).collect::<Result<_, _>>()?;
        let mut values = None;
        // What is broken in the data is told where it is reached, not before.
        while let Some(row) = self.data.next_if(|row| row.as_ref().map_or(true, |row| row.line <= line)) {
            let row = row?;
            values = (row.line == line).then_some(row.values);
        }
        Ok(Some(ScoredLine { line, values, rows, judged }))
    }

    fn next_line(&mut self) -> Result<Option<u64>, LedgerError> {
        let mut next = None;
        for lines in &mut self.lines {
            next = match (next, lines.next_line()?) {
                (Some(one), Some(other)) => Some(u64::min(one, other)),
                (one, other) => one.or(other),
            };
        }
        Ok(next)
    }
}
