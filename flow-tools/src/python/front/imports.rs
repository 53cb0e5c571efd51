//! Imports: which modules a program needs, and what stands in the place of each import.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_core::project::ProjectFiles;
use flow_core::script::{ScriptProblem, ScriptProblemKind};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Alias, ExceptHandler, Expr, Stmt, StmtImport, StmtImportFrom};
use ruff_text_size::TextRange;

use super::advice;
use super::annotation::last_name;
use super::classes::Known;
use super::edit::Edits;
use super::module::{self, Found, Module, NODE, Origin, identifier};
use super::monty;
use super::prepared::{Prepared, prepare};
use super::usage::Usage;
use crate::python::library;

/// The modules of a program, as they are found.
pub(super) struct Linker<'a> {
    files: &'a ProjectFiles,
    /// Modules that were prepared, by name; `None` while one is being prepared.
    prepared: BTreeMap<String, Option<Prepared>>,
    /// Their names in the order in which they were finished.
    pub(super) order: Vec<String>,
    pub(super) problems: Vec<ScriptProblem>,
    /// The modules that are not there, each with its position among the problems.
    pub(super) missing: Vec<(usize, String)>,
    /// The classes of all modules so far.
    pub(super) classes: Known,
    /// What the rewritten code needs of our prelude.
    pub(super) needs: BTreeSet<&'static str>,
}

/// What an import leads to.
enum Link {
    /// A module of the program.
    Program,
    /// A module of the interpreter.
    Monty,
    Missing,
}

/// What is around a statement.
#[derive(Debug, Clone, Copy, Default)]
struct Around {
    /// It runs only when a function is called.
    function: bool,
    /// Its failure is caught.
    guarded: bool,
    /// It never runs.
    typing: bool,
}

impl<'a> Linker<'a> {
    pub(super) fn new(files: &'a ProjectFiles) -> Self {
        let (prepared, order) = (BTreeMap::new(), Vec::new());
        Self {
            files,
            prepared,
            order,
            problems: Vec::new(),
            missing: Vec::new(),
            classes: Known::default(),
            needs: BTreeSet::new(),
        }
    }

    /// A module that was prepared.
    pub(super) fn prepared(&self, name: &str) -> Option<&Prepared> {
        self.prepared.get(name)?.as_ref()
    }

    /// The texts of the flow's own modules.
    pub(super) fn own_texts(&self) -> Vec<Arc<str>> {
        let prepared = self.prepared.values().flatten();
        let own = prepared.filter(|prepared| matches!(prepared.module.origin, Origin::File(Some(_))));
        own.map(|prepared| Arc::clone(&prepared.module.text)).collect()
    }

    /// Adds one of our own modules to the program, whether it is imported or not.
    pub(super) fn add_own(&mut self, name: &str) {
        let nobody = Module {
            name: String::new(),
            origin: Origin::Library,
            shown: Arc::from(""),
            text: Arc::from(""),
            is_package: false,
        };
        self.link(name, &nobody, None);
    }

    /// Rewrites all imports of a module, and prepares what it imports.
    pub(super) fn imports(&mut self, module: &Module, body: &[Stmt], edits: &mut Edits) -> Vec<String> {
        let usage = Usage::of(body);
        let mut walk = Walk { linker: self, module, edits, usage, around: Around::default(), stars: Vec::new() };
        walk.statements(body);
        walk.stars
    }

    /// Finds and prepares a module and the packages that it lies in.
    fn link(&mut self, name: &str, from: &Module, used: Option<&dyn Fn(&str) -> bool>) -> Link {
        if let Some((package, _)) = name.rsplit_once('.')
            && matches!(self.link(package, from, None), Link::Missing)
        {
            return Link::Missing;
        }
        if from.origin == Origin::Library && name == from.name && monty::names(name).is_some() {
            // What our own module extends.
            return Link::Monty;
        }
        if self.prepared.contains_key(name) {
            return Link::Program;
        }
        let found = match module::find(name, from, self.files) {
            Found::Module(found) => found,
            Found::Monty => return Link::Monty,
            Found::Missing => return Link::Missing,
            Found::Unreadable(message) => {
                self.problems.push(problem(from, TextRange::default(), false, message, None));
                return Link::Missing;
            }
        };
        // Our own extension of a module is left out where the interpreter's has all that is used.
        if found.origin == Origin::Library
            && monty::names(name).is_some()
            && used.is_some_and(|is_enough| is_enough(name))
        {
            return Link::Monty;
        }
        self.prepared.insert(name.to_owned(), None);
        let prepared = prepare(found, self);
        self.prepared.insert(name.to_owned(), prepared);
        self.order.push(name.to_owned());
        Link::Program
    }
}

