//! Scorers from outside.

mod aggregates;
mod hostile;
mod oracles;
mod properties;
mod registry;
mod scorers;

use flow_core::value::{Map, Value};
use flow_eval::score::{Facts, Inputs, Registry, Row, Score, ScoreError, Scorer};

/// A mapping from JSON.
fn map(json: &str) -> Map {
    Value::from_json(json).unwrap().as_map().unwrap().clone()
}

/// A scorer with parameters from JSON.
fn scorer(name: &str, parameters: &str) -> std::sync::Arc<dyn Scorer> {
    Registry::built_in().build(name, &map(parameters)).unwrap().scorer
}

/// The score of inputs.
fn score(scorer: &dyn Scorer, inputs: &Map) -> Result<Score, ScoreError> {
    scorer.score(&Row::new(Inputs::Map(inputs), &Facts::default()))
}

/// The score of an answer beside what is expected.
fn compare(scorer: &dyn Scorer, answer: impl Into<Value>, expected: impl Into<Value>) -> Result<Score, ScoreError> {
    let (answer, expected) = (answer.into(), expected.into());
    let pairs = [("answer", &answer), ("expected", &expected)];
    scorer.score(&Row::new(Inputs::Pairs(&pairs), &Facts::default()))
}
