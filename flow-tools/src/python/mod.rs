//! Python nodes without Python: the code of a node in an embedded, sandboxed interpreter; and where that is allowed, code that needs
//! more in a Python of the user's own.
//!
//! `front` makes one program of the node's file and what it imports, `machine` runs it within limits, `host` answers what it asks of
//! the world outside, and `library` holds the modules that the interpreter lacks, written in Python. `external` runs code in another
//! Python.

mod connection;
mod external;
mod front;
mod host;
mod library;
mod machine;
mod memory;
mod program;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use flow_core::script::{
    CompiledScript, Interpreter, RunnerWish, Script, ScriptProblem, ScriptProblemKind, ScriptSource, Signature,
};

pub use external::{External, ExternalLimits, ExternalUse};
use machine::{Callable, Machine};

/// The limits of each call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The longest time that it computes; waiting does not count.
    pub compute: Duration,
    /// The most memory that it holds, in bytes; see `memory` for what that needs.
    pub memory: usize,
    /// The deepest that functions call functions.
    pub recursion: usize,
    /// The most that it prints, in bytes.
    pub output: usize,
    /// The most that it asks for files, times and the like.
    pub requests: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            compute: Duration::from_secs(60),
            memory: 512 << 20,
            recursion: 1000,
            output: 4 << 20,
            requests: 100_000,
        }
    }
}

/// The embedded interpreter, and what is beside it.
#[derive(Debug, Clone, Default)]
pub struct Python {
    settings: Settings,
    external: External,
}

impl Python {
    /// An interpreter with these limits.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, external: External::default() }
    }

    /// The same, with Pythons of the user's own for what the embedded one lacks.
    #[must_use]
    pub fn with_external(self, external: External) -> Self {
        Self { external, ..self }
    }
}

impl Interpreter for Python {
    fn describe(&self, source: &ScriptSource) -> Option<Signature> {
        machine::run_here(|| front::describe(source))?
    }

    fn compile(&self, source: &ScriptSource) -> CompiledScript {
        // Deep code recurses in whoever reads it.
        machine::run_here(|| self.compile_here(source)).unwrap_or_else(|| {
            let problem = ScriptProblem {
                kind: ScriptProblemKind::Unsupported,
                is_warning: false,
                module: None,
                range: 0..0,
                message: "the embedded interpreter broke down on this code; please report it".to_owned(),
                help: None,
            };
            CompiledScript { script: None, problems: vec![problem] }
        })
    }
}

impl Python {
    fn compile_here(&self, source: &ScriptSource) -> CompiledScript {
        let mut built = front::build(source);
        let mut script = None;
        if source.wish != Some(RunnerWish::External)
            && let Some(program) = built.program.take()
        {
            match Machine::new(program, &source.files, self.settings, |line| line_range(&source.text, line)) {
                Ok(machine) => script = Some(Arc::new(Callable(Arc::new(machine))) as Arc<dyn Script>),
                Err(problem) => built.problems.push(*problem),
            }
        }
        if self.external.takes(source, &built.problems) {
            return self.external.compile(source, built);
        }
        self.external.advise(source, &mut built.problems);
        CompiledScript { script, problems: built.problems }
    }
}

/// The bytes of a line, from 1, without its indentation and end.
fn line_range(text: &str, line: usize) -> Option<Range<usize>> {
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let line = text[start..].lines().next()?;
    let indentation = line.len() - line.trim_start().len();
    Some(start + indentation..start + line.trim_end().len().max(indentation))
}
