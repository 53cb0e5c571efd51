use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use std::sync::Arc;

use regex::{Captures, Regex};

use super::given::given;
use super::pattern::compile;

/// `regex.extract`: what a regular expression finds.
#[derive(Debug)]
pub struct RegexExtract;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The text.
    text: String,
    /// The regular expression, in the syntax of Rust's `regex`. Named groups `(?P<name>…)` give an object of their texts,
    /// several groups without names a list, one group its text, none the text that was matched.
    pattern: String,
    /// Whether all matches are wanted, as a list, rather than the first.
    #[serde(default)]
    all: bool,
    /// The result where nothing matches; without it that is an error. With `all` the result is then an empty list.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<serde_json::Value>")]
    default: Option<Value>,
}

impl TypedTool for RegexExtract {
    const NAME: &'static str = "regex.extract";
    const SUMMARY: &'static str = "Takes what a regular expression finds in a text.";
    const OUTPUT: Ty = Ty::Any;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "text: Invoice 2041 of 2024-05-03\npattern: 'Invoice (?P<number>\\d+) of (?P<date>\\S+)'",
        gives: r#"{"number":"2041","date":"2024-05-03"}"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let regex = compile(&inputs.pattern)?;
        let names: Vec<Option<Arc<str>>> = regex.capture_names().map(|name| name.map(Arc::from)).collect();
        if inputs.all {
            return Ok(Value::list(regex.captures_iter(&inputs.text).map(|found| value(&regex, &names, &found))));
        }
        match (regex.captures(&inputs.text), inputs.default) {
            (Some(found), _) => Ok(value(&regex, &names, &found)),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(ToolError::failed(format!(
                "`{}` matches nothing in the text; give a `default` if that may happen",
                inputs.pattern
            ))),
        }
    }
}

/// The value of one match; a group that took no part in it is null.
fn value(regex: &Regex, names: &[Option<Arc<str>>], found: &Captures<'_>) -> Value {
    let text = |group: usize| found.get(group).map_or(Value::Null, |part| part.as_str().into());
    if names.iter().any(Option::is_some) {
        let named =
            names.iter().enumerate().filter_map(|(group, name)| Some((Arc::clone(name.as_ref()?), text(group))));
        return Value::map(named);
    }
    match regex.captures_len() {
        1 => text(0),
        2 => text(1),
        groups => Value::list((1..groups).map(text)),
    }
}
