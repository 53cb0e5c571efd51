use std::borrow::Cow;

use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ngram::f1;
use crate::score::tally::length;
use crate::score::text::{lower, written};
use crate::score::{Alias, Definition, Input, InputKind, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// Which items two lists share.
#[derive(Debug)]
pub(crate) struct ListOverlap(Parameters);

/// What the value is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Measure {
    /// The harmonic mean of precision and recall (Dice).
    #[default]
    F1,
    /// Shared items by all items.
    Jaccard,
    /// Shared items by those of the answer.
    Precision,
    /// Shared items by those that are expected.
    Recall,
    /// 1 if the items are the same, else 0.
    Exact,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// What the value is.
    measure: Measure,
    /// Whether an item counts as often as it occurs; else once.
    duplicates: bool,
    /// Whether upper and lower case are the same.
    ignore_case: bool,
    /// What splits a text into items; white space around each is left out. Without, a text must be a JSON list.
    separator: Option<String>,
}

impl Definition for ListOverlap {
    const SPEC: Spec = Spec {
        name: "list_overlap",
        aliases: &[
            Alias::of("set_overlap"),
            Alias::with("jaccard", r#"{"measure": "jaccard"}"#),
            Alias::with("set_equals", r#"{"measure": "exact"}"#),
        ],
        summary: "which items two lists share, as sets or with duplicates",
        formula: "s = |A ∩ E|; P = s/|A|, R = s/|E|, F1 = 2s/(|A|+|E|), Jaccard = s/|A ∪ E|; all 1 if both are empty",
        source: "Jaccard 1912, Dice 1945; agrees with scikit-learn's `jaccard_score` and `f1_score` of samples",
        inputs: &[
            Input { name: "answer", kind: InputKind::List, required: true, summary: "the items that are scored" },
            Input { name: "expected", kind: InputKind::List, required: true, summary: "the items that are expected" },
        ],
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        if parameters.separator.as_deref() == Some("") {
            return Err(ParameterError::new("separator", "is empty: leave it out where lists are given as lists"));
        }
        Ok(Self(parameters))
    }
}

impl ListOverlap {
    /// The items of a list, sorted.
    fn items(&self, row: &Row<'_>, name: &'static str) -> Result<Vec<String>, ScoreError> {
        let values = match (row.value(name)?, &self.0.separator) {
            (Value::Text(text), Some(separator)) => {
                let parts = text.split(separator.as_str()).map(str::trim).filter(|part| !part.is_empty());
                Cow::Owned(parts.map(Value::from).collect::<Vec<_>>())
            }
            _ => row.list(name)?,
        };
        let mut items: Vec<String> = values
            .iter()
            .map(|item| {
                let text = written(item);
                if self.0.ignore_case { lower(&text).into_owned() } else { text.to_string() }
            })
            .collect();
        items.sort_unstable();
        if !self.0.duplicates {
            items.dedup();
        }
        Ok(items)
    }
}

impl Scorer for ListOverlap {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let (answer, expected) = (self.items(row, "answer")?, self.items(row, "expected")?);
        let (mut shared, mut at) = (0_usize, 0);
        for item in &answer {
            while expected.get(at).is_some_and(|other| other < item) {
                at += 1;
            }
            if expected.get(at) == Some(item) {
                shared += 1;
                at += 1;
            }
        }
        let all = answer.len() + expected.len() - shared;
        let part = |of: usize| match of {
            0 if all == 0 => 1.0,
            0 => 0.0,
            of => length(shared) / length(of),
        };
        let (precision, recall, jaccard) = (part(answer.len()), part(expected.len()), part(all));
        let value = match self.0.measure {
            Measure::F1 => f1(precision, recall),
            Measure::Jaccard => jaccard,
            Measure::Precision => precision,
            Measure::Recall => recall,
            Measure::Exact => f64::from(u8::from(shared == all)),
        };
        let mut score = Score::of(value);
        if self.0.measure == Measure::Exact {
            score.passed = Some(shared == all);
        }
        Ok(score.with("precision", precision).with("recall", recall).with("jaccard", jaccard))
    }
}
