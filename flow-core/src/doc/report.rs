use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::source::Span;
use crate::template::Strictness;

/// Where problems go, with the strictness that decides how bad the odd ones are.
#[derive(Debug)]
pub struct Report {
    /// What the user should be told once, such as that another connection stands in.
    pub notes: Vec<String>,
    /// What was found so far.
    pub diagnostics: Diagnostics,
    /// How strictly the flow is read.
    pub strictness: Strictness,
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(strictness: Strictness) -> Self {
        Self { notes: Vec::new(), diagnostics: Diagnostics::default(), strictness }
    }

    /// Whether the flow is read strictly.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.strictness == Strictness::Strict
    }

    /// Adds a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds an error with what to do.
    pub fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::error(code, span, message).help(help));
    }

    /// Adds a warning with what to do.
    pub fn warning(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::warning(code, span, message).help(help));
    }

    /// Adds what promptflow puts up with: an error in a strict flow, a warning in a compatible one.
    pub fn odd(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.severity = if self.is_strict() { Severity::Error } else { Severity::Warning };
        self.push(diagnostic);
    }
}
