//! The code of a Python node: `source.path`, or `code:` in the flow file; and where it is to run.

use std::sync::Arc;

use super::node::{ArgumentDoc, NodeDoc, NodeKind, PromptDoc};
use super::{Cursor, Report, Spanned};
use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::script::RunnerWish;

/// Reads where a node's code stands. `file` is what its `source` names.
pub(super) fn lower_code(
    cursor: &mut Cursor<'_>,
    kind: NodeKind,
    file: Option<PromptDoc>,
    name: &Spanned<Arc<str>>,
    report: &mut Report,
) -> Option<PromptDoc> {
    let inline = cursor.entry("code");
    if kind != NodeKind::Python {
        if let Some(entry) = inline {
            let message = format!("node `{}` has `code`, which is for nodes of `type: python`", name.value);
            report.error(Code::InvalidValue, entry.key.span, message, "remove it, or make it a Python node");
        }
        return None;
    }
    match (inline, file) {
        (Some(inline), Some(PromptDoc::File(file))) => {
            let message = format!("node `{}` has both `code` and `source`", name.value);
            let diagnostic = Diagnostic::error(Code::InvalidValue, inline.key.span, message)
                .related(file.span, "the file")
                .help("keep one of the two");
            report.push(diagnostic);
            None
        }
        (Some(inline), _) if inline.value.as_scalar().is_none() => {
            cursor.wrong_shape("code", inline, "Python code as text", report);
            None
        }
        (Some(inline), _) => Some(PromptDoc::Inline(inline.value.clone())),
        (None, None) if cursor.entry("source").is_none() => {
            let message = format!("node `{}` has no code", name.value);
            let help = "add `source: { path: FILE.py }`, or `code: |` with a function marked `@tool` below it";
            report.error(Code::MissingKey, name.span, message, help);
            None
        }
        (None, Some(PromptDoc::Inline(node))) => {
            let message = format!("node `{}` has a template, but it is Python code", name.value);
            report.error(Code::InvalidValue, node.span, message, "write the code below `code: |`");
            None
        }
        (None, file) => file,
    }
}

/// Reads `interpreter` of a node or of a flow: where Python code is to run.
pub(crate) fn lower_interpreter(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Spanned<RunnerWish>> {
    let written = cursor.text("interpreter", report)?;
    if let Some(value) = RunnerWish::named(&written.value) {
        return Some(Spanned { value, span: written.span });
    }
    let message = format!("`interpreter` of {} is embedded or external, not `{}`", cursor.what(), written.value);
    let help = did_you_mean(&written.value, RunnerWish::WORDS.map(|(word, _)| word));
    let help = help.unwrap_or_else(|| "external runs code in a Python of your own, with --allow-exec".to_owned());
    report.error(Code::InvalidValue, written.span, message, help);
    None
}

/// Code that stands in a file, and what is called of it.
#[derive(Debug, Clone)]
pub struct CodeDoc {
    /// The file.
    pub file: Spanned<Arc<str>>,
    /// A function, a class whose instances are called, or `Class.method`.
    pub entry: Arc<str>,
}

impl NodeDoc {
    /// A node that calls code.
    #[must_use]
    pub fn of_code(name: Spanned<Arc<str>>, code: CodeDoc, arguments: Vec<ArgumentDoc>) -> Self {
        Self {
            kind: NodeKind::Python,
            code: Some(PromptDoc::File(code.file)),
            entry: Some(code.entry),
            ..Self::bare(name, arguments)
        }
    }
}
