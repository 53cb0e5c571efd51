//! What is scored, line by line, read ahead by a thread of its own: a journal takes as long to read as its rows to score.

use std::iter::Peekable;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use flow_core::run::RowRecord;
use flow_core::value::Map;

use super::judge::{JudgeLines, JudgedLine};
use super::{ScoredRun, ScoringError};
use crate::batch::{LedgerError, Lines};
use crate::data::RowStream;

/// So many lines go over the channel at once, and so often ahead of those that are scored.
const TOGETHER: usize = 128;
const AHEAD: usize = 4;

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

type Read = Result<Vec<ScoredLine>, ScoringError>;

/// Reads runs, their judges and their data side by side, in the data's order.
pub(super) fn read<'scope, 'env, 'run>(
    scope: &'scope Scope<'scope, 'env>,
    runs: &'run [ScoredRun<'run>],
    data: RowStream,
) -> Result<Receiver<Read>, ScoringError>
where
    'run: 'scope,
{
    let reader = Reader {
        lines: runs.iter().map(|run| Lines::open(run.ledger)).collect::<Result<_, _>>()?,
        judges: runs.iter().map(JudgeLines::open).collect::<Result<_, _>>()?,
        data: data.peekable(),
    };
    let (sender, receiver) = sync_channel(AHEAD);
    scope.spawn(move || reader.read(&sender));
    Ok(receiver)
}

struct Reader<'a> {
    lines: Vec<Lines<'a>>,
    judges: Vec<JudgeLines<'a>>,
    data: Peekable<RowStream>,
}

impl Reader<'_> {
    fn read(mut self, sender: &SyncSender<Read>) {
        loop {
            let lines = (0..TOGETHER).map_while(|_| self.next().transpose()).collect::<Read>();
            let is_last = lines.as_ref().map_or(true, |lines| lines.len() < TOGETHER);
            // Who does not listen any more has an error of its own.
            if sender.send(lines).is_err() || is_last {
                return;
            }
        }
    }

    fn next(&mut self) -> Result<Option<ScoredLine>, ScoringError> {
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

    /// The next line of any run.
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
