use super::NodeFailure;
use super::attempt::unwind;
use super::frame::{Frame, Settled, Stage};
use crate::plan::{Binding, InputIndex, Lookup, NodeIndex, PathError, PropertyPath};
use crate::template::Expression;
use crate::value::Value;

/// What bindings and expressions of a node see: the frame, and the turn at hand.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) frame: &'s Frame<'s>,
    /// The item of `for_each`, with its position.
    pub(crate) item: Option<(usize, &'s Value)>,
    /// The turn of `loop`.
    pub(crate) turn: Option<usize>,
    /// What the turn before gave.
    pub(crate) previous: Option<&'s Value>,
    /// The node's own name and output of this turn, for `until`.
    pub(crate) own: Option<(&'s str, &'s Value)>,
}

impl<'s> Scope<'s> {
    pub(crate) fn new(frame: &'s Frame<'s>) -> Self {
        Self { frame, item: None, turn: None, previous: None, own: None }
    }

    /// The value of a binding of a node; what comes from a bypassed node is null.
    pub(crate) fn resolve(&self, binding: &Binding) -> Result<Value, NodeFailure> {
        binding
            .resolve(self)
            .map_err(|source| NodeFailure::Reference { reference: binding.reference(self.frame.plan), source })
    }

    /// Whether the expression under a key of the node holds.
    pub(crate) fn is_met(&self, key: &'static str, expression: &Expression) -> Result<bool, NodeFailure> {
        unwind(|| expression.is_met(|name| self.name(name)).map_err(|source| NodeFailure::Condition { key, source }))
    }

    /// What a name of an expression stands for.
    fn name(&self, name: &str) -> Option<Value> {
        let output = |value: Value| Value::map([("output", value)]);
        match name {
            "inputs" => {
                let plan = self.frame.plan;
                Some(Value::map(
                    plan.inputs.iter().map(|input| input.name.clone()).zip(self.frame.inputs.iter().cloned()),
                ))
            }
            "item" => self.item.map(|(_, item)| item.clone()),
            "loop" => {
                let index = self.loop_index().and_then(|turn| i64::try_from(turn).ok());
                Some(Value::map([
                    ("index", index.map_or(Value::Null, Value::Int)),
                    ("previous", self.previous.cloned().unwrap_or_default()),
                ]))
            }
            _ => {
                if let Some((own, value)) = self.own
                    && own == name
                {
                    return Some(output(value.clone()));
                }
                let (index, _) = self.frame.plan.node(name)?;
                Some(output(self.output(index, &PropertyPath::default()).unwrap_or_default()))
            }
        }
    }
}

impl Lookup for Scope<'_> {
    fn input(&self, input: InputIndex) -> Value {
        self.frame.inputs.get(input.index()).cloned().unwrap_or_default()
    }

    fn output(&self, node: NodeIndex, path: &PropertyPath) -> Result<Value, PathError> {
        match (self.frame.settled(node), self.frame.stage) {
            (Some(Settled::Output(value)), _) => path.walk(value),
            (Some(_), _) => Ok(Value::Null),
            // A node of the rows, seen from after them: the list of what the rows have.
            (None, Stage::Aggregation(rows)) => {
                let name = &self.frame.node(node).name;
                let values = rows.iter().map(|row| match row.nodes.get(name) {
                    None | Some(Value::Null) => Ok(Value::Null),
                    Some(value) => path.walk(value),
                });
                Ok(Value::list(values.collect::<Result<Vec<_>, _>>()?))
            }
            (None, _) => Ok(Value::Null),
        }
    }

    fn item(&self) -> Option<&Value> {
        self.item.map(|(_, item)| item)
    }

    fn loop_index(&self) -> Option<usize> {
        self.turn.or(self.item.map(|(position, _)| position))
    }

    fn loop_previous(&self) -> Option<&Value> {
        self.previous
    }
}
