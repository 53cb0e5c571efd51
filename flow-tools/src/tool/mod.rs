//! The built-in tools: one file each, a plain function over typed inputs, whose doc comments are the tool's
//! documentation.

mod expression_evaluate;
mod file_read;
mod given;
mod json_dump;
mod json_merge;
mod json_parse;
mod json_pick;
mod template_render;
#[cfg(test)]
mod tests;
mod text_join;
mod text_replace;
mod text_split;

use flow_core::tool::ToolRegistry;

use crate::Permissions;

pub use expression_evaluate::ExpressionEvaluate;
pub use file_read::FileRead;
pub use json_dump::JsonDump;
pub use json_merge::JsonMerge;
pub use json_parse::JsonParse;
pub use json_pick::JsonPick;
pub use template_render::TemplateRender;
pub use text_join::TextJoin;
pub use text_replace::TextReplace;
pub use text_split::TextSplit;

/// The built-in tools by name.
pub(crate) fn registry(_: Permissions) -> ToolRegistry {
    let mut tools = ToolRegistry::default();
    tools.add_typed::<ExpressionEvaluate>();
    tools.add_typed::<FileRead>();
    tools.add_typed::<JsonDump>();
    tools.add_typed::<JsonMerge>();
    tools.add_typed::<JsonParse>();
    tools.add_typed::<JsonPick>();
    tools.add_typed::<TemplateRender>();
    tools.add_typed::<TextJoin>();
    tools.add_typed::<TextReplace>();
    tools.add_typed::<TextSplit>();
    tools
}
