use std::sync::Arc;

use flow_core::diag::did_you_mean;
use flow_core::run::{Manifest, RowRecord, RowStatus, RunFolder};
use flow_core::value::{Map, Value};
use flow_eval::batch::{OrderedRows, ResultLine, RowColumns};
use serde_json::{Value as Json, json};

use super::read;
use crate::args::RunsRowsArgs;
use crate::command::Problem;
use crate::command::batch::cannot_read;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM, Table};

/// `flow runs rows`.
pub(super) fn rows(folder: &RunFolder, args: &RunsRowsArgs, json: bool) -> Result<Exit, Problem> {
    let (manifest, ledger) = read(folder)?;
    let all = RowColumns::of(&ledger, &manifest).map_err(|error| cannot_read(&error))?;
    let names = all.names();
    let cells = |row: &RowRecord| -> Map { names.iter().cloned().zip(all.cells(row, &manifest)).collect() };
    let columns = known(&args.columns, &names)?;
    let failed = args.failed;
    let wanted = move |_, status| !failed || status == RowStatus::Failed;
    let page = OrderedRows::open(&ledger, wanted).map_err(|error| cannot_read(&error))?;
    let page = page.skip(args.offset).take(args.limit);
    let (mut shown, mut lines) = (0, Vec::new());
    for row in page {
        let row: RowRecord = row.map_err(|error| cannot_read(&error))?;
        shown += 1;
        if json && columns.is_empty() {
            ui::out(&json!(ResultLine::of(&row, &manifest)).to_string());
        } else if json {
            ui::out(&line(&cells(&row), &columns).to_string());
        } else if args.full {
            ui::out(&full(&row, &manifest));
        } else {
            lines.push(cells(&row));
        }
    }
    if json {
        return Ok(Exit::Done);
    }
    let mut is_cut = false;
    if !lines.is_empty() {
        let columns = if columns.is_empty() { usual(&names, &manifest, &lines) } else { columns };
        let (text, cut) = table(&lines, &columns).text_or_lists(ui::width());
        ui::out(&text);
        is_cut = cut && args.columns.is_empty();
    }
    let all = if args.failed { ledger.counts.failed } else { ledger.counts.ended() };
    let left = all.saturating_sub((args.offset + shown) as u64);
    let cut = is_cut.then(|| "texts are cut: --full shows them".to_owned());
    let more = (left > 0).then(|| format!("{left} more: --offset {}", args.offset + shown));
    let notes: Vec<String> = more.into_iter().chain(cut).collect();
    if shown == 0 {
        let which = if args.failed { "failed rows" } else { "rows" };
        let beyond = if all > 0 { format!(" behind the first {all}") } else { String::new() };
        ui::say(&format!("no {which}{beyond} in {}", folder.id()));
    } else if !notes.is_empty() {
        ui::say(&format!("{DIM}{}{DIM:#}", notes.join("; ")));
    }
    Ok(Exit::Done)
}

/// The columns that are asked for, if rows have them.
fn known(asked: &[String], all: &[Arc<str>]) -> Result<Vec<Arc<str>>, Problem> {
    let find = |name: &String| {
        let name = name.trim();
        if let Some(column) = all.iter().find(|column| &***column == name) {
            return Ok(Arc::clone(column));
        }
        let names = all.iter().map(|column| &**column);
        let help = did_you_mean(name, names.clone())
            .unwrap_or_else(|| format!("known are {}", names.collect::<Vec<_>>().join(", ")));
        Err(Problem::usage("unknown-column", format!("rows have no column `{name}`")).help(help))
    };
    asked.iter().map(find).collect()
}

/// What is shown where nobody asks for columns: which row, how it ended, what it was given and gave.
fn usual(names: &[Arc<str>], manifest: &Manifest, lines: &[Map]) -> Vec<Arc<str>> {
    let has_failed =
        lines.iter().any(|line| line.get("error.message").is_some_and(|message| !matches!(message, Value::Null)));
    let is_shown = |name: &str| match name {
        "line_number" => true,
        "variant" => manifest.variants.len() > 1,
        "repeat" => manifest.repeat > 1,
        "status" | "error.message" => has_failed,
        _ => name.starts_with("inputs.") || name.starts_with("outputs."),
    };
    names.iter().filter(|name| is_shown(name)).cloned().collect()
}

/// A row as a JSON document with these columns.
fn line(cells: &Map, columns: &[Arc<str>]) -> Json {
    columns.iter().map(|name| (name.to_string(), json!(cells.get(name)))).collect()
}

fn table(lines: &[Map], columns: &[Arc<str>]) -> Table {
    let mut table = Table::new(columns.iter().map(|name| name.to_string()));
    for cells in lines {
        table.push(columns.iter().map(|name| cells.get(name).map(ui::cell_text).unwrap_or_default()));
    }
    table
}

/// A row with all that it was given and gave.
fn full(row: &RowRecord, manifest: &Manifest) -> String {
    let line = json!(ResultLine::of(row, manifest));
    let variant = line["variant"].as_str().map(|variant| format!(" {variant}")).unwrap_or_default();
    let repeat = line["repeat"].as_u64().map(|repeat| format!(" #{repeat}")).unwrap_or_default();
    let result = match &row.error {
        None => Value::Map(Arc::new(row.outputs.clone())).to_json(),
        Some(error) => format!("failed: {}", error.message),
    };
    format!("{BOLD}{}{variant}{repeat}{BOLD:#}  {DIM}{}{DIM:#}\n  {result}", row.key.line, json!(row.inputs))
}
