use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::given::given;

/// `json.parse`: JSON text to its value.
#[derive(Debug)]
pub struct JsonParse;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The JSON text. A Markdown fence around it, as models like to write, is taken off.
    text: String,
    /// The result where the text is not valid JSON; without it that is an error.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<serde_json::Value>")]
    default: Option<Value>,
}

impl TypedTool for JsonParse {
    const NAME: &'static str = "json.parse";
    const SUMMARY: &'static str = "Reads JSON text.";
    const OUTPUT: Ty = Ty::Any;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "text: '{\"label\": \"refund\"}'", gives: r#"{"label":"refund"}"# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        match (parse(&inputs.text), inputs.default) {
            (Ok(value), _) | (Err(_), Some(value)) => Ok(value),
            (Err(why), None) => Err(ToolError::Input {
                input: "text".into(),
                message: format!("not valid JSON, {why}; give a `default` if that may happen"),
            }),
        }
    }
}

/// Reads JSON text, with or without a fence around it.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    Value::from_json(unfenced(text)).map_err(|error| match error.is_eof() {
        true => "it ends too early".to_owned(),
        false => format!("from line {}, column {} on", error.line(), error.column()),
    })
}

/// The text between the marks of a Markdown code block, if it is one as a whole.
fn unfenced(text: &str) -> &str {
    let inner = || {
        let (mark, rest) = text.trim().strip_prefix("```")?.split_once('\n')?;
        let is_mark = mark.trim().chars().all(char::is_alphanumeric);
        rest.strip_suffix("```").filter(|_| is_mark)
    };
    inner().unwrap_or(text)
}
