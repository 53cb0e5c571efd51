//! What is told and left behind at the end of a run.

use std::collections::BTreeMap;
use std::path::Path;

use flow_core::model::Usage;
use flow_core::run::{EndState, Manifest, RowRecord, RowStatus, RunFolder, RunState};
use flow_eval::batch::{BatchEnd, Ledger, OrderedRows, RunTable, TablesError, write_tables};
use flow_eval::table::TableError;
use serde_json::{Value as Json, json};

use super::Finished;
use super::identity::cannot_read;
use crate::command::Problem;
use crate::ui::{self, BOLD, DIM};

/// How many kinds of failures are told one by one.
const SHOWN: usize = 5;

/// Writes all that is made of a run's journal, and the results where the user wants them.
pub(crate) fn write(
    folder: &RunFolder,
    manifest: &Manifest,
    ledger: &Ledger,
    output: Option<&Path>,
) -> Result<(), Problem> {
    let inside = |name: &str| folder.path().join(name);
    let mut tables = vec![
        RunTable::Calls(inside("calls.parquet")),
        RunTable::Rows(inside("rows.parquet")),
        RunTable::Results(inside("rows.jsonl")),
    ];
    if manifest.served.is_some() {
        tables.push(RunTable::Feedback(inside("feedback.parquet")));
        tables.push(RunTable::Requests(folder.requests()));
    }
    tables.extend(output.map(RunTable::results));
    write_tables(ledger, manifest, &tables).map_err(|error| no_table(&error))?;
    let summary = serde_json::to_string_pretty(&summary(manifest, ledger)).unwrap_or_default() + "\n";
    folder.write("summary.json", summary.as_bytes()).map_err(|error| Problem::failed("cannot-write", error.to_string()))
}

fn no_table(error: &TablesError) -> Problem {
    match error {
        TablesError::Ledger(error) => cannot_read(error),
        TablesError::Table(error) => cannot_write_table(error),
    }
}

