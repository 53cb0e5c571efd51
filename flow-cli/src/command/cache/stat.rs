use std::path::Path;
use std::time::{Duration, SystemTime};

use flow_core::cache::{CacheError, Cleared, SqliteStore};
use serde_json::json;

use super::size;
use crate::command::Problem;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// Shows how much the store of a folder holds.
pub(super) fn stat(folder: &Path, json: bool) -> Result<Exit, Problem> {
    let held = SqliteStore::statistics(folder).map_err(|error| unusable(&error))?;
    let path = SqliteStore::path_in(folder);
    if json {
        let models: Vec<_> = held
            .models
            .iter()
            .map(|model| {
                json!({
                    "model": model.model, "entries": model.entries, "bytes": model.bytes,
                    "oldest": moment(model.oldest), "newest": moment(model.newest),
                })
            })
            .collect();
        ui::out_json(&json!({ "path": path, "entries": held.entries, "bytes": held.bytes, "models": models }));
        return Ok(Exit::Done);
    }
    let shown = flow_core::project::shown(&path).display().to_string();
    if held.entries == 0 {
        ui::say(&format!("no answers in {shown}"));
        return Ok(Exit::Done);
    }
    ui::out(&format!("{BOLD}{} answers{BOLD:#}  {} on disk", held.entries, size::words(held.bytes)));
    for model in &held.models {
        let (entries, bytes) = (model.entries, size::words(model.bytes));
        let times = format!("{} to {}", moment(model.oldest), moment(model.newest));
        ui::out(&format!("{}  {entries} answers, {bytes}  {DIM}{times}{DIM:#}", model.model));
    }
    ui::say(&format!("{DIM}in {shown}{DIM:#}"));
    Ok(Exit::Done)
}

/// Forgets answers.
pub(super) fn clear(
    folder: &Path,
    older_than: Option<Duration>,
    model: Option<&str>,
    json: bool,
) -> Result<Exit, Problem> {
    let cleared = SqliteStore::clear(folder, Cleared { older_than, model }).map_err(|error| unusable(&error))?;
    if json {
        ui::out_json(&json!({ "cleared": cleared }));
    } else {
        ui::say(&format!("forgot {cleared} answers"));
    }
    Ok(Exit::Done)
}

fn moment(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn unusable(error: &CacheError) -> Problem {
    let problem = Problem::failed("cache-unusable", error.to_string());
    match error {
        CacheError::Newer { .. } => problem.help("use the version of flow that made it, or delete the file"),
        CacheError::Locked { .. } => problem.help("wait for the other process to end"),
        CacheError::Unusable { .. } => problem,
    }
}
