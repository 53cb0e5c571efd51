use std::path::PathBuf;
use std::sync::Arc;

/// Where code is to run, as its author says with `interpreter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunnerWish {
    /// In the interpreter that is built in, and nowhere else.
    Embedded,
    /// In an interpreter of the user's own.
    External,
}

impl RunnerWish {
    /// The words for it in flow files.
    pub const WORDS: [(&'static str, RunnerWish); 2] =
        [("embedded", RunnerWish::Embedded), ("external", RunnerWish::External)];

    /// What a word of a flow file means.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, wish)| *wish)
    }
}

/// Where code runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runner {
    /// In the interpreter that is built in.
    Embedded,
    /// In a program of the user's own.
    External {
        /// The program.
        program: PathBuf,
        /// Its version, where it was asked: `3.12.1`.
        version: Option<Arc<str>>,
        /// What the code has that the built-in interpreter lacks: modules, and other things in words. Empty where its author
        /// wishes it so.
        lacking: Vec<String>,
    },
}
