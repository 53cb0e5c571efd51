use std::io;
use std::path::PathBuf;

use flow_core::project::shown;

use crate::batch::LedgerError;
use crate::data::DataError;
use crate::table::TableError;

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The rows cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The table cannot be written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The report cannot be written.
    #[error("{}: cannot be written: {source}", shown(path).display())]
    File {
        /// Its file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Why the rows of a report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The run.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Its data, or the table of its scores.
    #[error(transparent)]
    Data(#[from] DataError),
}
