//! What cannot be rewritten is told.

use flow_core::script::{ScriptProblem, ScriptProblemKind};
use ruff_text_size::TextRange;

use super::imports::Linker;
use super::lower::is_authors;
use super::module::Module;

/// How messages begin about what the interpreter does not have.
pub(in crate::python) const LACKING: &str = "Python nodes do not have ";

/// Reports what the interpreter does not have.
pub(super) fn report(linker: &mut Linker<'_>, module: &Module, range: TextRange, what: &str, instead: &str) {
    if !is_authors(module) {
        return;
    }
    linker.problems.push(ScriptProblem {
        kind: ScriptProblemKind::Unsupported,
        is_warning: false,
        module: module.file(),
        range: range.start().to_usize()..range.end().to_usize(),
        message: format!("{LACKING}{what}"),
        help: Some(instead.to_owned()),
    });
}
