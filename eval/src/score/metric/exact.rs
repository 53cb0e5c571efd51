use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::text::{is_punctuation, lower, written};
use crate::score::{Alias, Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// Whether two texts are the same, sign by sign.
#[derive(Debug)]
pub(crate) struct ExactMatch(Parameters);

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// Whether upper and lower case are the same.
    ignore_case: bool,
    /// Whether white space at both ends is left out.
    trim: bool,
    /// Whether the signs of ASCII that are neither letter, digit nor space are left out.
    ignore_punctuation: bool,
}

impl Definition for ExactMatch {
    const SPEC: Spec = Spec {
        name: "exact_match",
        aliases: &[Alias::of("exact"), Alias::with("iequals", r#"{"ignore_case": true}"#)],
        summary: "the same text, sign by sign",
        formula: "1 if answer = expected (or one of them, if it is a list of texts), else 0",
        source: "Rajpurkar et al. 2016, arXiv:1606.05250, without its normalisation; agrees with Hugging Face `evaluate`",
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

impl ExactMatch {
    fn normal<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let text = if self.0.trim { text.trim() } else { text };
        let text = if self.0.ignore_case { lower(text) } else { Cow::Borrowed(text) };
        if self.0.ignore_punctuation && text.contains(is_punctuation) {
            return Cow::Owned(text.replace(is_punctuation, ""));
        }
        text
    }
}

impl Scorer for ExactMatch {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let (answer, expected) = (row.value("answer")?, row.value("expected")?);
        // A list is a choice of texts only where the answer is a single value.
        if answer.as_list().is_none()
            && let Some(choices) = expected.as_list()
        {
            let answer = written(answer);
            let answer = self.normal(&answer);
            let same = choices.iter().any(|one| answer == self.normal(&written(one)));
            return Ok(Score::verdict(same));
        }
        if answer.is_null() != expected.is_null() {
            return Ok(Score::verdict(false));
        }
        let (answer, expected) = (written(answer), written(expected));
        Ok(Score::verdict(self.normal(&answer) == self.normal(&expected)))
    }
}
