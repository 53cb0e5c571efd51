//! Where things stand in a template's source: its text, its tags and the words in them. MiniJinja keeps its own
//! reader to itself, and places for messages need no more than this.

use std::ops::Range;

/// What a piece of a template's source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// Text that is copied to the output.
    Text,
    /// `{# … #}`
    Comment,
    /// `{{ … }}`
    Print,
    /// `{% … %}`
    Block,
}

/// A piece of a template's source.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    /// All of it.
    pub(super) range: Range<usize>,
    /// What stands between the delimiters and their white-space marks; equals `range` for text.
    pub(super) inner: Range<usize>,
}

/// Splits a template into its pieces. What MiniJinja cannot read is taken as one piece up to the end.
pub(super) fn pieces(source: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let Some((start, kind)) = next_tag(source, at) else { break };
        if start > at {
            pieces.push(Piece { kind: PieceKind::Text, range: at..start, inner: at..start });
        }
        let close = match kind {
            PieceKind::Comment => source[start + 2..].find("#}").map(|length| start + 2 + length),
            PieceKind::Print => end_of_tag(source, start + 2, "}}"),
            _ => end_of_tag(source, start + 2, "%}"),
        };
        let (inner_end, end) = close.map_or((source.len(), source.len()), |close| (close, close + 2));
        let inner = trim_marks(source, start + 2..inner_end);
        let raw = kind == PieceKind::Block && source[inner.clone()].trim() == "raw";
        pieces.push(Piece { kind, range: start..end, inner });
        at = end;
        if raw {
            let end = end_of_raw(source, at);
            if end > at {
                pieces.push(Piece { kind: PieceKind::Text, range: at..end, inner: at..end });
            }
            at = end;
        }
    }
    if at < source.len() {
        pieces.push(Piece { kind: PieceKind::Text, range: at..source.len(), inner: at..source.len() });
    }
    pieces
}

fn next_tag(source: &str, from: usize) -> Option<(usize, PieceKind)> {
    let mut at = from;
    loop {
        at += source[at..].find('{')?;
        let kind = match source.as_bytes().get(at + 1) {
            Some(b'{') => PieceKind::Print,
            Some(b'%') => PieceKind::Block,
            Some(b'#') => PieceKind::Comment,
            _ => {
                at += 1;
                continue;
            }
        };
        return Some((at, kind));
    }
}

/// Where the closing delimiter starts, texts in quotes and brackets passed over.
fn end_of_tag(source: &str, from: usize, close: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = from;
    while at < source.len() {
        let rest = &source[at..];
        if depth == 0 && rest.starts_with(close) {
            return Some(at);
        }
        let character = rest.chars().next()?;
        match character {
            '\'' | '"' => at = end_of_quoted(source, at),
            '{' | '[' | '(' => {
                depth += 1;
                at += 1;
            }
            '}' | ']' | ')' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            _ => at += character.len_utf8(),
        }
    }
    None
}

/// Where the text in quotes ends that starts at `from`.
fn end_of_quoted(source: &str, from: usize) -> usize {
    let quote = source.as_bytes()[from];
    let mut at = from + 1;
    let bytes = source.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if *byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    source.len()
}

fn trim_marks(source: &str, range: Range<usize>) -> Range<usize> {
    let mut inner = range;
    let bytes = source.as_bytes();
    if inner.start < inner.end && matches!(bytes[inner.start], b'-' | b'+') {
        inner.start += 1;
    }
    if inner.start < inner.end && matches!(bytes[inner.end - 1], b'-' | b'+') {
        inner.end -= 1;
    }
    inner
}

/// Where the text of a raw block ends: at its `{% endraw %}`.
fn end_of_raw(source: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(offset) = source[at..].find("{%") {
        let start = at + offset;
        let inside = source[start + 2..].trim_start_matches(['-', '+']).trim_start();
        if inside.starts_with("endraw") {
            return start;
        }
        at = start + 2;
    }
    source.len()
}

/// What a word or sign inside a tag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or keyword.
    Name,
    /// A text in quotes.
    Quoted,
    /// A number.
    Number,
    /// One sign; `==` and its like are one.
    Sign,
}

/// A word or sign inside a tag.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

