use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use flow_core::journal::{self, Reader, Tail};
use flow_core::model::Usage;
use flow_core::run::{
    AggregationRecord, EndRecord, FeedbackRecord, PastCallRecord, Record, RowKey, RowRecord, RowStatus,
};

use super::{Counts, Earlier, OrderedRows, RecordedRows};
use crate::table::{Schema, SchemaBuilder};

/// What a journal says, without the rows themselves: where each row's last record lies, and how it ended. It needs some tens of
/// bytes a row, and the answers that rows in flight had got when they were broken off.
#[derive(Debug, Default)]
pub struct Ledger {
    path: PathBuf,
    rows: BTreeMap<RowKey, Entry>,
    /// The calls of rows, and of aggregation nodes, behind whose last call no record of theirs stands.
    calls: HashMap<RowKey, Vec<PastCallRecord>>,
    /// The aggregation nodes, by variant, where they ran over all rows that are there.
    pub aggregations: BTreeMap<u32, AggregationRecord>,
    /// What was thought of answers, of a flow that was served.
    pub feedback: Vec<FeedbackRecord>,
    /// How the last attempt ended; `None` if it was killed, or is going on.
    pub end: Option<EndRecord>,
    /// How long all attempts took together that came to an end, in milliseconds.
    pub elapsed_ms: f64,
    /// All rows, each once; tokens and cost are those of all tries of a row, since each was paid for, of calls of rows that were
    /// broken off, and of aggregation nodes.
    pub counts: Counts,
    /// The columns of inputs and outputs of all records of rows.
    columns: (SchemaBuilder, SchemaBuilder),
    /// Whether a row has several records, so that the columns may be those of one that counts no more.
    has_superseded: bool,
    /// Tokens and cost of all tries of rows that ended.
    usage_of_rows: Usage,
    /// Tokens and cost of aggregation nodes, also of those that ran over rows that were other ones then.
    usage_of_aggregations: Usage,
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
                    let entry = Entry { offset: found.offset, status: row.status };
                    ledger.has_superseded |= ledger.rows.insert(row.key, entry).is_some();
                    observe(&mut ledger.columns, &row);
                    ledger.usage_of_rows += row.usage;
                    ledger.calls.remove(&row.key);
                    // It was over other rows.
                    ledger.aggregations.remove(&row.key.variant);
                    ledger.end = None;
                }
                Record::Feedback(feedback) => ledger.feedback.push(feedback),
                Record::Call(call) => {
                    ledger.calls.entry(call.key).or_default().push(call);
                    ledger.end = None;
                }
                other => ledger.conclude(&other),
            }
        }
        ledger.add_up();
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

    /// The calls that a variant's aggregation nodes made before they were broken off.
    pub(super) fn calls_of_aggregation(&self, variant: u32) -> Vec<PastCallRecord> {
        self.calls.get(&RowKey::of_aggregation(variant)).cloned().unwrap_or_default()
    }

    /// What need not be done again; failed rows are among it unless they are to be tried again.
    #[must_use]
    pub fn into_earlier(self, retry_failed: bool) -> Earlier {
        let is_done = |entry: &Entry| !retry_failed || entry.status == RowStatus::Completed;
        let done = self.rows.iter().filter(|(_, entry)| is_done(entry)).map(|(key, _)| *key).collect();
        Earlier { done, calls: self.calls, recorded: RecordedRows::new(&self.path, self.rows) }
    }

    /// The rows, to be read in any order.
    #[must_use]
    pub fn recorded(&self) -> RecordedRows {
        RecordedRows::new(&self.path, self.rows.clone())
    }

    /// The columns of the rows' inputs and of their outputs, with the narrowest kinds that hold all values, in the data's order.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub(super) fn columns(&self) -> Result<(Schema, Schema), LedgerError> {
        let mut columns = self.columns.clone();
        if self.has_superseded {
            columns = Default::default();
            for row in OrderedRows::open(self, |_, _| true)? {
                observe(&mut columns, &row?);
            }
        }
        Ok((columns.0.finish(), columns.1.finish()))
    }

    /// Takes note of a record that was appended after the journal was read: of aggregation nodes, or of the end.
    pub fn conclude(&mut self, record: &Record) {
        match record {
            Record::Aggregation(aggregation) => {
                self.calls.remove(&RowKey::of_aggregation(aggregation.variant));
                self.usage_of_aggregations += aggregation.usage;
                self.aggregations.insert(aggregation.variant, aggregation.clone());
                self.add_up();
            }
            Record::End(end) => {
                self.elapsed_ms += end.elapsed_ms;
                self.end = Some(end.clone());
            }
            Record::Row(_) | Record::Call(_) | Record::Feedback(_) => {}
        }
    }

    fn add_up(&mut self) {
        self.counts.usage = self.usage_of_rows;
        self.counts.usage += self.usage_of_aggregations;
        for call in self.calls.values().flatten() {
            self.counts.usage += call.call.usage;
        }
    }

    /// Which rows there are, with how they ended.
    pub fn keys(&self) -> impl Iterator<Item = (RowKey, RowStatus)> {
        self.entries().map(|(key, entry)| (*key, entry.status))
    }

    /// The rows and where their records lie, in the order of tables: by line, variant, repetition.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&RowKey, &Entry)> {
        self.rows.iter()
    }
}

fn observe((inputs, outputs): &mut (SchemaBuilder, SchemaBuilder), row: &RowRecord) {
    inputs.observe_at(row.key.line, &row.inputs);
    outputs.observe_at(row.key.line, &row.outputs);
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
