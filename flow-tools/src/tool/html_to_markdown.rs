use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use htmd::element_handler::Handlers;
use htmd::options::{BulletListMarker, Options};
use htmd::{Element, HtmlToMarkdown};

use super::html::{UNSEEN, tree};

/// `html.to_markdown`: a page as Markdown.
#[derive(Debug)]
pub struct HtmlToMarkdownTool;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The page, or a part of one.
    html: String,
    /// Whether links keep their addresses; otherwise their text stays.
    #[serde(default = "yes")]
    links: bool,
    /// Whether pictures stay, with their addresses.
    #[serde(default)]
    images: bool,
}

impl TypedTool for HtmlToMarkdownTool {
    const NAME: &'static str = "html.to_markdown";
    const SUMMARY: &'static str = "Turns HTML into Markdown.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "html: '<h1>News</h1><p>We <b>moved</b> to <a href=\"/map\">Elm Street</a>.</p>'",
        gives: r##""# News\n\nWe **moved** to [Elm Street](/map).""##,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let options = Options {
            bullet_list_marker: BulletListMarker::Dash,
            ul_bullet_spacing: 1,
            ol_number_spacing: 1,
            ..Options::default()
        };
        let mut builder = HtmlToMarkdown::builder().options(options).skip_tags(UNSEEN.to_vec());
        if !inputs.images {
            builder = builder.skip_tags(vec!["img", "picture"]);
        }
        if !inputs.links {
            builder = builder.add_handler(vec!["a"], |handlers: &dyn Handlers, element: Element<'_>| {
                Some(handlers.walk_children(element.node))
            });
        }
        let converter = builder.build();
        Ok(converter.tree_to_markdown(&tree(&inputs.html)?).into())
    }
}

fn yes() -> bool {
    true
}
