use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use flow_core::cache::NodeCache;
use flow_core::exec::Event;
use flow_core::run::{ErrorEntry, RowKey, RowRecord};
use flow_core::value::Map;
use tokio_util::sync::CancellationToken;

/// How a batch runs, and what ends it early.
#[derive(Debug, Clone)]
pub struct BatchOptions {
    /// Rows in flight at the most, 1 or more.
    pub concurrency: usize,
    /// The longest time for a row, retries and pauses included.
    pub deadline: Option<Duration>,
    /// How often each row is run, 1 or more.
    pub repeat: u32,
    /// Answers of this and other runs to equal calls.
    pub cache: Option<Arc<NodeCache>>,
    /// Failed rows with which the run stops.
    pub failures: Option<FailureLimit>,
    /// No more rows are begun; those in flight end.
    pub drain: CancellationToken,
    /// Rows in flight are stopped as well.
    pub cancel: CancellationToken,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self {
            concurrency: 16,
            deadline: None,
            repeat: 1,
            cache: None,
            failures: None,
            drain: CancellationToken::new(),
            cancel: CancellationToken::new(),
        }
    }
}

/// A row for the flow.
#[derive(Debug, Clone)]
pub struct BatchRow {
    /// Its number in the data, from 0.
    pub line: u64,
    /// The row of another run of whose outputs it is made: it is run once, and its result has the same key. `None` for a row of the data,
    /// which is run through each variant as often as asked for.
    pub of: Option<RowKey>,
    /// The flow's inputs, as far as they could be made.
    pub inputs: Map,
    /// Why the row fails before it runs.
    pub problem: Option<ErrorEntry>,
}

/// Sees what happens, for those who wait. It is called from within rows, so it must be quick.
pub trait Observe: Send + Sync {
    /// Something happened in a row.
    fn event(&self, event: &Event);
    /// A row ended and is in the journal.
    fn row(&self, record: &RowRecord);
}

/// How many rows may fail: `10` (the eleventh stops the run), or `5%` of those that ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FailureLimit {
    /// So many rows.
    Rows(u64),
    /// This part of the rows that ended, from 0 to 1; not looked at before twenty rows ended, so that the first failure
    /// does not count as all.
    Share(f64),
}

impl FailureLimit {
    /// Whether a run with so many failed rows among those that ended goes too far.
    #[must_use]
    pub fn is_exceeded(self, failed: u64, ended: u64) -> bool {
        match self {
            FailureLimit::Rows(limit) => failed > limit,
            FailureLimit::Share(share) => ended >= 20 && failed as f64 > share * ended as f64,
        }
    }
}

impl FromStr for FailureLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a number of rows such as 10, or a share such as 5%".to_owned();
        match text.trim().strip_suffix('%') {
            None => text.trim().parse().map(FailureLimit::Rows).map_err(|_| wrong()),
            Some(percent) => {
                let share: f64 = percent.trim().parse().map_err(|_| wrong())?;
                if (0.0..=100.0).contains(&share) { Ok(FailureLimit::Share(share / 100.0)) } else { Err(wrong()) }
            }
        }
    }
}

impl fmt::Display for FailureLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FailureLimit::Rows(limit) => write!(formatter, "{limit}"),
            FailureLimit::Share(share) => write!(formatter, "{}%", share * 100.0),
        }
    }
}
