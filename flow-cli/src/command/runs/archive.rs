//! Archiving is a word in the manifest, which is what a run is: nothing else of it changes.

use flow_core::run::{RunFolder, RunStore};
use serde_json::json;

use super::find;
use crate::command::Problem;
use crate::command::batch::{now, run_problem};
use crate::exit::Exit;
use crate::ui;

/// `flow runs archive`.
pub(super) fn archive(store: &RunStore, runs: &[String], json: bool) -> Result<Exit, Problem> {
    mark(store, runs, Some(&now()))?.tell("archived", "was archived already", json)
}

/// `flow runs restore`.
pub(super) fn restore(store: &RunStore, runs: &[String], json: bool) -> Result<Exit, Problem> {
    mark(store, runs, None)?.tell("restored", "is not archived", json)
}

/// What came of it, by run.
struct Marked {
    changed: Vec<RunFolder>,
    same: Vec<RunFolder>,
}

/// All runs are found before the first is changed.
fn mark(store: &RunStore, runs: &[String], moment: Option<&str>) -> Result<Marked, Problem> {
    let mut found: Vec<RunFolder> = Vec::new();
    for run in runs {
        let folder = find(store, run)?;
        if !found.contains(&folder) {
            found.push(folder);
        }
    }
    let (mut changed, mut same) = (Vec::new(), Vec::new());
    for folder in found {
        let mut manifest = folder.manifest().map_err(|error| run_problem(&error))?;
        if manifest.archived.is_some() == moment.is_some() {
            same.push(folder);
            continue;
        }
        manifest.archived = moment.map(str::to_owned);
        folder.write_manifest(&manifest).map_err(|error| Problem::failed("cannot-write", error.to_string()))?;
        changed.push(folder);
    }
    Ok(Marked { changed, same })
}

impl Marked {
    fn tell(&self, done: &str, already: &str, json: bool) -> Result<Exit, Problem> {
        if json {
            let ids: Vec<&str> = self.changed.iter().map(RunFolder::id).collect();
            ui::out_json(&json!({ done: ids }));
            return Ok(Exit::Done);
        }
        for folder in &self.changed {
            ui::say(&format!("{done} {}", folder.id()));
        }
        for folder in &self.same {
            ui::say(&format!("{} {already}", folder.id()));
        }
        Ok(Exit::Done)
    }
}
