//! What is made of a run's journal: `rows.parquet` with a line for each row, `calls.parquet` with a line for each call of a model, results as
//! JSON Lines. All in one pass, so that memory does not grow with the run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::model::Usage;
use flow_core::run::{CallEntry, Manifest, RowKey, RowRecord};
use flow_core::value::{Map, Value};

use super::{Ledger, LedgerError, OrderedRows, ResultLine};
use crate::table::{ColumnKind, LineWriter, Schema, SchemaBuilder, TableError, TableFormat, TableOptions, TableWriter};

/// A file that is made of a run's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunTable {
    /// A table with a line for each row; the path's ending is its format.
    Rows(PathBuf),
    /// A table with a line for each call of a model.
    Calls(PathBuf),
    /// A table with a line for each word of feedback.
    Feedback(PathBuf),
    /// The inputs of rows, one JSON document a line, each at the row's number: the data set that requests were.
    Requests(PathBuf),
    /// Rows with inputs and outputs as they are, one JSON document a line.
    Results(PathBuf),
}

impl RunTable {
    /// The results of a run in the form that a path's ending names; JSON Lines where it names none.
    #[must_use]
    pub fn results(path: &Path) -> Self {
        match TableFormat::named_by(path) {
            Some(TableFormat::Parquet | TableFormat::Csv) => RunTable::Rows(path.to_owned()),
            Some(TableFormat::Lines) | None => RunTable::Results(path.to_owned()),
        }
    }
}

/// Writes tables of a run.
///
/// # Errors
///
/// If the journal cannot be read, or a table cannot be written.
pub fn write_tables(ledger: &Ledger, manifest: &Manifest, tables: &[RunTable]) -> Result<(), TablesError> {
    let columns = RowColumns::of(ledger, manifest)?;
    let begun = tables.iter().map(|table| OpenTable::begin(table, &columns));
    let mut begun = begun.collect::<Result<Vec<_>, TableError>>()?;
    for row in OrderedRows::open(ledger, |_, _| true)? {
        let row = row?;
        for table in &mut begun {
            table.write(&row, &columns, manifest)?;
        }
    }
    for table in &mut begun {
        table.write_feedback(ledger)?;
    }
    begun.into_iter().try_for_each(OpenTable::finish).map_err(TablesError::from)
}

/// A table that is being written.
enum OpenTable {
    Rows(TableWriter),
    Calls(TableWriter),
    Feedback(TableWriter),
    /// With the number of the next line.
    Requests(LineWriter, u64),
    Results(LineWriter),
}

impl OpenTable {
    fn begin(table: &RunTable, columns: &RowColumns) -> Result<Self, TableError> {
        let create = |path: &Path, schema: &Schema| TableWriter::create(path, schema, TableOptions::default());
        Ok(match table {
            RunTable::Rows(path) => OpenTable::Rows(create(path, &columns.schema())?),
            RunTable::Calls(path) => OpenTable::Calls(create(path, &call_schema(columns.times))?),
            RunTable::Feedback(path) => OpenTable::Feedback(create(path, &feedback_schema())?),
            RunTable::Requests(path) => OpenTable::Requests(LineWriter::create(path)?, 0),
            RunTable::Results(path) => OpenTable::Results(LineWriter::create(path)?),
        })
    }

    fn write(&mut self, row: &RowRecord, columns: &RowColumns, manifest: &Manifest) -> Result<(), TableError> {
        match self {
            OpenTable::Rows(table) => table.write_cells(&columns.cells(row, manifest)),
            OpenTable::Calls(table) => {
                row.calls.iter().try_for_each(|call| table.write_cells(&call_cells(row.key, call, manifest)))
            }
            OpenTable::Feedback(_) => Ok(()),
            OpenTable::Requests(lines, next) => {
                // One that was not kept leaves its line empty, so that others keep their numbers.
                while *next < row.key.line {
                    lines.write(&Map::new())?;
                    *next += 1;
                }
                if *next == row.key.line {
                    lines.write(&row.inputs)?;
                    *next += 1;
                }
                Ok(())
            }
            OpenTable::Results(lines) => lines.write(&ResultLine::of(row, manifest)),
        }
    }

