//! Edits of files that people write, as the system tells of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use notify::RecursiveMode;
use notify::{EventKind, RecommendedWatcher, Watcher};
use tokio::sync::mpsc;

use crate::command::Problem;

/// An editor writes a file in several steps; so long nothing may happen before the edit counts as done.
const QUIET: Duration = Duration::from_millis(60);
/// Folders in which nothing is written by authors.
const MADE: &[&str] = &[".flow", ".git", "target", "node_modules", "__pycache__"];

/// Edits of files below folders that are watched.
pub(crate) struct Edits {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    edited: mpsc::UnboundedReceiver<()>,
}

impl Edits {
    /// Edits of nothing yet. What lies in the program's own files and folders is no edit: reports, and recordings.
    pub(crate) fn beside(own: Vec<PathBuf>) -> Result<Self, Problem> {
        let (sender, edited) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            let is_edit = !matches!(event.kind, EventKind::Access(_));
            let is_own = |path: &PathBuf| own.iter().any(|own| path.starts_with(own));
            if is_edit && event.paths.iter().any(|path| is_written_by_authors(path) && !is_own(path)) {
                // Nobody waits any more when the program ends.
                let _ = sender.send(());
            }
        });
        let watcher = watcher.map_err(|error| cannot_watch(Path::new("."), &error))?;
        Ok(Self { watcher, watched: BTreeSet::new(), edited })
    }

    /// Watches a folder too, and with `Recursive` all that lies below it.
    pub(crate) fn add(&mut self, folder: &Path, mode: RecursiveMode) -> Result<(), Problem> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        if self.watched.insert(folder.clone()) || mode == RecursiveMode::Recursive {
            self.watcher.watch(&folder, mode).map_err(|error| cannot_watch(&folder, &error))?;
        }
        Ok(())
    }

    /// Waits for an edit, and until its author is done with it.
    pub(crate) async fn edited(&mut self) -> bool {
        if self.edited.recv().await.is_none() {
            return false;
        }
        while let Ok(Some(())) = tokio::time::timeout(QUIET, self.edited.recv()).await {}
        true
    }

    /// Waits for an edit; `false` if its user ends the watch instead.
    pub(crate) async fn next(&mut self) -> bool {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => false,
            edited = self.edited() => edited,
        }
    }
}

/// The folder that a file lies in.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn cannot_watch(path: &Path, error: &notify::Error) -> Problem {
    Problem::failed("cannot-watch", format!("{} cannot be watched: {error}", path.display()))
        .help("leave --watch out, and run the command again by hand")
}

/// Whether a file is one that people edit: in no folder of made things, not hidden, no copy of an editor's.
fn is_written_by_authors(path: &Path) -> bool {
    let is_made = |path: &Path| path.file_name().is_some_and(|name| MADE.iter().any(|made| name == *made));
    // The project itself may lie below a folder of such a name.
    let is_project = |folder: &Path| folder.join(".flow").is_dir() || folder.join(".git").exists();
    let mut within = path.ancestors().take_while(|folder| !is_project(folder));
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let is_hidden = name.starts_with(['.', '#']) && name != ".env";
    !within.any(is_made) && !is_hidden && !name.ends_with(['~', '#']) && name != "4913"
}
