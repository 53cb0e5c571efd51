//! A row as scorers see it.

use flow_core::run::{RowRecord, RowStatus};
use flow_core::value::{Map, Value};
use rust_decimal::prelude::ToPrimitive;

use super::ScoreError;
use super::text::{self, Written};

/// The inputs of a scorer by name, borrowed, so that a row costs nothing.
#[derive(Debug, Clone, Copy)]
pub enum Inputs<'a> {
    /// A few names with their values.
    Pairs(&'a [(&'a str, &'a Value)]),
    /// A mapping.
    Map(&'a Map),
}

impl<'a> Inputs<'a> {
    /// The input of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        match self {
            Inputs::Pairs(pairs) => pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value),
            Inputs::Map(map) => map.get(name),
        }
    }
}

/// What was measured of a row while it ran. What is not known is `None`, never zero.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// How long it took, in seconds.
    pub latency: Option<f64>,
    /// Tokens of all its prompts.
    pub prompt_tokens: Option<u64>,
    /// Tokens of all its answers.
    pub completion_tokens: Option<u64>,
    /// What all its calls cost, in US dollars.
    pub cost: Option<f64>,
    /// Whether it has outputs; `false` if it failed.
    pub completed: bool,
}

impl Facts {
    /// What a run recorded of a row. The cost is known only if each of its calls has a price.
    #[must_use]
    pub fn of(record: &RowRecord) -> Self {
        let cost = record.usage.cost;
        Self {
            latency: Some(record.elapsed_ms / 1000.0),
            prompt_tokens: Some(record.usage.prompt_tokens),
            completion_tokens: Some(record.usage.completion_tokens),
            cost: if cost.unpriced_calls == 0 { cost.known.to_f64() } else { None },
            completed: record.status == RowStatus::Completed,
        }
    }

    /// Tokens of prompts and answers together, where both are known.
    #[must_use]
    pub fn tokens(&self) -> Option<u64> {
        Some(self.prompt_tokens?.saturating_add(self.completion_tokens?))
    }
}

/// One row: the inputs of a scorer, and the facts of the row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The inputs by name.
    pub inputs: Inputs<'a>,
    /// What was measured.
    pub facts: &'a Facts,
}

impl<'a> Row<'a> {
    /// A row of inputs and facts.
    #[must_use]
    pub fn new(inputs: Inputs<'a>, facts: &'a Facts) -> Self {
        Self { inputs, facts }
    }

    /// The input of this name, of whatever kind; null is a value.
    ///
    /// # Errors
    /// There is none.
    pub fn value(&self, name: &'static str) -> Result<&'a Value, ScoreError> {
        self.inputs.get(name).ok_or(ScoreError::Missing { input: name })
    }

    /// The input as a text: numbers and truth values as JSON writes them, lists and mappings as JSON.
    ///
    /// # Errors
    /// There is none, or it is null.
    pub fn text(&self, name: &'static str) -> Result<Written<'a>, ScoreError> {
        let value = self.value(name)?;
        if value.is_null() {
            return Err(ScoreError::kind(name, value, "a text"));
        }
        Ok(text::written(value))
    }

    /// The texts of an input: one, or a list of several.
    ///
    /// # Errors
    /// There is none, it is null, or the list is empty or holds null.
    pub fn texts(&self, name: &'static str) -> Result<Vec<Written<'a>>, ScoreError> {
        let value = self.value(name)?;
        let Value::List(items) = value else { return Ok(vec![self.text(name)?]) };
        if items.is_empty() {
            return Err(ScoreError::Unfit { input: name, message: "is an empty list".to_owned() });
        }
        items
            .iter()
            .map(
                |item| {
                    if item.is_null() { Err(ScoreError::kind(name, item, "texts")) } else { Ok(text::written(item)) }
                },
            )
            .collect()
    }

    /// The input as a number; a text that is one counts.
    ///
    /// # Errors
    /// There is none, it is none, or it is not finite.
    pub fn number(&self, name: &'static str) -> Result<f64, ScoreError> {
        let value = self.value(name)?;
        match text::number(value) {
            Some(number) if number.is_finite() => Ok(number),
            Some(_) => Err(ScoreError::Unfit { input: name, message: "is no finite number".to_owned() }),
            None => Err(ScoreError::kind(name, value, "a number")),
        }
    }

    /// The items of an input that is a list, or the JSON text of one.
    ///
    /// # Errors
    /// There is none, or it is no list.
    pub fn list(&self, name: &'static str) -> Result<std::borrow::Cow<'a, [Value]>, ScoreError> {
        use std::borrow::Cow;
        let value = self.value(name)?;
        if let Some(items) = value.as_list() {
            return Ok(Cow::Borrowed(items));
        }
        match value.as_str().and_then(|text| Value::from_json(text).ok()) {
            Some(Value::List(items)) => Ok(Cow::Owned(items.to_vec())),
            _ => Err(ScoreError::kind(name, value, "a list")),
        }
    }
}
