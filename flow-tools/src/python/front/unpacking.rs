//! Unpacking to items and attributes: `a[0], b.c = …` unpacks to names first.

use ruff_python_ast::{Expr, StmtAssign};
use ruff_text_size::{Ranged, TextRange};

use super::lower::Lowering;

/// Rewrites an assignment that unpacks to more than names; says whether it did.
pub(super) fn lower(lowering: &mut Lowering<'_, '_>, assign: &StmtAssign) -> bool {
    let Some(target @ (Expr::Tuple(_) | Expr::List(_))) = assign.targets.first() else { return false };
    let mut places = Vec::new();
    collect(target, &mut places);
    if places.is_empty() {
        return false;
    }
    let mut behind = String::new();
    for (number, (place, is_slice)) in places.into_iter().enumerate() {
        let name = format!("__flow_part_{number}");
        let text = lowering.text(place).to_owned();
        lowering.edits.replace(place, name.clone());
        if is_slice {
            super::unsupported::report(
                lowering.linker,
                lowering.module,
                place,
                "unpacking to a slice",
                "assign to the slice by itself",
            );
        }
        behind.push_str(&format!("; {text} = {name}"));
    }
    lowering.edits.after(assign.end(), behind);
    true
}

fn collect(target: &Expr, places: &mut Vec<(TextRange, bool)>) {
    match target {
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| collect(item, places)),
        Expr::List(list) => list.elts.iter().for_each(|item| collect(item, places)),
        Expr::Starred(starred) => collect(&starred.value, places),
        Expr::Subscript(subscript) => places.push((subscript.range, subscript.slice.is_slice_expr())),
        Expr::Attribute(attribute) => places.push((attribute.range, false)),
        _ => {}
    }
}
