use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::pattern::compile;

/// `regex.split`: a text to a list, cut where a regular expression matches.
#[derive(Debug)]
pub struct RegexSplit;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The text.
    text: String,
    /// The regular expression, in the syntax of Rust's `regex`; `(?i)` in front ignores case, `(?s)` lets `.` match line
    /// ends. There is no look-around.
    pattern: String,
    /// The most parts, the last of which is the rest of the text; 0 for as many as there are.
    #[serde(default)]
    limit: usize,
    /// Whether white space around the parts and empty parts are kept.
    #[serde(default)]
    keep_blank: bool,
}

impl TypedTool for RegexSplit {
    const NAME: &'static str = "regex.split";
    const SUMMARY: &'static str = "Splits a text where a regular expression matches.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "text: 'red, green; blue'\npattern: '[,;]'", gives: r#"["red","green","blue"]"# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let regex = compile(&inputs.pattern)?;
        let most = if inputs.limit == 0 { usize::MAX } else { inputs.limit };
        let parts = regex.splitn(&inputs.text, most);
        let parts = parts.map(|part| if inputs.keep_blank { part } else { part.trim() });
        Ok(Value::list(parts.filter(|part| inputs.keep_blank || !part.is_empty()).map(Value::from)))
    }
}
