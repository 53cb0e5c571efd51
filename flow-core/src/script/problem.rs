use std::ops::Range;
use std::path::PathBuf;

/// Something wrong or odd in the code of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptProblem {
    /// What kind of problem it is.
    pub kind: ScriptProblemKind,
    /// Whether the code can run all the same, so that this is a warning.
    pub is_warning: bool,
    /// The file that it stands in, absolute, where that is a module which the node's code imports.
    pub module: Option<PathBuf>,
    /// Where in that text, or in the node's own, in bytes.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// The kinds of problems in code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScriptProblemKind {
    /// It cannot be read.
    Syntax,
    /// It imports what is not there.
    Import,
    /// It marks no function, or several, as the tool that its node calls.
    Tool,
    /// It uses what the interpreter does not have.
    Unsupported,
    /// It is to run in a program that this run may not start.
    Permission,
    /// The program that is to run it is not there, or cannot.
    Program,
}
