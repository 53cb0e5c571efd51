use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::project::shown;

/// Why a table cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be made, written or put in its place.
    #[error("{}: cannot be written: {source}", shown(path).display())]
    File {
        /// The table.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The table's writer gave up.
    #[error("{}: cannot be written: {message}", shown(path).display())]
    Encoding {
        /// The table.
        path: PathBuf,
        /// What it says.
        message: String,
    },
    /// A row has a value that the schema does not hold. The schema was not built of the rows that are written.
    #[error("{}: a row's `{column}` does not fit the table's schema", shown(path).display())]
    Misfit {
        /// The table.
        path: PathBuf,
        /// The column.
        column: Arc<str>,
    },
    /// No format has the file's suffix.
    #[error("{}: no format of tables has this ending", shown(path).display())]
    Format {
        /// The table.
        path: PathBuf,
    },
}

impl TableError {
    /// What to do.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            TableError::File { source, .. } => Some(match source.kind() {
                io::ErrorKind::NotFound => "make the folder first",
                io::ErrorKind::PermissionDenied => "check the permissions of the folder",
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "make room on the disk, and write it again"
                }
                io::ErrorKind::IsADirectory => "name a file, not a folder",
                _ => "check the disk",
            }),
            TableError::Format { .. } => Some("tables end in .parquet, .csv or .jsonl"),
            TableError::Encoding { .. } | TableError::Misfit { .. } => None,
        }
    }

    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> TableError {
        let path = path.to_owned();
        move |source| TableError::File { path, source }
    }
}
