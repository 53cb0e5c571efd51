use std::sync::Arc;

use flow_core::exec::Event;
use flow_core::plan::{Binding, InputIndex, Lookup, NodeIndex, PathError, Plan, PropertyPath};
use flow_core::value::{Map, Value};

use super::Shown;

/// How far a row is, as its events tell: enough to know outputs before the row ends.
#[derive(Debug)]
pub(crate) struct RowState {
    plan: Arc<Plan>,
    inputs: Arc<Map>,
    /// By node: its output, or null where it was bypassed; `None` as long as it runs.
    nodes: Vec<Option<Value>>,
}

impl RowState {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        let nodes = vec![None; plan.nodes.len()];
        Self { plan, inputs: Arc::default(), nodes }
    }

    /// Takes the row's next event.
    pub(crate) fn observe(&mut self, event: &Event) {
        match event {
            Event::RowStarted { inputs, .. } => self.inputs = Arc::clone(inputs),
            Event::NodeFinished { at, output, .. } => self.settle(&at.node, output.clone()),
            Event::NodeFailed { at, replaced: Some(value), .. } => self.settle(&at.node, value.clone()),
            Event::NodeBypassed { at, .. } => self.settle(&at.node, Value::Null),
            _ => {}
        }
    }

    fn settle(&mut self, name: &str, output: Value) {
        if let Some((node, _)) = self.plan.node(name) {
            self.nodes[node.index()] = Some(output);
        }
    }

    /// The outputs that are shown, but for one; `None` as long as a node that they need has not ended.
    pub(crate) fn outputs_but(&self, without: &str, shown: &Shown) -> Option<Map> {
        let mut outputs = Map::new();
        for output in shown.of(&self.plan).filter(|output| *output.name != *without) {
            if let Some(node) = output.binding.node()
                && self.nodes.get(node.index()).is_none_or(Option::is_none)
            {
                return None;
            }
            // What cannot be read fails the row, which is told at its end.
            outputs.insert(Arc::clone(&output.name), Binding::resolve(&output.binding, self).ok()?);
        }
        Some(outputs)
    }
}

impl Lookup for RowState {
    fn input(&self, input: InputIndex) -> Value {
        let name = self.plan.inputs.get(input.index()).map(|input| &input.name);
        name.and_then(|name| self.inputs.get(name)).cloned().unwrap_or_default()
    }

    fn output(&self, node: NodeIndex, path: &PropertyPath) -> Result<Value, PathError> {
        path.walk(self.nodes.get(node.index()).and_then(Option::as_ref).unwrap_or(&Value::Null))
    }
}
