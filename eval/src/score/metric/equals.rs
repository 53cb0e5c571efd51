use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::text::{lower, number};
use crate::score::{Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// Whether two values are the same: numbers within a tolerance, lists and mappings by their parts.
#[derive(Debug)]
pub(crate) struct Equals(Equality);

/// When two values are the same.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Equality {
    /// How far apart two numbers may be.
    #[schemars(range(min = 0.0))]
    tolerance: f64,
    /// How far apart two numbers may be, as a part of the greater one.
    #[schemars(range(min = 0.0))]
    relative_tolerance: f64,
    /// Whether upper and lower case are the same in texts.
    ignore_case: bool,
}

/// How deep two values are compared; deeper ones differ.
const DEEPEST: usize = 128;

impl Equality {
    /// Whether two values are the same. A text that is a number is the same as that number.
    pub(super) fn holds(&self, one: &Value, other: &Value) -> bool {
        self.holds_at(one, other, DEEPEST)
    }

    fn holds_at(&self, one: &Value, other: &Value, deep: usize) -> bool {
        if deep == 0 {
            return false;
        }
        match (one, other) {
            (Value::Text(one), Value::Text(other)) => {
                one == other
                    || (self.ignore_case && lower(one) == lower(other))
                    || (self.is_tolerant() && self.near_texts(one, other))
            }
            (Value::List(one), Value::List(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other.iter()).all(|(one, other)| self.holds_at(one, other, deep - 1))
            }
            (Value::Map(one), Value::Map(other)) => {
                one.len() == other.len()
                    && one
                        .iter()
                        .all(|(name, one)| other.get(name).is_some_and(|other| self.holds_at(one, other, deep - 1)))
            }
            (Value::Int(one), Value::Int(other)) if one == other => true,
            (Value::Int(_) | Value::Float(_) | Value::Text(_), Value::Int(_) | Value::Float(_) | Value::Text(_)) => {
                match (number(one), number(other)) {
                    (Some(one), Some(other)) => self.is_near(one, other),
                    _ => false,
                }
            }
            // Data sets of one kind of cell write truth values as texts.
            (Value::Bool(flag), Value::Text(text)) | (Value::Text(text), Value::Bool(flag)) => {
                text.trim().eq_ignore_ascii_case(if *flag { "true" } else { "false" })
            }
            _ => one == other,
        }
    }

    fn is_tolerant(&self) -> bool {
        self.tolerance > 0.0 || self.relative_tolerance > 0.0
    }

    fn near_texts(&self, one: &str, other: &str) -> bool {
        match (one.trim().parse(), other.trim().parse()) {
            (Ok(one), Ok(other)) => self.is_near(one, other),
            _ => false,
        }
    }

    /// Python's `math.isclose`.
    fn is_near(&self, one: f64, other: f64) -> bool {
        if one == other {
            return true;
        }
        let apart = (one - other).abs();
        apart.is_finite() && apart <= self.tolerance.max(self.relative_tolerance * one.abs().max(other.abs()))
    }
}

impl Definition for Equals {
    const SPEC: Spec = Spec {
        name: "equals",
        aliases: &[],
        summary: "the same value: numbers within a tolerance, lists and mappings by their parts",
        formula: "1 if equal; numbers a, b: |a − b| ≤ max(relative_tolerance · max(|a|, |b|), tolerance)",
        source: "PEP 485 (Python's `math.isclose`)",
        ..Spec::VERDICT
    };
    type Parameters = Equality;

    fn new(parameters: Equality) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

impl Scorer for Equals {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let (answer, expected) = (row.value("answer")?, row.value("expected")?);
        let same = match (answer, expected) {
            // A model answers in text; what is expected may be its JSON.
            (Value::Text(text), Value::List(_) | Value::Map(_)) => {
                Value::from_json(text).is_ok_and(|answer| self.0.holds(&answer, expected))
            }
            (Value::List(_) | Value::Map(_), Value::Text(text)) => {
                Value::from_json(text).is_ok_and(|expected| self.0.holds(answer, &expected))
            }
            _ => self.0.holds(answer, expected),
        };
        Ok(Score::verdict(same))
    }
}
