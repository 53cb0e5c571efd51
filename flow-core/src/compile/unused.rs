//! Nodes and inputs that nothing uses.

use super::node::Draft;
use super::outputs::Output;
use crate::diag::{Code, Diagnostic, Severity};
use crate::doc::{FlowDoc, Report};
use crate::plan::Binding;

/// Errors after which references may be missing that were meant to be there.
const HIDING: &[Code] = &[
    Code::AggregationOrder,
    Code::DuplicateName,
    Code::FlowNotFound,
    Code::InputProperty,
    Code::InvalidCondition,
    Code::InvalidOutput,
    Code::InvalidReference,
    Code::InvalidValue,
    Code::MissingDefaultVariant,
    Code::MissingKey,
    Code::PythonSyntax,
    Code::ReservedName,
    Code::UnknownInput,
    Code::UnknownKey,
    Code::UnknownNode,
    Code::UnknownSection,
    Code::UnknownTool,
    Code::UnknownVariant,
    Code::WrongShape,
];

/// Warns of what nothing uses. A flow without outputs is run for what its nodes do, so that none counts as unused.
pub(super) fn check(doc: &FlowDoc, drafts: &[Draft], outputs: &[Output], report: &mut Report) {
    let hides = |found: &Diagnostic| found.severity == Severity::Error && HIDING.contains(&found.code);
    if report.diagnostics.iter().any(hides) {
        return;
    }
    for (position, input) in doc.inputs.iter().enumerate() {
        let by_node = drafts.iter().any(|draft| draft.inputs.contains(&position));
        let by_output = outputs
            .iter()
            .any(|output| matches!(output.output.binding, Binding::Input(index) if index.index() == position));
        // A conversation hands its history over whether the flow looks at it or not.
        if !by_node && !by_output && input.is_chat_history != Some(true) && !input.is_chat_input {
            let message = format!("nothing uses the flow input `{}`", input.name.value);
            report.warning(Code::UnusedInput, input.name.span, message, "refer to it, or remove it");
        }
    }
    if doc.outputs.is_empty() {
        return;
    }
    for (position, node) in doc.nodes.iter().enumerate() {
        let by_node = drafts.iter().any(|draft| draft.needs.iter().any(|need| need.node.index() == position));
        let by_output = outputs.iter().any(|output| output.node().is_some_and(|node| node.index() == position));
        if !by_node && !by_output && !node.aggregation {
            let message = format!("nothing uses the output of node `{}`, which runs all the same", node.name.value);
            report.warning(Code::UnusedNode, node.name.span, message, "add an output that refers to it, or remove it");
        }
    }
}
