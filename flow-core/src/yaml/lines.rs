//! From a place inside of a scalar's text back to the file: needed to show errors of inline templates.

use std::sync::Arc;

use granit_parser::ScalarStyle;

use super::Scalar;
use crate::source::{FileId, Span};

impl Scalar {
    /// The place in the file of a stretch of the text (byte offset and length in bytes), held to the line on which it
    /// starts. `None` if that is not known; then the node's span serves. Within a folded line (`>`, or quotes over
    /// several lines) the place is exact only up to the first line break in the file.
    #[must_use]
    pub fn span_at(&self, file: FileId, offset: usize, len: usize) -> Option<Span> {
        let before = self.text.get(..offset)?;
        let line = before.matches('\n').count();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest_of_line = self.text[offset..].split('\n').next().unwrap_or("").trim_end_matches('\r').len();
        let start = *self.line_offsets.get(line)? as usize + (offset - line_start);
        Some(Span::new(file, start, start + len.min(rest_of_line)))
    }
}

/// The byte offset in `source` of the first character of each line of `text`, for a scalar written at
/// `start..end`; empty if the two cannot be aligned. A text of one line counts only if it stands there literally.
pub(super) fn line_offsets(source: &str, start: usize, end: usize, style: ScalarStyle, text: &str) -> Arc<[u32]> {
    let Some(written) = source.get(start..end) else { return Arc::default() };
    let mut walk = Walk { written, at: usize::from(is_quoted(style)), line_start: 0, style };
    let mut offsets = Vec::new();
    for line in text.split('\n') {
        let Some(offset) = walk.line(line, offsets.is_empty()) else { return Arc::default() };
        offsets.push(u32::try_from(start + offset).unwrap_or(u32::MAX));
    }
    if let [only] = offsets[..]
        && source.get(only as usize..only as usize + text.len()) != Some(text)
    {
        return Arc::default();
    }
    Arc::from(offsets)
}

fn is_quoted(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
}

/// Goes through what was written in step with what it means. White space is skipped on both sides, because folding
/// and indentation change nothing else.
struct Walk<'a> {
    written: &'a str,
    at: usize,
    /// Where the written line of `at` starts; remembered, because looking back for it would take long in long lines.
    line_start: usize,
    style: ScalarStyle,
}

impl Walk<'_> {
    /// Walks over one line of the text and returns the offset where it starts.
    fn line(&mut self, line: &str, first: bool) -> Option<usize> {
        let visible = line.trim_start_matches([' ', '\t']);
        if visible.is_empty() {
            if !first {
                let rest = &self.written[self.at..];
                self.at += rest.find('\n').map_or(rest.len(), |at| at + 1);
                self.line_start = self.at;
            }
            return Some(self.at);
        }
        let mut start = None;
        for character in visible.chars() {
            if matches!(character, ' ' | '\t' | '\r') {
                continue;
            }
            let (at, next) = self.next_visible()?;
            if next != character {
                return None;
            }
            let indent = line.len() - visible.len();
            start = start.or_else(|| Some(at.saturating_sub(indent).max(self.line_start)));
        }
        Some(start.unwrap_or(self.at))
    }

    /// The next written character that is no white space, with its offset.
    fn next_visible(&mut self) -> Option<(usize, char)> {
        loop {
            let at = self.at;
            let character = self.step()?;
            if !character.is_whitespace() {
                return Some((at, character));
            }
        }
    }

    /// The next character, unescaped; an escaped line end counts as white space.
    fn step(&mut self) -> Option<char> {
        let mut rest = self.written[self.at..].chars();
        let first = rest.next()?;
        let second = rest.next();
        match (self.style, first, second) {
            (ScalarStyle::SingleQuoted, '\'', Some('\'')) => {
                self.at += 2;
                Some('\'')
            }
            (ScalarStyle::DoubleQuoted, '\\', Some(escape)) => {
                self.at += 1 + escape.len_utf8();
                if escape == '\n' {
                    self.line_start = self.at;
                }
                self.escaped(escape)
            }
            _ => {
                self.at += first.len_utf8();
                if first == '\n' {
                    self.line_start = self.at;
                }
                Some(first)
            }
        }
    }

    fn escaped(&mut self, escape: char) -> Option<char> {
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '0' => return Some('\0'),
            'a' => return Some('\u{7}'),
            'b' => return Some('\u{8}'),
            'e' => return Some('\u{1b}'),
            'n' | 't' | 'r' | 'v' | 'f' | 'N' | '_' | 'L' | 'P' => return Some(' '),
            other => return Some(other),
        };
        let code = self.written.get(self.at..self.at + digits)?;
        self.at += digits;
        char::from_u32(u32::from_str_radix(code, 16).ok()?)
    }
}
