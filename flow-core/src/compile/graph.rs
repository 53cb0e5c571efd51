//! The graph of nodes: its order, its cycles, and the rules of aggregation.

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex as Vertex};

use super::node::Draft;
use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, Report};
use crate::plan::{Activation, Binding, NodeIndex, PlanNode};

/// The order in which the plan holds the nodes.
#[derive(Debug)]
pub(super) struct Order {
    /// Positions in the document, in the plan's order.
    pub nodes: Vec<usize>,
    /// The plan's number of each node of the document.
    numbers: Vec<NodeIndex>,
}

impl Order {
    /// The plan's number of a node of the document.
    pub(super) fn number(&self, node: NodeIndex) -> NodeIndex {
        self.numbers[node.index()]
    }

    /// Puts the plan's number into a binding.
    pub(super) fn renumber(&self, binding: &mut Binding) {
        if let Binding::Node { node, .. } = binding {
            *node = self.number(*node);
        }
    }
}

/// The stable topological order (spec section 3.1): again and again the first node of the file whose dependencies are
/// placed. `None`, with the cycle named, where there is none.
pub(super) fn order(doc: &FlowDoc, drafts: &[Draft], report: &mut Report) -> Option<Order> {
    let mut placed = vec![false; drafts.len()];
    let mut nodes = Vec::with_capacity(drafts.len());
    while nodes.len() < drafts.len() {
        let ready = |draft: &Draft| draft.needs.iter().all(|need| placed[need.node.index()]);
        let Some(next) = drafts.iter().enumerate().position(|(at, draft)| !placed[at] && ready(draft)) else {
            report_cycles(doc, drafts, report);
            return None;
        };
        placed[next] = true;
        nodes.push(next);
    }
    let mut numbers = vec![NodeIndex(0); nodes.len()];
    for (number, at) in nodes.iter().enumerate() {
        numbers[*at] = NodeIndex(u16::try_from(number).unwrap_or(u16::MAX));
    }
    Some(Order { nodes, numbers })
}

fn report_cycles(doc: &FlowDoc, drafts: &[Draft], report: &mut Report) {
    let mut graph = DiGraph::<(), ()>::new();
    let vertices: Vec<Vertex> = drafts.iter().map(|_| graph.add_node(())).collect();
    for (at, draft) in drafts.iter().enumerate() {
        for need in &draft.needs {
            graph.add_edge(vertices[at], vertices[need.node.index()], ());
        }
    }
    for component in tarjan_scc(&graph) {
        let members: Vec<usize> = component.iter().map(|vertex| vertex.index()).collect();
        let is_cycle = members.len() > 1 || drafts[members[0]].needs.iter().any(|need| need.node.index() == members[0]);
        if is_cycle {
            report_cycle(doc, drafts, &members, report);
        }
    }
}

/// Names one cycle among nodes that all reach each other, beginning with the first of the file.
fn report_cycle(doc: &FlowDoc, drafts: &[Draft], members: &[usize], report: &mut Report) {
    let Some(start) = members.iter().copied().min() else { return };
    let mut path = vec![start];
    let mut places = Vec::new();
    let mut at = start;
    // Each member has a need inside of the component, so that following the first that leads on must come around.
    while let Some(need) = next_step(drafts, members, &path, at, start) {
        places.push((at, need.1));
        at = need.0;
        if at == start {
            break;
        }
        path.push(at);
    }
    let name = |at: usize| &*doc.nodes[at].name.value;
    let round: Vec<&str> = path.iter().map(|at| name(*at)).chain(std::iter::once(name(start))).collect();
    let message = match round[..] {
        [only, _] => format!("node `{only}` waits for itself"),
        _ => format!("these nodes wait for each other: {}", round.join(" → ")),
    };
    let Some(((_, first), rest)) = places.split_first() else { return };
    let next = |at: usize| round.get(at + 1).copied().unwrap_or(name(start));
    let mut diagnostic = Diagnostic::error(Code::Cycle, *first, message)
        .label(format!("`{}` needs `{}`", name(start), next(0)))
        .help("a flow runs once from inputs to outputs; remove one of these references, or repeat a node with `loop`");
    for (position, (at, span)) in rest.iter().enumerate() {
        diagnostic = diagnostic.related(*span, format!("`{}` needs `{}`", name(*at), next(position + 1)));
    }
    report.push(diagnostic);
}

/// The next node on the way around: back to the start if possible, else one that was not visited.
fn next_step(
    drafts: &[Draft],
    members: &[usize],
    path: &[usize],
    at: usize,
    start: usize,
) -> Option<(usize, crate::source::Span)> {
    let inside = || drafts[at].needs.iter().filter(|need| members.contains(&need.node.index()));
    let back = inside().find(|need| need.node.index() == start);
    let on = || inside().find(|need| !path.contains(&need.node.index()));
    back.or_else(on).map(|need| (need.node.index(), need.span))
}

/// A node of the rows cannot wait for one that runs after them, and an aggregation node's condition cannot look at
/// one of the rows (spec section 1.9).
pub(super) fn check_aggregation(doc: &FlowDoc, drafts: &[Draft], report: &mut Report) {
    for (node, draft) in doc.nodes.iter().zip(drafts) {
        for need in &draft.needs {
            let Some(other) = doc.nodes.get(need.node.index()) else { continue };
            if !node.aggregation && other.aggregation {
                let message = format!(
                    "node `{}` runs for each row and cannot wait for `{}`, which runs after all rows",
                    node.name.value, other.name.value
                );
                let diagnostic = Diagnostic::error(Code::AggregationOrder, need.span, message)
                    .related(other.name.span, "an aggregation node")
                    .help(format!("give `{}` `aggregation: true` as well", node.name.value));
                report.push(diagnostic);
            }
            if node.aggregation && !other.aggregation && need.condition {
                let message = format!(
                    "the condition of aggregation node `{}` cannot look at `{}`, which has one output per row",
                    node.name.value, other.name.value
                );
                let help = "let the condition look at another aggregation node";
                report.error(Code::AggregationOrder, need.span, message, help);
            }
        }
    }
}

/// Whether each node of a row waits for the one before it, so that a plain loop runs them.
pub(super) fn is_chain(nodes: &[PlanNode]) -> bool {
    let row: Vec<usize> = (0..nodes.len()).filter(|at| !nodes[*at].aggregation).collect();
    row.windows(2).all(|pair| nodes[pair[1]].dependencies.iter().any(|dependency| dependency.index() == pair[0]))
}

/// Puts the plan's numbers into a node.
pub(super) fn renumber(node: &mut PlanNode, order: &Order) {
    for (_, binding) in &mut node.arguments {
        order.renumber(binding);
    }
    if let Some(Activation::Equals { when, .. }) = &mut node.activation {
        order.renumber(when);
    }
    if let Some(for_each) = &mut node.for_each {
        order.renumber(&mut for_each.list);
    }
    for list in [&mut node.dependencies, &mut node.sources] {
        let mut numbers: Vec<NodeIndex> = list.iter().map(|node| order.number(*node)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        *list = numbers.into();
    }
}
