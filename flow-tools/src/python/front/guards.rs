//! What the interpreter does in one go, whatever it costs, is looked at first. To print a list that holds another a thousand times,
//! which does the same, takes more memory than there is, and nothing stops the interpreter on the way. A call of a name that
//! nothing binds hands its arguments to the host, which copies them.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{
    Expr, ExprCall, ExprFString, ExprName, FStringPart, InterpolatedStringElement, InterpolatedStringElements, Stmt,
};
use ruff_text_size::Ranged;

use super::imports::Expressions;
use super::lower::Lowering;
use super::module::Origin;
use super::{monty, names, tool, unsupported};

/// Builtins that make texts of what they are given.
const PRINTERS: &[&str] = &["str", "repr", "print", "format", "ascii"];

/// The names that a module surely binds at its top before anything is called.
pub(super) fn bound_early(body: &[Stmt]) -> BTreeSet<String> {
    let first = body.iter().position(calls).unwrap_or(body.len());
    names::bound(&body[..first]).into_iter().filter(|bound| !bound.is_conditional).map(|bound| bound.name).collect()
}

/// Whether a statement at the top of a module calls anything when it runs.
fn calls(statement: &Stmt) -> bool {
    let mut found = false;
    let mut seen = Expressions(|expression: &Expr| found |= matches!(expression, Expr::Call(_)));
    match statement {
        Stmt::FunctionDef(function) => {
            let decorators = function.decorator_list.iter().filter(|decorator| !tool::is_inert(decorator));
            decorators.for_each(|decorator| seen.visit_expr(&decorator.expression));
            function
                .parameters
                .iter()
                .filter_map(|parameter| parameter.default())
                .for_each(|value| seen.visit_expr(value));
        }
        other => seen.visit_stmt(other),
    }
    found
}

/// Looks after an expression.
pub(super) fn lower(lowering: &mut Lowering<'_, '_>, expression: &Expr) {
    if lowering.module.origin == Origin::Library {
        return;
    }
    match expression {
        Expr::Name(name) if is_ours(&name.id) => unsupported::report(
            lowering.linker,
            lowering.module,
            name.range,
            "names that begin with `__flow_` or `__host_`; they are the interpreter's",
            "choose another name",
        ),
        Expr::Call(call) => lower_call(lowering, call),
        Expr::FString(text) => lower_text(lowering, text),
        _ => {}
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with("__flow_") || name.starts_with("__host_")
}

fn lower_call(lowering: &mut Lowering<'_, '_>, call: &ExprCall) {
    match &*call.func {
        Expr::Name(name) if PRINTERS.contains(&name.id.as_str()) && !lowering.binds(&name.id) => {
            lower_arguments(lowering, call);
        }
        Expr::Name(name) if name.id == "map" && !lowering.binds("map") => {
            if let Some(Expr::Name(function)) = call.arguments.args.first() {
                let own = match function.id.as_str() {
                    "str" => "__flow_str__",
                    "repr" => "__flow_repr__",
                    _ => return,
                };
                lowering.edits.replace(function.range, own);
            }
        }
        Expr::Name(name) if name.id == "pow" && !lowering.binds("pow") && call.arguments.len() > 2 => {
            lowering.edits.replace(name.range, "__flow_pow__");
        }
        Expr::Attribute(attribute) if attribute.attr.id == "format" => lower_arguments(lowering, call),
        Expr::Name(name) => lower_unknown(lowering, name),
        _ => {}
    }
}

fn lower_arguments(lowering: &mut Lowering<'_, '_>, call: &ExprCall) {
    for argument in &call.arguments.args {
        let argument = match argument {
            Expr::Starred(starred) => &starred.value,
            other => other,
        };
        look_at(lowering, argument);
    }
    call.arguments.keywords.iter().for_each(|keyword| look_at(lowering, &keyword.value));
}

fn lower_text(lowering: &mut Lowering<'_, '_>, text: &ExprFString) {
    for part in &text.value {
        if let FStringPart::FString(part) = part {
            lower_elements(lowering, &part.elements);
        }
    }
}

fn lower_elements(lowering: &mut Lowering<'_, '_>, elements: &InterpolatedStringElements) {
    for element in elements {
        if let InterpolatedStringElement::Interpolation(field) = element {
            // `{value=}` prints its own text.
            if field.debug_text.is_none() {
                look_at(lowering, &field.expression);
            }
            if let Some(spec) = &field.format_spec {
                lower_elements(lowering, &spec.elements);
            }
        }
    }
}

/// Looks at a value, unless it is a text or a number for certain.
fn look_at(lowering: &mut Lowering<'_, '_>, value: &Expr) {
    let is_small = match value {
        Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::FString(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::Compare(_)
        | Expr::Generator(_)
        | Expr::Yield(_)
        | Expr::Named(_) => true,
        Expr::Call(call) => match &*call.func {
            Expr::Name(name) => matches!(name.id.as_str(), "len" | "int" | "float" | "str" | "repr" | "round"),
            Expr::Attribute(attribute) => matches!(attribute.attr.id.as_str(), "join" | "strip" | "dumps" | "lower"),
            _ => false,
        },
        _ => false,
    };
    if !is_small {
        lowering.edits.before(value.start(), "__flow_safe__(");
        lowering.edits.after(value.end(), ")");
    }
}

/// A name that nothing may bind is looked up by itself, before arguments are made.
fn lower_unknown(lowering: &mut Lowering<'_, '_>, name: &ExprName) {
    if matches!(name.id.as_str(), "globals" | "super") {
        // The whole call is written anew.
        return;
    }
    let is_builtin = monty::is_builtin(&name.id) && !lowering.binds(&name.id);
    if !is_builtin && !lowering.early.contains(name.id.as_str()) && super::calls::builtin(&name.id).is_none() {
        lowering.edits.before(name.start(), "[");
        lowering.edits.after(name.end(), "][0]");
    }
}
