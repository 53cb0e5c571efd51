use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::pattern::{LONGEST_RESULT, compile};

/// `regex.replace`: a text with what a regular expression finds replaced.
#[derive(Debug)]
pub struct RegexReplace;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The text.
    text: String,
    /// The regular expression, in the syntax of Rust's `regex`; `(?i)` in front ignores case, `(?s)` lets `.` match line
    /// ends. There is no look-around.
    pattern: String,
    /// What stands there instead; nothing unless given. `$1` and `${name}` stand for groups, `$$` for a dollar sign.
    #[serde(default)]
    with: String,
    /// The most replacements, from the start of the text; 0 for all.
    #[serde(default)]
    limit: usize,
}

impl TypedTool for RegexReplace {
    const NAME: &'static str = "regex.replace";
    const SUMMARY: &'static str = "Replaces what a regular expression finds in a text.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "text: Call 555-0134 or 555-0199\npattern: '\\d{3}-\\d{4}'\nwith: '[phone]'",
        gives: r#""Call [phone] or [phone]""#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let regex = compile(&inputs.pattern)?;
        let most = if inputs.limit == 0 { usize::MAX } else { inputs.limit };
        let (mut made, mut done) = (String::with_capacity(inputs.text.len()), 0);
        for found in regex.captures_iter(&inputs.text).take(most) {
            let Some(whole) = found.get(0) else { continue };
            made.push_str(&inputs.text[done..whole.start()]);
            found.expand(&inputs.with, &mut made);
            done = whole.end();
            if made.len() > LONGEST_RESULT {
                let message = format!("the result is longer than {} MiB; replace less", LONGEST_RESULT >> 20);
                return Err(ToolError::failed(message));
            }
        }
        made.push_str(&inputs.text[done..]);
        Ok(made.into())
    }
}
