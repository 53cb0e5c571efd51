//! Calls and operators that the interpreter knows for some values only.

use ruff_python_ast::{Expr, ExprAttribute, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::lower::Lowering;

/// Builtins that the interpreter lacks, and ours.
const BUILTINS: &[(&str, &str)] = &[
    ("callable", "__flow_callable__"),
    ("issubclass", "__flow_issubclass__"),
    ("delattr", "__flow_delattr__"),
    ("format", "__flow_format__"),
    ("vars", "__flow_vars__"),
];

/// Our function in the place of a builtin.
pub(super) fn builtin(name: &str) -> Option<&'static str> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, own)| *own)
}

/// Whether the left of `%` may be a text.
pub(super) fn may_be_text(left: &Expr) -> bool {
    !matches!(left, Expr::NumberLiteral(_) | Expr::BinOp(_) | Expr::UnaryOp(_) | Expr::BooleanLiteral(_))
        || matches!(left, Expr::BinOp(operation) if may_be_text(&operation.left) && may_be_text(&operation.right))
}

/// Whether `|` may join mappings.
pub(super) fn may_be_mapping(left: &Expr, right: &Expr) -> bool {
    let is_number = |side: &Expr| matches!(side, Expr::NumberLiteral(_) | Expr::Set(_) | Expr::Compare(_));
    !is_number(left) && !is_number(right)
}

/// Puts a comma in the place of an operator, leaving brackets around it alone.
pub(super) fn replace_operator(lowering: &mut Lowering<'_, '_>, between: TextRange) {
    let text = lowering.text(between);
    let Some(at) = text.find(['%', '|']) else { return };
    let start = between.start() + ruff_text_size::TextSize::try_from(at).unwrap_or_default();
    lowering.edits.replace(TextRange::at(start, ruff_text_size::TextSize::new(1)), ",");
}

/// Rewrites a call.
pub(super) fn lower(lowering: &mut Lowering<'_, '_>, call: &ExprCall) {
    let keyword = |name: &str| {
        call.arguments.keywords.iter().any(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.id == name))
    };
    if let Expr::Name(name) = &*call.func
        && &name.id == "print"
        && keyword("file")
    {
        lowering.need("__flow_print__");
        lowering.edits.replace(name.range, "__flow_print__");
    }
    if let Expr::Name(name) = &*call.func
        && &name.id == "next"
        && let Some(Expr::Generator(generator)) = call.arguments.args.first()
        && !generator.parenthesized
    {
        lowering.edits.before(generator.start(), "iter(");
        lowering.edits.after(generator.end(), ")");
    }
    if let Expr::Name(name) = &*call.func
        && &name.id == "dict"
        && call.arguments.args.len() == 1
        && matches!(call.arguments.args[0], Expr::Name(_) | Expr::Attribute(_))
    {
        lowering.need("__flow_dict__");
        lowering.edits.replace(name.range, "__flow_dict__");
    }
    if let Expr::Name(name) = &*call.func
        && &name.id == "bytes"
        && call.arguments.args.len() == 1
    {
        lowering.need("__flow_bytes__");
        lowering.edits.replace(name.range, "__flow_bytes__");
    }
    let mappings: Vec<_> = call.arguments.keywords.iter().filter(|keyword| keyword.arg.is_none()).collect();
    if let ([first, .., last], true) = (&mappings[..], mappings.len() > 1) {
        let all_behind = call.arguments.keywords.iter().filter(|keyword| keyword.start() >= first.start());
        let are_neighbours = all_behind.clone().count() == mappings.len();
        if are_neighbours {
            // `f(**a, **b)` is `f(**{**a, **b})`.
            lowering.edits.before(first.start(), "**{");
            lowering.edits.after(last.end(), "}");
        } else {
            super::unsupported::report(
                lowering.linker,
                lowering.module,
                call.range(),
                "`**` between other arguments by name",
                "put the `**` behind the other arguments",
            );
        }
    }
}

/// Functions of types that need no instance.
const OF_TYPES: &[&str] = &["fromkeys", "fromhex", "from_bytes", "maketrans", "__name__", "__new__"];

/// `str.lower` without an instance is a function of one; says whether it is rewritten.
pub(super) fn lower_method_of_type(lowering: &mut Lowering<'_, '_>, attribute: &ExprAttribute) -> bool {
    let Expr::Name(name) = &*attribute.value else { return false };
    let (owner, method) = (name.id.as_str(), attribute.attr.id.as_str());
    let own = match (owner, method) {
        ("str", "maketrans") => Some("__flow_maketrans__"),
        ("int", "from_bytes") => Some("__flow_from_bytes__"),
        _ => None,
    };
    if let Some(own) = own {
        lowering.need("__flow_lacking__");
        lowering.edits.replace(attribute.range, own);
        return true;
    }
    let is_type = matches!(owner, "str" | "list" | "dict" | "set" | "int" | "float" | "bytes" | "tuple");
    if !is_type || OF_TYPES.contains(&method) || lowering.binds(owner) {
        return false;
    }
    let text = format!("(lambda __flow_own, *__flow_more: __flow_own.{method}(*__flow_more))");
    lowering.edits.replace(attribute.range, text);
    true
}
