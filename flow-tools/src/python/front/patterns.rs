//! `match` statements.

use ruff_python_ast::StmtMatch;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::lower::Lowering;
use super::unsupported;

pub(super) fn lower(lowering: &mut Lowering<'_, '_>, matched: &StmtMatch) {
    let range = TextRange::at(matched.start(), TextSize::new(5));
    unsupported::report(lowering.linker, lowering.module, range, "`match`", "write `if` and `elif`");
}
