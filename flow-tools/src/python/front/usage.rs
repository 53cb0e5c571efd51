//! What a module uses of those that it imports.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::annotation::last_name;
use super::imports::Expressions;
use super::monty;
use super::tool::is_inert;

/// What is used of names.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// The attributes that are asked of each name.
    attributes: BTreeMap<String, BTreeSet<String>>,
    /// How often each name is used.
    loads: BTreeMap<String, usize>,
    /// How often each name only marks a function, which is taken away.
    marks: BTreeMap<String, usize>,
    /// The keywords that calls of functions of some name have.
    keywords: BTreeSet<(String, String)>,
    /// Whether patterns are replaced by what a function gives.
    replaces_by_function: bool,
}

/// Keywords that the interpreter's own functions take.
const KEYWORDS: &[(&str, &[&str])] = &[("dataclass", &["eq", "frozen", "init", "order", "repr", "unsafe_hash"])];

impl Usage {
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut usage = Self::default();
        let mut expressions = Expressions(|expression: &Expr| usage.see(expression));
        body.iter().for_each(|statement| expressions.visit_stmt(statement));
        let mut marks = Marks(BTreeMap::new());
        body.iter().for_each(|statement| marks.visit_stmt(statement));
        usage.marks = marks.0;
        usage
    }

    /// Whether a name does no more than to mark functions and to annotate, neither of which is left in the program.
    pub(super) fn only_marks(&self, name: &str) -> bool {
        // `globals()` shows every name.
        !self.loads.contains_key("globals")
            && self.loads.get(name).copied().unwrap_or_default() == self.marks.get(name).copied().unwrap_or_default()
    }

    fn see(&mut self, expression: &Expr) {
        match expression {
            Expr::Name(name) if name.ctx.is_load() => *self.loads.entry(name.id.to_string()).or_default() += 1,
            Expr::Attribute(attribute) => {
                if let Expr::Name(name) = &*attribute.value {
                    self.attributes.entry(name.id.to_string()).or_default().insert(attribute.attr.id.to_string());
                }
            }
            Expr::Call(call) => {
                let name = match &*call.func {
                    Expr::Name(name) => Some(name.id.as_str()),
                    Expr::Attribute(attribute) => Some(attribute.attr.id.as_str()),
                    _ => None,
                };
                let Some(name) = name else { return };
                let keywords = call.arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref());
                self.keywords.extend(keywords.map(|keyword| (name.to_owned(), keyword.id.to_string())));
                if matches!(name, "sub" | "subn") {
                    let is_text = |argument: &Expr| matches!(argument, Expr::StringLiteral(_) | Expr::FString(_));
                    let given = call.arguments.args.iter().take(2).any(|argument| !is_text(argument));
                    self.replaces_by_function |= given;
                }
            }
            _ => {}
        }
    }

    /// Whether the interpreter's own module has all that is used: of a module that is bound to a name, or of the names that
    /// are imported from it.
    pub(super) fn is_met(&self, module: &str, bound: &str, wanted: Option<&[&str]>) -> bool {
        let Some(known) = monty::names(module) else { return false };
        let has = |name: &str| known.contains(&name);
        let names_are_met = match wanted {
            Some(["*"]) => false,
            Some(wanted) => wanted.iter().all(|name| has(name)),
            None => self.attributes.get(bound).is_none_or(|names| names.iter().all(|name| has(name))),
        };
        names_are_met && !self.needs_more(module)
    }

    /// Whether functions of a module are used in a way that the interpreter's do not have.
    fn needs_more(&self, module: &str) -> bool {
        let functions: &[&str] = match module {
            // Ours look first whether there is room for what they make.
            "json" | "os" => return true,
            "dataclasses" => &["dataclass"],
            "re" => return self.replaces_by_function,
            _ => return false,
        };
        let takes = |function: &str, keyword: &str| {
            KEYWORDS.iter().any(|(name, keywords)| *name == function && keywords.contains(&keyword))
        };
        self.keywords
            .iter()
            .any(|(function, keyword)| functions.contains(&function.as_str()) && !takes(function, keyword))
    }
}

/// Counts the marks of functions.
struct Marks(BTreeMap<String, usize>);

impl<'a> Visitor<'a> for Marks {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::FunctionDef(function) = statement {
            for decorator in function.decorator_list.iter().filter(|decorator| is_inert(decorator)) {
                if let Some(name) = last_name(&decorator.expression) {
                    *self.0.entry(name.to_owned()).or_default() += 1;
                }
            }
        }
        walk_stmt(self, statement);
    }
}
