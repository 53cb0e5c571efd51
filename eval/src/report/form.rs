use std::path::Path;

/// In which form a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a comment on a pull request.
    Markdown,
    /// JUnit's XML, for continuous integration.
    JUnit,
    /// The outcome, for programs.
    Json,
}

impl Form {
    /// The endings of files that name a form, for messages.
    pub const ENDINGS: &str = ".md, .xml (JUnit) or .json";

    /// The form that a file's ending names.
    #[must_use]
    pub fn named_by(path: &Path) -> Option<Self> {
        match &*path.extension()?.to_str()?.to_ascii_lowercase() {
            "md" | "markdown" => Some(Form::Markdown),
            "xml" => Some(Form::JUnit),
            "json" => Some(Form::Json),
            _ => None,
        }
    }
}
