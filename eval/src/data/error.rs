use std::io;
use std::path::{Path, PathBuf};

use flow_core::project::shown;

use super::Place;

/// Why a data set cannot be read. Messages are one line; [`DataError::help`] says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// A file or folder cannot be opened.
    #[error("{}: {message}", name(path))]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why, in words.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// What is written at a place is no row.
    #[error("{place}{}: {message}{}", Column(*column), Quoted(excerpt))]
    Broken {
        /// The line.
        place: Place,
        /// The character in the line, from 1, if one is to blame.
        column: Option<u64>,
        /// What is wrong.
        message: String,
        /// The line's text, shortened around the column; empty if it does not help.
        excerpt: String,
        /// What to do.
        help: Option<String>,
    },
    /// There is no row, or none was selected.
    #[error("{message}")]
    Empty {
        /// Where there is no row.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// The selection cannot be carried out.
    #[error("{message}")]
    Selection {
        /// What is wrong.
        message: String,
        /// What to do.
        help: Option<String>,
    },
}

impl DataError {
    /// A short name of the kind of error, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            DataError::Unreadable { .. } => "data-unreadable",
            DataError::Broken { .. } => "data-broken",
            DataError::Empty { .. } => "data-empty",
            DataError::Selection { .. } => "data-selection",
        }
    }

    /// What to do.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            DataError::Unreadable { help, .. }
            | DataError::Broken { help, .. }
            | DataError::Empty { help, .. }
            | DataError::Selection { help, .. } => help.as_deref(),
        }
    }

    /// The place to blame, if there is one.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match self {
            DataError::Broken { place, .. } => Some(place),
            _ => None,
        }
    }

    /// A file that the system does not let us open or read.
    pub(super) fn of_system(path: &Path, error: &io::Error) -> Self {
        let (message, help) = match error.kind() {
            io::ErrorKind::NotFound => {
                ("there is no such file or folder".to_owned(), "check the path; it goes from the current folder")
            }
            io::ErrorKind::PermissionDenied => ("it may not be read".to_owned(), "check the permissions of the file"),
            _ => (format!("it cannot be read: {error}"), "check the file and the disk"),
        };
        DataError::Unreadable { path: path.to_owned(), message, help: Some(help.to_owned()) }
    }

    /// Reading broke off in the middle.
    pub(super) fn of_reading(place: Place, error: &io::Error) -> Self {
        let (message, help) = match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput => (
                format!("from here on it cannot be unpacked: {error}"),
                "the packed file is cut off or damaged; pack or copy it again",
            ),
            _ => (format!("from here on it cannot be read: {error}"), "check the file and the disk"),
        };
        DataError::broken(place, message).with_help(help)
    }

    pub(crate) fn broken(place: Place, message: impl Into<String>) -> Self {
        DataError::Broken { place, column: None, message: message.into(), excerpt: String::new(), help: None }
    }

    pub(super) fn selection(message: impl Into<String>, help: impl Into<String>) -> Self {
        DataError::Selection { message: message.into(), help: Some(help.into()) }
    }

    pub(crate) fn with_help(mut self, text: impl Into<String>) -> Self {
        match &mut self {
            DataError::Unreadable { help, .. }
            | DataError::Broken { help, .. }
            | DataError::Empty { help, .. }
            | DataError::Selection { help, .. } => *help = Some(text.into()),
        }
        self
    }

    /// Names the character, by the bytes before it, and shows the line around it.
    pub(super) fn at(mut self, line: &[u8], offset: Option<usize>) -> Self {
        if let DataError::Broken { column, excerpt, .. } = &mut self {
            let before = offset.map(|offset| String::from_utf8_lossy(&line[..offset.min(line.len())]).chars().count());
            *column = before.map(|before| before as u64 + 1);
            *excerpt = shorten(&String::from_utf8_lossy(line), before.unwrap_or(0));
        }
        self
    }
}

/// The name of a file in messages.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { shown(path).display().to_string() }
}

/// A line's text, at most this many characters before and after the one to blame.
fn shorten(line: &str, around: usize) -> String {
    const SHOWN: usize = 40;
    let line = line.trim_end();
    let indent = line.chars().take_while(|sign| sign.is_whitespace()).count().min(around);
    let start = around.saturating_sub(SHOWN).max(indent);
    let mut signs = line.chars().skip(start);
    let mut text: String = if start > indent { "…".to_owned() } else { String::new() };
    let whole: String = signs.by_ref().take(around - start + SHOWN).collect();
    text.extend(whole.chars().map(|sign| if sign.is_control() { ' ' } else { sign }));
    if signs.next().is_some() {
        text.push('…');
    }
    text
}

struct Column(Option<u64>);

impl std::fmt::Display for Column {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |column| write!(formatter, ":{column}"))
    }
}

struct Quoted<'a>(&'a str);

impl std::fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(formatter, ": {}", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_shown_around_the_character_to_blame() {
        let line: String = (0..200).map(|number| char::from(b'a' + (number % 26) as u8)).collect();
        assert_eq!(shorten("short", 2), "short");
        assert_eq!(shorten(&line, 0).chars().count(), 41);
        let middle = shorten(&line, 100);
        assert!(middle.starts_with('…') && middle.ends_with('…') && middle.chars().count() == 82, "{middle}");
        assert_eq!(shorten("a\tb\u{1b}c", 0), "a b c");
    }
}
