//! The tables of kept requests, made by a thread of its own: a run may hold a hundred thousand of them, and no request is to wait meanwhile.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::time::SystemTime;

use flow_core::run::RunFolder;
use flow_eval::batch::Ledger;
use flow_serve::Retention;

use crate::command::Problem;
use crate::command::batch::write;
use crate::ui;

/// The thread, and the way to it.
#[derive(Debug)]
pub(super) struct Tables {
    /// Runs that have ended; `None` is the last word.
    ended: Sender<Option<(RunFolder, Retention)>>,
    thread: JoinHandle<()>,
}

impl Tables {
    pub(super) fn start() -> Self {
        let (ended, runs) = mpsc::channel::<Option<(RunFolder, Retention)>>();
        let thread = std::thread::spawn(move || {
            for (folder, retention) in runs.into_iter().map_while(|run| run) {
                tell(&folder);
                retention.tidy(SystemTime::now());
            }
        });
        Self { ended, thread }
    }

    /// What is told of each run that has ended.
    pub(super) fn on_end(&self) -> Arc<dyn Fn(RunFolder, Retention) + Send + Sync> {
        let ended = self.ended.clone();
        Arc::new(move |folder, retention| {
            let _ = ended.send(Some((folder, retention)));
        })
    }

    /// Waits until the tables of all runs that have ended are made.
    pub(super) fn finish(self) {
        let _ = self.ended.send(None);
        let _ = self.thread.join();
    }
}

fn tell(folder: &RunFolder) {
    match make(folder) {
        Ok(()) => ui::say_note(&format!("requests are kept in run {}", folder.id())),
        // It was deleted since, to make room for others.
        Err(_) if !folder.path().exists() => {}
        Err(problem) => {
            ui::say_warning(&format!("the tables of run {} could not be made: {}", folder.id(), problem.message()));
        }
    }
}

/// The journal is the truth; `flow runs rebuild` makes them again.
fn make(folder: &RunFolder) -> Result<(), Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::failed("tables-not-made", error.to_string());
    let manifest = folder.manifest().map_err(|error| failed(&error))?;
    let ledger = Ledger::read(&folder.journal()).map_err(|error| failed(&error))?;
    write(folder, &manifest, &ledger, None)
}
