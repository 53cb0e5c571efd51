//! The front end: one program out of a node's code, of the modules that it imports, and of our own.
//!
//! Each module but the node's own becomes a function that runs once, at the module's first import, and puts what it binds
//! into a class that stands for the module. What the interpreter lacks is rewritten (`lower` and its neighbours) by changes of the
//! text, so that each line of the program comes from one line of a file.

mod advice;
mod annotation;
mod booleans;
mod calls;
mod classes;
mod edit;
mod entry;
mod enums;
mod errors;
mod generators;
mod guards;
mod imports;
mod lower;
mod methods;
mod module;
mod monty;
mod names;
mod patterns;
mod prelude;
mod prepared;
mod special;
mod tool;
mod unpacking;
mod unsupported;
mod usage;

use std::fmt::Write;
use std::sync::Arc;

use flow_core::script::{ParameterKind, ScriptProblem, ScriptSource};
use ruff_python_parser::parse_module;
use ruff_text_size::TextRange;

use super::program::{LineMap, Program};
pub(super) use entry::describe;
use imports::Linker;
use module::{Module, Origin};
use prepared::{Prepared, prepare_node, syntax};
pub(super) use tool::Tool;
pub(super) use unsupported::LACKING;

/// What the front end makes of a node's code.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// The program; `None` with errors among the problems.
    pub(super) program: Option<Program>,
    /// What is wrong or odd.
    pub(super) problems: Vec<ScriptProblem>,
    /// The function that the node calls, also where there is no program.
    pub(super) tool: Option<Tool>,
    /// The modules that are neither the flow's nor built in, each with its position among the problems.
    pub(super) missing: Vec<(usize, String)>,
    /// The texts of the flow's modules that the code imports.
    pub(super) modules: Vec<Arc<str>>,
}

/// Makes a program of a node's code.
pub(super) fn build(source: &ScriptSource) -> Built {
    let module = Module::of_node(source);
    let parsed = match parse_module(&source.text) {
        Ok(parsed) => parsed,
        Err(error) => return Built { problems: vec![syntax(&module, &error)], ..Built::default() },
    };
    let body = &parsed.syntax().body;
    let line_of = |range: TextRange| source.text[..range.start().to_usize()].matches('\n').count() + 1;
    let found = match &source.entry {
        Some(entry) => entry::find(body, entry),
        None => tool::find(body, line_of),
    };
    let mut linker = Linker::new(&source.files);
    linker.add_own("promptflow.contracts.multimedia");
    let takes_connections =
        |tool: &Tool| tool.parameters.iter().any(|parameter| matches!(parameter.kind, ParameterKind::Connection(_)));
    if found.as_ref().is_ok_and(takes_connections) {
        linker.add_own("promptflow.connections");
    }
    let node = prepare_node(module, body, &mut linker);
    let mut built = Built {
        problems: std::mem::take(&mut linker.problems),
        missing: std::mem::take(&mut linker.missing),
        modules: linker.own_texts(),
        ..Built::default()
    };
    match found {
        Ok(tool) => built.tool = Some(tool),
        Err(problem) => built.problems.push(*problem),
    }
    if let Some(tool) = &built.tool
        && built.problems.iter().all(|problem| problem.is_warning)
    {
        let (code, lines) = assemble(&linker, &node, &tool.call);
        let parameters = tool.parameters.clone();
        built.program = Some(Program { code, lines, parameters, takes_any: tool.takes_any, yields: tool.yields });
    }
    built
}

/// Puts the parts together: our prelude, the modules, the node's own, and the call.
fn assemble(linker: &Linker<'_>, node: &Prepared, call: &str) -> (String, LineMap) {
    let mut assembly = Assembly::default();
    assembly.own(&prelude::text(&linker.needs));
    for name in &linker.order {
        if let Some(prepared) = linker.prepared(name) {
            assembly.module(prepared);
        }
    }
    assembly.file(node);
    assembly.own(call);
    (assembly.code, assembly.lines)
}

#[derive(Default)]
struct Assembly {
    code: String,
    lines: LineMap,
}

impl Assembly {
    /// Adds lines of ours.
    fn own(&mut self, text: &str) {
        self.code.push_str(text);
        if !text.ends_with('\n') {
            self.code.push('\n');
        }
        self.lines.push_own(text.lines().count());
    }

    /// Adds the lines of a module.
    fn file(&mut self, prepared: &Prepared) {
        self.code.push_str(&prepared.edited.text);
        let mut lines = prepared.edited.lines.as_slice();
        if prepared.edited.text.ends_with('\n') || prepared.edited.text.is_empty() {
            lines = &lines[..lines.len() - 1];
        } else {
            self.code.push('\n');
        }
        match prepared.module.origin {
            Origin::Library => self.lines.push_own(lines.len()),
            _ => self.lines.push_file(&prepared.module.shown, &Arc::clone(&prepared.module.text), lines),
        }
    }

    /// Adds a module that is imported: its body, and what runs that once.
    fn module(&mut self, prepared: &Prepared) {
        let identifier = prepared.module.identifier();
        let name = &prepared.module.name;
        self.own(&format!("def __flow_body_{identifier}(__flow_module):"));
        self.file(prepared);
        let mut exports = String::new();
        for export in &prepared.exports {
            if prepared.conditional.contains(export) {
                let _ = writeln!(exports, " try: __flow_module.{export} = {export}\n except NameError: pass");
            } else {
                let _ = writeln!(exports, " __flow_module.{export} = {export}");
            }
        }
        exports.push_str(" pass");
        self.own(&exports);
        let known = format!(" if '{name}' in __flow_modules: return __flow_modules['{name}']\n");
        // The package comes first, and may import the module itself.
        let (package, bound) = match name.rsplit_once('.') {
            Some((package, last)) => {
                let package = format!("__flow_import_{}()", module::identifier(package));
                (format!(" {package}\n{known}"), format!(" {package}.{last} = {identifier}\n"))
            }
            None => (String::new(), String::new()),
        };
        self.own(&format!(
            "def __flow_import_{identifier}():\n{known}{package} class {identifier}: pass\n \
             __flow_modules['{name}'] = {identifier}\n{bound} __flow_body_{identifier}({identifier})\n return {identifier}"
        ));
    }
}
