use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow_core::journal::Reader;
use flow_core::run::{Record, RowKey, RowRecord};

use super::LedgerError;
use super::ledger::Entry;

/// The rows that a journal holds, each with its last word, read one by one and in any order.
#[derive(Default)]
pub struct RecordedRows {
    path: PathBuf,
    rows: BTreeMap<RowKey, Entry>,
    reader: Option<Reader>,
}

impl RecordedRows {
    pub(super) fn new(path: &Path, rows: BTreeMap<RowKey, Entry>) -> Self {
        Self { path: path.to_path_buf(), rows, reader: None }
    }

    /// The keys of the rows of a line.
    pub fn keys_of(&self, line: u64) -> impl Iterator<Item = RowKey> {
        let first = RowKey { line, variant: 0, repeat: 0 };
        self.rows.range(first..).map(|(key, _)| *key).take_while(move |key| key.line == line)
    }

    /// The lines of which there are rows, in order.
    #[must_use]
    pub fn lines(&self) -> Vec<u64> {
        let mut lines: Vec<u64> = self.rows.keys().map(|key| key.line).collect();
        lines.dedup();
        lines
    }

    /// A row; `None` where there is none.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub fn get(&mut self, key: RowKey) -> Result<Option<RowRecord>, LedgerError> {
        let Some(entry) = self.rows.get(&key).copied() else { return Ok(None) };
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert(Reader::open(&self.path)?),
        };
        let record = reader.at(entry.offset)?;
        let unknown = |message: String| LedgerError::Unknown { path: self.path.clone(), offset: entry.offset, message };
        match Record::decode(&record.payload).map_err(unknown)? {
            Record::Row(row) => Ok(Some(row)),
            _ => Err(unknown("another record stands there".to_owned())),
        }
    }
}

impl std::fmt::Debug for RecordedRows {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RecordedRows").field("path", &self.path).finish_non_exhaustive()
    }
}
