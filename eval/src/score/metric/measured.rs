use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::parameters::NoParameters;
use crate::score::tally::as_float;
use crate::score::{Alias, Definition, Direction, ParameterError, Row, Score, ScoreError, Scorer, Spec, Unit};

/// What was measured of a row: no inputs, and less is better.
const MEASURED: Spec = Spec { inputs: &[], value: None, direction: Direction::Lower, ..Spec::VERDICT };

/// How long the row took.
#[derive(Debug)]
pub(crate) struct Latency;

impl Definition for Latency {
    const SPEC: Spec = Spec {
        name: "latency",
        summary: "how long the row took; a threshold is the most that passes, in seconds or as `800ms`",
        formula: "seconds from the row's start to its end, pauses between tries included",
        source: "the run's records; what a cache answered counts as long as it took at first",
        unit: Unit::Seconds,
        ..MEASURED
    };
    type Parameters = NoParameters;

    fn new(_: NoParameters) -> Result<Self, ParameterError> {
        Ok(Self)
    }
}

impl Scorer for Latency {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        row.facts.latency.map(Score::of).ok_or(ScoreError::Unknown { fact: "latency" })
    }
}

/// How many tokens the row's calls took.
#[derive(Debug)]
pub(crate) struct Tokens(TokenParameters);

/// Which tokens count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Counted {
    /// Those of prompts and answers.
    #[default]
    All,
    /// Those of prompts.
    Prompt,
    /// Those of answers.
    Completion,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TokenParameters {
    /// Which tokens count.
    of: Counted,
}

impl Definition for Tokens {
    const SPEC: Spec = Spec {
        name: "tokens",
        aliases: &[
            Alias::with("prompt_tokens", r#"{"of": "prompt"}"#),
            Alias::with("completion_tokens", r#"{"of": "completion"}"#),
        ],
        summary: "how many tokens the row's calls of models took; a threshold is the most that passes",
        formula: "the sum over all calls of the row, of prompts, answers or both",
        source: "what providers say of each call",
        unit: Unit::Tokens,
        ..MEASURED
    };
    type Parameters = TokenParameters;

    fn new(parameters: TokenParameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

impl Scorer for Tokens {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let (tokens, fact) = match self.0.of {
            Counted::All => (row.facts.tokens(), "number of tokens"),
            Counted::Prompt => (row.facts.prompt_tokens, "number of tokens of the prompts"),
            Counted::Completion => (row.facts.completion_tokens, "number of tokens of the answers"),
        };
        tokens.map(|tokens| Score::of(as_float(tokens))).ok_or(ScoreError::Unknown { fact })
    }
}

/// What the row's calls cost.
#[derive(Debug)]
pub(crate) struct Cost;

impl Definition for Cost {
    const SPEC: Spec = Spec {
        name: "cost",
        summary: "what the row's calls of models cost; a threshold is the most that passes",
        formula: "US dollars, the sum over all calls of the row; an error where the price of one is not known",
        source: "`flow models`: prices with their pages and days",
        unit: Unit::Dollars,
        ..MEASURED
    };
    type Parameters = NoParameters;

    fn new(_: NoParameters) -> Result<Self, ParameterError> {
        Ok(Self)
    }
}

impl Scorer for Cost {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        row.facts.cost.map(Score::of).ok_or(ScoreError::Unknown { fact: "cost" })
    }
}

/// Whether the row ended well.
#[derive(Debug)]
pub(crate) struct Completed;

impl Definition for Completed {
    const SPEC: Spec = Spec {
        name: "completed",
        summary: "the row ended with outputs, not with an error",
        formula: "1 if the row has outputs, 0 if it failed",
        source: "the run's records",
        direction: Direction::Higher,
        ..MEASURED
    };
    type Parameters = NoParameters;

    fn new(_: NoParameters) -> Result<Self, ParameterError> {
        Ok(Self)
    }
}

impl Scorer for Completed {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        Ok(Score::verdict(row.facts.completed))
    }
}
