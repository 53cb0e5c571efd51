//! A run's tables: `rows.parquet` with a line for each row, `calls.parquet` with a line for each call of a model. They are made of the
//! journal alone, in two passes, so that memory does not grow with the run.

use std::path::Path;
use std::sync::Arc;

use flow_core::model::Usage;
use flow_core::run::{CallEntry, Manifest, RowKey, RowRecord};
use flow_core::value::{Map, Value};

use super::{Ledger, LedgerError, OrderedRows};
use crate::table::{ColumnKind, SchemaBuilder, TableError, TableOptions, TableWriter};

/// The columns that come first in each table, whether or not a row has a value there.
const ROW_COLUMNS: &[(&str, ColumnKind)] = &[
    ("line_number", ColumnKind::Int),
    ("variant", ColumnKind::Text),
    ("repeat", ColumnKind::Int),
    ("status", ColumnKind::Text),
];
const ERROR_COLUMNS: &[(&str, ColumnKind)] =
    &[("error.code", ColumnKind::Text), ("error.message", ColumnKind::Text), ("error.node", ColumnKind::Text)];
const CALL_COLUMNS: &[(&str, ColumnKind)] = &[
    ("node", ColumnKind::Text),
    ("item", ColumnKind::Int),
    ("provider", ColumnKind::Text),
    ("connection", ColumnKind::Text),
    ("model", ColumnKind::Text),
    ("attempts", ColumnKind::Int),
    ("cached", ColumnKind::Bool),
];
const USAGE_COLUMNS: &[(&str, ColumnKind)] = &[
    ("latency_ms", ColumnKind::Float),
    ("waited_ms", ColumnKind::Float),
    ("calls", ColumnKind::Int),
    ("served_calls", ColumnKind::Int),
    ("prompt_tokens", ColumnKind::Int),
    ("completion_tokens", ColumnKind::Int),
    ("cached_tokens", ColumnKind::Int),
    ("reasoning_tokens", ColumnKind::Int),
    ("cost", ColumnKind::Float),
    ("cost_paid", ColumnKind::Float),
];

/// Writes the table of rows; its path's ending is its format.
///
/// # Errors
///
/// If the journal cannot be read, or the table cannot be written.
pub fn write_rows(path: &Path, ledger: &Ledger, manifest: &Manifest) -> Result<(), TablesError> {
    let mut schema = SchemaBuilder::default();
    declare(&mut schema, ROW_COLUMNS);
    // Inputs and outputs stand between what the row is and how it went.
    let mut outputs = SchemaBuilder::default();
    for row in OrderedRows::open(ledger, |_, _| true)? {
        let row = row?;
        schema.observe(&named("inputs", &row.inputs));
        outputs.observe(&named("outputs", &row.outputs));
    }
    for (name, kind) in outputs.finish().columns() {
        schema.declare(Arc::clone(name), Some(kind));
    }
    declare(&mut schema, ERROR_COLUMNS);
    declare(&mut schema, USAGE_COLUMNS.iter().filter(|(name, _)| *name != "waited_ms"));
    let mut table = TableWriter::create(path, &schema.finish(), TableOptions::default())?;
    for row in OrderedRows::open(ledger, |_, _| true)? {
        table.write(&row_cells(&row?, manifest))?;
    }
    Ok(table.finish()?)
}

/// Writes the table of calls; its path's ending is its format.
///
/// # Errors
///
/// If the journal cannot be read, or the table cannot be written.
pub fn write_calls(path: &Path, ledger: &Ledger, manifest: &Manifest) -> Result<(), TablesError> {
    let mut schema = SchemaBuilder::default();
    for columns in [ROW_COLUMNS, CALL_COLUMNS, ERROR_COLUMNS, USAGE_COLUMNS] {
        let of_calls = |name: &str| !matches!(name, "calls" | "served_calls" | "error.node");
        declare(&mut schema, columns.iter().filter(|(name, _)| of_calls(name)));
    }
    let mut table = TableWriter::create(path, &schema.finish(), TableOptions::default())?;
    for row in OrderedRows::open(ledger, |_, _| true)? {
        let row = row?;
        for call in &row.calls {
            table.write(&call_cells(row.key, call, manifest))?;
        }
    }
    Ok(table.finish()?)
}

