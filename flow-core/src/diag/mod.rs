//! What is wrong with a flow, and what to do: diagnostics with a code, places and help. They accumulate,
//! so that one run tells all problems.

mod code;
mod explain;
mod github;
mod json;
mod render;
mod suggest;
mod unreadable;

#[cfg(test)]
mod tests;

pub use code::Code;
pub use github::to_github;
pub use json::to_json;
pub use render::{RenderOptions, count, render, render_one};
pub use suggest::{did_you_mean, nearest};

use crate::source::Span;

/// How bad it is: an error stops every command, a warning only `check --deny-warnings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Would fail at load, or for certain at run.
    Error,
    /// Runs, but is probably not what was meant.
    Warning,
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to see there; may be empty.
    pub text: String,
}

/// One problem: a code, a message, where it is, what belongs to it and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Which kind of problem; `flow explain CODE` tells more.
    pub code: Code,
    /// One line, in lower case, without a full stop.
    pub message: String,
    /// Where it is; `None` only if no file can be named.
    pub primary: Option<Label>,
    /// Other places that belong to it.
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, Some(span), message.into())
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, Some(span), message.into())
    }

    /// An error that no place in a file belongs to, for example a file that is not there.
    #[must_use]
    pub fn error_without_place(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, None, message.into())
    }

    fn new(severity: Severity, code: Code, span: Option<Span>, message: String) -> Self {
        let primary = span.map(|span| Label { span, text: String::new() });
        Self { severity, code, message, primary, related: Vec::new(), help: None }
    }

    /// Sets the words under the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Adds a place that belongs to the problem.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// As [`Diagnostic::help`], where there may be nothing to say.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<String>) -> Self {
        if text.is_some() {
            self.help = text;
        }
        self
    }
}

/// The problems found so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a problem, unless the very same is there already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Adds all problems of another list.
    pub fn extend(&mut self, other: Diagnostics) {
        for diagnostic in other.list {
            self.push(diagnostic);
        }
    }

    /// Drops warnings of a code and about a place that an error of the same code refers to: a connection that is
    /// not complete is a warning in its file, and an error where it is used.
    pub(crate) fn drop_repeated_warnings(&mut self) {
        let errors = self.list.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        let places: Vec<(Code, Span)> =
            errors.flat_map(|error| error.related.iter().map(|label| (error.code, label.span))).collect();
        self.list.retain(|diagnostic| {
            let place = diagnostic.primary.as_ref().map(|label| (diagnostic.code, label.span));
            diagnostic.severity == Severity::Error || !place.is_some_and(|place| places.contains(&place))
        });
    }

    /// Whether something is wrong enough to stop.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems by place: those without one first, then file by file from top to bottom.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<_> = self.list.iter().collect();
        sorted.sort_by_key(|diagnostic| (diagnostic.primary.as_ref().map(|label| label.span), diagnostic.severity));
        sorted
    }

    /// The problems in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }
}
