use std::iter::Peekable;

use flow_core::run::{RowKey, RowRecord};

use super::{Ledger, LedgerError, OrderedRows};

/// The rows of a run, line by line: what each variant and repetition gave for one row of the data.
pub struct Lines<'a> {
    rows: Peekable<OrderedRows<'a>>,
}

impl<'a> Lines<'a> {
    /// All rows of a run.
    ///
    /// # Errors
    ///
    /// If its journal cannot be read.
    pub fn open(ledger: &'a Ledger) -> Result<Self, LedgerError> {
        Ok(Self { rows: OrderedRows::open(ledger, |_: RowKey, _| true)?.peekable() })
    }

    /// The number of the next line; `None` at the end.
    ///
    /// # Errors
    ///
    /// If its journal cannot be read.
    pub fn next_line(&mut self) -> Result<Option<u64>, LedgerError> {
        match self.rows.peek() {
            None => Ok(None),
            Some(Ok(row)) => Ok(Some(row.key.line)),
            Some(Err(error)) => Err(error.clone()),
        }
    }

    /// The rows of a line; none if it is not the next one.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub fn take(&mut self, line: u64) -> Result<Vec<RowRecord>, LedgerError> {
        let mut found = Vec::new();
        while self.next_line()? == Some(line) {
            found.extend(self.rows.next().transpose()?);
        }
        Ok(found)
    }
}
