//! Syntax errors in our words, with what usually helps.

use granit_parser::ScanError;

use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Source, Span};

/// The diagnostic of a syntax error.
pub(super) fn explain(source: &Source, file: FileId, error: &ScanError) -> Diagnostic {
    let offset = error
        .marker()
        .byte_offset()
        .unwrap_or_else(|| source.offset(error.marker().line(), error.marker().col() + 1) as usize);
    let offset = offset.min(source.text.len());
    let end = source.text[offset..].chars().next().filter(|next| *next != '\n').map_or(0, char::len_utf8);
    let place = source.line_column(u32::try_from(offset).unwrap_or(u32::MAX));
    let message = format!("this is not valid YAML: {}", plain_words(error.info()));
    let span = Span::new(file, offset, offset + end);
    Diagnostic::error(Code::YamlSyntax, span, message).maybe_help(help(source, place.line))
}

/// The parser's words as a fragment: lower case, without a full stop.
fn plain_words(info: impl AsRef<str>) -> String {
    let info = info.as_ref().trim().trim_end_matches('.');
    let mut characters = info.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "something else was expected here".to_owned(),
    }
}

/// What is usually wrong with a line like this, or the one above.
fn help(source: &Source, line: usize) -> Option<String> {
    [line, line.saturating_sub(1)]
        .into_iter()
        .filter(|line| *line > 0)
        .find_map(|line| line_help(source.line_text(line)))
}

fn line_help(text: &str) -> Option<String> {
    let trimmed = text.trim_start();
    let indent = &text[..text.len() - trimmed.len()];
    if indent.contains('\t') {
        return Some("the line is indented with a tab; YAML takes spaces only".to_owned());
    }
    let value = trimmed.trim_start_matches("- ").split_once(": ").map_or(trimmed, |(_, value)| value).trim();
    if value.starts_with("{{") || value.starts_with("{%") {
        return Some(format!("a value that starts with a brace must be quoted: '{}'", value.replace('\'', "''")));
    }
    if let Some(first) = value.chars().next().filter(|first| matches!(first, '@' | '`' | '%')) {
        return Some(format!("a value that starts with {first} must be quoted"));
    }
    for quote in ['"', '\''] {
        if value.starts_with(quote) && value.matches(quote).count() % 2 == 1 {
            return Some(format!("a quote {quote} is opened here and not closed"));
        }
    }
    if value.matches(['[', '{']).count() > value.matches([']', '}']).count() {
        return Some("a bracket is opened here and not closed".to_owned());
    }
    if value.contains(": ") {
        return Some("a text that holds `: ` must be quoted".to_owned());
    }
    let bare_colon = trimmed.find(':').filter(|at| trimmed[at + 1..].starts_with(|next: char| next.is_alphanumeric()));
    bare_colon.map(|_| "put a space behind the colon".to_owned())
}
