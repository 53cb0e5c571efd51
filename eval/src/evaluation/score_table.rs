//! The table of scores: a line for each score of each row.

use std::path::Path;

use flow_core::run::{Manifest, RowKey};
use flow_core::value::Value;

use super::Measure;
use crate::score::Score;
use crate::table::{ColumnKind, Schema, SchemaBuilder, TableError, TableOptions, TableWriter};

pub(super) struct ScoreTable {
    table: TableWriter,
    /// What the run's variants are called.
    variants: Vec<Value>,
    /// What the scores and groups are called.
    measures: Vec<Value>,
    cells: Vec<Value>,
}

impl ScoreTable {
    /// A table of the scores of a run.
    pub(super) fn create(path: &Path, measures: &[Measure], manifest: &Manifest) -> Result<Self, TableError> {
        let selection = |selection: &Vec<String>| match selection.join(",") {
            none if none.is_empty() => Value::Null,
            selection => Value::from(selection),
        };
        Ok(Self {
            table: TableWriter::create(path, &schema(), TableOptions::default())?,
            variants: manifest.variants.iter().map(selection).collect(),
            measures: measures.iter().map(|measure| Value::from(&*measure.name)).collect(),
            cells: Vec::new(),
        })
    }

    /// A line: the score of a row by the measure at a position, or why there is none.
    pub(super) fn write(
        &mut self,
        key: RowKey,
        position: usize,
        judged: Result<&Score, &str>,
    ) -> Result<(), TableError> {
        let whole = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        let known = |values: &[Value], position: usize| values.get(position).cloned().unwrap_or_default();
        let score = judged.ok();
        self.cells.clear();
        self.cells.extend([
            whole(key.line),
            known(&self.variants, key.variant as usize),
            whole(key.repeat.into()),
            known(&self.measures, position),
            score.and_then(|score| score.value).map_or(Value::Null, Value::Float),
            score.and_then(|score| score.passed).map_or(Value::Null, Value::Bool),
            text(score.and_then(|score| score.label.as_deref())),
            text(score.and_then(|score| score.explanation.as_deref())),
            text(judged.err()),
        ]);
        self.table.write_cells(&self.cells)
    }

    pub(super) fn finish(self) -> Result<(), TableError> {
        self.table.finish()
    }
}

fn schema() -> Schema {
    let mut schema = SchemaBuilder::default();
    for (name, kind) in [
        ("line_number", ColumnKind::Int),
        ("variant", ColumnKind::Text),
        ("repeat", ColumnKind::Int),
        ("score", ColumnKind::Text),
        ("value", ColumnKind::Float),
        ("passed", ColumnKind::Bool),
        ("label", ColumnKind::Text),
        ("explanation", ColumnKind::Text),
        ("error", ColumnKind::Text),
    ] {
        schema.declare(name, Some(kind));
    }
    schema.finish()
}
