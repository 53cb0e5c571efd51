//! The report for spreadsheets: a line for each row, variant and repetition.

use std::path::Path;
use std::sync::Arc;

use flow_core::value::{Map, Value};

use super::{Answer, Report, ReportError, Row};
use crate::table::{ColumnKind, Schema, SchemaBuilder, TableFormat, TableOptions, TableWriter};

/// Writes the report.
pub(super) fn csv(report: &Report<'_>, path: &Path) -> Result<(), ReportError> {
    let columns = Columns::of(report)?;
    let options = TableOptions { format: Some(TableFormat::Csv), raw: false };
    let mut table = TableWriter::create(path, &columns.schema(), options)?;
    for row in report.rows.all()? {
        let row = row?;
        for answer in &row.answers {
            let variant = report.outcome.variants.get(answer.variant).map_or("", |variant| &*variant.name);
            table.write_cells(&columns.cells(&row, answer, variant))?;
        }
    }
    Ok(table.finish()?)
}

/// The names of what rows hold, in the order in which they come.
#[derive(Debug)]
struct Columns {
    slices: Vec<Arc<str>>,
    scores: Vec<Arc<str>>,
    inputs: Schema,
    data: Schema,
    outputs: Schema,
}

impl Columns {
    fn of(report: &Report<'_>) -> Result<Self, ReportError> {
        let (mut inputs, mut data, mut outputs) =
            (SchemaBuilder::default(), SchemaBuilder::default(), SchemaBuilder::default());
        for row in report.rows.all()? {
            let row = row?;
            inputs.observe(&row.inputs);
            data.observe(&row.data);
            for answer in &row.answers {
                outputs.observe(&answer.outputs);
            }
        }
        let scores = report.outcome.variants.first().map(|variant| &*variant.scores).unwrap_or_default();
        let mut slices: Vec<Arc<str>> = report.outcome.slices.iter().map(|slice| Arc::clone(&slice.column)).collect();
        slices.dedup();
        Ok(Self {
            slices,
            scores: scores.iter().map(|score| Arc::clone(&score.name)).collect(),
            inputs: inputs.finish(),
            data: data.finish(),
            outputs: outputs.finish(),
        })
    }

    fn schema(&self) -> Schema {
        let mut schema = SchemaBuilder::default();
        let mut declare = |name: &str, kind| schema.declare(name, Some(kind));
        declare("line_number", ColumnKind::Int);
        declare("variant", ColumnKind::Text);
        declare("repeat", ColumnKind::Int);
        declare("status", ColumnKind::Text);
        for name in &self.slices {
            declare(&format!("by.{name}"), ColumnKind::Text);
        }
        for name in &self.scores {
            declare(&format!("scores.{name}"), ColumnKind::Float);
            declare(&format!("passed.{name}"), ColumnKind::Bool);
            declare(&format!("explanation.{name}"), ColumnKind::Text);
        }
        for (room, columns) in [("inputs", &self.inputs), ("data", &self.data), ("outputs", &self.outputs)] {
            for (name, kind) in columns.columns() {
                declare(&format!("{room}.{name}"), kind);
            }
        }
        declare("error", ColumnKind::Text);
        declare("latency_ms", ColumnKind::Float);
        declare("cost", ColumnKind::Float);
        schema.finish()
    }

    fn cells(&self, row: &Row, answer: &Answer, variant: &str) -> Vec<Value> {
        let number = |number: Option<f64>| number.map_or(Value::Null, Value::Float);
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        let mut cells = vec![
            Value::Int(i64::try_from(row.line).unwrap_or(i64::MAX)),
            Value::from(variant),
            Value::Int(answer.repeat.into()),
            Value::from(if answer.error.is_none() { "completed" } else { "failed" }),
        ];
        let slice = |position: usize| row.slices.get(position).map(|value| &**value).filter(|value| !value.is_empty());
        cells.extend((0..self.slices.len()).map(|position| text(slice(position))));
        for position in 0..self.scores.len() {
            let score = answer.scores.get(position);
            cells.push(number(score.and_then(|score| score.value)));
            cells.push(score.and_then(|score| score.passed).map_or(Value::Null, Value::Bool));
            let why = score.and_then(|score| score.explanation.as_deref().or(score.error.as_deref()));
            cells.push(text(why.or(score.and_then(|score| score.label.as_deref()))));
        }
        for (columns, values) in
            [(&self.inputs, &row.inputs), (&self.data, &row.data), (&self.outputs, &answer.outputs)]
        {
            cells.extend(columns.columns().map(|(name, _): (&Arc<str>, _)| of(values, name)));
        }
        cells.push(text(answer.error.as_ref().map(|error| &*error.message)));
        cells.push(number(answer.latency.map(|seconds| seconds * 1e3)));
        cells.push(number(answer.cost));
        cells
    }
}

fn of(values: &Map, name: &str) -> Value {
    values.get(name).cloned().unwrap_or_default()
}
