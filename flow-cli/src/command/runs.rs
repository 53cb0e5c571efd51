//! `flow runs`: what lies in `.flow/runs`.

use std::path::Path;

use flow_core::journal;
use flow_core::run::{Manifest, RowRecord, RowStatus, RunFolder, RunStore};
use flow_eval::batch::{Ledger, OrderedRows, result_line};
use serde_json::{Value as Json, json};

use super::Problem;
use super::batch::{calls_words, cannot_read, metrics, run_problem, store_of, summary, write};
use crate::args::{RunsArgs, RunsCommand};
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// `flow runs`.
pub(crate) fn runs(args: &RunsArgs) -> Result<Exit, Problem> {
    let store = store_of(Path::new("."));
    match &args.command {
        None => list(&store, &Filter::default(), args.json),
        Some(RunsCommand::List { flow, tag, state }) => {
            list(&store, &Filter { flow: flow.as_deref(), tag: tag.as_deref(), state: state.as_deref() }, args.json)
        }
        Some(RunsCommand::Show { run }) => show(&find(&store, run)?, args.json),
        Some(RunsCommand::Rows { run, failed, limit, offset }) => {
            rows(&find(&store, run)?, Page { failed: *failed, limit: *limit, offset: *offset }, args.json)
        }
        Some(RunsCommand::Metrics { run }) => {
            let folder = find(&store, run)?;
            let (manifest, ledger) = read(&folder)?;
            ui::out_json(&metrics(&manifest, &ledger));
            Ok(Exit::Done)
        }
        Some(RunsCommand::Delete { run }) => delete(&store, run, args.json),
        Some(RunsCommand::Rebuild { run, repair }) => rebuild(&find(&store, run)?, *repair, args.json),
    }
}

/// Which runs are listed.
#[derive(Default)]
struct Filter<'a> {
    flow: Option<&'a str>,
    tag: Option<&'a str>,
    state: Option<&'a str>,
}

impl Filter<'_> {
    fn takes(&self, summary: &Json) -> bool {
        let is = |key: &str, wanted: Option<&str>| wanted.is_none_or(|wanted| summary[key] == wanted);
        let tagged = self.tag.is_none_or(|tag| match tag.split_once('=') {
            Some((name, value)) => summary["tags"][name] == value,
            None => !summary["tags"][tag].is_null(),
        });
        is("flow", self.flow) && is("state", self.state) && tagged
    }
}

fn find(store: &RunStore, name: &str) -> Result<RunFolder, Problem> {
    store.find(name).map_err(|error| run_problem(&error))
}

fn read(folder: &RunFolder) -> Result<(Manifest, Ledger), Problem> {
    let manifest = folder.manifest().map_err(|error| run_problem(&error))?;
    let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
    Ok((manifest, ledger))
}

/// The summary that was written when the run ended; where there is none that is newer than the journal, what the journal says.
fn brief(folder: &RunFolder) -> Result<Json, Problem> {
    let modified = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let path = folder.path().join("summary.json");
    if modified(&path) >= modified(&folder.journal())
        && let Some(summary) = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok())
    {
        return Ok(summary);
    }
    let (manifest, ledger) = read(folder)?;
    Ok(summary(&manifest, &ledger))
}

fn list(store: &RunStore, filter: &Filter<'_>, json: bool) -> Result<Exit, Problem> {
    let mut summaries = Vec::new();
    for folder in store.list().map_err(|error| run_problem(&error))? {
        match brief(&folder) {
            Ok(summary) if filter.takes(&summary) => summaries.push(summary),
            Ok(_) => {}
            // One damaged run does not hide the others.
            Err(_) => summaries.push(json!({ "run": folder.id(), "state": "damaged" })),
        }
    }
    if json {
        ui::out_json(&Json::Array(summaries));
        return Ok(Exit::Done);
    }
    if summaries.is_empty() {
        ui::say(&format!("no runs in {}", flow_core::project::shown(&store.folder()).display()));
        return Ok(Exit::Done);
    }
    for summary in &summaries {
        let word = |key: &str| summary[key].as_str().unwrap_or("").to_owned();
        let name = summary["name"].as_str().map(|name| format!("  {name}")).unwrap_or_default();
        let rows = match summary["rows"]["failed"].as_u64() {
            None => String::new(),
            Some(failed) => {
                let completed = summary["rows"]["completed"].as_u64().unwrap_or_default();
                let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
                format!("{completed} completed{failed}")
            }
        };
        ui::out(&format!("{BOLD}{}{BOLD:#}  {:<11}  {rows}{DIM}{name}{DIM:#}", word("run"), word("state")));
    }
    Ok(Exit::Done)
}

