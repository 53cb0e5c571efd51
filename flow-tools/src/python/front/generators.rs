//! Generators: a function that yields gathers its parts and gives an iterator over them.

use ruff_python_ast::{ExprGenerator, ExprYield, ExprYieldFrom, Stmt, StmtFor, StmtFunctionDef, StmtWith};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::lower::{Lowering, is_generator};
use super::unsupported;

/// What stands in the place of a generator's `return`.
pub(super) const RETURN: &str = "return iter(__flow_parts)";

/// Prepares a function that yields; says whether it does.
pub(super) fn begin(lowering: &mut Lowering<'_, '_>, function: &StmtFunctionDef) -> bool {
    if !is_generator(&function.body) {
        return false;
    }
    let (Some(first), Some(last)) = (function.body.first(), function.body.last()) else { return false };
    let is_on_one_line = !lowering.text(TextRange::new(function.parameters.end(), first.start())).contains('\n');
    if is_on_one_line {
        // The body is simple statements.
        lowering.edits.before(first.start(), "__flow_parts = []; ");
        lowering.edits.after(last.end(), format!("; {RETURN}"));
        return true;
    }
    let indentation = lowering.indentation(first);
    lowering.edits.before(begin_of(first), format!("__flow_parts = []\n{indentation}"));
    lowering.edits.after(last.end(), format!("\n{indentation}{RETURN}"));
    true
}

/// Where a statement begins, its decorators included.
fn begin_of(statement: &Stmt) -> TextSize {
    match statement {
        Stmt::FunctionDef(function) => function.decorator_list.first().map_or(function.start(), Ranged::start),
        Stmt::ClassDef(class) => class.decorator_list.first().map_or(class.start(), Ranged::start),
        other => other.start(),
    }
}

pub(super) fn lower_yield(lowering: &mut Lowering<'_, '_>, yielded: &ExprYield) {
    match &yielded.value {
        Some(value) => {
            let keyword = TextRange::new(yielded.start(), value.start());
            lowering.edits.replace(keyword, "__flow_parts.append(");
            lowering.edits.after(yielded.end(), ")");
        }
        None => lowering.edits.replace(yielded.range, "__flow_parts.append(None)"),
    }
}

pub(super) fn lower_yield_from(lowering: &mut Lowering<'_, '_>, yielded: &ExprYieldFrom) {
    let keyword = TextRange::new(yielded.start(), yielded.value.start());
    lowering.edits.replace(keyword, "__flow_parts.extend(");
    lowering.edits.after(yielded.end(), ")");
}

/// A generator expression is computed at once; where an iterator is wanted, one is made of it.
pub(super) fn lower_expression(lowering: &mut Lowering<'_, '_>, generator: &ExprGenerator) {
    let text = lowering.text(generator.range);
    if generator.parenthesized && text.starts_with('(') {
        lowering.edits.before(generator.start(), "iter");
    }
}

/// `async for` runs over what an asynchronous generator gathered.
pub(super) fn lower_async_for(lowering: &mut Lowering<'_, '_>, each: &StmtFor) {
    let keyword = TextRange::new(each.start(), each.target.start());
    lowering.edits.replace(keyword, "for ");
    lowering.need("__flow_await_iterator__");
    lowering.edits.before(each.iter.start(), "await __flow_await_iterator__(");
    lowering.edits.after(each.iter.end(), ")");
}

pub(super) fn lower_async_with(lowering: &mut Lowering<'_, '_>, with: &StmtWith) {
    unsupported::report(
        lowering.linker,
        lowering.module,
        TextRange::at(with.start(), TextSize::new(10)),
        "`async with`",
        "open and close what it manages without it, or use a built-in tool",
    );
}
