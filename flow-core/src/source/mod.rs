//! The texts that a flow is made of: every file read, once, with an id, and spans into them.

mod read;
mod span;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use read::{ReadError, read_text};
pub use span::{FileId, LineColumn, Span};

/// One text that was read: a flow file, a template, a data file. Its `Debug` form shows no secrets.
pub struct Source {
    /// The path as messages show it (as the user gave it, or relative to the flow's folder's display path).
    pub path: PathBuf,
    /// The text, without a byte-order mark; line ends are left as they are.
    pub text: Arc<str>,
    /// Byte offset of the start of each line.
    line_starts: Vec<u32>,
    /// The text as it may be shown, where that is another one.
    shown: Option<String>,
}

impl Source {
    fn new(path: PathBuf, text: Arc<str>) -> Self {
        let mut line_starts = vec![0];
        for (offset, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                line_starts.push(u32::try_from(offset + 1).unwrap_or(u32::MAX));
            }
        }
        Self { path, text, line_starts, shown: None }
    }

    /// The line and column (both from 1, columns in characters) of a byte offset; an offset behind the end counts as the end.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let offset = self.floor_boundary(offset);
        let line = self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.line_starts[line] as usize;
        let column = self.text[start..offset as usize].chars().count();
        LineColumn { line: line + 1, column: column + 1 }
    }

    /// The text as messages may quote it: secrets that stand in it are blotted out, letter by letter.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.text)
    }

    /// The byte offset of the start of a line counted from 1, or `None` where the text has no such line.
    #[must_use]
    pub fn line_start(&self, line: usize) -> Option<u32> {
        self.line_starts.get(line.checked_sub(1)?).copied()
    }

    /// The text of a line counted from 1, without its line end; empty where there is no such line.
    #[must_use]
    pub fn line_text(&self, line: usize) -> &str {
        let Some(start) = self.line_start(line) else { return "" };
        let rest = &self.shown()[start as usize..];
        rest.split('\n').next().unwrap_or("").trim_end_matches('\r')
    }

    /// The byte offset of a line and column (both from 1, columns in characters), held to the line's end.
    #[must_use]
    pub fn offset(&self, line: usize, column: usize) -> u32 {
        let Some(start) = self.line_start(line) else {
            return u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        };
        let bytes: usize = self.line_text(line).chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
        start + u32::try_from(bytes).unwrap_or(0)
    }

    fn floor_boundary(&self, offset: u32) -> u32 {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Source").field("path", &self.path).field("text", &self.shown()).finish_non_exhaustive()
    }
}

/// All texts that were read while a flow was loaded.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<Source>,
}

impl SourceMap {
    /// Adds a text under the path that messages will show. A leading byte-order mark is dropped.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<Arc<str>>) -> FileId {
        let text: Arc<str> = text.into();
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => Arc::from(rest),
            None => text,
        };
        self.files.push(Source::new(path.into(), text));
        FileId::new(self.files.len() - 1)
    }

    /// The text with this id.
    ///
    /// # Panics
    /// If the id comes from another map.
    #[must_use]
    pub fn get(&self, file: FileId) -> &Source {
        &self.files[file.index()]
    }

    /// All texts, in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// The id of the text that was added under this path.
    #[must_use]
    pub fn find(&self, path: &Path) -> Option<FileId> {
        self.files.iter().position(|file| file.path == path).map(FileId::new)
    }

    /// Lets no message quote the letters and digits under a span. The text itself keeps them.
    pub fn hide(&mut self, span: Span) {
        let Some(source) = self.files.get_mut(span.file.index()) else { return };
        let range = span.start as usize..span.end as usize;
        let mut shown = source.shown().to_owned();
        let Some(words) = shown.get(range.clone()) else { return };
        let blotted: String = words
            .chars()
            .flat_map(|letter| {
                let is_hidden = letter.is_alphanumeric();
                std::iter::repeat_n(if is_hidden { 'x' } else { letter }, if is_hidden { letter.len_utf8() } else { 1 })
            })
            .collect();
        shown.replace_range(range, &blotted);
        source.shown = Some(shown);
    }

    /// The words under a span; empty where the span lies outside of its text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The place where a span starts.
    #[must_use]
    pub fn line_column(&self, span: Span) -> LineColumn {
        self.get(span.file).line_column(span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_quoted_by_nothing_and_moves_nothing() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.prompty", "key: sk-ü1\nb: 2\n");
        let before = sources.line_column(Span::new(file, 13, 14));
        sources.hide(Span::new(file, 5, 11));
        let source = sources.get(file);
        assert_eq!(source.shown(), "key: xx-xxx\nb: 2\n");
        assert_eq!(source.line_text(1), "key: xx-xxx");
        assert_eq!(&*source.text, "key: sk-ü1\nb: 2\n");
        assert_eq!(sources.line_column(Span::new(file, 13, 14)), before);
        assert!(!format!("{sources:?}").contains("sk-"));
    }
}
