//! The rows of a run as promptflow's table has them.

use std::sync::Arc;

use flow_core::run::{Manifest, RowRecord, RowStatus};
use flow_core::value::{Value, python_str};
use flow_eval::batch::{Ledger, OrderedRows, RowColumns};
use serde_json::Value as Json;

use super::super::grid::Grid;
use crate::command::Problem;
use crate::command::batch::cannot_read;

/// What stands in the place of each output of a row that failed.
const FAILED: &str = "(Failed)";

/// The first rows: what each was given, its number, and what it gave.
pub(super) fn grid(ledger: &Ledger, manifest: &Manifest, limit: usize) -> Result<Grid, Problem> {
    let columns = RowColumns::of(ledger, manifest).map_err(|error| cannot_read(&error))?;
    let names = columns.names();
    let of = |prefix: &str| -> Vec<Arc<str>> {
        names
            .iter()
            .filter_map(|name| name.strip_prefix(prefix))
            .filter(|name| *name != NUMBER)
            .map(Arc::from)
            .collect()
    };
    let (inputs, outputs) = (of("inputs."), of("outputs."));
    let heads = inputs.iter().map(|name| format!("inputs.{name}"));
    let heads = heads.chain([format!("inputs.{NUMBER}")]);
    let mut grid = Grid::new(heads.chain(outputs.iter().map(|name| format!("outputs.{name}"))).collect());
    for row in OrderedRows::open(ledger, |_, _| true).map_err(|error| cannot_read(&error))?.take(limit) {
        let row: RowRecord = row.map_err(|error| cannot_read(&error))?;
        let given = inputs.iter().map(|name| row.inputs.get(name).map(cell).unwrap_or_default());
        let gave = outputs.iter().map(|name| match row.status {
            RowStatus::Failed => FAILED.to_owned(),
            _ => row.outputs.get(name).map(cell).unwrap_or_default(),
        });
        grid.push(given.chain([row.key.line.to_string()]).chain(gave).collect());
    }
    Ok(grid)
}

/// The column with a row's number.
const NUMBER: &str = "line_number";

/// Runs, each a document, by its keys.
pub(super) fn grid_of_documents(documents: &[Json]) -> Grid {
    let mut names: Vec<&String> = Vec::new();
    for name in documents.iter().filter_map(Json::as_object).flat_map(serde_json::Map::keys) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut grid = Grid::new(names.iter().map(|name| (*name).clone()).collect());
    for document in documents {
        grid.push(
            names
                .iter()
                .map(|name| cell(&Value::from_json(&document[*name].to_string()).unwrap_or(Value::Null)))
                .collect(),
        );
    }
    grid
}

/// A value as Python prints it; nothing stays empty.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        value => python_str(value),
    }
}
