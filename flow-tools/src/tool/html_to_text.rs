use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::html::tree;
use super::html_text::text;

/// `html.to_text`: a page as plain text.
#[derive(Debug)]
pub struct HtmlToText;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The page, or a part of one.
    html: String,
}

impl TypedTool for HtmlToText {
    const NAME: &'static str = "html.to_text";
    const SUMMARY: &'static str = "Takes the plain text out of HTML.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "html: '<h1>News</h1><p>We <b>moved</b> to<br>Elm Street.</p>'",
        gives: r#""News\n\nWe moved to\nElm Street.""#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let page = tree(&inputs.html)?;
        Ok(text(&page).into())
    }
}
