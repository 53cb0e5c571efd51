//! How long runs of requests are kept.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use flow_core::run::{RunFolder, RunStore};

/// How long the runs of requests to a flow are kept, and how large they may be together.
#[derive(Debug, Clone)]
pub struct Retention {
    pub(super) store: RunStore,
    pub(super) name: Arc<str>,
    pub(super) max_age: Option<Duration>,
    pub(super) max_size: Option<u64>,
}

impl Retention {
    /// Deletes runs that are older than they may be, then the oldest, until what is left is no larger than it may be. Gives the ids of those that
    /// are gone. Runs of which a process writes are left alone, and so are those that a user named or archived.
    pub fn tidy(&self, now: SystemTime) -> Vec<String> {
        let mut kept: Vec<(RunFolder, SystemTime, u64)> = Vec::new();
        for folder in self.store.list().unwrap_or_default() {
            let Ok(manifest) = folder.manifest() else { continue };
            let is_ours = manifest.served.as_deref() == Some(&*self.name)
                && manifest.archived.is_none()
                && manifest.name.is_none();
            if !is_ours || folder.is_running() {
                continue;
            }
            let changed = fs::metadata(folder.journal()).and_then(|file| file.modified()).unwrap_or(now);
            let size = size_of(folder.path());
            kept.push((folder, changed, size));
        }
        let mut gone = Vec::new();
        let mut left: u64 = kept.iter().map(|(_, _, size)| size).sum();
        for (folder, changed, size) in kept {
            let is_old = self.max_age.is_some_and(|age| now.duration_since(changed).is_ok_and(|since| since > age));
            let is_too_much = self.max_size.is_some_and(|limit| left > limit);
            if (is_old || is_too_much) && fs::remove_dir_all(folder.path()).is_ok() {
                left -= size;
                gone.push(folder.id().to_owned());
            }
        }
        gone
    }
}

/// What the files of a folder take, in bytes.
fn size_of(folder: &Path) -> u64 {
    let mut size = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(data) if data.is_dir() => size += size_of(&entry.path()),
            Ok(data) => size += data.len(),
            Err(_) => {}
        }
    }
    size
}
