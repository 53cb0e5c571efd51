//! Cutting a text where it hurts least.

use flow_core::catalogue::Encoding;
use flow_core::tool::ToolError;
use schemars::JsonSchema;
use serde::Deserialize;
use text_splitter::{ChunkConfig, ChunkSizer, MarkdownSplitter, TextSplitter};
use unicode_segmentation::UnicodeSegmentation;

/// The longest text, in bytes.
const LONGEST: usize = 8 << 20;

/// How large chunks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Size {
    /// The most that a chunk holds.
    pub(super) most: usize,
    /// What a chunk has in common with the one before, at the most.
    pub(super) overlap: usize,
    pub(super) unit: Unit,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unit {
    #[default]
    Characters,
    Words,
    Sentences,
    Tokens,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    #[default]
    Text,
    Markdown,
}

impl ChunkSizer for Unit {
    fn size(&self, chunk: &str) -> usize {
        match self {
            Unit::Characters => chunk.chars().count(),
            Unit::Words => chunk.unicode_words().count(),
            Unit::Sentences => chunk.unicode_sentences().count(),
            Unit::Tokens => usize::try_from(Encoding::O200k.count(chunk)).unwrap_or(usize::MAX),
        }
    }
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk<'a> {
    /// Where it begins, in bytes.
    pub(super) start: usize,
    pub(super) text: &'a str,
}

/// The chunks of a text, without white space around them.
pub(super) fn chunks(text: &str, size: Size, format: Format) -> Result<Vec<Chunk<'_>>, ToolError> {
    if size.most == 0 {
        return Err(ToolError::input("size", "must be 1 or more"));
    }
    if text.len() > LONGEST {
        return Err(ToolError::input("text", format!("the text is longer than {} MiB", LONGEST >> 20)));
    }
    let config = ChunkConfig::new(size.most).with_sizer(size.unit).with_overlap(size.overlap);
    let config = config.map_err(|_| ToolError::input("overlap", "must be smaller than `size`"))?;
    let made = |(start, text)| Chunk { start, text };
    Ok(match format {
        Format::Text => TextSplitter::new(config).chunk_indices(text).map(made).collect(),
        Format::Markdown => MarkdownSplitter::new(config).chunk_indices(text).map(made).collect(),
    })
}
