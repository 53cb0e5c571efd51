//! A place in a broken text, and questions about the lines around it.

use crate::source::{FileId, Span};

/// An offset in a text that could not be read as YAML.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    text: &'a str,
    file: FileId,
    offset: usize,
}

impl<'a> Place<'a> {
    pub(super) fn new(text: &'a str, file: FileId, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        Self { text, file, offset }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    fn line_start(&self) -> usize {
        self.text[..self.offset].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line(&self) -> &'a str {
        first_line(&self.text[self.line_start()..])
    }

    fn stretch(&self, len: usize) -> Span {
        Span::new(self.file, self.offset, self.offset + len)
    }

    /// The place alone.
    pub(super) fn span(&self) -> Span {
        self.stretch(0)
    }

    /// The character at the place.
    pub(super) fn character(&self) -> Span {
        self.stretch(self.rest().chars().next().filter(|first| !first.is_whitespace()).map_or(0, char::len_utf8))
    }

    /// Everything up to the next white space or bracket.
    pub(super) fn word(&self) -> Span {
        let rest = self.rest();
        self.stretch(rest.find([' ', '\t', '\r', '\n', ',', ']', '}']).unwrap_or(rest.len()))
    }

    /// The name behind a `*` or `&` at the place.
    pub(super) fn name(&self) -> &'a str {
        let word = self.word();
        self.text.get(word.start as usize + 1..word.end as usize).unwrap_or("")
    }

    /// Everything up to the end of the line.
    pub(super) fn rest_of_line(&self) -> Span {
        self.stretch(first_line(self.rest()).trim_end().len())
    }

    /// The line without its indentation.
    pub(super) fn line_content(&self) -> Span {
        content(self.file, self.line_start(), self.line())
    }

    /// The nearest line above that is not blank, and where it starts.
    fn above(&self) -> Option<(usize, &'a str)> {
        let mut end = self.line_start();
        while end > 0 {
            let start = self.text[..end - 1].rfind('\n').map_or(0, |at| at + 1);
            let line = first_line(&self.text[start..end]);
            if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
                return Some((start, line));
            }
            end = start;
        }
        None
    }

    /// The nearest line above, without its indentation; the place itself if there is none.
    pub(super) fn line_above(&self) -> Span {
        self.above().map_or_else(|| self.span(), |(start, line)| content(self.file, start, line))
    }

    /// Whether nothing but white space follows.
    pub(super) fn is_end(&self) -> bool {
        self.rest().trim().is_empty()
    }

    pub(super) fn starts_with(&self, character: char) -> bool {
        self.rest().starts_with(character)
    }

    /// The tab that is meant: in the indentation of the line, or at the place.
    pub(super) fn tab(&self) -> Span {
        let line = self.line();
        let indentation = &line[..line.len() - line.trim_start().len()];
        match indentation.find('\t') {
            Some(at) => Span::new(self.file, self.line_start() + at, self.line_start() + at + 1),
            None => self.stretch(usize::from(self.starts_with('\t'))),
        }
    }

    /// A value on this line that starts with `{{` or `{%`.
    pub(super) fn unquoted_template(&self) -> Option<Span> {
        let line = self.line();
        let start = [": {{", "- {{", ": {%", "- {%"].iter().filter_map(|opening| line.find(opening)).min()? + 2;
        let before = &line[..start];
        if before.contains(['"', '\'', '#', '|', '>']) {
            return None;
        }
        let end = start + line[start..].trim_end().len();
        Some(Span::new(self.file, self.line_start() + start, self.line_start() + end))
    }

    /// A colon on this line or the one above that ends a word at the start of the line and is followed by text.
    pub(super) fn colon_without_space(&self) -> Option<Span> {
        let lines = [Some((self.line_start(), self.line())), self.above()];
        lines.into_iter().flatten().find_map(|(start, line)| {
            let body = line.trim_start().trim_start_matches("- ").trim_start();
            let word =
                body.find(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '-' | '$')))?;
            let follows = body[word..].strip_prefix(':')?.chars().next()?;
            if word == 0 || follows.is_whitespace() || matches!(follows, '/' | ':') {
                return None;
            }
            let at = start + (line.len() - body.len()) + word;
            Some(Span::new(self.file, at, at + 1))
        })
    }

    /// Whether the line starts a list item.
    pub(super) fn is_list_item(&self) -> bool {
        let line = self.line().trim_start();
        line.starts_with("- ") || line.trim_end() == "-"
    }

    /// Whether a key has ended on this line before the place.
    pub(super) fn has_colon_before(&self) -> bool {
        self.text[self.line_start()..self.offset].contains(": ")
    }

    /// Whether the line above is `key: value` and this one is indented deeper.
    pub(super) fn line_above_has_value(&self) -> bool {
        let Some((_, above)) = self.above() else { return false };
        let Some((_, value)) = above.split_once(": ") else { return false };
        let value = value.trim();
        indentation(self.line()) > indentation(above)
            && !value.is_empty()
            && !value.starts_with(['|', '>', '#', '&', '!'])
    }

    /// Whether the line above has no key.
    pub(super) fn line_above_is_text(&self) -> bool {
        self.above().is_some_and(|(_, above)| {
            !above.contains(": ") && !above.trim_end().ends_with(':') && indentation(above) == indentation(self.line())
        })
    }
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or("").trim_end_matches('\r')
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn content(file: FileId, start: usize, line: &str) -> Span {
    let indent = indentation(line);
    Span::new(file, start + indent, start + indent + line.trim().len())
}
