use std::path::Path;
use std::sync::Arc;

use flow_core::value::{Map, Value};
use polars_core::prelude::DataFrame;

use crate::data::value;
use crate::table::{SchemaBuilder, TableError, TableOptions, TableWriter};

/// What a query gave: rows of named values.
#[derive(Debug)]
pub struct Answer {
    frame: DataFrame,
    names: Vec<Arc<str>>,
}

impl Answer {
    pub(super) fn new(frame: DataFrame) -> Self {
        let names = frame.columns().iter().map(|column| Arc::from(column.name().as_str())).collect();
        Self { frame, names }
    }

    /// The names of its columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Arc<str>] {
        &self.names
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows, one by one.
    pub fn rows(&self) -> impl Iterator<Item = Map> {
        (0..self.len()).map(|row| {
            let cell = |(name, column): (&Arc<str>, &polars_core::prelude::Column)| {
                // What has no form among values, which no table of ours holds, is left empty.
                let cell = column.get(row).ok().and_then(|cell| value(cell).ok()).unwrap_or(Value::Null);
                (Arc::clone(name), cell)
            };
            self.names.iter().zip(self.frame.columns()).map(cell).collect()
        })
    }

    /// Writes it as a table; the path's ending is the format.
    ///
    /// # Errors
    /// The file cannot be written, or its ending names no format.
    pub fn write(&self, path: &Path) -> Result<(), TableError> {
        let mut schema = SchemaBuilder::default();
        for name in &self.names {
            schema.declare(Arc::clone(name), None);
        }
        for row in self.rows() {
            schema.observe(&row);
        }
        let mut table = TableWriter::create(path, &schema.finish(), TableOptions::default())?;
        for row in self.rows() {
            table.write(&row)?;
        }
        table.finish()
    }
}
