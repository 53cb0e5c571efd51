use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use flow_core::value::{Map, Value};

use super::csv::CsvRows;
use super::error::TableError;
use super::lines;
use super::parquet::ParquetRows;
use super::pending::Pending;
use super::schema::Schema;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Columns with types, for programs.
    Parquet,
    /// For spreadsheets.
    Csv,
    /// An object a line; what is missing stays missing.
    Lines,
}

impl TableFormat {
    /// The format that a file's suffix names.
    #[must_use]
    pub fn named_by(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "parquet" => Some(TableFormat::Parquet),
            "csv" => Some(TableFormat::Csv),
            "jsonl" | "ndjson" => Some(TableFormat::Lines),
            _ => None,
        }
    }
}

/// What is said about a table beside its schema.
#[derive(Debug, Clone, Copy, Default)]
pub struct TableOptions {
    /// The format, where the suffix does not tell.
    pub format: Option<TableFormat>,
    /// In CSV, leave texts as they are that a spreadsheet takes for formulas. Otherwise they get a `'` before them.
    pub raw: bool,
}

/// Writes a table. Dropped before [`TableWriter::finish`], it leaves nothing behind.
pub struct TableWriter {
    path: PathBuf,
    schema: Schema,
    rows: Rows,
    // After the rows: a file is closed before it is removed.
    pending: Pending,
}

enum Rows {
    Parquet(Box<ParquetRows>),
    Csv(CsvRows<BufWriter<File>>),
    Lines(BufWriter<File>),
}

impl TableWriter {
    /// Begins a table. What lies in its place stays until the table is whole.
    ///
    /// # Errors
    /// The file cannot be made, or its suffix names no format.
    pub fn create(path: &Path, schema: &Schema, options: TableOptions) -> Result<Self, TableError> {
        let format = options.format.or_else(|| TableFormat::named_by(path));
        let format = format.ok_or_else(|| TableError::Format { path: path.to_owned() })?;
        let (pending, file) = Pending::create(path).map_err(TableError::file(path))?;
        let rows = match format {
            TableFormat::Parquet => Rows::Parquet(Box::new(ParquetRows::begin(path, file, schema)?)),
            TableFormat::Csv => Rows::Csv(CsvRows::begin(file, schema, options.raw).map_err(TableError::file(path))?),
            TableFormat::Lines => Rows::Lines(file),
        };
        Ok(Self { path: path.to_owned(), schema: schema.clone(), rows, pending })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The disk is full, or the row does not fit the schema.
    pub fn write(&mut self, row: &Map) -> Result<(), TableError> {
        if let Rows::Lines(file) = &mut self.rows {
            let cells = row.iter().map(|(name, value)| (&**name, value));
            return lines::write(file, cells).map_err(TableError::file(&self.path));
        }
        let cells = self.schema.cells(row);
        let cells = cells.map_err(|column| TableError::Misfit { path: self.path.clone(), column })?;
        self.write_cells(&cells)
    }

    /// Adds a row whose cells stand in the schema's order; null is an empty cell.
    ///
    /// # Errors
    /// The disk is full, or a cell does not fit the schema.
    pub fn write_cells(&mut self, cells: &[Value]) -> Result<(), TableError> {
        let written = match &mut self.rows {
            Rows::Parquet(rows) => return rows.write(cells),
            Rows::Csv(rows) => rows.write(cells),
            Rows::Lines(file) => {
                let names = self.schema.columns().map(|(name, _)| &**name);
                lines::write(file, names.zip(cells).filter(|(_, value)| **value != Value::Null))
            }
        };
        written.map_err(TableError::file(&self.path))
    }

    /// Writes what is left, and puts the table in its place.
    ///
    /// # Errors
    /// The disk is full, or the folder may not be written.
    pub fn finish(self) -> Result<(), TableError> {
        let file = match self.rows {
            Rows::Parquet(rows) => rows.finish()?,
            Rows::Csv(rows) => rows.into_file(),
            Rows::Lines(file) => file,
        };
        self.pending.finish(file).map_err(TableError::file(&self.path))
    }
}
