use std::panic;
use std::path::Path;

use flow_core::run::{RunFolder, RunStore};
use flow_eval::query::{Answer, QueryError, QueryPlace, RunTables, query as ask};
use flow_eval::table::TableFormat;
use serde_json::json;

use super::{find, read};
use crate::args::RunsQueryArgs;
use crate::command::Problem;
use crate::command::batch::{cannot_write_table, write};
use crate::command::eval::Kept;
use crate::exit::Exit;
use crate::ui::{self, DIM, Table};

/// So many rows are shown to people.
const SHOWN: usize = 100;

/// `flow runs query`.
pub(super) fn query(store: &RunStore, args: &RunsQueryArgs, json: bool) -> Result<Exit, Problem> {
    if let Some(path) = args.output.as_deref().filter(|path| TableFormat::named_by(path).is_none()) {
        let message = format!("{}: no format of tables has this ending", path.display());
        return Err(Problem::usage("unknown-format", message).help("tables end in .parquet, .csv or .jsonl"));
    }
    let mut runs: Vec<RunTables> = Vec::new();
    for name in &args.run {
        let folder = find(store, name)?;
        if runs.iter().all(|known| known.run != folder.id()) {
            make_tables(&folder)?;
            runs.push(RunTables { run: folder.id().to_owned(), folder: folder.path().to_path_buf() });
        }
    }
    let answer = quietly(|| ask(&args.sql, &runs)).map_err(|error| problem(&error))?;
    match &args.output {
        Some(path) => {
            answer.write(path).map_err(|error| cannot_write_table(&error))?;
            if json {
                ui::out_json(&json!({ "rows": answer.len(), "output": path }));
            } else {
                let rows = if answer.len() == 1 { "1 row".to_owned() } else { format!("{} rows", answer.len()) };
                ui::say(&format!("wrote {rows} to {}", path.display()));
            }
        }
        None if json => answer.rows().for_each(|row| {
            let line: serde_json::Map<String, _> =
                row.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
            ui::out(&serde_json::Value::Object(line).to_string());
        }),
        None => show(&answer),
    }
    Ok(Exit::Done)
}

/// Tables are made when a run ends; those of a run that ended without a word, or went on since, are made now.
fn make_tables(folder: &RunFolder) -> Result<(), Problem> {
    if folder.is_running() {
        let message = format!("run {} is going on, and its tables are made when it ends", folder.id());
        return Err(Problem::failed("run-locked", message).help(format!("until then: flow runs rows {}", folder.id())));
    }
    let modified = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let journal = modified(&folder.journal());
    let is_new = |name: &str| modified(&folder.path().join(name)).is_some_and(|time| Some(time) >= journal);
    if let Some(command) = Kept::again(folder).filter(|_| !is_new("scores.parquet")) {
        ui::say_note(&format!(
            "{} went on after it was scored; its rows as they are now are scored by: {command}",
            folder.id()
        ));
    }
    if ["rows.parquet", "calls.parquet"].iter().all(|name| is_new(name)) {
        return Ok(());
    }
    let (manifest, ledger) = read(folder)?;
    write(folder, &manifest, &ledger, None)?;
    ui::say_note(&format!("the tables of {} were made of its journal", folder.id()));
    Ok(())
}

/// Where the engine gives up in its own midst, that is told by us and not by it.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let done = work();
    panic::set_hook(usual);
    done
}

fn problem(error: &QueryError) -> Problem {
    let mut problem = match error {
        QueryError::Query { .. } => Problem::usage("invalid-query", error.to_string()),
        QueryError::Table { .. } => Problem::failed("run-unreadable", error.to_string()),
    };
    if let Some(QueryPlace { line, column, text }) = error.place() {
        let place = ui::Place { file: "query".to_owned(), line: *line, column: *column, source_line: text.clone() };
        problem = problem.at(place);
    }
    match error.help() {
        Some(help) => problem.help(help),
        None => problem,
    }
}

fn show(answer: &Answer) {
    let mut table = Table::new(answer.columns().iter().map(|name| name.to_string()));
    for row in answer.rows().take(SHOWN) {
        table.push(answer.columns().iter().map(|name| row.get(name).map(ui::cell_text).unwrap_or_default()));
    }
    let (text, is_cut) = table.text_or_lists(ui::width());
    ui::out(&text);
    let left = answer.len().saturating_sub(SHOWN);
    let more = (left > 0).then(|| format!("{left} more rows"));
    let cut = is_cut.then(|| "texts are cut".to_owned());
    let notes: Vec<String> = more.into_iter().chain(cut).collect();
    if !notes.is_empty() {
        ui::say(&format!("{DIM}{}: --json shows all, -o FILE writes it{DIM:#}", notes.join("; ")));
    }
}
