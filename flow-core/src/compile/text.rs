//! The texts that nodes bring: files of their own, or text in the flow file.

use std::ops::Range;
use std::sync::Arc;

use super::Workbench;
use crate::diag::{Code, Diagnostic, Label, nearest};
use crate::doc::{Report, Spanned};
use crate::project::{self, ProjectError};
use crate::source::{FileId, SourceMap, Span, read_text};
use crate::yaml::Node;

/// Where a text stands.
#[derive(Debug)]
pub(super) enum Place {
    File(FileId),
    Inline(Node),
}

impl Place {
    /// The place of a byte range of the text.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        match self {
            Place::File(file) => Span::new(*file, range.start, range.end),
            Place::Inline(node) => {
                let inside =
                    node.as_scalar().and_then(|scalar| scalar.span_at(written_in(node), range.start, range.len()));
                inside.unwrap_or(node.span)
            }
        }
    }
}

/// The file that a value was written in: an alias is used in one place and written in another of the same file.
fn written_in(node: &Node) -> FileId {
    node.defined.unwrap_or(node.span).file
}

/// The code and the help for a file that cannot be used.
pub(super) fn unresolved(error: &ProjectError, path: &str, missing: Code, bench: &Workbench<'_>) -> (Code, String) {
    match error {
        ProjectError::Missing { .. } => {
            let near = near_file(path, bench);
            (missing, near.unwrap_or_else(|| "paths are relative to the flow's folder".to_owned()))
        }
        ProjectError::Outside { .. } => {
            (Code::OutsideProject, "move the file into the project, or name it in `additional_includes`".to_owned())
        }
    }
}

/// Reads a file of a node into the map; `missing` is what it is called where it is not there.
pub(super) fn open(
    path: &Spanned<Arc<str>>,
    missing: Code,
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<FileId> {
    let found = match bench.files.resolve(&path.value) {
        Ok(found) => found,
        Err(error) => {
            let (code, help) = unresolved(&error, &path.value, missing, bench);
            report.error(code, path.span, error.to_string(), help);
            return None;
        }
    };
    let shown = project::shown(&found);
    if let Some(file) = sources.find(&shown) {
        return Some(file);
    }
    match read_text(&shown) {
        Ok(text) => Some(sources.add(shown, text)),
        Err(error) => {
            let mut diagnostic = Diagnostic::from(&error);
            diagnostic.primary = Some(Label { span: path.span, text: String::new() });
            report.push(diagnostic);
            None
        }
    }
}

/// The file beside the missing one that its name is near to.
fn near_file(path: &str, bench: &Workbench<'_>) -> Option<String> {
    let wanted = bench.files.folder().join(path);
    let names: Vec<String> = std::fs::read_dir(wanted.parent()?)
        .ok()?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let near = nearest(wanted.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", std::path::Path::new(path).with_file_name(near).display()))
}
