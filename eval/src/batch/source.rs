use std::path::Path;
use std::sync::Arc;

use flow_core::journal::Reader;
use flow_core::run::{Record, RowKey, RowStatus};

use super::{Ledger, LedgerError};
use crate::data::{DataError, Place, Row};

/// What a run gave out, as rows for another run: those that ended well, of one variant and repetition, in the data's order.
pub struct RunOutputs {
    reader: Reader,
    path: Arc<Path>,
    /// What is left: the line and where its record lies.
    left: std::vec::IntoIter<(u64, u64)>,
}

impl RunOutputs {
    /// The outputs of a run in a variant and a repetition, each counted from 0.
    ///
    /// # Errors
    ///
    /// If its journal cannot be read.
    pub fn open(ledger: &Ledger, (variant, repeat): (u32, u32)) -> Result<Self, LedgerError> {
        let reader = Reader::open(ledger.path())?;
        let is_wanted = |key: &RowKey| key.variant == variant && key.repeat == repeat;
        let wanted = ledger.entries().filter(|(key, entry)| is_wanted(key) && entry.status == RowStatus::Completed);
        let left: Vec<(u64, u64)> = wanted.map(|(key, entry)| (key.line, entry.offset)).collect();
        Ok(Self { reader, path: Arc::from(ledger.path()), left: left.into_iter() })
    }

    fn read(&mut self, line: u64, offset: u64) -> Result<Row, LedgerError> {
        let record = self.reader.at(offset)?;
        let unknown = |message: String| LedgerError::Unknown { path: self.path.to_path_buf(), offset, message };
        let Record::Row(row) = Record::decode(&record.payload).map_err(unknown)? else {
            return Err(unknown("another record stands there".to_owned()));
        };
        let folder = self.path.parent().unwrap_or_else(|| Path::new("."));
        let place = Place { file: Arc::clone(&self.path), line: line + 1 };
        Ok(Row { line, place, folder: Arc::from(folder), values: row.outputs })
    }
}

impl Iterator for RunOutputs {
    type Item = Result<Row, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (line, offset) = self.left.next()?;
        let row = self.read(line, offset);
        Some(row.map_err(|error| DataError::Unreadable {
            path: self.path.to_path_buf(),
            message: error.to_string(),
            help: Some("mend the run's journal: flow runs rebuild RUN --repair".to_owned()),
        }))
    }
}
