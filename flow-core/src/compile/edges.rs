//! Types along edges, where both ends are known.

use super::node::{Accepts, Draft};
use super::outputs::Output;
use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, Report};
use crate::plan::{Binding, NodeIndex, PropertyPath};
use crate::source::Span;
use crate::ty::Ty;

/// Checks each argument against what it comes from, and each property against a node that cannot have it.
pub(super) fn check(doc: &FlowDoc, drafts: &[Draft], outputs: &[Output], report: &mut Report) {
    for (node, draft) in doc.nodes.iter().zip(drafts) {
        for (argument, accepts) in draft.arguments.iter().zip(&draft.accepts) {
            if let (Some(accepts), Some((from, what))) =
                (accepts, source(doc, drafts, &argument.binding, node.aggregation))
            {
                check_edge(accepts, from, &what, argument.span, report);
            }
            check_property(doc, drafts, &argument.binding, argument.span, report);
        }
    }
    for output in outputs {
        check_property(doc, drafts, &output.output.binding, output.span, report);
    }
}

/// The type that a binding brings, and what it is called; `None` where it is not known.
fn source(doc: &FlowDoc, drafts: &[Draft], binding: &Binding, aggregation: bool) -> Option<(Ty, String)> {
    match binding {
        Binding::Input(input) => {
            let input = doc.inputs.get(input.index())?;
            let ty = if aggregation { Ty::List } else { input.ty };
            Some((ty, format!("flow input `{}`", input.name.value)))
        }
        Binding::Node { node, path, .. } if path.is_empty() => {
            let other = doc.nodes.get(node.index())?;
            let ty = if aggregation && !other.aggregation { Ty::List } else { drafts[node.index()].output };
            Some((ty, format!("the output of node `{}`", other.name.value)))
        }
        _ => None,
    }
}

fn check_edge(accepts: &Accepts, from: Ty, what: &str, span: Span, report: &mut Report) {
    if from == Ty::Any || accepts.types.contains(&from) {
        return;
    }
    let Some(wanted) = accepts.types.first() else { return };
    let message = format!("{} takes {wanted}, but {what} is of type {from}", accepts.what);
    let help = match (from, wanted) {
        (Ty::String, _) => "the tool json.parse makes other types of text".to_owned(),
        (_, Ty::String) => "a prompt node makes text of any value".to_owned(),
        _ => format!("refer to something of type {wanted}"),
    };
    report.error(Code::TypeMismatch, span, message, help);
}

/// Text has no properties. A node that may be bypassed gives null for them, so that only one that always runs is
/// certain to fail (spec section 3.2).
fn check_property(doc: &FlowDoc, drafts: &[Draft], binding: &Binding, span: Span, report: &mut Report) {
    let Binding::Node { node, path, .. } = binding else { return };
    let (Some(other), Some(draft)) = (doc.nodes.get(node.index()), drafts.get(node.index())) else { return };
    if path.is_empty() || draft.output != Ty::String || may_be_bypassed(doc, drafts, *node, 0) {
        return;
    }
    let name = &other.name.value;
    let message = format!("the output of node `{name}` is text, which has no property `{}`", shown(path));
    let help = "if it is JSON text, parse it with the tool json.parse and refer to that node";
    report.push(
        Diagnostic::error(Code::UnknownProperty, span, message).related(other.name.span, "gives text").help(help),
    );
}

fn shown(path: &PropertyPath) -> String {
    path.to_string().trim_start_matches('.').to_owned()
}

fn may_be_bypassed(doc: &FlowDoc, drafts: &[Draft], node: NodeIndex, depth: usize) -> bool {
    let (Some(other), Some(draft)) = (doc.nodes.get(node.index()), drafts.get(node.index())) else { return true };
    let conditional = other.activate.is_some() || other.condition.is_some();
    let skippable = !matches!(other.on_error, crate::doc::OnErrorDoc::Fail);
    let mut sources = draft.needs.iter().filter(|need| !need.condition).peekable();
    let starved = sources.peek().is_some()
        && depth < 64
        && sources.all(|need| may_be_bypassed(doc, drafts, need.node, depth + 1));
    conditional || skippable || starved || depth >= 64
}
