use std::any::Any;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{Disk, DiskFile, Opening};
use super::error::Error;
use super::frame;
use super::reader::{Reader, Tail};

/// The file that is appended to, and the lock on it. After an error it must not be used again.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    end: u64,
    /// How many bytes of records came since the last sync.
    unsynced: u64,
    _lock: Box<dyn Any + Send>,
}

impl Log {
    /// Makes a journal, on disk when this returns.
    pub(super) fn create(disk: &dyn Disk, path: &Path) -> Result<Self, Error> {
        let lock = lock(disk, path)?;
        let file = disk.open(path, Opening::New).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists { path: path.to_owned() },
            _ => Error::disk(path, "create")(error),
        })?;
        Self::begin(disk, path, file, lock)
    }

    /// Opens a journal to go on behind its last record; what a crash left behind that is cut off.
    pub(super) fn resume(disk: &dyn Disk, path: &Path) -> Result<(Self, Tail), Error> {
        let lock = lock(disk, path)?;
        let mut reader = Reader::open_on(disk, path, Opening::Existing)?;
        reader.by_ref().try_for_each(|record| record.map(drop))?;
        let tail = reader.tail().unwrap_or(Tail::Clean);
        let (end, synced) = (reader.offset(), reader.synced());
        let mut source = reader.into_source();
        if let Tail::Torn { offset, .. } = tail {
            if offset == 0 {
                return Ok((Self::begin(disk, path, source.into_file(), lock)?, tail));
            }
            source.truncate(offset)?;
        }
        // What another process wrote may be in memory only, and after a sync that failed there the system takes it for
        // written: from the last mark on, which may be lost itself, it is written again before it is relied on.
        source.rewrite(synced, end)?;
        let mut log = Self { path: path.to_owned(), file: source.into_file(), end, unsynced: 0, _lock: lock };
        log.sync()?;
        disk.sync_folder(path).map_err(Error::disk(path, "sync the folder of"))?;
        log.mark()?;
        Ok((log, tail))
    }

    /// Writes the header into a file that has no records.
    fn begin(
        disk: &dyn Disk,
        path: &Path,
        mut file: Box<dyn DiskFile>,
        lock: Box<dyn Any + Send>,
    ) -> Result<Self, Error> {
        let header = frame::header();
        file.write_at(0, &header).map_err(Error::disk(path, "write"))?;
        let end = header.len() as u64;
        let mut log = Self { path: path.to_owned(), file, end, unsynced: 0, _lock: lock };
        log.sync()?;
        disk.sync_folder(path).map_err(Error::disk(path, "sync the folder of"))?;
        Ok(log)
    }

    /// Appends frames with one write.
    pub(super) fn append(&mut self, frames: &[u8]) -> Result<(), Error> {
        self.file.write_at(self.end, frames).map_err(Error::disk(&self.path, "write"))?;
        self.end += frames.len() as u64;
        self.unsynced += frames.len() as u64;
        Ok(())
    }

    /// How many bytes of records came since the last sync.
    pub(super) fn unsynced(&self) -> u64 {
        self.unsynced
    }

    /// Makes sure that all records are on disk.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        self.file.sync().map_err(Error::disk(&self.path, "sync"))?;
        self.unsynced = 0;
        Ok(())
    }

    /// Writes down that all records were synced. Called after a sync, before anything is appended.
    pub(super) fn mark(&mut self) -> Result<(), Error> {
        let mark = frame::mark();
        self.file.write_at(self.end, &mark).map_err(Error::disk(&self.path, "write"))?;
        self.end += mark.len() as u64;
        Ok(())
    }
}

/// Takes the lock on a journal.
pub(super) fn lock(disk: &dyn Disk, path: &Path) -> Result<Box<dyn Any + Send>, Error> {
    let beside = with_ending(path, ".lock");
    let lock = disk.lock(&beside).map_err(|error| match error.kind() {
        // It is the folder that is not there.
        io::ErrorKind::NotFound => Error::disk(path, "open")(error),
        _ => Error::disk(&beside, "lock")(error),
    })?;
    lock.ok_or_else(|| Error::Locked { path: path.to_owned() })
}

/// Whether a process is writing a journal. Where it cannot be told, nobody is.
///
/// To ask is to share the lock for a moment, for which a writer that begins just then waits.
#[must_use]
pub fn is_being_written(path: &Path) -> bool {
    let Ok(file) = File::open(with_ending(path, ".lock")) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// A file beside the journal, named after it.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
