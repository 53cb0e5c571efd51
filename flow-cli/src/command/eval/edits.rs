//! Edits of the files that an evaluation is made of, as the system tells of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flow_eval::evaluation::Evaluation;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::args::EvalArgs;
use crate::command::Problem;

/// An editor writes a file in several steps; so long nothing may happen before the edit counts as done.
const QUIET: Duration = Duration::from_millis(60);
/// Folders in which nothing is written by authors.
const MADE: &[&str] = &[".flow", ".git", "target", "node_modules", "__pycache__"];

/// Edits of files that an evaluation is made of.
pub(super) struct Edits {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    edited: mpsc::UnboundedReceiver<()>,
}

impl Edits {
    pub(super) fn of(args: &EvalArgs, spec: &Path) -> Result<Self, Problem> {
        let (sender, edited) = mpsc::unbounded_channel();
        // What the evaluation writes itself is no edit: reports, and recordings.
        let own = args.output.iter().chain(&args.connection.record);
        let own: Vec<PathBuf> = own.filter_map(|path| std::path::absolute(path).ok()).collect();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            let is_edit = !matches!(event.kind, EventKind::Access(_));
            let is_own = |path: &PathBuf| own.iter().any(|own| path.starts_with(own));
            if is_edit && event.paths.iter().any(|path| is_written_by_authors(path) && !is_own(path)) {
                // Nobody waits any more when the program ends.
                let _ = sender.send(());
            }
        });
        let watcher = watcher.map_err(|error| cannot_watch(spec, &error))?;
        let mut edits = Self { watcher, watched: BTreeSet::new(), edited };
        edits.add(&folder_of(spec), RecursiveMode::NonRecursive)?;
        Ok(edits)
    }

    /// Watches what the evaluation names too.
    pub(super) fn also(&mut self, spec: &Path, evaluation: &Evaluation) -> Result<(), Problem> {
        let flow = Evaluation::path(spec, &evaluation.flow);
        let flow = if flow.is_dir() { flow } else { folder_of(&flow) };
        self.add(&flow, RecursiveMode::Recursive)?;
        self.add(&folder_of(&Evaluation::path(spec, &evaluation.data)), RecursiveMode::NonRecursive)
    }

    fn add(&mut self, folder: &Path, mode: RecursiveMode) -> Result<(), Problem> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        if self.watched.insert(folder.clone()) || mode == RecursiveMode::Recursive {
            self.watcher.watch(&folder, mode).map_err(|error| cannot_watch(&folder, &error))?;
        }
        Ok(())
    }

    /// Waits for an edit; `false` if its user ends the watch instead.
    pub(super) async fn next(&mut self) -> bool {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return false,
            edited = self.edited.recv() => if edited.is_none() { return false },
        }
        while let Ok(Some(())) = tokio::time::timeout(QUIET, self.edited.recv()).await {}
        true
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn cannot_watch(path: &Path, error: &notify::Error) -> Problem {
    Problem::failed("cannot-watch", format!("{} cannot be watched: {error}", path.display()))
        .help("run the evaluation again by hand")
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
