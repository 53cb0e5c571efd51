//! One node on its own, with what it needs given by hand (spec section 3.10).

use std::sync::Arc;

use super::frame::{Frame, Replaced, RowContext, Settled, Stage};
use super::inputs::{Giver, Names, coerce_input};
use super::{Event, EventSink, Executor, InputError, Row, RowError, RowOptions};
use crate::plan::{Binding, Plan, PlanInput, PlanNode};
use crate::value::{Map, Value};

impl Executor {
    /// Runs one node. Its inputs are given by the node's own argument names, or by what the arguments refer to:
    /// `inputs.x` or `flow.x`, `node.output` or `node.output.property`. Its condition is not asked. An aggregation
    /// node gets what it refers to in lists of length 1. The row's only output is `output`.
    pub async fn run_node(&self, plan: &Arc<Plan>, node: &str, row: Row, events: &EventSink, options: RowOptions) {
        let deadline = options.deadline;
        let context = self.context(plan, Some(row.index), events, options);
        context.conclude(deadline, single(plan, node, row, &context)).await;
    }
}

async fn single(plan: &Plan, name: &str, row: Row, context: &RowContext<'_>) -> Result<Map, RowError> {
    let (index, node) = plan.node(name).ok_or_else(|| RowError::UnknownNode {
        name: name.to_owned(),
        nodes: plan.nodes.iter().map(|node| format!("`{}`", node.name)).collect(),
    })?;
    let given = Given { plan, node, values: &row.inputs };
    let replaced = given.replaced().map_err(RowError::Input)?;
    // What an expression reads beside the arguments; null where it was not given.
    let inputs = plan.inputs.iter().map(|input| given.input(input).ok().flatten().unwrap_or_default()).collect();
    let frame = Frame::new(plan, context, inputs, Stage::Single(&replaced));
    context.emit(Event::RowStarted { row: row.index, inputs: Arc::new(row.inputs.clone()) }).await;
    frame.run_node(index).await.map_err(RowError::Node)?;
    let output = match frame.settled(index) {
        Some(Settled::Output(value)) => value.clone(),
        _ => Value::Null,
    };
    Ok(Map::from_iter([(Arc::from("output"), output)]))
}

/// What was given for a node.
struct Given<'a> {
    plan: &'a Plan,
    node: &'a PlanNode,
    values: &'a Map,
}

impl Given<'_> {
    /// The node's bindings with what was given in their place.
    fn replaced(&self) -> Result<Replaced, InputError> {
        let mut missing = Vec::new();
        let mut arguments = Vec::with_capacity(self.node.arguments.len());
        for (name, binding) in &self.node.arguments {
            let value = match self.values.get(name) {
                Some(value) => Some(value.without_origin()),
                None => self.referred(binding)?,
            };
            let replaced = match value {
                Some(value) if self.is_column(binding) => Binding::Literal(Value::list([value])),
                Some(value) => Binding::Literal(value),
                None if binding.node().is_some() || matches!(binding, Binding::Input(_)) => {
                    missing.push(self.key(binding));
                    continue;
                }
                None => binding.clone(),
            };
            arguments.push((Arc::clone(name), replaced));
        }
        let mut list = None;
        if let Some(for_each) = &self.node.for_each {
            list = self.referred(&for_each.list)?.map(Binding::Literal);
            if list.is_none() && !matches!(for_each.list, Binding::Literal(_)) {
                missing.push(self.key(&for_each.list));
            }
        }
        if missing.is_empty() {
            Ok(Replaced { arguments: arguments.into(), list })
        } else {
            Err(InputError::Missing { names: Names(missing) })
        }
    }

    /// What was given for that which a binding refers to.
    fn referred(&self, binding: &Binding) -> Result<Option<Value>, InputError> {
        match binding {
            Binding::Input(input) => self.input(&self.plan.inputs[input.index()]),
            Binding::Node { node, path, .. } => {
                let exact = self.values.get(&*self.key(binding));
                let name = &self.plan.nodes[node.index()].name;
                let spelled = || self.values.get(format!("{name}.output{path}").as_str());
                let whole = || {
                    let output = self.values.get(format!("{name}.output").as_str())?;
                    path.walk(output).ok()
                };
                let found = exact.or_else(spelled).cloned().or_else(whole);
                Ok(found.map(|value| value.without_origin()))
            }
            _ => Ok(None),
        }
    }

    /// A flow input: as it was given, else its default.
    fn input(&self, input: &PlanInput) -> Result<Option<Value>, InputError> {
        let name = &input.name;
        let given = |prefix: &str| self.values.get(format!("{prefix}{name}").as_str());
        let value = given("inputs.").or_else(|| given("flow.")).or_else(|| given("")).or(input.default.as_ref());
        value.map(|value| coerce_input(input, value, &self.plan.files, Giver::Row)).transpose()
    }

    /// How a value for a binding is named when it is given: the reference without its signs.
    fn key(&self, binding: &Binding) -> Arc<str> {
        let reference = binding.reference(self.plan);
        let inside = reference.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(&reference);
        Arc::from(inside)
    }

    /// Whether an aggregation node sees the rows' values of it in a list.
    fn is_column(&self, binding: &Binding) -> bool {
        self.node.aggregation
            && match binding {
                Binding::Input(_) => true,
                Binding::Node { node, .. } => !self.plan.nodes[node.index()].aggregation,
                _ => false,
            }
    }
}
