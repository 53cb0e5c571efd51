//! Diagnostics for programs.

use serde::Serialize;

use super::{Diagnostic, Diagnostics, Severity};
use crate::source::{SourceMap, Span};

/// All diagnostics, by place, as a JSON array. Lines and columns count from 1, columns in characters; the end column
/// is behind the last character. A diagnostic without a place has no `file`.
#[must_use]
pub fn to_json(diagnostics: &Diagnostics, sources: &SourceMap) -> serde_json::Value {
    let entries: Vec<_> = diagnostics.sorted().into_iter().map(|diagnostic| entry(diagnostic, sources)).collect();
    serde_json::to_value(entries).unwrap_or_default()
}

#[derive(Serialize)]
struct Entry<'a> {
    severity: &'static str,
    code: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Option<Place>,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    related: Vec<Related<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl Place {
    pub(super) fn new(span: Span, sources: &SourceMap) -> Self {
        let source = sources.get(span.file);
        let (start, end) = (source.line_column(span.start), source.line_column(span.end));
        Self {
            file: source.path.to_string_lossy().into_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

fn entry<'a>(diagnostic: &'a Diagnostic, sources: &SourceMap) -> Entry<'a> {
    Entry {
        severity: severity(diagnostic.severity),
        code: diagnostic.code.name(),
        message: &diagnostic.message,
        place: diagnostic.primary.as_ref().map(|label| Place::new(label.span, sources)),
        label: diagnostic.primary.as_ref().map_or("", |label| label.text.as_str()),
        related: diagnostic
            .related
            .iter()
            .map(|label| Related { message: &label.text, place: Place::new(label.span, sources) })
            .collect(),
        help: diagnostic.help.as_deref(),
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
