use std::sync::Arc;

use flow_core::exec::Event;
use flow_core::plan::{Binding, Op, Plan, PlanNode};
use flow_core::value::{Map, Value};
use serde_json::json;

/// Prints an output of the flow on standard output piece by piece, as the model says it.
pub(crate) struct Speech {
    node: Arc<str>,
    output: Arc<str>,
    json: bool,
    said: String,
    /// A line was begun that has no end.
    is_within_line: bool,
}

impl Speech {
    /// For the first output of a flow that can come in pieces; `None` if none can.
    pub(crate) fn of_flow(plan: &Plan, json: bool) -> Option<Self> {
        (0..plan.outputs.len()).find_map(|position| Self::of_output(plan, position, json))
    }

    /// For one output of a flow.
    pub(crate) fn of_output(plan: &Plan, position: usize, json: bool) -> Option<Self> {
        let output = plan.outputs.get(position)?;
        match &output.binding {
            Binding::Node { node, path, .. } if path.is_empty() => {
                Self::new(&plan.nodes[node.index()], Arc::clone(&output.name), json)
            }
            _ => None,
        }
    }

    /// For a node that runs alone.
    pub(crate) fn of_node(plan: &Plan, name: &str, json: bool) -> Option<Self> {
        Self::new(plan.node(name)?.1, Arc::from("output"), json)
    }

    fn new(node: &PlanNode, output: Arc<str>, json: bool) -> Option<Self> {
        let streams = matches!(&node.op, Op::Llm(llm) if llm.streams);
        streams.then(|| Self { node: Arc::clone(&node.name), output, json, said: String::new(), is_within_line: false })
    }

    /// Whether an event adds to the output.
    pub(crate) fn adds(&self, event: &Event) -> bool {
        matches!(event, Event::Delta { at, .. } if at.node == self.node)
    }

    /// Prints what an event adds to the output.
    pub(crate) fn hear(&mut self, event: &Event) {
        let Event::Delta { at, text } = event else { return };
        if at.node != self.node {
            return;
        }
        self.said.push_str(text);
        if self.json {
            super::out(&json!({ "delta": { "output": self.output, "text": text } }).to_string());
        } else {
            super::out_piece(text);
            self.is_within_line = !text.ends_with('\n');
        }
    }

    /// Ends the line of the pieces, so that something else can be said.
    pub(crate) fn end_line(&mut self) {
        if std::mem::take(&mut self.is_within_line) {
            super::out("");
        }
    }

    /// Whether an output came in pieces, as a whole.
    pub(crate) fn has_said(&self, outputs: &Map) -> bool {
        !self.said.is_empty() && outputs.get(&self.output).and_then(Value::as_str) == Some(&self.said)
    }

    /// What is to be printed after the pieces: the other outputs, or all if what was said is not the output.
    pub(crate) fn rest(&self, outputs: &Map) -> Option<String> {
        if !self.has_said(outputs) {
            return Some(super::outputs_text(outputs));
        }
        let others: Map = outputs
            .iter()
            .filter(|(name, _)| **name != self.output)
            .map(|(name, value)| (Arc::clone(name), value.clone()))
            .collect();
        (!others.is_empty()).then(|| super::value_text(&Value::Map(Arc::new(others))))
    }
}
