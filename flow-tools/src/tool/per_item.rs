//! An expression that is worked out for each item of a list.

use std::sync::Arc;

use flow_core::template::{Expression, ExpressionError, Strictness};
use flow_core::tool::ToolError;
use flow_core::value::{Map, Value};

use super::template_render::variables;

/// An expression over `item`, `index` and the values that were given.
pub(super) struct PerItem {
    input: &'static str,
    expression: Expression,
    values: Vec<(Arc<str>, Value)>,
}

impl PerItem {
    /// Compiles the expression of an input.
    pub(super) fn new(input: &'static str, expression: &str, values: &Value, others: Map) -> Result<Self, ToolError> {
        let expression = Expression::compile(Strictness::Strict, expression)
            .map_err(|error| ToolError::input(input, said(error)))?;
        check_used(input, &expression, &others.keys().cloned().collect::<Vec<_>>())?;
        Ok(Self { input, expression, values: variables(values, others)? })
    }

    /// What it gives for an item.
    pub(super) fn value(&self, index: usize, item: &Value) -> Result<Value, ToolError> {
        self.expression.evaluate(|name| self.look(name, index, item)).map_err(|error| self.failed(index, error))
    }

    /// Whether it is met by an item.
    pub(super) fn is_met(&self, index: usize, item: &Value) -> Result<bool, ToolError> {
        self.expression.is_met(|name| self.look(name, index, item)).map_err(|error| self.failed(index, error))
    }

    fn look(&self, name: &str, index: usize, item: &Value) -> Option<Value> {
        match name {
            "item" => Some(item.clone()),
            "index" => i64::try_from(index).ok().map(Value::Int),
            name => self.values.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone()),
        }
    }

    fn failed(&self, index: usize, error: ExpressionError) -> ToolError {
        ToolError::input(self.input, format!("for item {index}: {}", said(error)))
    }
}

/// Refuses inputs that the tool does not have and the expression does not use: they are slips.
pub(super) fn check_used(input: &str, expression: &Expression, others: &[Arc<str>]) -> Result<(), ToolError> {
    let is_used = |name: &str| expression.names().iter().any(|path| path.root() == name);
    match others.iter().find(|name| !is_used(name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("it is neither an input of the tool nor a name in its `{input}`");
            Err(ToolError::input(&**name, message))
        }
    }
}

fn said(error: ExpressionError) -> String {
    match error.help {
        Some(help) => format!("{} ({help})", error.message),
        None => error.message,
    }
}
