use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use flow_core::diag::did_you_mean;
use flow_core::value::{Map, Value};

use super::sheet::{ANSWER, LABEL, REPEAT, ROW, VARIANT};
use super::value::{KNOWN, Label};
use crate::data::{DataError, DataSet, Format, Place, ReadOptions};

/// Labels as they were read.
#[derive(Debug, Clone)]
pub struct Labels {
    /// The file.
    pub path: Arc<str>,
    /// What stands in it; rows without a label are left out.
    pub rows: Vec<LabelRow>,
}

/// A label of an answer.
#[derive(Debug, Clone)]
pub struct LabelRow {
    /// Where it stands.
    pub place: Place,
    /// The row of the data, from 0.
    pub line: u64,
    /// The variant; `None` where there is but one.
    pub variant: Option<Arc<str>>,
    /// The repetition, from 0.
    pub repeat: u32,
    /// The label.
    pub label: Label,
    /// The mark of the answer that it was given to, if it is told.
    pub mark: Option<Arc<str>>,
}

/// So much of a cell is shown in messages.
const LONGEST: usize = 40;
/// promptflow's name of a row's number.
const LINE_NUMBER: &str = crate::mapping::LINE_NUMBER;

impl Labels {
    /// Reads a file of labels: `row`, `label`, and where they are needed `variant`, `repeat` and `answer`; other columns are passed over. CSV
    /// unless its ending says otherwise.
    ///
    /// # Errors
    /// It cannot be read, a column is missing, a cell cannot be understood, or an answer is labelled twice.
    pub fn read(path: &Path) -> Result<Self, LabelError> {
        let format = Format::named_by(path).unwrap_or(Format::Csv);
        let data = DataSet::open(path, &ReadOptions { format: Some(format), ..ReadOptions::default() })?;
        let columns: Vec<Arc<str>> = data.columns().to_vec();
        for (needed, other) in [(ROW, LINE_NUMBER), (LABEL, LABEL)] {
            if !columns.iter().any(|column| &**column == needed || &**column == other) {
                return Err(LabelError::missing(path, needed, &columns));
            }
        }
        let mut labels = Self { path: path.to_string_lossy().into(), rows: Vec::new() };
        let mut seen: HashMap<(u64, Option<Arc<str>>, u32), u64> = HashMap::new();
        for row in data {
            let row = row?;
            let Some(label) = LabelRow::read(row.place, &row.values)? else { continue };
            let key = (label.line, label.variant.clone(), label.repeat);
            if let Some(first) = seen.insert(key, label.place.line) {
                let message = format!("row {} is labelled a second time, after line {first}", label.line);
                return Err(LabelError::Row { place: label.place, message, help: "keep one of both".to_owned() });
            }
            labels.rows.push(label);
        }
        Ok(labels)
    }
}

impl LabelRow {
    /// The label of a row of the file, if it has one.
    fn read(place: Place, values: &Map) -> Result<Option<Self>, LabelError> {
        let text = |name: &str| match values.get(name) {
            None | Some(Value::Null) => None,
            Some(value) => {
                let text = value.as_str().map_or_else(|| value.to_json(), str::to_owned);
                Some(text.trim().to_owned()).filter(|text| !text.is_empty())
            }
        };
        let Some(written) = text(LABEL) else { return Ok(None) };
        let wrong =
            |message: String, help: &str| LabelError::Row { place: place.clone(), message, help: help.to_owned() };
        let Some(label) = Label::read(&written) else {
            return Err(wrong(format!("the label `{}` is not understood", shown(&written)), KNOWN));
        };
        let number = |name: &str, text: String| -> Result<u64, LabelError> {
            // Spreadsheets may write 3 as 3.0.
            let whole = text.parse().ok().or_else(|| text.strip_suffix(".0").and_then(|text| text.parse().ok()));
            whole.ok_or_else(|| {
                wrong(format!("`{name}` is `{}`, and no whole number", shown(&text)), "both count from 0")
            })
        };
        let Some(line) = text(ROW).or_else(|| text(LINE_NUMBER)) else {
            return Err(wrong("the label has no `row`".to_owned(), "write the number of the row in the data, from 0"));
        };
        let line = number(ROW, line)?;
        let repeat = text(REPEAT).map(|repeat| number(REPEAT, repeat)).transpose()?.unwrap_or_default();
        Ok(Some(Self {
            line,
            repeat: u32::try_from(repeat).unwrap_or(u32::MAX),
            variant: text(VARIANT).map(Arc::from),
            label,
            mark: text(ANSWER).map(Arc::from),
            place,
        }))
    }
}

/// A cell as messages show it: not too much of it, and nothing that steers a terminal.
fn shown(cell: &str) -> String {
    let is_foreign =
        |sign: char| sign.is_control() || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let signs = cell.chars().map(|sign| if is_foreign(sign) { '\u{fffd}' } else { sign });
    if cell.chars().count() > LONGEST { signs.take(LONGEST).chain(['…']).collect() } else { signs.collect() }
}

/// Why labels cannot be used. Messages are one line.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LabelError {
    /// The file cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// It has no column that is needed.
    #[error("{message}")]
    Column {
        /// What is missing.
        message: String,
        /// What to do.
        help: String,
    },
    /// A row of it is wrong.
    #[error("{place}: {message}")]
    Row {
        /// The line.
        place: Place,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
}

impl LabelError {
    fn missing(path: &Path, needed: &str, columns: &[Arc<str>]) -> Self {
        let known = columns.iter().map(|column| &**column);
        let help = match columns {
            [only] if only.contains(';') => "it is separated by semicolons: save it with commas".to_owned(),
            _ => did_you_mean(needed, known.clone()).unwrap_or_else(|| {
                format!("its columns are {}; `flow label` writes such a file", known.collect::<Vec<_>>().join(", "))
            }),
        };
        LabelError::Column { message: format!("{}: labels need a column `{needed}`", path.display()), help }
    }

    /// What to do.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            LabelError::Data(error) => error.help(),
            LabelError::Column { help, .. } | LabelError::Row { help, .. } => Some(help),
        }
    }
}
