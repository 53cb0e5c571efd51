use std::sync::Arc;

use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, InputDoc, Report};
use crate::image::{self, MessageFormat};
use crate::plan::PlanInput;
use crate::project::ProjectFiles;
use crate::ty::{Ty, coerce};
use crate::value::Value;

/// The flow's inputs; defaults that do not fit their type are reported.
pub(super) fn lower(doc: &FlowDoc, files: &ProjectFiles, report: &mut Report) -> Box<[PlanInput]> {
    doc.inputs.iter().map(|input| lower_input(input, doc.message_format, files, report)).collect()
}

fn lower_input(
    input: &InputDoc,
    message_format: MessageFormat,
    files: &ProjectFiles,
    report: &mut Report,
) -> PlanInput {
    if let Some(default) = &input.default
        && !(input.is_optional && default.value.is_null())
        && let Err(error) = coerce(input.ty, &default.value)
    {
        let message = format!("the default of input `{}` does not fit its type: {error}", input.name.value);
        let help = format!("change the default, or the type `{}`", input.ty);
        report.odd(Diagnostic::warning(Code::DefaultType, default.span, message).help(help));
    }
    if let (Ty::Image, Some(default)) = (input.ty, &input.default)
        && let Err(error) = image::load(&default.value, files)
    {
        let message = format!("the default of input `{}` cannot be used: {error}", input.name.value);
        let help = "paths are relative to the flow's folder, and stay inside of the project";
        report.odd(Diagnostic::warning(Code::DefaultType, default.span, message).help(help));
    }
    let default = input.default.as_ref().map(|default| default.value.clone());
    PlanInput {
        name: Arc::clone(&input.name.value),
        ty: input.ty,
        message_format,
        default: default.or_else(|| input.is_optional.then_some(Value::Null)),
        is_optional: input.is_optional,
        description: Arc::clone(&input.description),
    }
}
