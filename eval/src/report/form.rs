use std::path::Path;

/// In which form a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One page for a browser.
    Html,
    /// For a comment on a pull request.
    Markdown,
    /// JUnit's XML, for continuous integration.
    JUnit,
    /// A line for each row, variant and repetition, for spreadsheets.
    Csv,
    /// The outcome, for programs.
    Json,
}

impl Form {
    /// The endings of files that name a form, for messages.
    pub const ENDINGS: &str = ".html, .md, .xml (JUnit), .csv or .json";

    /// The form that a file's ending names.
    #[must_use]
    pub fn named_by(path: &Path) -> Option<Self> {
        match &*path.extension()?.to_str()?.to_ascii_lowercase() {
            "html" | "htm" => Some(Form::Html),
            "md" | "markdown" => Some(Form::Markdown),
            "xml" => Some(Form::JUnit),
            "csv" => Some(Form::Csv),
            "json" => Some(Form::Json),
            _ => None,
        }
    }
}
