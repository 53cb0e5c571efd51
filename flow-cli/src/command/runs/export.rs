use std::collections::HashMap;
use std::io::Write;

use flow_core::run::{RowRecord, RowStatus, RunFolder};
use flow_eval::batch::{Ledger, OrderedRows};
use serde_json::{Map, Value as Json, json};

use super::read;
use crate::args::ExportArgs;
use crate::command::Problem;
use crate::command::batch::cannot_read;
use crate::exit::Exit;
use crate::ui;

/// `flow runs export`: the rows of a run as a data set.
pub(super) fn export(folder: &RunFolder, args: &ExportArgs, json: bool) -> Result<Exit, Problem> {
    let (_, ledger) = read(folder)?;
    let feedback = feedback(&ledger);
    let (mut lines, mut last) = (Vec::new(), None);
    let rows = OrderedRows::open(&ledger, |_, _| true).map_err(|error| cannot_read(&error))?;
    for row in rows {
        let row = row.map_err(|error| cannot_read(&error))?;
        // Of variants and repetitions of a row, the first that ended well.
        let is_wanted = args.failed || row.status == RowStatus::Completed;
        if !is_wanted || last == Some(row.key.line) {
            continue;
        }
        last = Some(row.key.line);
        lines.push(document(&row, &feedback).to_string());
    }
    let count = lines.len();
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    match &args.output {
        None => {
            let mut stdout = std::io::stdout().lock();
            // Whoever reads may have had enough.
            let _ = stdout.write_all(text.as_bytes());
        }
        Some(path) => {
            std::fs::write(path, text).map_err(|error| Problem::cannot_write(path, &error))?;
            if json {
                ui::out_json(&json!({ "run": folder.id(), "rows": count, "file": path.display().to_string() }));
            } else {
                ui::out(&format!("{count} rows of {} are in {}", folder.id(), path.display()));
            }
        }
    }
    Ok(Exit::Done)
}

/// What was said of each request.
fn feedback(ledger: &Ledger) -> HashMap<&str, Vec<Json>> {
    let mut said: HashMap<&str, Vec<Json>> = HashMap::new();
    for feedback in &ledger.feedback {
        if let Some(request) = &feedback.request {
            said.entry(request).or_default().push(json!(feedback.value));
        }
    }
    said
}

/// A row of the data set: its inputs as columns, and beside them what came out and what was said of it.
fn document(row: &RowRecord, feedback: &HashMap<&str, Vec<Json>>) -> Json {
    let mut document: Map<String, Json> =
        row.inputs.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
    let mut put = |name: &str, value: Json| {
        // An input of that name is what the flow takes, and goes first.
        document.entry(name).or_insert(value);
    };
    match &row.error {
        None => put("outputs", json!(row.outputs)),
        Some(error) => put("error", json!(error)),
    }
    if let Some(request) = &row.request {
        put("request_id", json!(request.id));
        if let Some(said) = feedback.get(&*request.id) {
            put("feedback", json!(said));
        }
    }
    Json::Object(document)
}
