use std::path::Path;
use std::sync::Arc;

use flow_core::journal::Reader;
use flow_core::run::{Record, RowStatus};

use super::{Ledger, LedgerError};
use crate::data::{DataError, Place, Row};

/// What a run gave out, as rows for another run: those that ended well, of its first variant and repetition, in the data's order.
pub struct RunOutputs {
    reader: Reader,
    path: Arc<Path>,
    /// What is left: the line and where its record lies.
    left: std::vec::IntoIter<(u64, u64)>,
}

impl RunOutputs {
    /// The outputs of a run.
    ///
    /// # Errors
    ///
    /// If its journal cannot be read.
    pub fn open(ledger: &Ledger) -> Result<Self, LedgerError> {
        let reader = Reader::open(ledger.path())?;
        let first = ledger
            .entries()
            .filter(|(key, entry)| key.variant == 0 && key.repeat == 0 && entry.status == RowStatus::Completed);
        let left: Vec<(u64, u64)> = first.map(|(key, entry)| (key.line, entry.offset)).collect();
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
