use std::collections::{HashMap, VecDeque};

use flow_core::run::{RowKey, RowRecord};

use super::{LedgerError, RecordedRows};

/// Decides on the way what is still run.
pub trait Decide: Send {
    /// All that was begun of a line of the data is recorded. Lines come in the order in which they were handed over and never in that in
    /// which they ended, so that a decision depends neither on how many rows are in flight nor on how long each takes. Rows of
    /// variants that were left may still come, as they were begun before.
    fn line(&mut self, line: u64, rows: &[RowRecord]) -> Decision;
}

/// Says which rows are run once more, when all are run as often as was asked.
pub trait Repeat: Send {
    /// The repetitions that are still to be run of what is recorded; it is asked again when they are, until there are none.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    fn more(&mut self, recorded: &mut RecordedRows) -> Result<Vec<RowKey>, LedgerError>;
}

/// What is still run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// All that is run now.
    GoOn,
    /// No more rows of these variants, by their positions.
    Leave(Vec<u32>),
    /// Nothing more, for a reason in words.
    Stop(String),
}

/// Lines that were begun, until all before them ended.
pub(super) struct InOrder {
    decide: Box<dyn Decide>,
    begun: VecDeque<Begun>,
    /// The number of each line among all that were begun.
    numbers: HashMap<u64, usize>,
    /// How many lines are decided upon.
    decided: usize,
    /// By variant, whether it is still run.
    live: Vec<bool>,
    /// How many rows may be ahead of the first that is not decided upon: what is run further ahead may be for nothing.
    ahead: usize,
}

struct Begun {
    line: u64,
    /// How many rows of it are still to be recorded.
    waiting: usize,
    rows: Vec<RowRecord>,
}

impl InOrder {
    pub(super) fn new(decide: Box<dyn Decide>, variants: usize, concurrency: usize) -> Self {
        Self {
            decide,
            begun: VecDeque::new(),
            numbers: HashMap::new(),
            decided: 0,
            live: vec![true; variants],
            ahead: (concurrency + concurrency / 2).max(1),
        }
    }

    pub(super) fn is_live(&self, variant: usize) -> bool {
        self.live.get(variant).copied().unwrap_or(false)
    }

    /// Whether nothing more is to be begun until the first line ended.
    pub(super) fn is_far_ahead(&self) -> bool {
        self.begun.iter().map(|begun| begun.rows.len() + begun.waiting).sum::<usize>() >= self.ahead
    }

    /// Takes note that so many rows of a line are begun.
    pub(super) fn begin(&mut self, line: u64, rows: usize) {
        self.numbers.insert(line, self.decided + self.begun.len());
        self.begun.push_back(Begun { line, waiting: rows, rows: Vec::with_capacity(rows) });
    }

    /// Takes a row that is recorded.
    pub(super) fn take(&mut self, row: RowRecord) {
        let number = self.numbers.get(&row.key.line).and_then(|number| number.checked_sub(self.decided));
        if let Some(begun) = number.and_then(|number| self.begun.get_mut(number)) {
            begun.waiting = begun.waiting.saturating_sub(1);
            begun.rows.push(row);
        }
    }

    /// Decides upon the lines before which all ended; in words why nothing more is run.
    pub(super) fn decide(&mut self) -> Option<String> {
        while self.begun.front().is_some_and(|begun| begun.waiting == 0) {
            let Begun { line, mut rows, .. } = self.begun.pop_front()?;
            self.numbers.remove(&line);
            self.decided += 1;
            rows.sort_by_key(|row| row.key);
            match self.decide.line(line, &rows) {
                Decision::GoOn => {}
                Decision::Leave(variants) => {
                    for variant in variants {
                        if let Some(live) = self.live.get_mut(variant as usize) {
                            *live = false;
                        }
                    }
                }
                Decision::Stop(why) => return Some(why),
            }
        }
        None
    }
}
