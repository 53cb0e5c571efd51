//! Where the lines of a scalar stand in its file.

use granit_parser::ScalarStyle;

use super::Scalar;
use crate::source::{Source, Span};

/// The byte offset in the file of the first character of each line of a scalar's text. For block scalars line by
/// line; for quoted and plain scalars of one line, the line's start. Empty where it is not known.
pub(super) fn offsets(source: &Source, span: Span, text: &str, style: ScalarStyle) -> Vec<u32> {
    match style {
        ScalarStyle::Plain if !text.contains('\n') => vec![span.start],
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let inside = source.text.get(span.start as usize + 1..(span.end as usize).saturating_sub(1));
            if inside == Some(text) { vec![span.start + 1] } else { Vec::new() }
        }
        ScalarStyle::Literal | ScalarStyle::Folded => block_offsets(source, span, text),
        ScalarStyle::Plain => Vec::new(),
    }
}

/// Finds the lines of a block scalar's text one after the other below its header; an unfolded line of a folded
/// scalar is found by its first words.
fn block_offsets(source: &Source, span: Span, text: &str) -> Vec<u32> {
    let mut line = source.line_column(span.start).line;
    // Some parsers give the header's place, some that of the first line: begin with the header and look down.
    let header = source.line_text(line).trim_end();
    if header.ends_with(['|', '>', '-', '+']) || header.contains(" |") || header.contains(" >") {
        line += 1;
    }
    let mut offsets = Vec::new();
    for wanted in text.lines() {
        let first_words: String = wanted.chars().take(24).collect();
        let mut found = None;
        for candidate in line..line + 64 {
            let Some(start) = source.line_start(candidate) else { break };
            let written = source.line_text(candidate);
            let position = if wanted.trim().is_empty() {
                written.trim().is_empty().then_some(written.len().min(first_words.len()))
            } else {
                written.find(first_words.trim_end()).filter(|position| written[..*position].trim().is_empty())
            };
            if let Some(position) = position {
                found = Some((candidate, start + u32::try_from(position).unwrap_or(0)));
                break;
            }
        }
        let Some((at, offset)) = found else { return Vec::new() };
        offsets.push(offset);
        line = at + 1;
    }
    offsets
}

/// The span without white space and line ends behind its text.
pub(super) fn trimmed(source: &Source, span: Span) -> Span {
    let text = source.text.get(span.start as usize..span.end as usize).unwrap_or("");
    Span { end: span.start + u32::try_from(text.trim_end().len()).unwrap_or(0), ..span }
}

/// The span of a list or mapping with its closing bracket, if it has one.
pub(super) fn closed(source: &Source, span: Span, end: Span) -> Span {
    let bracket = source.text.get(end.start as usize..end.end as usize).is_some_and(|text| text == "]" || text == "}");
    let span = if bracket { span.to(end) } else { span };
    trimmed(source, span)
}

impl Scalar {
    /// The place in the file of a stretch of this scalar's text, given in bytes of `text`; `None` where the places
    /// of its lines are not known.
    #[must_use]
    pub fn span_at(&self, node: Span, start: usize, end: usize) -> Option<Span> {
        let before = self.text.get(..start)?;
        let line = before.matches('\n').count();
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        let offset = *self.line_offsets.get(line)? as usize;
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |position| start + position);
        let column = start - line_start;
        Some(Span::new(node.file, offset + column, offset + column + end.min(line_end).saturating_sub(start)))
    }
}
