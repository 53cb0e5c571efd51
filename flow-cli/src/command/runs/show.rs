use flow_core::run::{EndState, RunFolder, RunOrigin};
use flow_eval::estimate::{Estimate, Outcome};
use serde_json::json;

use super::{document, read};
use crate::command::Problem;
use crate::command::batch::{calls_words, metrics};
use crate::command::plan::{brief, compared};
use crate::exit::Exit;
use crate::ui::{self, BOLD};

/// `flow runs show`.
pub(super) fn show(folder: &RunFolder, json: bool) -> Result<Exit, Problem> {
    let (manifest, ledger) = read(folder)?;
    let mut document = document(folder, &manifest, &ledger);
    let expected = Estimate::of_run(folder.path());
    let is_whole = ledger.end.as_ref().is_some_and(|end| end.state == EndState::Completed);
    let outcome = expected
        .as_ref()
        .filter(|_| is_whole)
        .map(|expected| Outcome::of(expected, &ledger.counts.usage, Some(ledger.elapsed_ms)));
    if json {
        document["manifest"] = json!(manifest);
        if let Some(expected) = expected {
            document["estimate"] = json!({ "expected": expected, "outcome": outcome });
        }
        ui::out_json(&document);
        return Ok(Exit::Done);
    }
    let line = |name: &str, value: &str| ui::out(&format!("{name:<9}{value}"));
    ui::out(&format!("{BOLD}{}{BOLD:#}", manifest.id));
    if let Some(name) = &manifest.name {
        line("name", name);
    }
    if let Some(name) = &manifest.display_name {
        line("shown as", name);
    }
    if let Some(description) = &manifest.description {
        line("about", description);
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
    match &manifest.from {
        Some(RunOrigin { run, score: Some(score) }) => line("scores", &format!("{score} of {run}")),
        Some(RunOrigin { run, score: None }) => line("rows of", run),
        None => {}
    }
    if let Some(earlier) = &manifest.continues {
        line("from", &format!("{earlier}, whose rows it took over"));
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
    match (&expected, &outcome) {
        (_, Some(outcome)) => {
            for (position, words) in compared(outcome).iter().enumerate() {
                line(if position == 0 { "estimate" } else { "" }, words);
            }
            if expected.as_ref().is_some_and(Estimate::is_by_characters) {
                line("", "prompts were reckoned by their characters; flow plan counts them by the tokenizer");
            }
            if ledger.counts.failed > 0 {
                line("", "rows that fail at a call ask for less; that was not reckoned with");
            }
        }
        (Some(expected), None) => line("estimate", &format!("{} for all rows", brief(expected))),
        (None, None) => {}
    }
    line("folder", &flow_core::project::shown(folder.path()).display().to_string());
    Ok(Exit::Done)
}
