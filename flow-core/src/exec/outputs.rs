//! The outputs of a flow, and the check of what its aggregation nodes will read.

use std::sync::Arc;

use super::RowError;
use super::failure::Missing;
use super::frame::{Frame, Settled};
use super::scope::Scope;
use crate::plan::{Activation, Binding, Lookup, NodeIndex, PathError};
use crate::value::{Map, Value};

impl Frame<'_> {
    /// Runs the plan and reads its outputs.
    pub(super) async fn run(&self) -> Result<Map, RowError> {
        self.run_nodes().await.map_err(RowError::Node)?;
        self.conclude()
    }

    /// Reads the outputs, once all nodes ended.
    pub(super) fn conclude(&self) -> Result<Map, RowError> {
        self.check_aggregation_inputs()?;
        self.outputs().map_err(RowError::Output)
    }

    fn outputs(&self) -> Result<Map, OutputError> {
        if let Some(flex) = &self.plan.flex {
            return self.given_back(flex.node);
        }
        let mut outputs = Map::with_capacity(self.plan.outputs.len());
        for output in &self.plan.outputs {
            let value = self.read(&output.binding).map_err(|source| OutputError::Output {
                name: Arc::clone(&output.name),
                reference: output.binding.reference(self.plan),
                source,
            })?;
            if let Some(class) = foreign(&value) {
                let (name, reference) = (Arc::clone(&output.name), output.binding.reference(self.plan));
                return Err(OutputError::NotData { name, reference, class });
            }
            outputs.insert(Arc::clone(&output.name), value);
        }
        Ok(outputs)
    }

    /// The outputs of a flow that is code: what its node gave back.
    fn given_back(&self, node: NodeIndex) -> Result<Map, OutputError> {
        let given = match self.settled(node) {
            Some(Settled::Output(value)) => value.without_origin(),
            _ => Value::Null,
        };
        let outputs = match given {
            Value::Map(entries) => Arc::unwrap_or_clone(entries),
            value => Map::from_iter([(Arc::from("output"), value)]),
        };
        for (name, value) in &outputs {
            if let Some(class) = foreign(value) {
                let reference = format!("${{{}.output}}", self.plan.nodes[node.index()].name);
                return Err(OutputError::NotData { name: Arc::clone(name), reference, class });
            }
        }
        Ok(outputs)
    }

    /// As promptflow does, a row fails if an aggregation node refers to a property that the row does not have.
    fn check_aggregation_inputs(&self) -> Result<(), RowError> {
        for node in self.plan.nodes.iter().filter(|node| node.aggregation) {
            let condition = match &node.activation {
                Some(Activation::Equals { when, .. }) => Some(when),
                _ => None,
            };
            for binding in node.arguments.iter().map(|(_, binding)| binding).chain(condition) {
                let Some(source) = binding.node() else { continue };
                if self.takes_part(self.node(source)) {
                    self.read(binding).map_err(|source| {
                        RowError::Output(OutputError::Aggregation {
                            node: Arc::clone(&node.name),
                            reference: binding.reference(self.plan),
                            source,
                        })
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Unlike in a node's input, a property of a bypassed node's output is looked for, and is not there.
    fn read(&self, binding: &Binding) -> Result<Value, PathError> {
        match binding {
            Binding::Node { node, path, .. } => match self.settled(*node) {
                Some(Settled::Output(_)) => Scope::new(self).output(*node, path),
                _ => path.walk(&Value::Null),
            },
            other => other.resolve(&Scope::new(self)),
        }
    }
}

/// The class of an object of code that a value is or holds.
fn foreign(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Object(object) => Some(Arc::clone(&object.class)),
        Value::List(items) => items.iter().find_map(foreign),
        Value::Map(entries) => entries.values().find_map(foreign),
        _ => None,
    }
}

/// An output that cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OutputError {
    /// An output of the flow refers to a property that is not there.
    #[error("output `{name}`: `{reference}` cannot be read: {}", Missing(source))]
    Output {
        /// The output.
        name: Arc<str>,
        /// What was written.
        reference: String,
        /// What is not there.
        source: PathError,
    },
    /// An output of the flow is, or holds, something that is no data.
    #[error(
        "output `{name}`: `{reference}` holds a Python object of class `{class}`, which is no JSON; return a dict, a list, a text or a number"
    )]
    NotData {
        /// The output.
        name: Arc<str>,
        /// What was written.
        reference: String,
        /// The object's class.
        class: Arc<str>,
    },
    /// An aggregation node refers to a property that is not there in this row.
    #[error("aggregation node `{node}`: `{reference}` cannot be read in this row: {}", Missing(source))]
    Aggregation {
        /// The aggregation node.
        node: Arc<str>,
        /// What was written.
        reference: String,
        /// What is not there.
        source: PathError,
    },
}
