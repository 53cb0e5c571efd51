use std::sync::Arc;

use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, InputDoc, Report};
use crate::plan::PlanInput;
use crate::ty::{Ty, coerce};

/// The flow's inputs; defaults that do not fit their type are reported.
pub(super) fn lower(doc: &FlowDoc, report: &mut Report) -> Box<[PlanInput]> {
    doc.inputs.iter().map(|input| lower_input(input, report)).collect()
}

fn lower_input(input: &InputDoc, report: &mut Report) -> PlanInput {
    if let Some(default) = &input.default
        && let Err(error) = coerce(input.ty, &default.value)
    {
        let message = format!("the default of input `{}` does not fit its type: {error}", input.name.value);
        let help = format!("change the default, or the type `{}`", input.ty);
        report.odd(Diagnostic::warning(Code::DefaultType, default.span, message).help(help));
    }
    if input.ty == Ty::Image {
        let message = format!("input `{}` is an image, which is not supported yet", input.name.value);
        report.error(Code::NotSupportedYet, input.name.span, message, "this version sends text only");
    }
    PlanInput {
        name: Arc::clone(&input.name.value),
        ty: input.ty,
        default: input.default.as_ref().map(|default| default.value.clone()),
        description: Arc::clone(&input.description),
    }
}