/// The words and signs of a stretch of source.
pub(super) fn tokens(source: &str, within: Range<usize>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let rest = &source[at..within.end];
        let Some(first) = rest.chars().next() else { break };
        let is_name = |next: char| next.is_alphanumeric() || next == '_';
        let length_while = |holds: &dyn Fn(char) -> bool| rest.find(|next| !holds(next)).unwrap_or(rest.len());
        let (kind, length) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if first.is_ascii_digit() {
            (TokenKind::Number, length_while(&is_name))
        } else if is_name(first) {
            (TokenKind::Name, length_while(&is_name))
        } else if first == '\'' || first == '"' {
            (TokenKind::Quoted, end_of_quoted(source, at).min(within.end) - at)
        } else if ["==", "!=", "<=", ">=", "//", "**"].iter().any(|sign| rest.starts_with(sign)) {
            (TokenKind::Sign, 2)
        } else {
            (TokenKind::Sign, first.len_utf8())
        };
        tokens.push(Token { kind, range: at..at + length });
        at += length;
    }
    tokens
}

/// Brings places in a text that was made from another back to that other text.
#[derive(Debug, Clone, Default)]
pub(super) struct OffsetMap {
    /// Offset in the made text, offset in the other, and whether both go on side by side from there.
    anchors: Vec<(usize, usize, bool)>,
}

impl OffsetMap {
    pub(super) fn back(&self, offset: usize) -> usize {
        match self.anchors[..self.anchors.partition_point(|anchor| anchor.0 <= offset)].last() {
            Some((made, other, true)) => other + (offset - made),
            Some((_, other, false)) => *other,
            None => offset,
        }
    }

    pub(super) fn back_range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.back(range.start);
        start..self.back(range.end).max(start)
    }
}

/// Makes a text from another, with the map back.
pub(super) struct Remaker<'a> {
    source: &'a str,
    made: String,
    at: usize,
    map: OffsetMap,
}

impl<'a> Remaker<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, made: String::with_capacity(source.len() + 64), at: 0, map: OffsetMap::default() }
    }

    /// Takes over the source up to an offset.
    pub(super) fn copy_to(&mut self, offset: usize) {
        if offset > self.at {
            self.map.anchors.push((self.made.len(), self.at, true));
            self.made.push_str(&self.source[self.at..offset]);
            self.at = offset;
        }
    }

    /// Puts something in that the source does not have.
    pub(super) fn insert(&mut self, text: &str) {
        self.map.anchors.push((self.made.len(), self.at, false));
        self.made.push_str(text);
    }

    /// Leaves out the source up to an offset.
    pub(super) fn skip_to(&mut self, offset: usize) {
        self.at = offset;
    }

    pub(super) fn finish(mut self) -> (String, OffsetMap) {
        self.copy_to(self.source.len());
        self.map.anchors.push((self.made.len(), self.source.len(), false));
        (self.made, self.map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<(PieceKind, &str)> {
        pieces(source).into_iter().map(|piece| (piece.kind, &source[piece.inner])).collect()
    }

    #[test]
    fn a_template_falls_into_pieces() {
        use PieceKind::{Block, Comment, Print, Text};
        assert_eq!(
            kinds("a{{ {'k': '}}'} }}{%- if x -%}b{# }} #}{% raw %}{{ no }}{%- endraw %}{ c"),
            [
                (Text, "a"),
                (Print, " {'k': '}}'} "),
                (Block, " if x "),
                (Text, "b"),
                (Comment, " }} "),
                (Block, " raw "),
                (Text, "{{ no }}"),
                (Block, " endraw "),
                (Text, "{ c"),
            ]
        );
        assert_eq!(kinds("{{ open"), [(Print, " open")]);
    }

    #[test]
    fn places_go_back_to_the_text_they_came_from() {
        let mut remaker = Remaker::new("abc\r\ndef");
        remaker.copy_to(1);
        remaker.insert("++");
        remaker.copy_to(3);
        remaker.skip_to(4);
        let (made, map) = remaker.finish();
        assert_eq!(made, "a++bc\ndef");
        assert_eq!(map.back_range(0..1), 0..1);
        assert_eq!(map.back(1), 1);
        assert_eq!(map.back(2), 1);
        assert_eq!(map.back_range(3..5), 1..4);
        assert_eq!(map.back_range(6..9), 5..8);
    }
}