fn declare<'c>(schema: &mut SchemaBuilder, columns: impl IntoIterator<Item = &'c (&'static str, ColumnKind)>) {
    for (name, kind) in columns {
        schema.declare(*name, Some(*kind));
    }
}

/// Values as cells of the columns `room.name`.
fn named(room: &str, values: &Map) -> Map {
    values.iter().map(|(name, value)| (Arc::from(format!("{room}.{name}")), value.clone())).collect()
}

fn key_cells(key: RowKey, status: &str, manifest: &Manifest) -> Map {
    let mut cells = Map::new();
    cells.insert(Arc::from("line_number"), whole(key.line));
    if let Some(selection) = manifest.variants.get(key.variant as usize).filter(|selection| !selection.is_empty()) {
        cells.insert(Arc::from("variant"), Value::from(selection.join(",")));
    }
    cells.insert(Arc::from("repeat"), whole(key.repeat));
    cells.insert(Arc::from("status"), Value::from(status));
    cells
}

fn row_cells(row: &RowRecord, manifest: &Manifest) -> Map {
    let status = if row.error.is_none() { "completed" } else { "failed" };
    let mut cells = key_cells(row.key, status, manifest);
    cells.extend(named("inputs", &row.inputs));
    cells.extend(named("outputs", &row.outputs));
    if let Some(error) = &row.error {
        cells.insert(Arc::from("error.code"), Value::from(&*error.code));
        cells.insert(Arc::from("error.message"), Value::from(&*error.message));
        cells.insert(Arc::from("error.node"), error.node.as_deref().map_or(Value::Null, Value::from));
    }
    cells.insert(Arc::from("latency_ms"), Value::Float(row.elapsed_ms));
    cells.insert(Arc::from("calls"), whole(row.usage.calls));
    cells.insert(Arc::from("served_calls"), whole(row.usage.served_calls));
    add_usage(&mut cells, &row.usage);
    cells
}

fn call_cells(key: RowKey, call: &CallEntry, manifest: &Manifest) -> Map {
    let mut cells = key_cells(key, if call.error.is_none() { "completed" } else { "failed" }, manifest);
    for (name, value) in
        [("node", &call.node), ("provider", &call.provider), ("connection", &call.connection), ("model", &call.model)]
    {
        cells.insert(Arc::from(name), Value::from(&**value));
    }
    cells.insert(Arc::from("item"), call.item.map_or(Value::Null, |item| whole(item as u64)));
    cells.insert(Arc::from("attempts"), whole(call.attempts));
    cells.insert(Arc::from("cached"), Value::Bool(call.cached));
    if let Some(error) = &call.error {
        cells.insert(Arc::from("error.code"), Value::from(&*error.code));
        cells.insert(Arc::from("error.message"), Value::from(&*error.message));
    }
    cells.insert(Arc::from("latency_ms"), Value::Float(call.elapsed_ms));
    cells.insert(Arc::from("waited_ms"), Value::Float(call.waited_ms));
    add_usage(&mut cells, &call.usage);
    cells
}

fn add_usage(cells: &mut Map, usage: &Usage) {
    for (name, tokens) in [
        ("prompt_tokens", usage.prompt_tokens),
        ("completion_tokens", usage.completion_tokens),
        ("cached_tokens", usage.cached_tokens),
        ("reasoning_tokens", usage.reasoning_tokens),
    ] {
        cells.insert(Arc::from(name), whole(tokens));
    }
    // Tables are for sums and means; the exact amount stands in the journal. What a mock model or the node cache answered has a cost
    // that nobody paid.
    let known = usage.cost.total();
    for (name, cost) in [("cost", known), ("cost_paid", known.map(|_| usage.cost.paid()))] {
        let cost = cost.and_then(|cost| cost.to_string().parse().ok());
        cells.insert(Arc::from(name), cost.map_or(Value::Null, Value::Float));
    }
}

fn whole(number: impl Into<u64>) -> Value {
    Value::Int(i64::try_from(number.into()).unwrap_or(i64::MAX))
}

/// Why a run's tables cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// What they are made of.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The files.
    #[error(transparent)]
    Table(#[from] TableError),
}
