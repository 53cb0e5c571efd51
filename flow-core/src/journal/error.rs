use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::frame::{MAX_RECORD, VERSION};

/// Why a journal cannot be written or read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A journal to be created is there already.
    #[error("`{}` is there already; a journal is resumed, never replaced", path.display())]
    Exists {
        /// The journal.
        path: PathBuf,
    },
    /// Somebody else is writing the journal.
    #[error("`{}` is being written by another process; wait until that one ends, or stop it", path.display())]
    Locked {
        /// The journal.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("`{}` is not a journal of flow", path.display())]
    NotJournal {
        /// The file.
        path: PathBuf,
    },
    /// The journal was written by another version of flow, in another format.
    #[error(
        "`{}` is a journal of format {version}, and this flow reads format {VERSION}; use the version of flow that wrote it",
        path.display()
    )]
    OtherVersion {
        /// The journal.
        path: PathBuf,
        /// The version of its format.
        version: u32,
    },
    /// What had been safely on disk has changed.
    #[error(
        "`{}` is damaged at byte {offset}, inside of what had been safely written; `flow runs rebuild --repair` \
         salvages all records that are whole and keeps the damaged file beside",
        path.display()
    )]
    Corrupt {
        /// The journal.
        path: PathBuf,
        /// Offset of the first record that is bad, in bytes from the start of the file.
        offset: u64,
    },
    /// The record is larger than a journal takes.
    #[error("a record of {bytes} bytes is too large for `{}`, which takes {MAX_RECORD} at most", path.display())]
    TooLarge {
        /// The journal.
        path: PathBuf,
        /// The size of the record's payload.
        bytes: usize,
    },
    /// The writer was closed before.
    #[error("`{}` was closed before; nothing more can be appended", path.display())]
    Closed {
        /// The journal.
        path: PathBuf,
    },
    /// An operation of the disk failed.
    #[error("cannot {action} `{}`: {cause}{}", path.display(), advice(cause.kind()))]
    Disk {
        /// The file.
        path: PathBuf,
        /// What was tried, as a verb.
        action: &'static str,
        /// What the system says.
        cause: Arc<io::Error>,
    },
}

impl Error {
    /// Makes an error of a failed operation.
    pub(super) fn disk(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Disk { path: path.to_owned(), action, cause: Arc::new(cause) }
    }
}

/// What people can do about a failure.
fn advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room, then resume",
        io::ErrorKind::FileTooLarge => "; raise the limit of file sizes, then resume",
        io::ErrorKind::ReadOnlyFilesystem => "; make the disk writable, then resume",
        _ => "",
    }
}
