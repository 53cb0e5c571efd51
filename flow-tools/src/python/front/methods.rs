//! Methods of built-in values: those that the interpreter lacks, and methods that are handed on without being called, which it
//! has for the user's classes only.

use ruff_python_ast::{Expr, ExprAttribute, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::errors;
use super::lower::Lowering;

/// Methods that the interpreter lacks, and our functions that take their owner first.
const LACKING: &[(&str, &str)] = &[
    ("as_integer_ratio", "__flow_as_integer_ratio__"),
    ("bit_length", "__flow_bit_length__"),
    ("format_map", "__flow_format_map__"),
    ("is_integer", "__flow_is_integer__"),
    ("isprintable", "__flow_isprintable__"),
    ("to_bytes", "__flow_to_bytes__"),
    ("translate", "__flow_translate__"),
];

/// Methods of built-in values that are often handed on.
const HANDED_ON: &[&str] = &[
    "add",
    "append",
    "capitalize",
    "casefold",
    "count",
    "endswith",
    "extend",
    "format",
    "get",
    "index",
    "isalnum",
    "isalpha",
    "isdigit",
    "items",
    "join",
    "keys",
    "lower",
    "lstrip",
    "pop",
    "replace",
    "rstrip",
    "setdefault",
    "split",
    "startswith",
    "strip",
    "title",
    "update",
    "upper",
    "values",
];

/// `d.get` where it is not called; says whether it is rewritten.
pub(super) fn lower_handed_on(lowering: &mut Lowering<'_, '_>, attribute: &ExprAttribute) -> bool {
    let method = attribute.attr.id.as_str();
    if !HANDED_ON.contains(&method) {
        return false;
    }
    lowering.need("__flow_method__");
    lowering.edits.before(attribute.start(), "__flow_method__(");
    let call =
        format!(", '{method}', lambda __flow_owner: lambda *__flow_given: __flow_owner.{method}(*__flow_given))");
    let dot = lowering.stretch_from(&attribute.value, '.', attribute.end());
    lowering.edits.replace(dot, call);
    lowering.expression(&attribute.value);
    true
}

/// Calls of methods that the interpreter lacks, and of functions that it has in part; says whether the callee is rewritten.
pub(super) fn lower_call(lowering: &mut Lowering<'_, '_>, call: &ExprCall) -> bool {
    match &*call.func {
        Expr::Attribute(attribute) => {
            let name = attribute.attr.id.as_str();
            let Some((_, helper)) = LACKING.iter().find(|(method, _)| *method == name) else { return false };
            lowering.need("__flow_lacking__");
            let has_arguments = !call.arguments.args.is_empty() || !call.arguments.keywords.is_empty();
            lowering.edits.before(attribute.start(), format!("{helper}("));
            let end = call.arguments.start() + ruff_text_size::TextSize::new(1);
            let open = lowering.stretch_from(&attribute.value, '.', end);
            lowering.edits.replace(open, if has_arguments { ", " } else { "" });
            lowering.expression(&attribute.value);
            true
        }
        Expr::Name(name) if &name.id == "round" && call.arguments.args.len() == 2 && !lowering.binds("round") => {
            lowering.need("__flow_round__");
            lowering.edits.replace(name.range, "__flow_round__");
            true
        }
        Expr::Name(name) if errors::is_builtin(&name.id) && !lowering.binds(&name.id) && is_odd(call) => {
            lowering.need("__flow_exception__");
            lowering.edits.before(name.start(), "__flow_exception__(");
            let open = TextRange::new(name.end(), call.arguments.start() + ruff_text_size::TextSize::new(1));
            lowering.edits.replace(open, ", ");
            true
        }
        _ => false,
    }
}

/// Whether an exception is made of anything but one text.
fn is_odd(call: &ExprCall) -> bool {
    match &call.arguments.args[..] {
        [] => false,
        [Expr::StringLiteral(_) | Expr::FString(_)] => !call.arguments.keywords.is_empty(),
        [Expr::Call(inner)] => !matches!(&*inner.func, Expr::Name(name) if &name.id == "str"),
        _ => true,
    }
}
