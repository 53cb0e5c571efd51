//! Reports of evaluations: what came of one in the form that its reader needs, made of the [`Outcome`] and of the texts of its rows.

mod calibration_words;
mod csv;
mod error;
mod form;
mod html;
mod junit;
mod markdown;
mod rows;
mod scored_rows;
mod standing;
mod words;

use std::path::Path;

use crate::evaluation::Outcome;

pub use calibration_words::{between, left_out, length_words, position_words};
pub use error::{ReportError, RowsError};
pub use form::Form;
pub use rows::{Answer, Row, RowIterator, RowScore, Rows};
pub use scored_rows::ScoredRows;
pub use words::{Words, evidence, number, signed};

/// What reports are made of.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// What the evaluation is called.
    pub title: &'a str,
    /// What the flow is called.
    pub flow: &'a str,
    /// What came of it.
    pub outcome: &'a Outcome,
    /// Where the rows' texts are.
    pub rows: &'a dyn Rows,
}

impl Report<'_> {
    /// Writes the report into a file.
    ///
    /// # Errors
    ///
    /// If the rows cannot be read, or the file not be written.
    pub fn write(&self, form: Form, path: &Path) -> Result<(), ReportError> {
        let text = match form {
            Form::Html => html::html(self)?,
            Form::Csv => return csv::csv(self, path),
            Form::Markdown => markdown::markdown(self)?,
            Form::JUnit => junit::junit(self)?,
            Form::Json => serde_json::to_string_pretty(self.outcome).unwrap_or_default() + "\n",
        };
        std::fs::write(path, text).map_err(|source| ReportError::File { path: path.to_owned(), source })
    }
}