    fn write_feedback(&mut self, ledger: &Ledger) -> Result<(), TableError> {
        let OpenTable::Feedback(table) = self else { return Ok(()) };
        ledger.feedback.iter().try_for_each(|feedback| {
            let request = text(feedback.request.as_deref());
            table.write_cells(&[request, Value::from(&*feedback.at), Value::from(feedback.value.to_json())])
        })
    }

    fn finish(self) -> Result<(), TableError> {
        match self {
            OpenTable::Rows(table) | OpenTable::Calls(table) | OpenTable::Feedback(table) => table.finish(),
            OpenTable::Requests(lines, _) | OpenTable::Results(lines) => lines.finish(),
        }
    }
}

const KEY_COLUMNS: [(&str, ColumnKind); 4] = [
    ("line_number", ColumnKind::Int),
    ("variant", ColumnKind::Text),
    ("repeat", ColumnKind::Int),
    ("status", ColumnKind::Text),
];

const USAGE_COLUMNS: [(&str, ColumnKind); 6] = [
    ("prompt_tokens", ColumnKind::Int),
    ("completion_tokens", ColumnKind::Int),
    ("cached_tokens", ColumnKind::Int),
    ("reasoning_tokens", ColumnKind::Int),
    ("cost", ColumnKind::Float),
    ("cost_paid", ColumnKind::Float),
];

const REQUEST_COLUMNS: [(&str, ColumnKind); 3] =
    [("request.id", ColumnKind::Text), ("request.at", ColumnKind::Text), ("request.key", ColumnKind::Text)];

/// The columns of a table of rows: first what the row is, then its inputs and outputs, then how it went.
#[derive(Debug)]
pub struct RowColumns {
    inputs: Schema,
    outputs: Schema,
    /// Whether times are told.
    times: bool,
    /// Whether the rows are requests.
    requests: bool,
}

impl RowColumns {
    /// The columns that the rows of a run have.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub fn of(ledger: &Ledger, manifest: &Manifest) -> Result<Self, LedgerError> {
        let (inputs, outputs) = ledger.columns()?;
        Ok(Self { inputs, outputs, times: manifest.times, requests: manifest.served.is_some() })
    }

    fn schema(&self) -> Schema {
        let mut schema = SchemaBuilder::default();
        declare(&mut schema, &KEY_COLUMNS);
        for (room, columns) in [("inputs", &self.inputs), ("outputs", &self.outputs)] {
            for (name, kind) in columns.columns() {
                schema.declare(format!("{room}.{name}"), Some(kind));
            }
        }
        for name in ["error.code", "error.message", "error.node"] {
            schema.declare(name, Some(ColumnKind::Text));
        }
        if self.times {
            schema.declare("latency_ms", Some(ColumnKind::Float));
        }
        declare(&mut schema, &[("calls", ColumnKind::Int), ("served_calls", ColumnKind::Int)]);
        declare(&mut schema, &USAGE_COLUMNS);
        if self.requests {
            declare(&mut schema, &REQUEST_COLUMNS);
        }
        schema.finish()
    }

    /// Their names, in order.
    #[must_use]
    pub fn names(&self) -> Vec<Arc<str>> {
        self.schema().columns().map(|(name, _)| Arc::clone(name)).collect()
    }

    /// A row's cells in the order of the columns.
    #[must_use]
    pub fn cells(&self, row: &RowRecord, manifest: &Manifest) -> Vec<Value> {
        let mut cells = Vec::with_capacity(16 + self.inputs.columns().len() + self.outputs.columns().len());
        add_key(&mut cells, row.key, row.error.is_none(), manifest);
        for (columns, values) in [(&self.inputs, &row.inputs), (&self.outputs, &row.outputs)] {
            cells.extend(columns.columns().map(|(name, _)| values.get(name).cloned().unwrap_or_default()));
        }
        let error = row.error.as_ref();
        cells.push(text(error.map(|error| &*error.code)));
        cells.push(text(error.map(|error| &*error.message)));
        cells.push(text(error.and_then(|error| error.node.as_deref())));
        if self.times {
            cells.push(Value::Float(row.elapsed_ms));
        }
        cells.push(whole(row.usage.calls));
        cells.push(whole(row.usage.served_calls));
        add_usage(&mut cells, &row.usage);
        if self.requests {
            let request = row.request.as_ref();
            cells.push(text(request.map(|request| &*request.id)));
            cells.push(text(request.map(|request| &*request.at)));
            cells.push(text(request.and_then(|request| request.key.as_deref())));
        }
        cells
    }
}

