//! CSV as spreadsheets and pandas read it.

use std::borrow::Cow;
use std::io::{self, Write};

use flow_core::value::{Map, Value};

use super::formula::guarded;
use super::schema::Schema;

/// Writes rows between commas.
pub(super) struct CsvRows<W> {
    file: W,
    schema: Schema,
    /// Formulas stay as they are.
    is_raw: bool,
}

impl<W: Write> CsvRows<W> {
    /// Begins with the names of the columns.
    pub(super) fn begin(file: W, schema: Schema, is_raw: bool) -> io::Result<Self> {
        let mut rows = Self { file, schema, is_raw };
        let names: Vec<_> = rows.schema.columns().map(|(name, _)| name.clone()).collect();
        for (position, name) in names.iter().enumerate() {
            rows.separate(position)?;
            rows.text(name)?;
        }
        rows.file.write_all(b"\n")?;
        Ok(rows)
    }

    pub(super) fn write(&mut self, row: &Map) -> io::Result<()> {
        let cells: Vec<_> = self.schema.columns().map(|(name, _)| row.get(name).cloned()).collect();
        for (position, value) in cells.iter().enumerate() {
            self.separate(position)?;
            match value {
                None | Some(Value::Null) => {}
                Some(Value::Text(text)) => self.text(text)?,
                Some(Value::Object(object)) => self.text(&object.text)?,
                Some(number @ (Value::Int(_) | Value::Bool(_))) => self.file.write_all(number.to_json().as_bytes())?,
                // JSON has no word for these.
                Some(Value::Float(number)) if !number.is_finite() => write!(self.file, "{number}")?,
                Some(Value::Float(number)) => self.file.write_all(Value::Float(*number).to_json().as_bytes())?,
                Some(other) => self.text(&other.to_json())?,
            }
        }
        self.file.write_all(b"\n")
    }

    pub(super) fn into_file(self) -> W {
        self.file
    }

    fn separate(&mut self, position: usize) -> io::Result<()> {
        if position > 0 { self.file.write_all(b",") } else { Ok(()) }
    }

    /// A text; an empty one is quoted, so that it is told from a missing value.
    fn text(&mut self, text: &str) -> io::Result<()> {
        let text = if self.is_raw { Cow::Borrowed(text) } else { guarded(text) };
        let is_plain = !text.is_empty() && !text.contains(['"', ',', '\n', '\r']) && text.trim().len() == text.len();
        if is_plain {
            return self.file.write_all(text.as_bytes());
        }
        write!(self.file, "\"{}\"", text.replace('"', "\"\""))
    }
}
