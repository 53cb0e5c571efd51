//! Special methods that the interpreter does not look for: where a program has a class with one, the syntax that means it asks
//! first whether what it is used on is of such a class.

use std::fmt::Write;

use ruff_python_ast::{
    CmpOp, Expr, ExprBinOp, ExprCall, ExprCompare, ExprSubscript, Operator, StmtAssign, StmtClassDef, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};

use super::lower::Lowering;
use super::unsupported;

/// Special methods whose syntax is rewritten.
const REWRITTEN: &[&str] = &[
    "__abs__",
    "__add__",
    "__and__",
    "__bytes__",
    "__call__",
    "__delitem__",
    "__float__",
    "__floordiv__",
    "__ge__",
    "__getitem__",
    "__gt__",
    "__int__",
    "__le__",
    "__len__",
    "__lt__",
    "__mod__",
    "__mul__",
    "__neg__",
    "__or__",
    "__pow__",
    "__radd__",
    "__rmul__",
    "__rsub__",
    "__setitem__",
    "__sub__",
    "__truediv__",
    "__xor__",
];

/// Special methods that cannot be had.
const IMPOSSIBLE: &[&str] = &[
    "__class_getitem__",
    "__delattr__",
    "__get__",
    "__getattr__",
    "__getattribute__",
    "__init_subclass__",
    "__new__",
    "__set__",
    "__setattr__",
];

/// Registers a class that has special methods, and refuses those that cannot be had.
pub(super) fn register(lowering: &mut Lowering<'_, '_>, class: &StmtClassDef, behind: &mut String) {
    let name = class.name.id.as_str();
    let methods = lowering.linker.classes.special(name);
    for method in IMPOSSIBLE.iter().filter(|method| methods.contains(**method)) {
        let what = format!("the special method `{method}`");
        let instead = "write a method with a name of its own";
        unsupported::report(lowering.linker, lowering.module, class.name.range, &what, instead);
    }
    if REWRITTEN.iter().any(|method| methods.contains(*method)) {
        lowering.need("__flow_special__");
        let _ = write!(behind, "\n__flow_special__[{name}] = True");
    }
}

impl Lowering<'_, '_> {
    fn has_special(&self, method: &str) -> bool {
        self.linker.classes.all_special().contains(method)
    }

    /// Puts a call around an operator's two sides.
    fn wrap_pair(&mut self, range: TextRange, left: TextRange, right: TextRange, helper: &str) {
        self.need("__flow_special__");
        self.edits.before(range.start(), format!("{helper}("));
        self.edits.after(range.end(), ")");
        let between = TextRange::new(left.end(), right.start());
        let text = self.text(between).to_owned();
        // Brackets around the sides stay.
        let close: String = text.chars().filter(|letter| *letter == ')').collect();
        let open: String = text.chars().filter(|letter| *letter == '(').collect();
        let lines: String = text.chars().filter(|letter| *letter == '\n').collect();
        self.edits.replace(between, format!("{close}, {lines}{open}"));
    }
}

/// `owner[key]`; says whether it is rewritten.
pub(super) fn lower_item(lowering: &mut Lowering<'_, '_>, subscript: &ExprSubscript) -> bool {
    if !lowering.has_special("__getitem__") {
        return false;
    }
    lowering.need("__flow_special__");
    let key = lowering.key(&subscript.slice);
    lowering.edits.before(subscript.start(), "__flow_item__(");
    let brackets = lowering.stretch_from(&subscript.value, '[', subscript.end());
    lowering.edits.replace(brackets, format!(", {key})"));
    lowering.expression(&subscript.value);
    true
}

/// `owner[key] = value`; says whether it is rewritten.
pub(super) fn lower_set_item(lowering: &mut Lowering<'_, '_>, assign: &StmtAssign) -> bool {
    let [Expr::Subscript(target)] = &assign.targets[..] else { return false };
    if !lowering.has_special("__setitem__") {
        return false;
    }
    lowering.need("__flow_special__");
    let owner = lowering.text(target.value.range()).to_owned();
    let key = lowering.key(&target.slice);
    let before = TextRange::new(assign.start(), assign.value.start());
    lowering.edits.replace(before, format!("__flow_set_item__({owner}, {key}, "));
    lowering.edits.after(assign.value.end(), ")");
    true
}

/// Operators; says whether one is rewritten.
pub(super) fn lower_binary(lowering: &mut Lowering<'_, '_>, operation: &ExprBinOp) -> bool {
    let (method, helper) = match operation.op {
        Operator::Add => ("__add__", "__flow_add__"),
        Operator::Sub => ("__sub__", "__flow_sub__"),
        Operator::Mult => ("__mul__", "__flow_mul__"),
        Operator::Div => ("__truediv__", "__flow_div__"),
        _ => return false,
    };
    let reflected = format!("__r{}", &method[2..]);
    if !lowering.has_special(method) && !lowering.has_special(&reflected) {
        return false;
    }
    lowering.wrap_pair(operation.range, operation.left.range(), operation.right.range(), helper);
    true
}

/// Comparisons of two.
pub(super) fn lower_compare(lowering: &mut Lowering<'_, '_>, compare: &ExprCompare) {
    let ([operator], [right]) = (&compare.ops[..], &compare.comparators[..]) else { return };
    let (methods, helper) = match operator {
        CmpOp::Lt => (["__lt__", "__gt__"], "__flow_lt__"),
        CmpOp::LtE => (["__le__", "__ge__"], "__flow_le__"),
        CmpOp::Gt => (["__gt__", "__lt__"], "__flow_gt__"),
        CmpOp::GtE => (["__ge__", "__le__"], "__flow_ge__"),
        _ => return,
    };
    if methods.iter().any(|method| lowering.has_special(method)) {
        lowering.wrap_pair(compare.range, compare.left.range(), right.range(), helper);
    }
}

/// `-value`.
pub(super) fn lower_unary(lowering: &mut Lowering<'_, '_>, operator: UnaryOp, range: TextRange, operand: &Expr) {
    if operator == UnaryOp::USub && lowering.has_special("__neg__") && !operand.is_number_literal_expr() {
        lowering.need("__flow_special__");
        lowering.edits.replace(TextRange::new(range.start(), operand.start()), "__flow_neg__(");
        lowering.edits.after(range.end(), ")");
    }
}

/// Calls of instances, and of functions that ask for special methods.
pub(super) fn lower_call(lowering: &mut Lowering<'_, '_>, call: &ExprCall) {
    if let Expr::Name(name) = &*call.func {
        let helper = match name.id.as_str() {
            "len" => Some(("__len__", "__flow_len__")),
            "int" => Some(("__int__", "__flow_int__")),
            "float" => Some(("__float__", "__flow_float__")),
            "abs" => Some(("__abs__", "__flow_abs__")),
            _ => None,
        };
        if let Some((method, helper)) = helper.filter(|(method, _)| lowering.has_special(method))
            && call.arguments.args.len() == 1
            && !lowering.binds(&name.id)
        {
            let _ = method;
            lowering.need("__flow_special__");
            lowering.edits.replace(name.range, helper);
            return;
        }
    }
    let may_be_instance = match &*call.func {
        Expr::Name(name) => lowering.binds(&name.id) && !lowering.defines(&name.id),
        // A method of a text or a list cannot be had without calling it, so that attributes are left alone.
        Expr::Subscript(_) | Expr::Call(_) => true,
        _ => false,
    };
    if may_be_instance && lowering.has_special("__call__") {
        lowering.need("__flow_special__");
        lowering.edits.before(call.func.start(), "__flow_callee__(");
        lowering.edits.after(call.func.end(), ")");
    }
}
