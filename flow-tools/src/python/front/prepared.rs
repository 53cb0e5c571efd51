//! A module that is ready to be put into the program.

use flow_core::script::{ScriptProblem, ScriptProblemKind};
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{ModModule, Stmt};
use ruff_python_parser::{ParseError, Parsed, parse_module};
use ruff_text_size::Ranged;

use super::edit::{Edited, Edits};
use super::imports::Linker;
use super::lower;
use super::module::{Module, Origin};
use super::names;

/// A module after all changes.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) module: Module,
    pub(super) edited: Edited,
    /// The names that it binds at its top.
    pub(super) exports: Vec<String>,
    /// Those of them that it may leave unbound.
    pub(super) conditional: Vec<String>,
}

/// Prepares a module that others import: its body becomes the body of a function. Problems go to the linker.
pub(super) fn prepare(module: Module, linker: &mut Linker<'_>) -> Option<Prepared> {
    let parsed = match parse_module(&module.text) {
        Ok(parsed) => parsed,
        Err(error) => {
            linker.problems.push(syntax(&module, &error));
            return None;
        }
    };
    let body = &parsed.syntax().body;
    let mut edits = Edits::default();
    let stars = linker.imports(&module, body, &mut edits);
    lower::lower(&module, body, &mut edits, linker);
    indent(&module.text, &parsed, &mut edits);
    let bound = names::bound(body);
    let conditional = bound.iter().filter(|bound| bound.is_conditional).map(|bound| bound.name.clone()).collect();
    let exports = bound.into_iter().map(|bound| bound.name).chain(stars).collect();
    let edited = edits.apply(&module.text);
    Some(Prepared { module, edited, exports, conditional })
}

/// Prepares the node's own module, whose body stays at the top.
pub(super) fn prepare_node(module: Module, body: &[Stmt], linker: &mut Linker<'_>) -> Prepared {
    let mut edits = Edits::default();
    linker.imports(&module, body, &mut edits);
    lower::lower(&module, body, &mut edits, linker);
    let edited = edits.apply(&module.text);
    Prepared { module, edited, exports: Vec::new(), conditional: Vec::new() }
}

/// Puts a space in front of each line, but inside of texts.
fn indent(text: &str, parsed: &Parsed<ModModule>, edits: &mut Edits) {
    let mut inside = Vec::new();
    for token in parsed.tokens() {
        if matches!(token.kind(), TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle) {
            inside.push(token.range());
        }
    }
    let mut next = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        while next < inside.len() && inside[next].end().to_usize() <= at {
            next += 1;
        }
        let is_inside = inside.get(next).is_some_and(|range| range.start().to_usize() < at);
        if !is_inside {
            edits.before(at, " ");
        }
        at += line.len();
    }
}

/// A text that is no Python.
pub(super) fn syntax(module: &Module, error: &ParseError) -> ScriptProblem {
    let said = error.error.to_string();
    let help = module.text.get(error.location.start().to_usize()..).and_then(|rest| {
        let line_start = module.text[..error.location.start().to_usize()].rfind('\n').map_or(0, |at| at + 1);
        let line = &module.text[line_start..];
        let _ = rest;
        line.trim_start().starts_with("print ").then(|| "this is Python 2; write print(…)".to_owned())
    });
    ScriptProblem {
        kind: ScriptProblemKind::Syntax,
        is_warning: false,
        module: match &module.origin {
            Origin::Node(_) => None,
            _ => module.file(),
        },
        range: error.location.start().to_usize()..error.location.end().to_usize(),
        message: format!("this is not valid Python: {}", lower_first(&said)),
        help,
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
