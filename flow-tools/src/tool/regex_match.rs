use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::pattern::compile;

/// `regex.match`: whether a text has something.
#[derive(Debug)]
pub struct RegexMatch;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The text.
    text: String,
    /// The regular expression, in the syntax of Rust's `regex`; `(?i)` in front ignores case, `(?s)` lets `.` match line
    /// ends. There is no look-around.
    pattern: String,
    /// Whether the expression must match the text as a whole rather than a part of it.
    #[serde(default)]
    whole: bool,
}

impl TypedTool for RegexMatch {
    const NAME: &'static str = "regex.match";
    const SUMMARY: &'static str = "Tells whether a regular expression matches.";
    const OUTPUT: Ty = Ty::Bool;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "text: Order 4711 has arrived\npattern: '\\d{4}'", gives: "true" });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let pattern = if inputs.whole { format!("^(?:{})$", inputs.pattern) } else { inputs.pattern.clone() };
        // First as it was written, so that a message shows that.
        let plain = compile(&inputs.pattern)?;
        let regex = if inputs.whole { compile(&pattern)? } else { plain };
        Ok(regex.is_match(&inputs.text).into())
    }
}
