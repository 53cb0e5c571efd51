//! The store in a file of SQLite. Readers look up a key in place, which takes some microseconds and waits for nobody, since the file
//! keeps a log ahead (WAL). One thread writes, in groups; what it has not written yet is read from memory.

mod census;
mod file;
mod reader;
mod writer;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use census::{Cleared, Holding, Statistics};
pub use file::CacheError;

use reader::Readers;
use writer::{Word, Writer};

use super::{CacheKey, CacheStore, Kept};

/// How long an entry counts as used just now; only after that its use is noted again.
const FRESH_MS: i64 = 3_600_000;

/// The answers of a project.
#[derive(Debug)]
pub struct SqliteStore {
    readers: Readers,
    writer: Writer,
    shared: Arc<Shared>,
}

/// What readers and the writer's thread share.
#[derive(Debug, Default)]
struct Shared {
    /// What was put and is not in the file yet.
    pending: Mutex<HashMap<CacheKey, Arc<Kept>>>,
    trouble: OnceLock<String>,
}

impl Shared {
    fn fail(&self, why: String) {
        // The first reason is the one that matters.
        let _ = self.trouble.set(why);
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl SqliteStore {
    /// Opens the store of a folder, which is made if need be, and lets it hold so many bytes.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, is none of ours, or was made by a newer version.
    pub fn open(folder: &Path, limit: u64) -> Result<Self, CacheError> {
        let path = file::path_in(folder);
        let connection = file::open(folder, &path)?;
        let shared = Arc::new(Shared::default());
        let writer = Writer::start(connection, path.clone(), limit, Arc::clone(&shared))?;
        Ok(Self { readers: Readers::new(path), writer, shared })
    }

    /// The file of a folder's store.
    #[must_use]
    pub fn path_in(folder: &Path) -> PathBuf {
        file::path_in(folder)
    }
}

impl CacheStore for SqliteStore {
    fn get(&self, key: &CacheKey) -> Option<Arc<Kept>> {
        if self.shared.trouble.get().is_some() {
            return None;
        }
        if let Some(kept) = self.shared.pending.lock().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Some(Arc::clone(kept));
        }
        match self.readers.get(key) {
            Ok(found) => {
                let (kept, used) = found?;
                if file::now() - used > FRESH_MS {
                    self.writer.tell(Word::Used(*key));
                }
                Some(Arc::new(kept))
            }
            Err(error) => {
                self.shared.fail(error.to_string());
                None
            }
        }
    }

    fn put(&self, key: CacheKey, kept: Arc<Kept>, replaces: bool) {
        if self.shared.trouble.get().is_some() {
            return;
        }
        let mut pending = self.shared.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.insert(key, Arc::clone(&kept));
        drop(pending);
        if !self.writer.tell(Word::Put(key, kept, replaces)) {
            self.shared.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        }
    }

    fn trouble(&self) -> Option<String> {
        self.shared.trouble.get().cloned()
    }

    fn close(&self) {
        self.writer.close();
    }
}
