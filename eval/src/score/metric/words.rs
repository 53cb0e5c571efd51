use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::tally::length;
use crate::score::text::words;
use crate::score::{Alias, Definition, Direction, ParameterError, Row, Score, ScoreError, Scorer, Spec, Unit};

/// How many words the answer has.
#[derive(Debug)]
pub(crate) struct WordCount(Parameters);

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// The fewest that pass.
    min: Option<usize>,
    /// The most that pass.
    max: Option<usize>,
    /// Whether characters are counted instead of words.
    characters: bool,
}

impl Definition for WordCount {
    const SPEC: Spec = Spec {
        name: "word_count",
        aliases: &[Alias::with("character_count", r#"{"characters": true}"#)],
        summary: "how many words (or characters) the answer has, and whether these are few and many enough",
        formula: "the number of stretches without white space (or of Unicode's scalar values) in answer",
        source: "Python's `len(answer.split())` and `len(answer)`",
        inputs: Spec::ANSWER,
        value: Some("max"),
        direction: Direction::Lower,
        unit: Unit::Count,
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        if let (Some(min), Some(max)) = (parameters.min, parameters.max)
            && min > max
        {
            return Err(ParameterError::new("min", format!("is {min}, more than `max`, which is {max}")));
        }
        Ok(Self(parameters))
    }
}

impl Scorer for WordCount {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let answer = row.text("answer")?;
        let count = if self.0.characters { answer.chars().count() } else { words(&answer).count() };
        let Parameters { min, max, .. } = self.0;
        let fits = min.is_none_or(|min| count >= min) && max.is_none_or(|max| count <= max);
        let passed = (min.is_some() || max.is_some()).then_some(fits);
        Ok(Score { passed, ..Score::of(length(count)) })
    }
}
