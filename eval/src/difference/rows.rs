use std::iter::Peekable;

use flow_core::run::{RowKey, RowRecord};

use crate::batch::{Ledger, LedgerError, OrderedRows};

/// The rows of a run, line by line: what each variant and repetition gave for one row of the data.
pub(super) struct Lines<'a> {
    rows: Peekable<OrderedRows<'a>>,
}

impl<'a> Lines<'a> {
    pub(super) fn open(ledger: &'a Ledger) -> Result<Self, LedgerError> {
        Ok(Self { rows: OrderedRows::open(ledger, |_: RowKey, _| true)?.peekable() })
    }

    /// The number of the next line; `None` at the end.
    pub(super) fn next_line(&mut self) -> Result<Option<u64>, LedgerError> {
        match self.rows.peek() {
            None => Ok(None),
            Some(Ok(row)) => Ok(Some(row.key.line)),
            Some(Err(error)) => Err(error.clone()),
        }
    }

    /// The rows of a line; none if it is not the next one.
    pub(super) fn take(&mut self, line: u64) -> Result<Vec<RowRecord>, LedgerError> {
        let mut found = Vec::new();
        while self.next_line()? == Some(line) {
            found.extend(self.rows.next().transpose()?);
        }
        Ok(found)
    }
}
