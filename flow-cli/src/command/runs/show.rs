use flow_core::run::RunFolder;
use serde_json::json;

use super::{document, read};
use crate::command::Problem;
use crate::command::batch::{calls_words, metrics};
use crate::exit::Exit;
use crate::ui::{self, BOLD};

/// `flow runs show`.
pub(super) fn show(folder: &RunFolder, json: bool) -> Result<Exit, Problem> {
    let (manifest, ledger) = read(folder)?;
    let mut document = document(folder, &manifest, &ledger);
    if json {
        document["manifest"] = json!(manifest);
        ui::out_json(&document);
        return Ok(Exit::Done);
    }
    let line = |name: &str, value: &str| ui::out(&format!("{name:<9}{value}"));
    ui::out(&format!("{BOLD}{}{BOLD:#}", manifest.id));
    if let Some(name) = &manifest.name {
        line("name", name);
    }
    if !manifest.tags.is_empty() {
        let tag = |(name, value): (&String, &String)| match value.as_str() {
            "" => name.clone(),
            value => format!("{name}={value}"),
        };
        line("tags", &manifest.tags.iter().map(tag).collect::<Vec<_>>().join(" "));
    }
    line("flow", &format!("{} ({})", manifest.flow.name, manifest.flow.path));
    for selection in manifest.variants.iter().filter(|selection| !selection.is_empty()) {
        line("variant", &selection.join(", "));
    }
    if let Some(data) = &manifest.data {
        line("data", &data.path);
    }
    line("begun", &manifest.created);
    line("state", document["state"].as_str().unwrap_or_default());
    if let Some(reason) = document["reason"].as_str() {
        line("", reason);
    }
    if let Some(moment) = &manifest.archived {
        line("archived", moment);
    }
    line("rows", &format!("{} completed, {} failed", ledger.counts.completed, ledger.counts.failed));
    let usage = ledger.counts.usage;
    if usage.calls > 0 {
        line("calls", &calls_words(&usage));
    }
    if !ledger.aggregations.is_empty() {
        line("metrics", &metrics(&manifest, &ledger).to_string());
    }
    line("folder", &flow_core::project::shown(folder.path()).display().to_string());
    Ok(Exit::Done)
}
