use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use flow_core::value::{Map, Value};

use super::value::Label;
use crate::data::{DataError, DataSet, Format, ReadOptions};
use crate::table::{ColumnKind, SchemaBuilder, TableError, TableFormat, TableOptions, TableWriter};

pub(super) const ROW: &str = "row";
pub(super) const VARIANT: &str = "variant";
pub(super) const REPEAT: &str = "repeat";
pub(super) const LABEL: &str = "label";
pub(super) const NOTE: &str = "note";
pub(super) const ANSWER: &str = "answer";

/// The columns that each sheet has, in their order.
pub const COLUMNS: [&str; 6] = [ROW, VARIANT, REPEAT, LABEL, NOTE, ANSWER];

/// A sheet of labels: the answers to be labelled, in their order, with the labels that there are. Columns that somebody added stay.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    columns: Vec<Arc<str>>,
    rows: Vec<Map>,
    /// Which answers stand in it.
    known: HashSet<(u64, String, u32)>,
}

/// An answer of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// The row of the data, from 0.
    pub line: u64,
    /// The variant by its name.
    pub variant: String,
    /// The repetition, from 0.
    pub repeat: u32,
    /// The mark of the answer.
    pub mark: String,
}

impl SheetRow {
    fn key(self) -> (u64, String, u32) {
        (self.line, self.variant, self.repeat)
    }
}

impl Sheet {
    /// An empty sheet, with columns that show what is labelled, for those who fill it in elsewhere.
    #[must_use]
    pub fn new<'a>(shown: impl IntoIterator<Item = &'a str>) -> Self {
        Self { columns: COLUMNS.into_iter().chain(shown).map(Arc::from).collect(), ..Self::default() }
    }

    /// A sheet that was written before.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let options = ReadOptions { format: Some(Format::Csv), ..ReadOptions::default() };
        let data = DataSet::open(path, &options)?;
        let mut columns = data.columns().to_vec();
        columns.extend(COLUMNS.into_iter().map(Arc::from).filter(|column| !data.columns().contains(column)));
        let rows = data.map(|row| row.map(|row| row.values)).collect::<Result<_, _>>()?;
        let mut sheet = Self { columns, rows, known: HashSet::new() };
        sheet.known = (0..sheet.len()).filter_map(|place| sheet.row(place)).map(SheetRow::key).collect();
        Ok(sheet)
    }

    /// Writes it, in the place of what lay there, as a whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), TableError> {
        let mut schema = SchemaBuilder::default();
        for column in &self.columns {
            schema.declare(&**column, Some(ColumnKind::Text));
        }
        let options = TableOptions { format: Some(TableFormat::Csv), raw: false };
        let mut table = TableWriter::create(path, &schema.finish(), options)?;
        for row in &self.rows {
            let cell = |column: &Arc<str>| match row.get(column) {
                Some(Value::Text(text)) if text.is_empty() => Value::Null,
                value => value.cloned().unwrap_or_default(),
            };
            table.write_cells(&self.columns.iter().map(cell).collect::<Vec<_>>())?;
        }
        table.finish()
    }

    /// How many answers stand in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none stands in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds an answer without a label, with cells that show it; one that stands there already is passed over.
    pub fn add(&mut self, answer: &SheetRow, shown: Map) {
        if !self.known.insert(answer.clone().key()) {
            return;
        }
        let mut row = shown;
        for (name, text) in [
            (ROW, answer.line.to_string()),
            (VARIANT, answer.variant.clone()),
            (REPEAT, answer.repeat.to_string()),
            (ANSWER, answer.mark.clone()),
        ] {
            row.insert(Arc::from(name), Value::from(text));
        }
        self.rows.push(row);
    }

    /// The answer at a place; `None` where its row is no number.
    #[must_use]
    pub fn row(&self, place: usize) -> Option<SheetRow> {
        let text = |name: &str| self.text(place, name).unwrap_or_default();
        Some(SheetRow {
            line: text(ROW).parse().ok()?,
            variant: text(VARIANT).to_owned(),
            repeat: if text(REPEAT).is_empty() { 0 } else { text(REPEAT).parse().ok()? },
            mark: text(ANSWER).to_owned(),
        })
    }

    fn text(&self, place: usize, name: &str) -> Option<&str> {
        self.rows.get(place)?.get(name)?.as_str().map(str::trim)
    }

    /// The label at a place, as it is written; empty where there is none.
    #[must_use]
    pub fn label(&self, place: usize) -> &str {
        self.text(place, LABEL).unwrap_or_default()
    }

    /// The note at a place.
    #[must_use]
    pub fn note(&self, place: usize) -> &str {
        self.text(place, NOTE).unwrap_or_default()
    }

    /// How many answers have a label that is understood.
    #[must_use]
    pub fn labelled(&self) -> usize {
        (0..self.rows.len()).filter(|place| Label::read(self.label(*place)).is_some()).count()
    }

    /// Writes a label down.
    pub fn set_label(&mut self, place: usize, label: &str) {
        self.set(place, LABEL, label);
    }

    /// Writes a note down.
    pub fn set_note(&mut self, place: usize, note: &str) {
        self.set(place, NOTE, note);
    }

    fn set(&mut self, place: usize, name: &str, text: &str) {
        if let Some(row) = self.rows.get_mut(place) {
            row.insert(Arc::from(name), Value::from(text));
        }
    }
}
