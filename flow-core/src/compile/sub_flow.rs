//! Flow nodes: another flow as one node.

use std::sync::Arc;

use super::Workbench;
use super::arguments::{Argument, given_names};
use super::node::{Accepts, Body};
use crate::diag::{Code, Diagnostic, Label, did_you_mean, nearest};
use crate::doc::{NodeDoc, Report};
use crate::plan::{Op, PlanInput};
use crate::source::SourceMap;
use crate::ty::{Ty, coerce};

/// Lowers a flow node; the other flow is loaded with all its problems.
pub(super) fn lower(
    doc: &NodeDoc,
    arguments: &[Argument],
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Body {
    let mut body = Body {
        op: None,
        output: Ty::Object,
        properties: None,
        defaulted: Vec::new(),
        accepts: vec![None; arguments.len()],
    };
    let Some(written) = &doc.flow else { return body };
    let path = match bench.files.resolve(&written.value) {
        Ok(path) => path,
        Err(error) => {
            report.error(
                Code::FlowNotFound,
                written.span,
                error.to_string(),
                "paths are relative to this flow's folder",
            );
            return body;
        }
    };
    let plan = match bench.flows.load(&path, sources, &mut report.diagnostics) {
        Ok(Some(plan)) => plan,
        Ok(None) => return body,
        Err(mut diagnostic) => {
            diagnostic.primary = Some(Label { span: written.span, text: String::new() });
            report.push(*diagnostic);
            return body;
        }
    };
    let mut meant = Vec::new();
    for (position, argument) in arguments.iter().enumerate() {
        match plan.input(&argument.name) {
            Some((_, input)) => {
                check_literal(doc, input, argument, report);
                let what = format!("input `{}` of flow `{}`", input.name, written.value);
                body.accepts[position] = accepted(input.ty).map(|types| Accepts { types, what });
            }
            None => {
                let message = format!("the flow `{}` has no input `{}`", written.value, argument.name);
                let required = plan.inputs.iter().filter(|input| input.default.is_none());
                let missing =
                    required.map(|input| &*input.name).filter(|name| !given_names(doc).any(|given| given == *name));
                meant.extend(nearest(&argument.name, missing));
                let help = did_you_mean(&argument.name, plan.inputs.iter().map(|input| &*input.name));
                report.push(Diagnostic::error(Code::UnknownInput, argument.name_span, message).maybe_help(help));
            }
        }
    }
    for input in plan.inputs.iter().filter(|input| input.default.is_none()) {
        if !given_names(doc).any(|given| *given == *input.name) && !meant.contains(&&*input.name) {
            let message = format!(
                "node `{}` does not give the input `{}` of flow `{}`",
                doc.name.value, input.name, written.value
            );
            report.error(
                Code::MissingToolInput,
                doc.name.span,
                message,
                format!("add `{}: …` below its `inputs`", input.name),
            );
        }
    }
    body.defaulted =
        plan.inputs.iter().filter(|input| input.default.is_some()).map(|input| Arc::clone(&input.name)).collect();
    body.properties = Some(plan.outputs.iter().map(|output| Arc::clone(&output.name)).collect());
    body.op = Some(Op::Flow(plan));
    body
}

fn check_literal(doc: &NodeDoc, input: &PlanInput, argument: &Argument, report: &mut Report) {
    if let Some(Err(error)) = argument.literal().map(|literal| coerce(input.ty, literal)) {
        let message = format!("input `{}` of node `{}` does not fit: {error}", input.name, doc.name.value);
        report.push(Diagnostic::error(Code::TypeMismatch, argument.span, message));
    }
}

/// The types that can be brought to a flow input's; `None` where anything can.
fn accepted(ty: Ty) -> Option<Vec<Ty>> {
    match ty {
        Ty::Int => Some(vec![Ty::Int, Ty::Double, Ty::Bool, Ty::String, Ty::Object]),
        Ty::Double => Some(vec![Ty::Double, Ty::Int, Ty::Bool, Ty::String, Ty::Object]),
        Ty::Bool => Some(vec![Ty::Bool, Ty::String, Ty::Object]),
        Ty::List => Some(vec![Ty::List, Ty::String, Ty::Object]),
        _ => None,
    }
}
