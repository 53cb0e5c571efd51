use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

/// The version of the file's form. A file of a newer one is left alone.
const FORMAT: i64 = 1;
/// What says in a file that it is ours: `flow` in ASCII.
const APPLICATION: i64 = 0x666c_6f77;
/// The longest wait for other processes.
const PATIENCE: Duration = Duration::from_secs(5);

const TABLES: &str = "
    CREATE TABLE answers (
        key BLOB NOT NULL PRIMARY KEY,
        node TEXT NOT NULL,
        model TEXT NOT NULL,
        made INTEGER NOT NULL,
        used INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        took TEXT NOT NULL,
        answer BLOB NOT NULL
    );
    CREATE INDEX answers_by_use ON answers (used);
";

pub(super) fn path_in(folder: &Path) -> PathBuf {
    folder.join("answers.sqlite")
}

/// Milliseconds since 1970, in UTC.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Opens the file for writing; it is made if need be.
pub(super) fn open(folder: &Path, path: &Path) -> Result<Connection, CacheError> {
    std::fs::create_dir_all(folder).map_err(|error| CacheError::unusable(path, &error.kind().to_string()))?;
    let began = Instant::now();
    loop {
        match open_once(path) {
            // While another process makes the file, or goes over to its log, it does not wait by itself.
            Err(error) if is_busy(&error) && began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(CacheError::of(path, &error)),
            Ok(None) => return Err(CacheError::Newer { path: path.to_path_buf() }),
            Ok(Some(connection)) => return Ok(connection),
        }
    }
}

/// Opens the file; `None` if it was made by a newer version.
fn open_once(path: &Path) -> rusqlite::Result<Option<Connection>> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    let number =
        |connection: &Connection, name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (format, application) = (number(&connection, "user_version")?, number(&connection, "application_id")?);
    if format > FORMAT || (format != 0 && application != APPLICATION) {
        return Ok(None);
    }
    if format == 0 {
        // Only an empty file takes it.
        connection.pragma_update(None, "auto_vacuum", 2)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // After a crash of the machine the last answers may be missing; the file stays whole.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    if format == 0 {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been faster.
        if number(&transaction, "user_version")? == 0 {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", FORMAT)?;
        }
        transaction.commit()?;
    }
    Ok(Some(connection))
}

/// Opens the file for looking things up.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
    Ok(connection)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Why a store cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// A newer version of the program made it.
    #[error("{} was made by another version of flow, and is left alone", crate::project::shown(path).display())]
    Newer {
        /// The file.
        path: PathBuf,
    },
    /// Another process holds it for too long.
    #[error("{} is held by another process", crate::project::shown(path).display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be opened, read or written.
    #[error("{}: {message}", crate::project::shown(path).display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why, in words.
        message: String,
    },
}

impl CacheError {
    pub(super) fn unusable(path: &Path, message: &str) -> Self {
        CacheError::Unusable { path: path.to_path_buf(), message: message.to_owned() }
    }

    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        if is_busy(error) {
            return CacheError::Locked { path: path.to_path_buf() };
        }
        let message = match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                "the file is damaged; delete it, the answers in it are lost".to_owned()
            }
            Some(ErrorCode::CannotOpen) => "the file cannot be opened".to_owned(),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => "the file cannot be written".to_owned(),
            Some(ErrorCode::DiskFull) => "the disk is full".to_owned(),
            Some(ErrorCode::SystemIoFailure) => "the disk does not do what it should".to_owned(),
            _ => error.to_string(),
        };
        CacheError::unusable(path, &message)
    }
}
