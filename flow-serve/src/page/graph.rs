use flow_core::engine::Flow;
use flow_core::plan::{Activation, Binding, InputIndex, NodeIndex, Op, Plan, PlanNode};
use serde_json::{Value as Json, json};

use crate::endpoint::Shown;

/// The nodes that a request runs, and what hangs together: what a node takes from inputs and from other nodes, under which condition it
/// runs, and which nodes give outputs.
pub(super) fn graph(flow: &Flow, shown: &Shown) -> Json {
    let plan = &flow.plan;
    let nodes: Vec<Json> = plan.nodes.iter().filter(|node| !node.aggregation).map(|node| of_node(flow, node)).collect();
    let outputs: Vec<Json> = shown
        .of(plan)
        .map(|output| json!({ "output": output.name, "node": source(plan, &output.binding).node }))
        .collect();
    json!({ "nodes": nodes, "outputs": outputs })
}

fn of_node(flow: &Flow, node: &PlanNode) -> Json {
    let plan = &flow.plan;
    let list = node.for_each.as_ref().map(|for_each| &for_each.list);
    let taken: Vec<Source<'_>> =
        node.arguments.iter().map(|(_, binding)| binding).chain(list).map(|binding| source(plan, binding)).collect();
    let condition = node.activation.as_ref().map(|activation| condition(plan, activation));
    let variants = flow.axes.iter().find(|axis| axis.node == node.name).map_or(0, |axis| axis.variants.len());
    json!({
        "name": node.name,
        "kind": kind(&node.op),
        "detail": detail(node),
        "inputs": names(taken.iter().filter_map(|source| source.input)),
        "nodes": names(taken.iter().filter_map(|source| source.node)),
        "condition": condition,
        "for_each": node.for_each.is_some(),
        "loop": node.repeat.is_some(),
        "variants": variants,
    })
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, Default)]
struct Source<'p> {
    input: Option<&'p str>,
    node: Option<&'p str>,
}

fn source<'p>(plan: &'p Plan, binding: &Binding) -> Source<'p> {
    match binding {
        Binding::Input(InputIndex(input)) => {
            Source { input: plan.inputs.get(usize::from(*input)).map(|input| &*input.name), node: None }
        }
        Binding::Node { node: NodeIndex(node), .. } => {
            Source { input: None, node: plan.nodes.get(usize::from(*node)).map(|node| &*node.name) }
        }
        _ => Source::default(),
    }
}

/// Each name once, in the order in which they first occur.
fn names<'p>(all: impl Iterator<Item = &'p str>) -> Vec<&'p str> {
    let mut names = Vec::new();
    for name in all {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The condition under which a node runs, in words, and what it looks at.
fn condition(plan: &Plan, activation: &Activation) -> Json {
    match activation {
        Activation::Equals { when, is } => {
            let source = source(plan, when);
            let text = format!("{} is {}", when.reference(plan), is.to_json());
            json!({ "text": text, "inputs": names(source.input.into_iter()), "nodes": names(source.node.into_iter()) })
        }
        Activation::Expression(expression) => {
            let used: Vec<Source<'_>> = expression
                .names()
                .iter()
                .map(|name| match name.segments.get(1).filter(|_| name.root() == "inputs") {
                    Some(input) => Source { input: plan.input(input).map(|(_, input)| &*input.name), node: None },
                    None => Source { input: None, node: plan.node(name.root()).map(|(_, node)| &*node.name) },
                })
                .collect();
            json!({
                "text": expression.text(),
                "inputs": names(used.iter().filter_map(|source| source.input)),
                "nodes": names(used.iter().filter_map(|source| source.node)),
            })
        }
    }
}

fn kind(op: &Op) -> &'static str {
    match op {
        Op::Prompt(_) => "prompt",
        Op::Llm(_) => "llm",
        Op::Tool(_) => "tool",
        Op::Script(_) => "python",
        Op::Flow(_) => "flow",
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
            let is_model = matches!(slot.parameter.name, "model" | "deployment_name");
            match node.arguments.get(slot.argument) {
                Some((_, Binding::Literal(model))) if is_model => model.as_str().map(str::to_owned),
                _ => None,
            }
        }),
        Op::Tool(tool) => Some(tool.spec().name.to_owned()),
        Op::Flow(plan) => Some(plan.name.to_string()),
    }
}
