use std::fmt;

use flow_core::structured::OutputSchema;
use flow_core::value::Value;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::score::{Alias, Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// A schema that may be there.
struct Schema(Option<OutputSchema>);

impl fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Schema").field(&self.0).finish()
    }
}

impl Schema {
    fn compile(given: Option<Json>) -> Result<Self, ParameterError> {
        let schema = given.map(OutputSchema::compile).transpose();
        let schema = schema.map_err(|error| {
            let place = if error.pointer.is_empty() { String::new() } else { format!(" (at `{}`)", error.pointer) };
            ParameterError::new("schema", format!("is no JSON Schema: {}{place}", error.message))
        })?;
        Ok(Self(schema))
    }

    /// What does not fit, as one text.
    fn misfits(&self, value: &Json) -> Option<String> {
        let found = self.0.as_ref()?.discrepancies(value);
        let words: Vec<String> = found.iter().map(ToString::to_string).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    fn verdict(&self, value: &Json) -> Score {
        match self.misfits(value) {
            None => Score::verdict(true),
            Some(misfits) => Score::verdict(false).because(misfits),
        }
    }
}

#[derive(Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Optional {
    /// A JSON Schema that the value must fit.
    schema: Option<Json>,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Required {
    /// The JSON Schema.
    schema: Json,
}

/// Whether the answer is JSON.
#[derive(Debug)]
pub(crate) struct IsJson(Schema);

/// Whether there is JSON somewhere in the answer.
#[derive(Debug)]
pub(crate) struct ContainsJson(Schema);

/// Whether the answer fits a JSON Schema.
#[derive(Debug)]
pub(crate) struct JsonSchema(Schema);

impl Definition for IsJson {
    const SPEC: Spec = Spec {
        name: "is_json",
        aliases: &[Alias::of("is_valid_json")],
        summary: "the answer is JSON and nothing else; with a schema, it fits that",
        formula: "1 if answer is a JSON text (and fits schema), else 0; lists and mappings are JSON already",
        source: "RFC 8259; JSON Schema 2020-12",
        inputs: Spec::ANSWER,
        value: Some("schema"),
        ..Spec::VERDICT
    };
    type Parameters = Optional;

    fn new(parameters: Optional) -> Result<Self, ParameterError> {
        Schema::compile(parameters.schema).map(Self)
    }
}

impl Definition for ContainsJson {
    const SPEC: Spec = Spec {
        name: "contains_json",
        aliases: &[],
        summary: "somewhere in the answer stands a JSON object or list; with a schema, one that fits that",
        formula: "1 if a part of answer that begins with { or [ is a JSON text (and fits schema), else 0",
        source: "promptfoo's assertion of this name; RFC 8259; JSON Schema 2020-12",
        inputs: Spec::ANSWER,
        value: Some("schema"),
        ..Spec::VERDICT
    };
    type Parameters = Optional;

    fn new(parameters: Optional) -> Result<Self, ParameterError> {
        Schema::compile(parameters.schema).map(Self)
    }
}

impl Definition for JsonSchema {
    const SPEC: Spec = Spec {
        name: "json_schema",
        aliases: &[],
        summary: "the answer fits a JSON Schema",
        formula: "1 if answer, or the JSON text that it is, fits schema, else 0",
        source: "JSON Schema, drafts 4 to 2020-12; agrees with the Python package `jsonschema`",
        inputs: Spec::ANSWER,
        value: Some("schema"),
        ..Spec::VERDICT
    };
    type Parameters = Required;

    fn new(parameters: Required) -> Result<Self, ParameterError> {
        Schema::compile(Some(parameters.schema)).map(Self)
    }
}

/// The value of an answer: the JSON that its text is, or what it is already. Else why it is none.
fn read(answer: &Value) -> Result<Json, String> {
    match answer {
        Value::Text(text) => serde_json::from_str(text).map_err(|error| format!("the answer is no JSON: {error}")),
        other => Ok(other.to_serde()),
    }
}

impl Scorer for IsJson {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let answer = row.value("answer")?;
        if let (Value::Text(text), None) = (answer, &self.0.0) {
            // Nothing is built of it where nothing is asked of it.
            return Ok(match serde_json::from_str::<serde::de::IgnoredAny>(text) {
                Ok(_) => Score::verdict(true),
                Err(error) => Score::verdict(false).because(format!("the answer is no JSON: {error}")),
            });
        }
        Ok(match read(answer) {
            Ok(json) => self.0.verdict(&json),
            Err(why) => Score::verdict(false).because(why),
        })
    }
}

impl Scorer for JsonSchema {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        Ok(match read(row.value("answer")?) {
            Ok(json) => self.0.verdict(&json),
            Err(why) => Score::verdict(false).because(why),
        })
    }
}

/// The most places at which JSON may begin that are looked at.
const MOST: usize = 1_000;

impl Scorer for ContainsJson {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let answer = row.value("answer")?;
        let Value::Text(text) = answer else { return Ok(self.0.verdict(&answer.to_serde())) };
        let mut why = None;
        let mut at = 0;
        for _ in 0..MOST {
            let Some(start) = text.get(at..).and_then(|rest| rest.find(['{', '['])).map(|offset| at + offset) else {
                break;
            };
            let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Json>();
            match values.next() {
                Some(Ok(value)) => match self.0.misfits(&value) {
                    None => return Ok(Score::verdict(true)),
                    Some(misfits) => {
                        why = Some(misfits);
                        at = start + values.byte_offset();
                    }
                },
                _ => at = start + 1,
            }
        }
        Ok(Score::verdict(false).because(why.unwrap_or_else(|| "there is no JSON in the answer".to_owned())))
    }
}
