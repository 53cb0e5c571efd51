use std::sync::Arc;

use super::{InputIndex, NodeIndex, PathError, Plan, PropertyPath};
use crate::value::Value;

/// Where an argument of a node, or an output of the flow, comes from.
#[derive(Debug, Clone)]
pub enum Binding {
    /// A value that stands in the flow file; its texts are the author's.
    Literal(Value),
    /// A flow input.
    Input(InputIndex),
    /// The output of a node, or a property of it. `reference` is the text that was written, for messages.
    Node {
        /// The node.
        node: NodeIndex,
        /// The property; empty for the whole output.
        path: PropertyPath,
        /// What was written: `${classify.output.label}`.
        reference: Arc<str>,
    },
    /// Inside of `for_each`: the item, or a property of it.
    Item(PropertyPath),
    /// Inside of `for_each` or `loop`: the number of the turn, from 0.
    LoopIndex,
    /// Inside of `loop`: the node's own output of the turn before, or a property of it; null in the first turn.
    LoopPrevious(PropertyPath),
}

/// What bindings are resolved against.
pub trait Lookup {
    /// The value of a flow input, already coerced.
    fn input(&self, input: InputIndex) -> Value;
    /// The output of a node that ended, or a property of it. Null, whatever the property, for one that was bypassed.
    ///
    /// # Errors
    /// A property that the output does not have.
    fn output(&self, node: NodeIndex, path: &PropertyPath) -> Result<Value, PathError>;
    /// The item of the `for_each` turn at hand.
    fn item(&self) -> Option<&Value> {
        None
    }
    /// The number of the turn at hand, from 0.
    fn loop_index(&self) -> Option<usize> {
        None
    }
    /// What the turn before gave.
    fn loop_previous(&self) -> Option<&Value> {
        None
    }
}

impl Binding {
    /// The value that the binding stands for.
    ///
    /// # Errors
    /// A property that the value does not have.
    pub fn resolve(&self, lookup: &impl Lookup) -> Result<Value, PathError> {
        match self {
            Binding::Literal(value) => Ok(value.clone()),
            Binding::Input(input) => Ok(lookup.input(*input)),
            Binding::Node { node, path, .. } => lookup.output(*node, path),
            Binding::Item(path) => path.walk(lookup.item().unwrap_or(&Value::Null)),
            Binding::LoopIndex => {
                Ok(lookup.loop_index().and_then(|turn| i64::try_from(turn).ok()).map_or(Value::Null, Value::Int))
            }
            Binding::LoopPrevious(path) => match lookup.loop_previous() {
                None => Ok(Value::Null),
                Some(value) => path.walk(value),
            },
        }
    }

    /// The binding as it is written in a flow file, for messages; literals as JSON.
    #[must_use]
    pub fn reference(&self, plan: &Plan) -> String {
        match self {
            Binding::Literal(value) => value.to_json(),
            Binding::Input(input) => {
                let name = plan.inputs.get(input.index()).map_or("", |input| &*input.name);
                format!("${{inputs.{name}}}")
            }
            Binding::Node { reference, .. } => reference.to_string(),
            Binding::Item(path) => format!("${{item{path}}}"),
            Binding::LoopIndex => "${loop.index}".to_owned(),
            Binding::LoopPrevious(path) => format!("${{loop.previous{path}}}"),
        }
    }

    /// The node that the binding waits for.
    #[must_use]
    pub fn node(&self) -> Option<NodeIndex> {
        match self {
            Binding::Node { node, .. } => Some(*node),
            _ => None,
        }
    }
}
