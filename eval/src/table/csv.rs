//! CSV as spreadsheets and pandas read it.

use std::borrow::Cow;
use std::io::{self, Write};

use flow_core::value::Value;

use super::formula::guarded;
use super::schema::Schema;

/// Writes rows between commas.
pub(super) struct CsvRows<W> {
    file: W,
    /// Formulas stay as they are.
    is_raw: bool,
}

impl<W: Write> CsvRows<W> {
    /// Begins with the names of the columns.
    pub(super) fn begin(file: W, schema: &Schema, is_raw: bool) -> io::Result<Self> {
        let mut rows = Self { file, is_raw };
        for (position, (name, _)) in schema.columns().enumerate() {
            rows.separate(position)?;
            rows.text(name)?;
        }
        rows.file.write_all(b"\n")?;
        Ok(rows)
    }

    pub(super) fn write(&mut self, cells: &[Value]) -> io::Result<()> {
        for (position, value) in cells.iter().enumerate() {
            self.separate(position)?;
            match value {
                Value::Null => {}
                Value::Text(text) => self.text(text)?,
                Value::Object(object) => self.text(&object.text)?,
                number @ (Value::Int(_) | Value::Bool(_)) => self.file.write_all(number.to_json().as_bytes())?,
                // JSON has no word for these.
                Value::Float(number) if !number.is_finite() => write!(self.file, "{number}")?,
                Value::Float(number) => self.file.write_all(Value::Float(*number).to_json().as_bytes())?,
                other => self.text(&other.to_json())?,
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
