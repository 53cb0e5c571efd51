//! Truth values as numbers: the interpreter does not add or subtract them, Python does.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_parameter, walk_stmt};
use ruff_python_ast::{CmpOp, Expr, ExprCall, ExprCompare, Operator, Parameter, Stmt, UnaryOp};
use ruff_text_size::Ranged;

use super::annotation::last_name;
use super::lower::Lowering;

/// Functions that give truth values.
const FUNCTIONS: &[&str] = &["all", "any", "bool", "callable", "hasattr", "isinstance", "issubclass"];

/// The names that a module gives truth values to.
pub(super) fn flags(body: &[Stmt]) -> BTreeSet<String> {
    let mut flags = Flags(BTreeSet::new());
    body.iter().for_each(|statement| flags.visit_stmt(statement));
    flags.0
}

struct Flags(BTreeSet<String>);

impl<'a> Visitor<'a> for Flags {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) if is_truth(&assign.value) => {
                for target in &assign.targets {
                    if let Expr::Name(name) = target {
                        self.0.insert(name.id.to_string());
                    }
                }
            }
            Stmt::AnnAssign(assign) if last_name(&assign.annotation) == Some("bool") => {
                self.0.extend(last_name(&assign.target).map(str::to_owned));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        if parameter.annotation.as_deref().and_then(last_name) == Some("bool") {
            self.0.insert(parameter.name.id.to_string());
        }
        walk_parameter(self, parameter);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Named(named) = expression
            && is_truth(&named.value)
        {
            self.0.extend(last_name(&named.target).map(str::to_owned));
        }
        walk_expr(self, expression);
    }
}

/// Whether an expression surely gives a truth value.
fn is_truth(expression: &Expr) -> bool {
    match expression {
        Expr::Compare(_) | Expr::BooleanLiteral(_) => true,
        Expr::UnaryOp(operation) => operation.op == UnaryOp::Not,
        Expr::BoolOp(operation) => operation.values.iter().all(is_truth),
        Expr::Call(call) => matches!(&*call.func, Expr::Name(name) if FUNCTIONS.contains(&name.id.as_str())),
        _ => false,
    }
}

/// Makes numbers of the truth values that an operator takes.
pub(super) fn lower_operands(lowering: &mut Lowering<'_, '_>, operator: Operator, operands: &[&Expr]) {
    if !matches!(operator, Operator::Add | Operator::Sub | Operator::Mod) {
        return;
    }
    for operand in operands {
        let is_flag = matches!(operand, Expr::Name(name) if lowering.flags.contains(name.id.as_str()));
        if is_truth(operand) {
            lowering.edits.before(operand.start(), "int(");
            lowering.edits.after(operand.end(), ")");
        } else if is_flag {
            lowering.wrap(operand.range(), "__flow_number__");
        }
    }
}

/// Comparisons in which one side is surely a set; says whether it is rewritten.
pub(super) fn lower_sets(lowering: &mut Lowering<'_, '_>, compare: &ExprCompare) -> bool {
    let ([operator], [right]) = (&compare.ops[..], &compare.comparators[..]) else { return false };
    let (is_turned, is_proper) = match operator {
        CmpOp::Lt => (false, true),
        CmpOp::LtE => (false, false),
        CmpOp::Gt => (true, true),
        CmpOp::GtE => (true, false),
        _ => return false,
    };
    if !is_set(&compare.left) && !is_set(right) {
        return false;
    }
    lowering.need("__flow_is_subset__");
    let (left, right) = (lowering.text(compare.left.range()).to_owned(), lowering.text(right.range()).to_owned());
    let (one, other) = if is_turned { (right, left) } else { (left, right) };
    let proper = if is_proper { "True" } else { "False" };
    lowering.edits.replace(compare.range, format!("__flow_is_subset__({one}, {other}, {proper})"));
    true
}

fn is_set(expression: &Expr) -> bool {
    match expression {
        Expr::Set(_) | Expr::SetComp(_) => true,
        Expr::Call(call) => matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "set" | "frozenset")),
        _ => false,
    }
}

/// `sum` takes truth values.
pub(super) fn lower_sum(lowering: &mut Lowering<'_, '_>, call: &ExprCall) {
    if let Expr::Name(name) = &*call.func
        && &name.id == "sum"
        && !lowering.binds("sum")
    {
        lowering.need("__flow_sum__");
        lowering.edits.replace(name.range, "__flow_sum__");
    }
}
