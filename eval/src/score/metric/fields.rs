use std::borrow::Cow;

use flow_core::value::Value;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::equals::Equality;
use super::ngram::f1;
use crate::score::tally::length;
use crate::score::{Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// How many fields of a JSON value are as expected.
#[derive(Debug)]
pub(crate) struct JsonFields(Parameters);

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// When two values are the same: `tolerance`, `relative_tolerance`, `ignore_case`.
    equality: Equality,
    /// The fields that count, such as `total` or `lines[0].price`, with all that is in them; all unless given.
    fields: Vec<String>,
    /// How much fields count, with all that is in them; 1 unless given.
    #[schemars(with = "std::collections::BTreeMap<String, f64>")]
    weights: IndexMap<String, f64>,
    /// Whether fields that are not expected count against the answer.
    extra: bool,
}

impl Definition for JsonFields {
    const SPEC: Spec = Spec {
        name: "json_fields",
        aliases: &[],
        summary: "how many fields of a JSON value are as expected",
        formula: "Σ w·[same] / Σ w over the leaves of expected (with extra: of both), by their paths; precision and recall unweighted",
        source: "leaves and paths as RFC 6901 counts them; equality as in `equals`",
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        for (name, weight) in &parameters.weights {
            if !(weight.is_finite() && *weight >= 0.0) {
                return Err(ParameterError::new(
                    "weights",
                    format!("gives `{name}` {weight}, but a weight is 0 or more"),
                ));
            }
        }
        Ok(Self(parameters))
    }
}

/// How deep fields are looked for; what lies deeper is one leaf.
const DEEPEST: usize = 64;

/// The leaves of a value by their paths.
fn leaves<'a>(value: &'a Value, path: &mut String, deep: usize, found: &mut IndexMap<String, &'a Value>) {
    let length = path.len();
    match value {
        Value::Map(entries) if !entries.is_empty() && deep < DEEPEST => {
            for (name, value) in entries.iter() {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(name);
                leaves(value, path, deep + 1, found);
                path.truncate(length);
            }
        }
        Value::List(items) if !items.is_empty() && deep < DEEPEST => {
            for (index, value) in items.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                leaves(value, path, deep + 1, found);
                path.truncate(length);
            }
        }
        leaf => {
            found.insert(path.clone(), leaf);
        }
    }
}

/// Whether a path is a field or lies in it.
fn is_in(path: &str, field: &str) -> bool {
    path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The value of an input: itself, or the JSON that its text is.
fn json<'a>(row: &Row<'a>, name: &'static str) -> Result<Cow<'a, Value>, ScoreError> {
    let value = row.value(name)?;
    match value {
        Value::Map(_) | Value::List(_) => Ok(Cow::Borrowed(value)),
        Value::Text(text) => Value::from_json(text)
            .map(Cow::Owned)
            .map_err(|error| ScoreError::Unfit { input: name, message: format!("is no JSON: {error}") }),
        other => Err(ScoreError::kind(name, other, "a mapping, a list or JSON text")),
    }
}

impl JsonFields {
    fn counts(&self, path: &str) -> bool {
        self.0.fields.is_empty() || self.0.fields.iter().any(|field| is_in(path, field))
    }

    fn weight(&self, path: &str) -> f64 {
        let fields = self.0.weights.iter().filter(|(field, _)| is_in(path, field));
        // The nearest says it.
        fields.max_by_key(|(field, _)| field.len()).map_or(1.0, |(_, weight)| *weight)
    }
}

impl Scorer for JsonFields {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let expected = json(row, "expected")?;
        let answer = match json(row, "answer") {
            Ok(answer) => answer,
            // An answer that is no JSON has none of the fields.
            Err(ScoreError::Unfit { message, .. }) => {
                return Ok(Score::of(0.0).because(format!("the answer {message}")));
            }
            Err(other) => return Err(other),
        };
        let (mut wanted, mut given) = (IndexMap::new(), IndexMap::new());
        leaves(&expected, &mut String::new(), 0, &mut wanted);
        leaves(&answer, &mut String::new(), 0, &mut given);
        wanted.retain(|path, _| self.counts(path));
        given.retain(|path, _| self.counts(path));
        let (mut good, mut all, mut matched) = (0.0, 0.0, 0.0);
        let mut wrong: Vec<String> = Vec::new();
        let mut note = |path: &str, what: &str| {
            if wrong.len() < 5 {
                wrong.push(format!("`{path}` {what}"));
            }
        };
        for (path, value) in &wanted {
            let weight = self.weight(path);
            all += weight;
            match given.get(path) {
                Some(other) if self.0.equality.holds(other, value) => {
                    good += weight;
                    matched += 1.0;
                }
                Some(_) => note(path, "differs"),
                None => note(path, "is missing"),
            }
        }
        if self.0.extra {
            for path in given.keys().filter(|path| !wanted.contains_key(*path)) {
                all += self.weight(path);
                note(path, "is not expected");
            }
        }
        let part = |of: usize| if of == 0 { 1.0 } else { matched / length(of) };
        let (precision, recall) = (part(given.len()), part(wanted.len()));
        let mut score = Score::of(if all > 0.0 { good / all } else { 1.0 });
        score = score.with("precision", precision).with("recall", recall).with("f1", f1(precision, recall));
        Ok(if wrong.is_empty() { score } else { score.because(wrong.join(", ")) })
    }
}
