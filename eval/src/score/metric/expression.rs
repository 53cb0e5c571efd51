use flow_core::template::{Expression, Strictness};
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::{Definition, Facts, ParameterError, Row, Score, ScoreError, Scorer, Spec, Unit};

/// An expression of the template language as a scorer.
#[derive(Debug)]
pub(crate) struct Formula(Expression);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameters {
    /// One bare MiniJinja expression over the scorer's inputs by name and `latency` (seconds), `cost` (US dollars), `tokens`,
    /// `prompt_tokens`, `completion_tokens` and `completed`.
    expression: String,
}

/// The names that every row has; an input of the same name goes first.
const FACTS: [&str; 6] = ["latency", "cost", "tokens", "prompt_tokens", "completion_tokens", "completed"];

fn fact(facts: &Facts, name: &str) -> Option<Value> {
    let float = |number: Option<f64>| Some(number.map_or(Value::Null, Value::Float));
    let whole = |number: Option<u64>| {
        Some(number.and_then(|number| i64::try_from(number).ok()).map_or(Value::Null, Value::Int))
    };
    match name {
        "latency" => float(facts.latency),
        "cost" => float(facts.cost),
        "tokens" => whole(facts.tokens()),
        "prompt_tokens" => whole(facts.prompt_tokens),
        "completion_tokens" => whole(facts.completion_tokens),
        "completed" => Some(Value::Bool(facts.completed)),
        _ => None,
    }
}

impl Definition for Formula {
    const SPEC: Spec = Spec {
        name: "expression",
        summary: "an expression over the row: true or false, a number, or a mapping with `score` and more",
        formula: "what the expression gives; true is 1, false is 0",
        source: "MiniJinja expressions, as in `if` and `until`",
        inputs: &[],
        value: Some("expression"),
        unit: Unit::Free,
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Expression::compile(Strictness::Strict, &parameters.expression).map(Self).map_err(|error| ParameterError {
            help: error.help,
            ..ParameterError::new("expression", format!("cannot be used: {}", error.message))
        })
    }
}

impl Scorer for Formula {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let look = |name: &str| row.inputs.get(name).cloned().or_else(|| fact(row.facts, name));
        let output = self.0.evaluate(look).map_err(|error| ScoreError::Expression { message: error.message })?;
        Score::of_output(&output).map_err(|message| ScoreError::Expression { message: format!("its result {message}") })
    }

    fn reads(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for path in self.0.names() {
            if !FACTS.contains(&path.root()) && !names.iter().any(|name| name == path.root()) {
                names.push(path.root().to_owned());
            }
        }
        names
    }
}
