//! Diagnostics for people, in the look of `cargo` and `rustc`.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Severity};
use crate::source::{FileId, SourceMap, Span};

/// How diagnostics are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderOptions {
    /// Whether to use ANSI colours.
    pub color: bool,
    /// The width of the terminal in columns; longer source lines are cut around the place.
    pub width: usize,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self { color: false, width: 120 }
    }
}

/// All diagnostics, by place, with a blank line after each. Empty if there are none.
#[must_use]
pub fn render(diagnostics: &Diagnostics, sources: &SourceMap, options: RenderOptions) -> String {
    let mut output = String::new();
    for diagnostic in diagnostics.sorted() {
        output.push_str(&render_one(diagnostic, sources, options));
        output.push_str("\n\n");
    }
    output
}

/// One diagnostic, without a line end behind it.
#[must_use]
pub fn render_one(diagnostic: &Diagnostic, sources: &SourceMap, options: RenderOptions) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.name());
    let mut group = Group::with_title(title);
    for file in files(diagnostic) {
        group = group.element(snippet(diagnostic, file, sources));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Element::from(Level::HELP.message(help.as_str())));
    }
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let text = renderer.term_width(options.width.max(40)).render(&[group]);
    if diagnostic.primary.is_none() && diagnostic.related.is_empty() { without_gap(&text) } else { text }
}

/// Without the line that keeps source and help apart, where there is no source.
fn without_gap(text: &str) -> String {
    let is_gap = |line: &str| line.ends_with('|') && line.trim_end_matches('|').trim().is_empty();
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.get(1).is_some_and(|line| is_gap(&uncoloured(line))) {
        lines.remove(1);
    }
    lines.join("\n")
}

/// A line without the signs that colour it.
fn uncoloured(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('\u{1b}') {
        text.push_str(&rest[..start]);
        rest = rest[start..].find('m').map_or("", |end| &rest[start + end + 1..]);
    }
    text.push_str(rest);
    text
}

/// How many there are: `2 errors, 1 warning`; `no problems` if there are none.
#[must_use]
pub fn count(diagnostics: &Diagnostics) -> String {
    let of = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let named = |count: usize, noun| match count {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{count} {noun}s")),
    };
    let parts: Vec<_> =
        [named(of(Severity::Error), "error"), named(of(Severity::Warning), "warning")].into_iter().flatten().collect();
    if parts.is_empty() { "no problems".into() } else { parts.join(", ") }
}

/// The files that have places, the one of the primary place first.
fn files(diagnostic: &Diagnostic) -> Vec<FileId> {
    let mut files = Vec::new();
    for label in diagnostic.primary.iter().chain(&diagnostic.related) {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    files
}

/// The marked lines of one file. Only the stretch that holds them is handed on, so that large files cost nothing.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    file: FileId,
    sources: &'a SourceMap,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = sources.get(file);
    let primary = diagnostic.primary.iter().map(|label| (AnnotationKind::Primary, label));
    let related = diagnostic.related.iter().map(|label| (AnnotationKind::Context, label));
    let labels: Vec<_> = primary.chain(related).filter(|(_, label)| label.span.file == file).collect();
    let places: Vec<_> = labels.iter().map(|(_, label)| first_line(&source.text, label.span)).collect();
    let shown = source.shown();
    let start = places.iter().map(|place| line_start(&source.text, place.start)).min().unwrap_or(0);
    let end = places.iter().map(|place| line_end(&source.text, place.end)).max().unwrap_or(0);
    let line = source.line_column(u32::try_from(start).unwrap_or(u32::MAX)).line;
    let path = source.path.to_string_lossy();
    let annotations = labels.into_iter().zip(places).map(|((kind, label), place)| {
        let annotation = kind.span(place.start - start..place.end - start);
        if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
    });
    Snippet::source(&shown[start..end]).line_start(line).path(path).fold(true).annotations(annotations)
}

/// The part of a place that lies on its first line, held to the text and to whole characters. A list or mapping that
/// goes over many lines is shown by its start.
fn first_line(text: &str, span: Span) -> Range<usize> {
    let start = boundary(text, span.start as usize);
    let end = boundary(text, span.end as usize).max(start);
    let line_end = line_end(text, start);
    start..end.min(line_end).max(start)
}

fn boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |at| at + 1)
}

fn line_end(text: &str, offset: usize) -> usize {
    let end = text[offset..].find('\n').map_or(text.len(), |at| offset + at);
    if text[offset..end].ends_with('\r') { end - 1 } else { end }
}
