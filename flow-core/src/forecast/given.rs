//! What a node is given, with marks where nothing is known yet.

use std::sync::Arc;

use super::Quantity;
use super::unknown::Unknowns;
use super::view::View;
use super::walk::{Turn, Walk};
use crate::exec::{RowForAggregation, Scope, Settled, Stage};
use crate::plan::{Binding, Op, PlanNode};
use crate::template::Template;
use crate::value::Value;

/// Items of a list of which nothing is known; the most that it will hardly have.
const USUAL_ITEMS: f64 = 3.0;
const MANY_ITEMS: f64 = 10.0;

impl Walk<'_> {
    /// The items of a list, and for how many each stands.
    pub(super) fn items(&mut self, turn: &Turn<'_>, list: &Binding) -> (Vec<Value>, Quantity) {
        let value = self.resolved(&turn.view, &Scope::new(turn.frame), list);
        match (value, turn.view.is_open(list)) {
            (Value::List(items), false) => (items.to_vec(), Quantity::ONE),
            // A list over rows has one of each, whatever it is.
            (Value::List(items), true) if turn.view.is_of_rows(list) => (items.to_vec(), Quantity::ONE),
            (Value::List(items), true) => {
                let count = items.len().max(1) as f64;
                let number = Quantity::between(0.0, count, count.max(MANY_ITEMS), None);
                let item = items.first().cloned().unwrap_or_else(|| self.unknowns.mark(Quantity::NONE));
                (vec![item], number)
            }
            (other, _) => {
                let number = Quantity::between(0.0, USUAL_ITEMS, MANY_ITEMS, None);
                let size = self.size(&[(Arc::from("list"), other)]);
                let each = Quantity { worst: size.worst, ..size.scaled(1.0 / USUAL_ITEMS) };
                (vec![self.unknowns.mark(each)], number)
            }
        }
    }

    /// The arguments of a call, with marks where nothing is known yet.
    pub(super) fn arguments(&mut self, turn: &Turn<'_>, scope: &Scope<'_>) -> Vec<(Arc<str>, Value)> {
        let node = turn.node;
        let mut pairs = Vec::with_capacity(node.arguments.len());
        for (name, binding) in &node.arguments {
            let is_dead = binding.node().is_some_and(|source| turn.frame.is_bypassed(source));
            if is_dead && node.defaulted.contains(name) {
                if matches!(node.op, Op::Llm(_)) {
                    pairs.push((Arc::clone(name), Value::Null));
                }
                continue;
            }
            let value = self.resolved(&turn.view, scope, binding);
            let is_open = turn.view.is_open(binding) || matches!(binding, Binding::Item(_));
            let properties = template(node).map(Template::properties).unwrap_or_default();
            pairs.push((Arc::clone(name), if is_open { self.shaped(name, value, properties) } else { value }));
        }
        pairs
    }

    /// A mark as a mapping of marks, where a template reads properties of it: they share its length.
    fn shaped(&mut self, name: &str, value: Value, properties: &[Vec<String>]) -> Value {
        let read: Vec<&[String]> = properties
            .iter()
            .filter(|path| path.first().is_some_and(|root| root == name))
            .map(|path| &path[1..])
            .collect();
        let Some(text) = value.as_str().filter(|text| !read.is_empty() && Unknowns::is_mark(text)) else {
            return value;
        };
        let size = self.size(&[(Arc::from(name), Value::from(text))]);
        let part = Quantity { low: 0.0, ..size.scaled(1.0 / read.len() as f64) };
        read.into_iter().fold(Value::map::<&str>([]), |whole, path| self.with(&whole, path, part))
    }

    /// A mapping with a mark at a path.
    fn with(&mut self, whole: &Value, path: &[String], part: Quantity) -> Value {
        let Some((first, rest)) = path.split_first() else { return self.unknowns.mark(part) };
        let mut entries = whole.as_map().cloned().unwrap_or_default();
        let below = entries.get(first.as_str()).cloned().unwrap_or_default();
        entries.insert(first.as_str().into(), self.with(&below, rest, part));
        Value::map(entries)
    }

    /// The value of a binding. A property of what is not known yet is not known either, and a part of it.
    pub(super) fn resolved(&mut self, view: &View<'_>, scope: &Scope<'_>, binding: &Binding) -> Value {
        if let Ok(value) = scope.resolve(binding) {
            return value;
        }
        if let (Binding::Node { node, path, .. }, Stage::Aggregation(rows)) = (binding, view.frame.stage)
            && view.is_of_rows(binding)
        {
            let name = &view.frame.node(*node).name;
            let of_row = |row: &RowForAggregation| {
                let whole = row.nodes.get(name).cloned().unwrap_or_default();
                path.walk(&whole).unwrap_or_else(|_| self.part_of(whole))
            };
            return Value::list(rows.iter().map(of_row).collect::<Vec<_>>());
        }
        let whole = match binding {
            Binding::Node { node, .. } => match view.frame.settled(*node) {
                Some(Settled::Output(value)) => value.clone(),
                _ => Value::Null,
            },
            _ => scope.item.map(|(_, item)| item.clone()).unwrap_or_default(),
        };
        self.part_of(whole)
    }

    /// A mark for a part of a value.
    fn part_of(&mut self, whole: Value) -> Value {
        let size = self.size(&[(Arc::from("whole"), whole)]);
        let part = Quantity::between(0.0, size.expected / 3.0, size.high, size.worst);
        self.unknowns.mark(part)
    }

    pub(super) fn size(&self, arguments: &[(Arc<str>, Value)]) -> Quantity {
        self.forecaster.size(arguments.iter().map(|(_, value)| value), &self.unknowns)
    }
}

/// The template that a node renders.
fn template(node: &PlanNode) -> Option<&Template> {
    match &node.op {
        Op::Prompt(template) => Some(template),
        Op::Llm(op) => op.template.as_deref(),
        Op::Tool(_) | Op::Script(_) | Op::Flow(_) => None,
    }
}