fn show(folder: &RunFolder, json: bool) -> Result<Exit, Problem> {
    let (manifest, ledger) = read(folder)?;
    let mut summary = summary(&manifest, &ledger);
    if json {
        if let Some(object) = summary.as_object_mut() {
            object.insert("manifest".into(), json!(manifest));
        }
        ui::out_json(&summary);
        return Ok(Exit::Done);
    }
    let line = |name: &str, value: String| ui::out(&format!("{name:<9}{value}"));
    ui::out(&format!("{BOLD}{}{BOLD:#}", manifest.id));
    line("flow", format!("{} ({})", manifest.flow.name, manifest.flow.path));
    for selection in manifest.variants.iter().filter(|selection| !selection.is_empty()) {
        line("variant", selection.join(", "));
    }
    if let Some(data) = &manifest.data {
        line("data", data.path.clone());
    }
    line("begun", manifest.created.clone());
    line("state", summary["state"].as_str().unwrap_or("").to_owned());
    if let Some(reason) = summary["reason"].as_str() {
        line("", reason.to_owned());
    }
    line("rows", format!("{} completed, {} failed", ledger.counts.completed, ledger.counts.failed));
    let usage = ledger.counts.usage;
    if usage.calls > 0 {
        line("calls", calls_words(&usage));
    }
    if !ledger.aggregations.is_empty() {
        line("metrics", metrics(&manifest, &ledger).to_string());
    }
    line("folder", flow_core::project::shown(folder.path()).display().to_string());
    Ok(Exit::Done)
}

/// Which rows are shown.
struct Page {
    failed: bool,
    limit: usize,
    offset: usize,
}

fn rows(folder: &RunFolder, page: Page, json: bool) -> Result<Exit, Problem> {
    let (manifest, ledger) = read(folder)?;
    let wanted = move |_, status| !page.failed || status == RowStatus::Failed;
    let rows = OrderedRows::open(&ledger, wanted).map_err(|error| cannot_read(&error))?;
    let mut shown = 0;
    for row in rows.skip(page.offset).take(page.limit) {
        let row: RowRecord = row.map_err(|error| cannot_read(&error))?;
        let line = result_line(&row, &manifest);
        shown += 1;
        if json {
            ui::out(&line.to_string());
        } else {
            ui::out(&row_text(&row, &line));
        }
    }
    let all = if page.failed { ledger.counts.failed } else { ledger.counts.ended() };
    let left = all.saturating_sub((page.offset + shown) as u64);
    if left > 0 && !json {
        ui::say(&format!("{DIM}{left} more: --offset {}{DIM:#}", page.offset + shown));
    }
    Ok(Exit::Done)
}

fn row_text(row: &RowRecord, line: &Json) -> String {
    let variant = line["variant"].as_str().map(|variant| format!(" {variant}")).unwrap_or_default();
    let repeat = line["repeat"].as_u64().map(|repeat| format!(" #{repeat}")).unwrap_or_default();
    let result = match &row.error {
        None => Json::from_iter(row.outputs.iter().map(|(name, value)| (name.to_string(), json!(value)))).to_string(),
        Some(error) => format!("failed: {}", error.message),
    };
    format!("{BOLD}{}{variant}{repeat}{BOLD:#}  {DIM}{}{DIM:#}\n  {result}", row.key.line, json!(row.inputs))
}

fn delete(store: &RunStore, run: &str, json: bool) -> Result<Exit, Problem> {
    let folder = find(store, run)?;
    if folder.id() != run {
        let message = format!("`{run}` means the run {}; a run is deleted by its whole id", folder.id());
        return Err(Problem::usage("run-not-named", message).help(format!("flow runs delete {}", folder.id())));
    }
    std::fs::remove_dir_all(folder.path()).map_err(|error| Problem::cannot_write(folder.path(), &error))?;
    if json {
        ui::out_json(&json!({ "deleted": folder.id() }));
    } else {
        ui::say(&format!("deleted {}", folder.id()));
    }
    Ok(Exit::Done)
}

fn rebuild(folder: &RunFolder, repair: bool, json: bool) -> Result<Exit, Problem> {
    let mut document = json!({ "run": folder.id() });
    if repair {
        let repaired = journal::repair(&folder.journal()).map_err(|error| cannot_read(&error.into()))?;
        let ranges: Vec<Json> = repaired.lost_ranges.iter().map(|range| json!([range.start, range.end])).collect();
        if !json && !ranges.is_empty() {
            let words: Vec<String> =
                repaired.lost_ranges.iter().map(|range| format!("{}–{}", range.start, range.end)).collect();
            ui::say_warning(&format!("the journal was damaged; lost are its bytes {}", words.join(", ")));
            ui::say(&format!("rows that are lost are run again by: flow batch --resume {}", folder.id()));
        }
        document["kept"] = json!(repaired.kept_records);
        document["lost"] = json!(ranges);
    }
    let (manifest, ledger) = read(folder)?;
    write(folder, &manifest, &ledger, None)?;
    document["rows"] = json!({ "completed": ledger.counts.completed, "failed": ledger.counts.failed });
    if json {
        ui::out_json(&document);
    } else {
        ui::out(&format!("made {} again of {} rows", folder.id(), ledger.counts.ended()));
    }
    Ok(Exit::Done)
}
