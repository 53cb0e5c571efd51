use flow_core::run::RunStore;
use serde_json::json;

use super::{find, refuse_running};
use crate::command::Problem;
use crate::exit::Exit;
use crate::ui;

/// `flow runs delete`. Nothing is deleted unless all can be.
pub(super) fn delete(store: &RunStore, runs: &[String], json: bool) -> Result<Exit, Problem> {
    let mut folders = Vec::new();
    for run in runs {
        let folder = find(store, run)?;
        if folder.id() != run {
            let message = format!("`{run}` means the run {}; a run is deleted by its whole id", folder.id());
            return Err(Problem::usage("run-not-named", message).help(format!("flow runs delete {}", folder.id())));
        }
        refuse_running(&folder)?;
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    for folder in &folders {
        std::fs::remove_dir_all(folder.path()).map_err(|error| Problem::cannot_write(folder.path(), &error))?;
        if !json {
            ui::say(&format!("deleted {}", folder.id()));
        }
    }
    if json {
        let ids: Vec<&str> = folders.iter().map(|folder| folder.id()).collect();
        ui::out_json(&json!({ "deleted": ids }));
    }
    Ok(Exit::Done)
}
