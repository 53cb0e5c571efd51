//! The code of a Python node: `source.path`, or `code:` in the flow file.

use std::sync::Arc;

use super::node::{NodeKind, PromptDoc};
use super::{Cursor, Report, Spanned};
use crate::diag::{Code, Diagnostic};

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