/// A problem with an import.
fn problem(
    module: &Module,
    range: TextRange,
    is_warning: bool,
    message: String,
    help: Option<String>,
) -> ScriptProblem {
    ScriptProblem {
        kind: ScriptProblemKind::Import,
        is_warning,
        module: module.file(),
        range: range.start().to_usize()..range.end().to_usize(),
        message,
        help,
    }
}

struct Walk<'w, 'a> {
    linker: &'w mut Linker<'a>,
    module: &'w Module,
    edits: &'w mut Edits,
    usage: Usage,
    around: Around,
    /// The names that star imports bring.
    stars: Vec<String>,
}

impl Walk<'_, '_> {
    fn statements(&mut self, body: &[Stmt]) {
        body.iter().for_each(|statement| self.visit_stmt(statement));
    }

    fn within(&mut self, around: Around, body: &[Stmt]) {
        let before = std::mem::replace(&mut self.around, around);
        self.statements(body);
        self.around = before;
    }

    fn import(&mut self, import: &StmtImport) {
        let parts: Vec<String> = import.names.iter().map(|alias| self.imported(alias)).collect();
        self.edits.replace(import.range, parts.join("; "));
    }

    fn imported(&mut self, alias: &Alias) -> String {
        let name = alias.name.id.as_str();
        let target = alias.asname.as_ref().map(|name| name.id.as_str());
        let top = name.split('.').next().unwrap_or(name);
        let usage = std::mem::take(&mut self.usage);
        let is_enough = |module: &str| usage.is_met(module, target.unwrap_or(top), None);
        let link = self.linker.link(name, self.module, Some(&is_enough));
        self.usage = usage;
        match (link, target) {
            (Link::Program, Some(target)) => format!("{target} = __flow_import_{}()", identifier(name)),
            (Link::Program, None) if top == name => format!("{top} = __flow_import_{}()", identifier(name)),
            (Link::Program, None) => {
                format!("__flow_import_{}(); {top} = __flow_import_{}()", identifier(name), identifier(top))
            }
            (Link::Monty, Some(target)) => format!("import {name} as {target}"),
            (Link::Monty, None) => format!("import {name}"),
            (Link::Missing, _) => self.missing(name, alias.range),
        }
    }

    fn import_from(&mut self, import: &StmtImportFrom) {
        let written = import.module.as_ref().map_or("", |module| module.id.as_str());
        if written == "__future__" {
            self.edits.replace(import.range, "pass");
            return;
        }
        let Some(name) = self.module.absolute(import.level, written) else {
            let message = "this relative import leads out of the package that the module is in".to_owned();
            let help = "import the module by its name from the flow's folder".to_owned();
            self.linker.problems.push(problem(self.module, import.range, false, message, Some(help)));
            return;
        };
        let parts: Vec<String> = if name.is_empty() {
            // `from . import x` beside the node's file.
            import.names.iter().map(|alias| self.imported_module(alias, alias.name.id.as_str())).collect()
        } else {
            self.imported_names(&name, import)
        };
        self.edits.replace(import.range, parts.join("; "));
    }

    fn imported_names(&mut self, name: &str, import: &StmtImportFrom) -> Vec<String> {
        let is_needed = |alias: &Alias| !self.usage.only_marks(&alias.asname.as_ref().unwrap_or(&alias.name).id);
        let is_of_promptflow = name == "promptflow" || name.starts_with("promptflow.");
        if self.module.name == NODE
            && is_of_promptflow
            && library::find(name).is_some()
            && !import.names.iter().any(is_needed)
        {
            // Nothing of it is left in the program.
            return vec!["pass".to_owned()];
        }
        let wanted: Vec<&str> = import.names.iter().map(|alias| alias.name.id.as_str()).collect();
        let usage = std::mem::take(&mut self.usage);
        let is_enough = |module: &str| usage.is_met(module, "", Some(&wanted));
        let link = self.linker.link(name, self.module, Some(&is_enough));
        self.usage = usage;
        match link {
            Link::Missing => {
                vec![self.missing(name, import.module.as_ref().map_or(import.range, |module| module.range))]
            }
            Link::Monty => {
                let names: Vec<String> = import.names.iter().map(|alias| self.monty_name(name, alias)).collect();
                vec![format!("from {name} import {}", names.join(", "))]
            }
            Link::Program => import.names.iter().map(|alias| self.program_name(name, alias)).collect(),
        }
    }

    fn monty_name(&mut self, module: &str, alias: &Alias) -> String {
        let name = alias.name.id.as_str();
        if name == "*" {
            let names = monty::names(module).unwrap_or_default();
            self.stars.extend(names.iter().map(|name| (*name).to_owned()));
            return names.join(", ");
        }
        if !monty::names(module).is_some_and(|names| names.contains(&name)) {
            self.no_such_name(module, name, alias.range);
        }
        match &alias.asname {
            Some(target) => format!("{name} as {}", target.id),
            None => name.to_owned(),
        }
    }

