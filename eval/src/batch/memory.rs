use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use flow_core::journal::Writer;
use flow_core::model::{CallMemory, NewCall, PastCall};
use flow_core::run::{Digest, PastCallRecord, Record, RowKey};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::RecordedRows;

/// What earlier attempts at a run left.
#[derive(Debug, Default)]
pub struct Earlier {
    /// Rows that need not be run again.
    pub done: HashSet<RowKey>,
    /// Calls that ended well, of rows that did not end, in the order in which they ended.
    pub calls: HashMap<RowKey, Vec<PastCallRecord>>,
    /// The rows themselves, for those who decide by them.
    pub recorded: RecordedRows,
}

/// The calls of a row: those of earlier attempts, and the journal for those to come.
pub(super) struct RowMemory {
    key: RowKey,
    past: Mutex<HashMap<Digest, VecDeque<PastCall>>>,
    journal: Arc<Writer>,
    cancel: CancellationToken,
}

impl RowMemory {
    /// What is remembered of a row. The run is cancelled where the journal takes nothing more.
    pub(super) fn new(
        key: RowKey,
        calls: Vec<PastCallRecord>,
        journal: Arc<Writer>,
        cancel: CancellationToken,
    ) -> Self {
        let mut past: HashMap<Digest, VecDeque<PastCall>> = HashMap::new();
        for call in calls {
            past.entry(call.digest.clone()).or_default().push_back(call.past());
        }
        Self { key, past: Mutex::new(past), journal, cancel }
    }
}

impl CallMemory for RowMemory {
    fn has_any(&self) -> bool {
        !self.past.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn recall(&self, digest: &str) -> Option<PastCall> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner).get_mut(digest)?.pop_front()
    }

    fn remember<'a>(&'a self, call: NewCall<'a>) -> BoxFuture<'a, ()> {
        async move {
            let Some(record) = PastCallRecord::of_call(self.key, call) else { return };
            // Only once it is on disk may the row's next call begin: so at most the calls under way are lost in a crash.
            let kept = self.journal.append_durable(Record::Call(record).encode()).await;
            if kept.is_err() && self.journal.failure().is_some() {
                self.cancel.cancel();
            }
        }
        .boxed()
    }
}

impl fmt::Debug for RowMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RowMemory").field("key", &self.key).finish_non_exhaustive()
    }
}
