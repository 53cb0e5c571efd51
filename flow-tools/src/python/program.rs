use std::sync::Arc;

use flow_core::script::Parameter;

/// What the interpreter runs: one text made of the node's file, of the modules that it imports, and of our own modules, with
/// what the interpreter lacks rewritten.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// The text. The value of its last expression is the result of the node's function; what it takes is given to it as the
    /// globals [`Program::ARGUMENTS`] and [`Program::MARKS`].
    pub(super) code: String,
    /// Where its lines come from.
    pub(super) lines: LineMap,
    /// What the node's function takes.
    pub(super) parameters: Vec<Parameter>,
    /// Whether it takes inputs of any name beside them.
    pub(super) takes_any: bool,
    /// Whether it gives its output in parts.
    pub(super) yields: bool,
}

impl Program {
    /// The global that holds the arguments by name.
    pub(super) const ARGUMENTS: &str = "__flow_arguments__";
    /// The global that says whether dicts among the arguments stand for pictures or connections.
    pub(super) const MARKS: &str = "__flow_marks__";
}

/// Where the lines of a program come from.
#[derive(Debug, Clone, Default)]
pub(super) struct LineMap {
    files: Vec<File>,
    /// For each line of the program the file's position and the line from 1; `None` for lines of our own.
    lines: Vec<Option<(u16, u32)>>,
}

#[derive(Debug, Clone)]
struct File {
    shown: Arc<str>,
    text: Arc<str>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The file as messages show it.
    pub(super) file: Arc<str>,
    /// The line, from 1.
    pub(super) line: usize,
    /// The line's text.
    pub(super) text: Arc<str>,
}

impl LineMap {
    /// Adds the next lines of the program, which are our own.
    pub(super) fn push_own(&mut self, lines: usize) {
        self.lines.extend(std::iter::repeat_n(None, lines));
    }

    /// Adds the next lines of the program: for each the line of the file that it comes from, from 1; 0 for one of our own.
    pub(super) fn push_file(&mut self, shown: &Arc<str>, text: &Arc<str>, lines: &[u32]) {
        let file = u16::try_from(self.files.len()).unwrap_or(u16::MAX);
        self.files.push(File { shown: Arc::clone(shown), text: Arc::clone(text) });
        self.lines.extend(lines.iter().map(|line| (*line > 0).then_some((file, *line))));
    }

    /// The place of a line of the program, from 1; `None` for one of our own.
    #[must_use]
    pub(super) fn place(&self, line: usize) -> Option<Place> {
        let (file, line) = (*self.lines.get(line.checked_sub(1)?)?)?;
        let file = self.files.get(usize::from(file))?;
        let line = line as usize;
        let text = file.text.lines().nth(line - 1).unwrap_or_default();
        Some(Place { file: Arc::clone(&file.shown), line, text: Arc::from(text) })
    }
}
