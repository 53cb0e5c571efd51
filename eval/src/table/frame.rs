//! Cells that are gathered column by column until they make a row group.

use std::borrow::Cow;
use std::sync::Arc;

use flow_core::value::Value;
use polars_core::prelude::{
    Column, DataFrame, DataType, Field, IntoSeries, NamedFrom, PolarsResult, Series, StringChunkedBuilder,
};

use super::schema::{ColumnKind, Schema};

/// A row group that is being filled.
pub(super) struct Frame {
    schema: Schema,
    cells: Vec<Cells>,
    /// How many rows it has, and about how many bytes.
    pub(super) rows: usize,
    pub(super) bytes: usize,
}

enum Cells {
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Bool(Vec<Option<bool>>),
    Text(StringChunkedBuilder),
    Json(StringChunkedBuilder),
}

impl Frame {
    pub(super) fn new(schema: &Schema) -> Self {
        let cells = |name: &str, kind: ColumnKind| match kind {
            ColumnKind::Int => Cells::Int(Vec::new()),
            ColumnKind::Float => Cells::Float(Vec::new()),
            ColumnKind::Bool => Cells::Bool(Vec::new()),
            ColumnKind::Text => Cells::Text(texts(name)),
            ColumnKind::Json => Cells::Json(texts(name)),
        };
        let cells = schema.columns().map(|(name, kind)| cells(name, kind)).collect();
        Self { schema: schema.clone(), cells, rows: 0, bytes: 0 }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The column that has no place for the row's value.
    pub(super) fn push(&mut self, row: &[Value]) -> Result<(), Arc<str>> {
        for (((name, _), cells), value) in self.schema.columns().zip(&mut self.cells).zip(row) {
            self.bytes += cells.push(value).ok_or_else(|| Arc::clone(name))?;
        }
        self.rows += 1;
        Ok(())
    }

    /// What was gathered; the next rows begin anew.
    pub(super) fn take(&mut self) -> PolarsResult<DataFrame> {
        let columns = self.schema.columns().zip(&mut self.cells).map(|((name, _), cells)| cells.take(name));
        let frame = DataFrame::new(self.rows, columns.collect());
        self.rows = 0;
        self.bytes = 0;
        frame
    }
}

impl Cells {
    /// Adds a value and gives about how many bytes it takes; `None` if it does not fit.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the schema has floats only where they hold the whole numbers exactly"
    )]
    fn push(&mut self, value: &Value) -> Option<usize> {
        let (cells, text) = match (self, value) {
            (Cells::Int(cells), Value::Null) => return Some(push(cells, None)),
            (Cells::Int(cells), Value::Int(number)) => return Some(push(cells, Some(*number))),
            (Cells::Float(cells), Value::Null) => return Some(push(cells, None)),
            (Cells::Float(cells), Value::Int(number)) => return Some(push(cells, Some(*number as f64))),
            (Cells::Float(cells), Value::Float(number)) => return Some(push(cells, Some(*number))),
            (Cells::Bool(cells), Value::Null) => return Some(push(cells, None)),
            (Cells::Bool(cells), Value::Bool(flag)) => return Some(push(cells, Some(*flag))),
            (Cells::Text(cells) | Cells::Json(cells), Value::Null) => (cells, None),
            (Cells::Text(cells), Value::Text(text)) => (cells, Some(Cow::Borrowed(&**text))),
            (Cells::Text(cells), Value::Object(object)) => (cells, Some(Cow::Borrowed(&*object.text))),
            (Cells::Json(cells), value) => (cells, Some(Cow::Owned(value.to_json()))),
            _ => return None,
        };
        cells.append_option(text.as_deref());
        Some(TEXT + text.map_or(0, |text| text.len()))
    }

    fn take(&mut self, name: &str) -> Column {
        let series = match self {
            Cells::Int(cells) => Series::new(name.into(), std::mem::take(cells)),
            Cells::Float(cells) => Series::new(name.into(), std::mem::take(cells)),
            Cells::Bool(cells) => Series::new(name.into(), std::mem::take(cells)),
            Cells::Text(cells) | Cells::Json(cells) => std::mem::replace(cells, texts(name)).finish().into_series(),
        };
        series.into()
    }
}

/// What a text takes beside its bytes.
const TEXT: usize = 16;

fn texts(name: &str) -> StringChunkedBuilder {
    StringChunkedBuilder::new(name.into(), 0)
}

fn push<T>(cells: &mut Vec<T>, cell: T) -> usize {
    cells.push(cell);
    size_of::<T>()
}

/// The schema as polars has it.
pub(super) fn polars_schema(schema: &Schema) -> polars_core::prelude::Schema {
    let dtype = |kind: ColumnKind| match kind {
        ColumnKind::Int => DataType::Int64,
        ColumnKind::Float => DataType::Float64,
        ColumnKind::Bool => DataType::Boolean,
        ColumnKind::Text | ColumnKind::Json => DataType::String,
    };
    schema.columns().map(|(name, kind)| Field::new((&**name).into(), dtype(kind))).collect()
}
