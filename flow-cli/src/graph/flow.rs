//! The picture of a flow.

use flow_core::engine::Flow;
use flow_core::plan::{Activation, Binding, InputIndex, NodeIndex, Op, PlanNode};

use super::{EdgeKind, GraphPicture, Mark, NodeKind, PictureEdge, PictureNode};

/// What is in the picture of a flow: its inputs, its nodes, its outputs.
pub(crate) fn picture(flow: &Flow) -> GraphPicture {
    let plan = &flow.plan;
    let inputs = plan.inputs.iter().map(|input| PictureNode {
        name: input.name.to_string(),
        kind: NodeKind::Input,
        detail: Some(input.ty.to_string()),
        marks: Vec::new(),
    });
    let nodes = plan.nodes.iter().map(|node| PictureNode {
        name: node.name.to_string(),
        kind: kind(&node.op),
        detail: detail(node),
        marks: marks(flow, node),
    });
    let outputs = plan.outputs.iter().map(|output| PictureNode {
        name: output.name.to_string(),
        kind: NodeKind::Output,
        detail: Some(output.ty.to_string()),
        marks: Vec::new(),
    });
    let places = Places { inputs: plan.inputs.len(), nodes: plan.nodes.len() };
    let mut edges = Vec::new();
    for (position, node) in plan.nodes.iter().enumerate() {
        node_edges(flow, node, places.node_at(position), &places, &mut edges);
    }
    for (position, output) in plan.outputs.iter().enumerate() {
        let to = places.inputs + places.nodes + position;
        edges.extend(places.of(&output.binding).map(|from| data(from, to)));
    }
    GraphPicture { title: flow.name.to_string(), nodes: inputs.chain(nodes).chain(outputs).collect(), edges }
}

/// Where inputs and nodes stand among the picture's nodes.
struct Places {
    inputs: usize,
    nodes: usize,
}

impl Places {
    fn node_at(&self, position: usize) -> usize {
        self.inputs + position
    }

    fn of(&self, binding: &Binding) -> Option<usize> {
        match binding {
            Binding::Input(InputIndex(input)) => Some(usize::from(*input)),
            Binding::Node { node: NodeIndex(node), .. } => Some(self.node_at(usize::from(*node))),
            _ => None,
        }
    }
}

fn data(from: usize, to: usize) -> PictureEdge {
    PictureEdge { from, to, label: None, kind: EdgeKind::Data }
}

/// The arrows that lead to a node: one per neighbour, the condition's with its words.
fn node_edges(flow: &Flow, node: &PlanNode, to: usize, places: &Places, edges: &mut Vec<PictureEdge>) {
    let list = node.for_each.as_ref().map(|for_each| &for_each.list);
    let bindings = node.arguments.iter().map(|(_, binding)| binding).chain(list);
    let mut froms: Vec<usize> = bindings.filter_map(|binding| places.of(binding)).collect();
    froms.sort_unstable();
    froms.dedup();
    edges.extend(froms.into_iter().map(|from| data(from, to)));
    let condition = |from, label: String| PictureEdge { from, to, label: Some(label), kind: EdgeKind::Condition };
    match &node.activation {
        Some(Activation::Equals { when, is }) => {
            let words = format!("is {}", is.to_json());
            edges.extend(places.of(when).map(|from| condition(from, words)));
        }
        Some(Activation::Expression(expression)) => {
            let mut froms: Vec<usize> = Vec::new();
            for name in expression.names() {
                let input = name.segments.get(1).filter(|_| name.root() == "inputs");
                let from = match input {
                    Some(input) => flow.plan.input(input).map(|(index, _)| index.index()),
                    None => flow.plan.node(name.root()).map(|(index, _)| places.node_at(index.index())),
                };
                froms.extend(from);
            }
            froms.sort_unstable();
            froms.dedup();
            edges.extend(froms.into_iter().map(|from| condition(from, expression.text().to_owned())));
        }
        None => {}
    }
}

fn kind(op: &Op) -> NodeKind {
    match op {
        Op::Prompt(_) => NodeKind::Prompt,
        Op::Llm(_) => NodeKind::Llm,
        Op::Tool(_) => NodeKind::Tool,
        Op::Script(_) => NodeKind::Python,
        Op::Flow(_) => NodeKind::Flow,
    }
}

/// The model, the tool, or the other flow's name.
fn detail(node: &PlanNode) -> Option<String> {
    match &node.op {
        Op::Prompt(_) | Op::Script(_) => None,
        Op::Llm(llm) if llm.prompty.is_some() => {
            llm.target.overrides.first().and_then(|(_, model)| model.as_str().map(str::to_owned))
        }
        Op::Llm(llm) => llm.target.parameters.iter().find_map(|slot| {
            if !matches!(slot.parameter.name, "model" | "deployment_name") {
                return None;
            }
            match node.arguments.get(slot.argument) {
                Some((_, Binding::Literal(model))) => model.as_str().map(str::to_owned),
                _ => None,
            }
        }),
        Op::Tool(tool) => Some(tool.spec().name.to_owned()),
        Op::Flow(plan) => Some(plan.name.to_string()),
    }
}

fn marks(flow: &Flow, node: &PlanNode) -> Vec<Mark> {
    let mut marks = Vec::new();
    if node.activation.is_some() {
        marks.push(Mark::Conditional);
    }
    if node.for_each.is_some() {
        marks.push(Mark::ForEach);
    }
    if node.repeat.is_some() {
        marks.push(Mark::Loop);
    }
    if node.aggregation {
        marks.push(Mark::Aggregation);
    }
    let variants = flow.axes.iter().find(|axis| axis.node == node.name).map_or(0, |axis| axis.variants.len());
    if variants > 1 {
        marks.push(Mark::Variants(variants));
    }
    marks
}