    fn program_name(&mut self, module: &str, alias: &Alias) -> String {
        let name = alias.name.id.as_str();
        let loader = format!("__flow_import_{}()", identifier(module));
        if name == "*" {
            let exports: Vec<String> = self
                .linker
                .prepared(module)
                .map(|prepared| prepared.exports.iter().filter(|name| !name.starts_with('_')).cloned().collect())
                .unwrap_or_default();
            self.stars.extend(exports.iter().cloned());
            let parts: Vec<String> = exports.iter().map(|name| format!("{name} = {loader}.{name}")).collect();
            return if parts.is_empty() { loader } else { parts.join("; ") };
        }
        let below = format!("{module}.{name}");
        let is_bound = self.linker.prepared.get(module).is_none_or(|prepared| {
            prepared.as_ref().is_none_or(|prepared| prepared.exports.iter().any(|known| known == name))
        });
        if !is_bound && matches!(self.linker.link(&below, self.module, None), Link::Program) {
            return self.imported_module(alias, &below);
        }
        if !is_bound {
            self.no_such_name(module, name, alias.range);
        }
        let target = alias.asname.as_ref().unwrap_or(&alias.name);
        format!("{} = {loader}.{name}", target.id)
    }

    fn imported_module(&mut self, alias: &Alias, name: &str) -> String {
        let target = alias.asname.as_ref().unwrap_or(&alias.name).id.as_str();
        match self.linker.link(name, self.module, None) {
            Link::Program => format!("{target} = __flow_import_{}()", identifier(name)),
            Link::Monty => format!("import {name} as {target}"),
            Link::Missing => self.missing(name, alias.range),
        }
    }

    fn missing(&mut self, name: &str, range: TextRange) -> String {
        if !self.around.typing && !self.around.guarded && self.module.origin != Origin::Library {
            let message = format!("there is no module `{name}` for Python nodes");
            let help = advice::instead_of(name, self.around.function);
            self.linker.missing.push((self.linker.problems.len(), name.to_owned()));
            self.linker.problems.push(problem(self.module, range, self.around.function, message, Some(help)));
        }
        format!("raise ModuleNotFoundError(\"No module named '{name}'\")")
    }

    fn no_such_name(&mut self, module: &str, name: &str, range: TextRange) {
        if self.around.typing || self.around.guarded || self.module.origin == Origin::Library {
            return;
        }
        let message = format!("the module `{module}` has no `{name}` here");
        let help = match self.linker.prepared(module).map(|prepared| &prepared.module.origin) {
            Some(Origin::File(_)) => "it is not defined at the top of that file".to_owned(),
            _ => "the Python that is built in has a part of the standard library only; do it in another way, or \
                  with a built-in tool (`flow tools`)"
                .to_owned(),
        };
        self.linker.problems.push(problem(self.module, range, self.around.function, message, Some(help)));
    }
}

impl<'a> Visitor<'a> for Walk<'_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::FunctionDef(function) => {
                self.within(Around { function: true, ..self.around }, &function.body);
            }
            Stmt::If(branch) if is_type_checking(&branch.test) => {
                self.within(Around { typing: true, ..self.around }, &branch.body);
                branch.elif_else_clauses.iter().for_each(|clause| self.statements(&clause.body));
            }
            Stmt::Try(attempt) => {
                let guarded = self.around.guarded || attempt.handlers.iter().any(catches_imports);
                self.within(Around { guarded, ..self.around }, &attempt.body);
                for handler in &attempt.handlers {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    self.statements(&handler.body);
                }
                self.statements(&attempt.orelse);
                self.statements(&attempt.finalbody);
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}

    fn visit_annotation(&mut self, _: &'a Expr) {}
}

fn is_type_checking(test: &Expr) -> bool {
    last_name(test) == Some("TYPE_CHECKING")
}

/// Whether a handler catches the error of an import.
fn catches_imports(handler: &ExceptHandler) -> bool {
    const CATCHING: &[&str] = &["ImportError", "ModuleNotFoundError", "Exception", "BaseException"];
    let ExceptHandler::ExceptHandler(handler) = handler;
    match handler.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(tuple)) => {
            tuple.elts.iter().any(|item| last_name(item).is_some_and(|name| CATCHING.contains(&name)))
        }
        Some(one) => last_name(one).is_some_and(|name| CATCHING.contains(&name)),
    }
}

/// Visits all expressions of statements.
pub(super) struct Expressions<F>(pub(super) F);

impl<'a, F: FnMut(&'a Expr)> Visitor<'a> for Expressions<F> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        (self.0)(expression);
        walk_expr(self, expression);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}
}
