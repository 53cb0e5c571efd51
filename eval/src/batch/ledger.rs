use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use flow_core::journal::{self, Reader, Tail};
use flow_core::run::{AggregationRecord, EndRecord, PastCallRecord, Record, RowKey, RowStatus};

use super::{Counts, Earlier};

/// What a journal says, without the rows themselves: where each row's last record lies, and how it ended. It needs some tens of
/// bytes a row, and the answers that rows in flight had got when they were broken off.
#[derive(Debug, Default)]
pub struct Ledger {
    path: PathBuf,
    rows: BTreeMap<RowKey, Entry>,
    /// The calls of rows behind whose last call no record of the row stands.
    calls: HashMap<RowKey, Vec<PastCallRecord>>,
    /// The aggregation nodes, by variant, where they ran over all rows that are there.
    pub aggregations: BTreeMap<u32, AggregationRecord>,
    /// How the last attempt ended; `None` if it was killed, or is going on.
    pub end: Option<EndRecord>,
    /// All rows, each once; tokens and cost are those of all tries of a row, since each was paid for, and of calls of rows that were
    /// broken off.
    pub counts: Counts,
    /// Bytes behind the last whole record, which a crash left.
    pub torn: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) offset: u64,
    pub(super) status: RowStatus,
}

impl Ledger {
    /// Reads a journal.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is damaged.
    pub fn read(path: &Path) -> Result<Self, LedgerError> {
        let mut ledger = Self { path: path.to_path_buf(), ..Self::default() };
        let mut reader = Reader::open(path)?;
        for found in reader.by_ref() {
            let found = found?;
            match ledger.decode(&found.payload, found.offset)? {
                Record::Row(row) => {
                    ledger.rows.insert(row.key, Entry { offset: found.offset, status: row.status });
                    ledger.counts.usage += row.usage;
                    ledger.calls.remove(&row.key);
                    // It was over other rows.
                    ledger.aggregations.remove(&row.key.variant);
                    ledger.end = None;
                }
                Record::Call(call) => {
                    ledger.calls.entry(call.key).or_default().push(call);
                    ledger.end = None;
                }
                Record::Aggregation(aggregation) => {
                    ledger.aggregations.insert(aggregation.variant, aggregation);
                }
                Record::End(end) => ledger.end = Some(end),
            }
        }
        for call in ledger.calls.values().flatten() {
            ledger.counts.usage += call.call.usage;
        }
        for entry in ledger.rows.values() {
            match entry.status {
                RowStatus::Completed => ledger.counts.completed += 1,
                RowStatus::Failed => ledger.counts.failed += 1,
            }
        }
        if let Some(Tail::Torn { bytes, .. }) = reader.tail() {
            ledger.torn = bytes;
        }
        Ok(ledger)
    }

    pub(super) fn decode(&self, payload: &[u8], offset: u64) -> Result<Record, LedgerError> {
        Record::decode(payload).map_err(|message| LedgerError::Unknown { path: self.path.clone(), offset, message })
    }

    /// The journal's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What need not be done again; failed rows are among it unless they are to be tried again.
    #[must_use]
    pub fn into_earlier(self, retry_failed: bool) -> Earlier {
        let is_done = |entry: &Entry| !retry_failed || entry.status == RowStatus::Completed;
        let done = self.rows.iter().filter(|(_, entry)| is_done(entry)).map(|(key, _)| *key).collect();
        Earlier { done, calls: self.calls }
    }

    /// The rows and where their records lie, in the order of tables: by line, variant, repetition.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&RowKey, &Entry)> {
        self.rows.iter()
    }
}

/// Why a journal cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LedgerError {
    /// The file.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// A record is whole but says nothing that this program knows.
    #[error("{}: at byte {offset}: {message}", path.display())]
    Unknown {
        /// The journal's file.
        path: PathBuf,
        /// Where the record begins.
        offset: u64,
        /// What is wrong with it.
        message: String,
    },
}
