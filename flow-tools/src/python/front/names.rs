//! The names that a module binds.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_parameter, walk_stmt};
use ruff_python_ast::{Expr, Parameter, Stmt};

/// A name that a module's body binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) name: String,
    /// Whether the body may end without binding it.
    pub(super) is_conditional: bool,
}

/// The names that statements bind in their own scope, each once, in order. Names of star imports are not among them.
pub(super) fn bound(body: &[Stmt]) -> Vec<Bound> {
    let mut names = Names { found: Vec::new(), depth: 0 };
    names.statements(body);
    names.found
}

struct Names {
    found: Vec<Bound>,
    /// How many conditions are around.
    depth: usize,
}

impl Names {
    fn add(&mut self, name: &str) {
        let is_conditional = self.depth > 0;
        match self.found.iter_mut().find(|bound| bound.name == name) {
            Some(bound) => bound.is_conditional &= is_conditional,
            None => self.found.push(Bound { name: name.to_owned(), is_conditional }),
        }
    }

    fn statements(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn below(&mut self, body: &[Stmt]) {
        self.depth += 1;
        self.statements(body);
        self.depth -= 1;
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.add(&function.name.id),
            Stmt::ClassDef(class) => self.add(&class.name.id),
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.target(target)),
            Stmt::AnnAssign(assign) if assign.value.is_some() => self.target(&assign.target),
            Stmt::AugAssign(assign) => self.target(&assign.target),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().map_or_else(
                        || alias.name.id.split('.').next().unwrap_or_default().to_owned(),
                        |name| name.id.to_string(),
                    );
                    self.add(&name);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in import.names.iter().filter(|alias| &alias.name.id != "*") {
                    self.add(&alias.asname.as_ref().unwrap_or(&alias.name).id);
                }
            }
            Stmt::If(branch) => {
                self.below(&branch.body);
                branch.elif_else_clauses.iter().for_each(|clause| self.below(&clause.body));
            }
            Stmt::For(each) => {
                self.depth += 1;
                self.target(&each.target);
                self.depth -= 1;
                self.below(&each.body);
                self.below(&each.orelse);
            }
            Stmt::While(repeat) => {
                self.below(&repeat.body);
                self.below(&repeat.orelse);
            }
            Stmt::With(with) => {
                with.items.iter().filter_map(|item| item.optional_vars.as_deref()).for_each(|item| self.target(item));
                self.statements(&with.body);
            }
            Stmt::Try(attempt) => {
                self.below(&attempt.body);
                for handler in &attempt.handlers {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    self.below(&handler.body);
                }
                self.below(&attempt.orelse);
                self.statements(&attempt.finalbody);
            }
            _ => {}
        }
    }

    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.add(&name.id),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| self.target(item)),
            Expr::List(list) => list.elts.iter().for_each(|item| self.target(item)),
            Expr::Starred(starred) => self.target(&starred.value),
            _ => {}
        }
    }
}

/// All names that statements bind, in their own scope or in one inside.
pub(super) fn all(body: &[Stmt]) -> BTreeSet<String> {
    struct All(BTreeSet<String>);
    impl<'a> Visitor<'a> for All {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            match statement {
                Stmt::FunctionDef(function) => drop(self.0.insert(function.name.id.to_string())),
                Stmt::ClassDef(class) => drop(self.0.insert(class.name.id.to_string())),
                Stmt::Import(_) | Stmt::ImportFrom(_) => {
                    self.0.extend(bound(std::slice::from_ref(statement)).into_iter().map(|bound| bound.name));
                }
                _ => {}
            }
            walk_stmt(self, statement);
        }

        fn visit_parameter(&mut self, parameter: &'a Parameter) {
            self.0.insert(parameter.name.id.to_string());
            walk_parameter(self, parameter);
        }

        fn visit_expr(&mut self, expression: &'a Expr) {
            if let Expr::Name(name) = expression
                && !name.ctx.is_load()
            {
                self.0.insert(name.id.to_string());
            }
            walk_expr(self, expression);
        }
    }
    let mut all = All(BTreeSet::new());
    body.iter().for_each(|statement| all.visit_stmt(statement));
    all.0
}
