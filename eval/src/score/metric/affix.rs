use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::text::lower;
use crate::score::{Alias, Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// Whether upper and lower case are the same.
    ignore_case: bool,
}

/// Whether the answer begins with a text.
#[derive(Debug)]
pub(crate) struct StartsWith(Parameters);

/// Whether the answer ends with a text.
#[derive(Debug)]
pub(crate) struct EndsWith(Parameters);

impl Definition for StartsWith {
    const SPEC: Spec = Spec {
        name: "starts_with",
        aliases: &[Alias::with("istarts_with", r#"{"ignore_case": true}"#)],
        summary: "the answer begins with a text, or one of several",
        formula: "1 if answer begins with expected, else 0",
        source: "Python's `str.startswith`",
        inputs: Spec::ANSWER_AND_REFERENCES,
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

impl Definition for EndsWith {
    const SPEC: Spec = Spec {
        name: "ends_with",
        aliases: &[Alias::with("iends_with", r#"{"ignore_case": true}"#)],
        summary: "the answer ends with a text, or one of several",
        formula: "1 if answer ends with expected, else 0",
        source: "Python's `str.endswith`",
        inputs: Spec::ANSWER_AND_REFERENCES,
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

fn holds(row: &Row<'_>, parameters: &Parameters, is_at: fn(&str, &str) -> bool) -> Result<Score, ScoreError> {
    let answer = row.text("answer")?;
    let texts = row.texts("expected")?;
    let met = if parameters.ignore_case {
        let answer = lower(&answer);
        texts.iter().any(|text| is_at(&answer, &lower(text)))
    } else {
        texts.iter().any(|text| is_at(&answer, text))
    };
    Ok(Score::verdict(met))
}

impl Scorer for StartsWith {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        holds(row, &self.0, |answer, text| answer.starts_with(text))
    }
}

impl Scorer for EndsWith {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        holds(row, &self.0, |answer, text| answer.ends_with(text))
    }
}
