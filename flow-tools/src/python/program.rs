use std::sync::Arc;

use flow_core::script::Parameter;

/// What the interpreter runs: one text made of the node's file, of the modules that it imports, and of our own modules, with
/// what the interpreter lacks rewritten.
#[derive(Debug, Clone)]
pub struct Program {
    /// The text. The value of its last expression is the result of the node's function; the arguments are given to it as
    /// the global [`Program::ARGUMENTS`].
    pub code: String,
    /// Where its lines come from.
    pub lines: LineMap,
    /// What the node's function takes.
    pub parameters: Vec<Parameter>,
    /// Whether it takes inputs of any name beside them.
    pub takes_any: bool,
}

impl Program {
    /// The global that holds the arguments by name.
    pub const ARGUMENTS: &str = "__flow_arguments__";
    /// What the names of functions begin with that the program calls and Rust answers.
    pub const HOST: &str = "__host_";
}

/// Where the lines of a program come from.
#[derive(Debug, Clone, Default)]
pub struct LineMap {
    /// Stretches of lines that follow each other in the program and in a file, in the program's order.
    stretches: Vec<Stretch>,
}

#[derive(Debug, Clone)]
struct Stretch {
    /// Its first line in the program, from 1.
    start: usize,
    /// How many lines it has.
    length: usize,
    /// The file as messages show it; `None` for our own modules, which no trace shows.
    file: Option<Arc<str>>,
    /// The file's whole text.
    text: Arc<str>,
    /// The line of the file that it starts with, from 1.
    line: usize,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as messages show it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The line's text.
    pub text: Arc<str>,
}

impl LineMap {
    /// Adds the next lines of the program: `length` lines of a file from its line `line` on. Without a file they are our own.
    pub fn push(&mut self, length: usize, file: Option<Arc<str>>, text: &Arc<str>, line: usize) {
        let start = self.stretches.last().map_or(1, |last| last.start + last.length);
        self.stretches.push(Stretch { start, length, file, text: Arc::clone(text), line });
    }

    /// The place of a line of the program, from 1; `None` in our own modules.
    #[must_use]
    pub fn place(&self, line: usize) -> Option<Place> {
        let after = self.stretches.partition_point(|stretch| stretch.start <= line);
        let stretch = self.stretches.get(after.checked_sub(1)?)?;
        let file = Arc::clone(stretch.file.as_ref()?);
        let line = stretch.line + (line - stretch.start);
        let text = stretch.text.lines().nth(line.checked_sub(1)?).unwrap_or_default();
        Some(Place { file, line, text: Arc::from(text) })
    }
}
