//! Types along edges, where both ends are known.

use super::look;
use super::node::{Accepts, Draft};
use super::outputs::Output;
use crate::diag::{Code, Diagnostic, Severity, did_you_mean};
use crate::doc::{FlowDoc, NodeDoc, NodeKind, OnErrorDoc, Report};
use crate::plan::{Binding, NodeIndex, PropertyPath, Step};
use crate::source::Span;
use crate::ty::Ty;

/// Checks each argument against what it comes from, and each property against a node that cannot have it.
pub(super) fn check(doc: &FlowDoc, drafts: &[Draft], outputs: &[Output], report: &mut Report) {
    let bypasses = Bypasses::of(doc, drafts);
    for (node, draft) in doc.nodes.iter().zip(drafts) {
        for (argument, accepts) in draft.arguments.iter().zip(&draft.accepts) {
            if let (Some(accepts), Some((from, what))) =
                (accepts, source(doc, drafts, &argument.binding, node.aggregation))
            {
                check_edge(accepts, from, &what, argument.span, report);
            }
            check_property(doc, drafts, &bypasses, &argument.binding, argument.span, report);
        }
        look::check(doc, drafts, &bypasses, draft, report);
    }
    for output in outputs {
        check_property(doc, drafts, &bypasses, &output.output.binding, output.span, report);
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

/// A property that the other node's output cannot have. Where that node may be bypassed, the property is null instead
/// (spec section 3.2), so that only one that always runs is certain to fail.
pub(super) fn check_property(
    doc: &FlowDoc,
    drafts: &[Draft],
    bypasses: &Bypasses,
    binding: &Binding,
    span: Span,
    report: &mut Report,
) {
    let Some(mut diagnostic) = property_warning(doc, drafts, binding, span) else { return };
    let is_open = |node: NodeIndex| drafts.get(node.index()).is_some_and(Draft::is_open);
    if binding.node().is_some_and(|node| !bypasses.may_be_bypassed(node) && !is_open(node)) {
        diagnostic.severity = Severity::Error;
    }
    report.push(diagnostic);
}

/// A warning of a property that the other node's output cannot have.
pub(super) fn property_warning(doc: &FlowDoc, drafts: &[Draft], binding: &Binding, span: Span) -> Option<Diagnostic> {
    let Binding::Node { node, path, .. } = binding else { return None };
    let (other, draft) = (doc.nodes.get(node.index())?, drafts.get(node.index())?);
    let first = path.steps().first()?;
    // Over all rows the property is taken of each row's output, so that the same holds for aggregation nodes.
    let (message, help) = misfit(other, draft, first, path)?;
    let gives = match draft.output {
        Ty::String => "gives text",
        Ty::List => "gives a list",
        _ if other.kind == NodeKind::Llm => "this node",
        _ => "this flow",
    };
    let diagnostic = Diagnostic::warning(Code::UnknownProperty, span, message);
    Some(diagnostic.related(other.name.span, gives).maybe_help(help))
}

/// What is wrong with the first step into a node's output, and what to do.
fn misfit(other: &NodeDoc, draft: &Draft, first: &Step, path: &PropertyPath) -> Option<(String, Option<String>)> {
    let name = &other.name.value;
    let shown = path.to_string();
    let shown = shown.trim_start_matches('.');
    match (draft.output, first) {
        (Ty::String, _) => {
            let message = format!("the output of node `{name}` is text, which has no property `{shown}`");
            let help = "if it is JSON text, parse it with the tool json.parse and refer to that node";
            Some((message, Some(help.to_owned())))
        }
        (Ty::List, Step::Word(word) | Step::Quoted(word)) => {
            let message = format!("the output of node `{name}` is a list, which has no property `{word}`");
            let help = if word.chars().all(|digit| digit.is_ascii_digit()) {
                format!("write ${{{name}.output.[{word}]}} for an item by its position")
            } else {
                "take an item by its position, .[0], or run a node for each item by `for_each`".to_owned()
            };
            Some((message, Some(help)))
        }
        (_, Step::Word(word) | Step::Quoted(word)) => {
            let known = draft.properties.as_ref()?;
            if known.contains(word) {
                return None;
            }
            let message = match other.kind {
                NodeKind::Llm => format!("the `output_schema` of node `{name}` has no property `{word}`"),
                _ => format!("the flow of node `{name}` has no output `{word}`"),
            };
            Some((message, did_you_mean(word, known.iter().map(|known| &**known))))
        }
        _ => None,
    }
}

/// Which nodes may be bypassed. Worked out once per flow, since a node asks all that it depends on.
pub(super) struct Bypasses(Vec<bool>);

impl Bypasses {
    fn of(doc: &FlowDoc, drafts: &[Draft]) -> Self {
        let mut known = vec![None; drafts.len()];
        for at in 0..drafts.len() {
            visit(doc, drafts, at, &mut known);
        }
        Self(known.into_iter().map(|bypassed| bypassed.unwrap_or(true)).collect())
    }

    fn may_be_bypassed(&self, node: NodeIndex) -> bool {
        self.0.get(node.index()).copied().unwrap_or(true)
    }
}

/// A node may be bypassed by a condition, by a failure that is skipped, or since all that it refers to was.
fn visit(doc: &FlowDoc, drafts: &[Draft], at: usize, known: &mut [Option<bool>]) -> bool {
    if let Some(bypassed) = known[at] {
        return bypassed;
    }
    // Stands while the node is visited; in a cycle, which is an error of its own, it also ends the visit.
    known[at] = Some(true);
    let node = &doc.nodes[at];
    let mut sources = drafts[at].needs.iter().filter(|need| !need.condition).peekable();
    let starved = sources.peek().is_some() && sources.all(|need| visit(doc, drafts, need.node.index(), known));
    let skipped = !matches!(node.on_error, OnErrorDoc::Fail);
    let bypassed = node.activate.is_some() || node.condition.is_some() || skipped || starved;
    known[at] = Some(bypassed);
    bypassed
}