/// A table that cannot be written.
pub(crate) fn cannot_write_table(error: &TableError) -> Problem {
    let problem = Problem::failed("cannot-write", error.to_string());
    match error.help() {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// The run in one document.
pub(crate) fn summary(manifest: &Manifest, ledger: &Ledger) -> Json {
    let state = RunState::of_end(ledger.end.as_ref());
    let reason = ledger.end.as_ref().and_then(|end| end.reason.as_deref());
    let counts = ledger.counts;
    let usage = counts.usage;
    let mut document = json!({
        "run": manifest.id, "name": manifest.name, "flow": manifest.flow.name, "state": state, "reason": reason,
        "created": manifest.created,
        "rows": { "completed": counts.completed, "failed": counts.failed },
        "usage": usage,
        "elapsed_ms": ledger.end.as_ref().map(|end| end.elapsed_ms),
        "metrics": metrics(manifest, ledger),
    });
    if let Some(object) = document.as_object_mut() {
        if let Some(from) = &manifest.from {
            object.insert("from".into(), json!(from));
        }
        for (key, text) in [("display_name", &manifest.display_name), ("description", &manifest.description)] {
            if let Some(text) = text {
                object.insert(key.into(), json!(text));
            }
        }
        if let Some(earlier) = &manifest.continues {
            object.insert("continues".into(), json!(earlier));
        }
        if !manifest.tags.is_empty() {
            object.insert("tags".into(), json!(manifest.tags));
        }
        if !ledger.aggregations.is_empty() {
            let by_variant = |(variant, record): (&u32, &flow_core::run::AggregationRecord)| {
                let selection = manifest.variants.get(*variant as usize);
                json!({ "variant": selection, "rows": record.rows, "outputs": record.outputs, "errors": record.errors })
            };
            object.insert("aggregation".into(), ledger.aggregations.iter().map(by_variant).collect());
        }
    }
    document
}

/// The metrics; by variant where there are several.
pub(crate) fn metrics(manifest: &Manifest, ledger: &Ledger) -> Json {
    if manifest.variants.len() <= 1 {
        return ledger.aggregations.values().next().map_or(json!({}), |record| json!(record.metrics));
    }
    let mut metrics = serde_json::Map::new();
    for (variant, record) in &ledger.aggregations {
        let name = manifest.variants.get(*variant as usize).map(|selection| selection.join(",")).unwrap_or_default();
        metrics.insert(name, json!(record.metrics));
    }
    Json::Object(metrics)
}

/// Tells how a run ended.
pub(super) fn tell(finished: &Finished, json: bool, command: &str) -> Result<(), Problem> {
    let Finished { folder, manifest, ledger, end } = finished;
    if json {
        let mut document = summary(manifest, ledger);
        if let Some(object) = document.as_object_mut() {
            object.insert("folder".into(), json!(folder.path()));
            object.insert("skipped".into(), json!(end.skipped));
        }
        ui::out_json(&document);
        return Ok(());
    }
    for record in ledger.aggregations.values() {
        for (name, error) in &record.errors {
            ui::say_warning(&format!("aggregation node `{name}` failed, which fails no row: {}", error.message));
        }
    }
    ui::out(&text(manifest, ledger, end));
    if ledger.counts.failed > 0 {
        ui::say(&failures(ledger)?);
    }
    match end.state {
        EndState::Completed => {
            let retry = if ledger.counts.failed > 0 {
                format!("\nflow batch --resume {} --retry-failed runs the failed rows again", folder.id())
            } else {
                String::new()
            };
            ui::say(&format!("{DIM}results in {}{retry}{DIM:#}", shown(folder.path())));
        }
        EndState::Interrupted | EndState::Stopped => {
            let why = end.reason.as_deref().unwrap_or("interrupted");
            let help = format!("go on with: {command} --resume {}", folder.id());
            ui::say_error(&format!("the run stopped before all rows were run: {why}"), Some(&help));
        }
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    flow_core::project::shown(path).display().to_string()
}

fn text(manifest: &Manifest, ledger: &Ledger, end: &BatchEnd) -> String {
    let counts = ledger.counts;
    let mut rows = format!("{} completed", counts.completed);
    if counts.failed > 0 {
        rows += &format!(", {} failed", counts.failed);
    }
    if end.skipped > 0 {
        rows += &format!(" ({} of them before)", end.skipped);
    }
    let mut lines = vec![format!("{BOLD}{}{BOLD:#}", manifest.id), format!("rows     {rows}")];
    if let Some(elapsed) = ledger.end.as_ref().map(|end| end.elapsed_ms) {
        let rate = end.counts.ended() as f64 / (elapsed / 1e3).max(1e-6);
        let time = ui::duration_words(std::time::Duration::from_secs_f64(elapsed / 1e3));
        lines.push(format!("time     {time} · {rate:.0} rows/s"));
    }
    let usage = counts.usage;
    if usage.calls > 0 {
        lines.push(format!("calls    {}", calls_words(&usage)));
    }
    if !ledger.aggregations.is_empty() {
        lines.push(format!("metrics  {}", metrics(manifest, ledger)));
    }
    lines.join("\n")
}

/// Calls, their tokens and their cost: `10 (8 from the cache) · 120 + 30 tokens · $0.75, $0.50 of it not paid`.
pub(crate) fn calls_words(usage: &Usage) -> String {
    let served = match usage.served_calls {
        0 => String::new(),
        calls if calls == usage.calls => " (all from the cache)".to_owned(),
        calls => format!(" ({calls} from the cache)"),
    };
    let cost = usage.cost.words().map(|words| format!(" · {words}")).unwrap_or_default();
    format!("{}{served} · {} + {} tokens{cost}", usage.calls, usage.prompt_tokens, usage.completion_tokens)
}

/// Failed rows by what went wrong, the most frequent first.
fn failures(ledger: &Ledger) -> Result<String, Problem> {
    let mut kinds: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let failed = |_, status| status == RowStatus::Failed;
    for row in OrderedRows::open(ledger, failed).map_err(|error| cannot_read(&error))? {
        let row: RowRecord = row.map_err(|error| cannot_read(&error))?;
        let message = row.error.map(|error| error.message).unwrap_or_default();
        // Where each row fails in its own words, the first thousand say enough.
        if kinds.len() < 1_000 || kinds.contains_key(&message) {
            kinds.entry(message).or_default().push(row.key.line);
        }
    }
    let mut kinds: Vec<(String, Vec<u64>)> = kinds.into_iter().collect();
    kinds.sort_by(|one, other| other.1.len().cmp(&one.1.len()).then_with(|| one.1.cmp(&other.1)));
    let left = kinds.len().saturating_sub(SHOWN);
    let mut lines: Vec<String> = kinds.iter().take(SHOWN).map(|(message, rows)| kind(message, rows)).collect();
    if left > 0 {
        lines.push(format!("and {left} other kinds of failures: flow runs rows last --failed"));
    }
    Ok(lines.join("\n"))
}

fn kind(message: &str, rows: &[u64]) -> String {
    let numbers: Vec<String> = rows.iter().take(5).map(u64::to_string).collect();
    let more = if rows.len() > 5 { ", …" } else { "" };
    let word = if rows.len() == 1 { "row" } else { "rows" };
    format!("{} {word} failed ({}{more}): {message}", rows.len(), numbers.join(", "))
}