fn feedback_schema() -> Schema {
    let mut schema = SchemaBuilder::default();
    declare(&mut schema, &["request.id", "at", "value"].map(|name| (name, ColumnKind::Text)));
    schema.finish()
}

fn call_schema(times: bool) -> Schema {
    let mut schema = SchemaBuilder::default();
    declare(&mut schema, &KEY_COLUMNS);
    declare(&mut schema, &[("node", ColumnKind::Text), ("item", ColumnKind::Int)]);
    for name in ["provider", "connection", "model", "answered_by", "fingerprint"] {
        schema.declare(name, Some(ColumnKind::Text));
    }
    declare(&mut schema, &[("attempts", ColumnKind::Int), ("cached", ColumnKind::Bool)]);
    declare(&mut schema, &[("error.code", ColumnKind::Text), ("error.message", ColumnKind::Text)]);
    if times {
        declare(&mut schema, &[("latency_ms", ColumnKind::Float), ("waited_ms", ColumnKind::Float)]);
    }
    declare(&mut schema, &USAGE_COLUMNS);
    schema.finish()
}

/// A call's cells in the order of its schema.
fn call_cells(key: RowKey, call: &CallEntry, manifest: &Manifest) -> Vec<Value> {
    let mut cells = Vec::with_capacity(22);
    add_key(&mut cells, key, call.error.is_none(), manifest);
    cells.push(Value::from(&*call.node));
    cells.push(call.item.map_or(Value::Null, |item| whole(item as u64)));
    cells.extend([&call.provider, &call.connection, &call.model].map(|name| Value::from(&**name)));
    cells.extend([&call.answered_by, &call.fingerprint].map(|name| text(name.as_deref())));
    cells.push(whole(call.attempts));
    cells.push(Value::Bool(call.cached));
    let error = call.error.as_ref();
    cells.push(text(error.map(|error| &*error.code)));
    cells.push(text(error.map(|error| &*error.message)));
    if manifest.times {
        cells.extend([call.elapsed_ms, call.waited_ms].map(Value::Float));
    }
    add_usage(&mut cells, &call.usage);
    cells
}

fn declare(schema: &mut SchemaBuilder, columns: &[(&str, ColumnKind)]) {
    for (name, kind) in columns {
        schema.declare(*name, Some(*kind));
    }
}

fn add_key(cells: &mut Vec<Value>, key: RowKey, is_completed: bool, manifest: &Manifest) {
    cells.push(whole(key.line));
    let selection = manifest.variants.get(key.variant as usize).filter(|selection| !selection.is_empty());
    cells.push(selection.map_or(Value::Null, |selection| Value::from(selection.join(","))));
    cells.push(whole(key.repeat));
    cells.push(Value::from(if is_completed { "completed" } else { "failed" }));
}

fn add_usage(cells: &mut Vec<Value>, usage: &Usage) {
    cells
        .extend([usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.reasoning_tokens].map(whole));
    // Tables are for sums and means; the exact amount stands in the journal. What a mock model or the node cache answered has a cost
    // that nobody paid.
    let known = usage.cost.total();
    for cost in [known, known.map(|_| usage.cost.paid())] {
        let cost = cost.and_then(|cost| cost.to_string().parse().ok());
        cells.push(cost.map_or(Value::Null, Value::Float));
    }
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
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
