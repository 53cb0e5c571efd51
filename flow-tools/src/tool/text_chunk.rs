use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::chunks::{Format, Size, Unit, chunks};

/// `text.chunk`: a text in pieces that a model can take.
#[derive(Debug)]
pub struct TextChunk;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The text.
    text: String,
    /// The most that a chunk holds, in the unit given.
    size: usize,
    /// What `size` and `overlap` count; tokens are those of gpt-4o and the models after it.
    #[serde(default)]
    unit: Unit,
    /// How much of a chunk is repeated at the start of the next.
    #[serde(default)]
    overlap: usize,
    /// Whether the text is cut at headings and blocks of Markdown, or at paragraphs and sentences.
    #[serde(default)]
    format: Format,
}

impl TypedTool for TextChunk {
    const NAME: &'static str = "text.chunk";
    const SUMMARY: &'static str = "Cuts a text into chunks at paragraphs, sentences or words, whichever fits.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "text: The boat leaves at nine. It returns at noon. Tickets are sold on board.\nsize: 50",
        gives: r#"["The boat leaves at nine. It returns at noon.","Tickets are sold on board."]"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let size = Size { most: inputs.size, overlap: inputs.overlap, unit: inputs.unit };
        let cut = chunks(&inputs.text, size, inputs.format)?;
        Ok(Value::list(cut.into_iter().map(|chunk| chunk.text.into())))
    }
}
