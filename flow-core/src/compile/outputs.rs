use std::sync::Arc;

use super::graph::Order;
use super::reference::{self, Position};
use super::scope::Scope;
use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, OutputDoc, Report, authored};
use crate::plan::{Binding, NodeIndex, PlanOutput};
use crate::source::Span;
use crate::value::Value;

/// An output of the flow, bound, with the place of its reference.
#[derive(Debug)]
pub(super) struct Output {
    pub output: PlanOutput,
    pub span: Span,
}

impl Output {
    /// The node that it comes from.
    pub(super) fn node(&self) -> Option<NodeIndex> {
        self.output.binding.node()
    }
}

/// Binds the flow's outputs. One that refers to an aggregation node is left out, as promptflow does (spec 1.9).
pub(super) fn lower(doc: &FlowDoc, scope: &Scope, report: &mut Report) -> Vec<Output> {
    doc.outputs.iter().filter_map(|output| lower_output(doc, output, scope, report)).collect()
}

fn lower_output(doc: &FlowDoc, output: &OutputDoc, scope: &Scope, report: &mut Report) -> Option<Output> {
    let name = &output.name.value;
    let Some(written) = output.reference.as_ref().filter(|written| !written.value.is_empty()) else {
        let message = format!("output `{name}` has no `reference`");
        report.error(
            Code::InvalidOutput,
            output.name.span,
            message,
            "say where it comes from: reference: ${NODE.output}",
        );
        return None;
    };
    let binding = if reference::parse(&written.value).is_some() {
        reference::bind(&written.value, written.span, Position::OUTPUT, scope, report)?
    } else {
        let message = format!("output `{name}` is the fixed text `{}`, since its reference is none", written.value);
        let help = match reference::meant(&written.value, scope) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "a reference is the whole value: ${NODE.output}".to_owned(),
        };
        report.push(Diagnostic::warning(Code::ReferenceAsText, written.span, message).help(help));
        Binding::Literal(authored(&Value::from(&*written.value)))
    };
    if let Some(node) = binding.node().and_then(|node| doc.nodes.get(node.index())).filter(|node| node.aggregation) {
        let message = format!(
            "output `{name}` is left out: `{}` is an aggregation node, which runs after all rows",
            node.name.value
        );
        let help = "remove the output, or refer to a node that runs for each row";
        report.warning(Code::InvalidOutput, written.span, message, help);
        return None;
    }
    let output = PlanOutput {
        name: Arc::clone(name),
        ty: output.ty,
        binding,
        evaluation_only: output.evaluation_only,
        description: Arc::clone(&output.description),
    };
    Some(Output { output, span: written.span })
}

/// The outputs with the plan's node numbers.
pub(super) fn assemble(outputs: Vec<Output>, order: &Order) -> Box<[PlanOutput]> {
    outputs
        .into_iter()
        .map(|output| {
            let mut output = output.output;
            order.renumber(&mut output.binding);
            output
        })
        .collect()
}
