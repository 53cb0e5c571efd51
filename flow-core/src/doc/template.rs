use std::sync::Arc;

use super::{Cursor, NodeKind, PromptDoc, Report, Spanned};
use crate::diag::{Code, Diagnostic};

/// The template of an LLM or prompt node: `prompt:` in the file, or `source.path`.
pub(super) fn lower_prompt(
    cursor: &mut Cursor<'_>,
    kind: NodeKind,
    has_prompt: bool,
    name: &Spanned<Arc<str>>,
    report: &mut Report,
) -> Option<PromptDoc> {
    let inline = cursor.entry("prompt");
    let source = lower_source(cursor, report);
    let wants_template = has_prompt && matches!(kind, NodeKind::Llm | NodeKind::Prompt);
    if let Some(entry) = inline.filter(|_| !has_prompt) {
        let message = format!("node `{}` has a template, but `api: embedding` takes none", name.value);
        report.error(Code::InvalidValue, entry.key.span, message, "give the text as `input` below its `inputs`");
        return None;
    }
    match (inline, source) {
        (Some(inline), Some(source)) => {
            let message = format!("node `{}` has both `prompt` and `source`", name.value);
            let diagnostic = Diagnostic::error(Code::InvalidValue, inline.key.span, message)
                .related(source.span, "the template file")
                .help("keep one of the two");
            report.push(diagnostic);
            None
        }
        (Some(inline), None) if inline.value.as_scalar().is_none() => {
            cursor.wrong_shape("prompt", inline, "a template as text", report);
            None
        }
        (Some(inline), None) => Some(PromptDoc::Inline(inline.value.clone())),
        (None, Some(source)) => Some(PromptDoc::File(source)),
        // A source that cannot be read was reported.
        (None, None) if wants_template && cursor.entry("source").is_none() => {
            let message = format!("node `{}` has no template", name.value);
            let help = "add `prompt: |` with the template below it, or `source: { path: FILE.jinja2 }`";
            report.error(Code::MissingKey, name.span, message, help);
            None
        }
        (None, None) => None,
    }
}

fn lower_source(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Spanned<Arc<str>>> {
    let entry = cursor.entry("source")?;
    if let Some(path) = entry.value.as_scalar() {
        let message = format!("`source` of {} takes a mapping with `path`, here it is text", cursor.what());
        let help = format!("write `source: {{ path: {} }}`", path.text);
        report.error(Code::WrongShape, entry.value.span, message, help);
        return None;
    }
    let mut inner = Cursor::open(&entry.value, format!("`source` of {}", cursor.what()), report)?;
    let kind = inner.text("type", report);
    inner.text("tool", report);
    let path = inner.text("path", report);
    inner.finish(report);
    match kind.as_ref().map(|kind| (&*kind.value, kind.span)) {
        Some((package @ ("package" | "package_with_prompt"), span)) => {
            let message =
                format!("`{package}` has no effect on this node: it takes the file and calls no package tool");
            let help = "write `type: code`; nodes that call a package tool are of `type: python` or `custom_llm`";
            report.odd(Diagnostic::warning(Code::IgnoredKey, span, message).help(help));
        }
        Some((other, span)) if other != "code" => {
            let message = format!("there is no source type `{other}`");
            let diagnostic = Diagnostic::warning(Code::InvalidValue, span, message)
                .help("the types are code, package and package_with_prompt; `code` is assumed");
            report.odd(diagnostic);
        }
        _ => {}
    }
    if path.is_none() {
        let message = format!("`source` of {} has no `path`", cursor.what());
        report.error(Code::MissingKey, entry.key.span, message, "add `path: FILE`, relative to the flow's folder");
    }
    path
}
