//! YAML 1.2 as a tree in which every key and every value knows its place.
//!
//! A file is read twice, by the two faces of one parser. The outline walks over the raw events: it knows how each
//! scalar was written (plain, quoted, as a block), where containers end, which keys stand twice, and how large the
//! file becomes once its aliases are put in; all errors of syntax and all limits are found there, before anything is
//! built. Then `serde-saphyr` puts in aliases and merge keys and says of each value where it is used and where it was
//! written. What a scalar means is decided by our own table from its raw text, because the dialect of flows (`yes` is
//! text, `012` is twelve) is no library's default.

mod build;
mod lines;
mod outline;
mod place;
mod scalar;
mod syntax;
mod tree;

#[cfg(test)]
mod tests;

pub use tree::{Entry, Key, Mapping, Node, NodeValue, Scalar};

use std::ops::Range;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap, Span};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 8 << 20;
/// The largest number of values in a file, counted after aliases are put in.
pub const MAX_NODES: usize = 50_000;
/// How deep lists and mappings may be nested, counted after aliases are put in.
pub const MAX_DEPTH: usize = 64;
/// The largest number of aliases (`*name`) in a file.
pub const MAX_ALIASES: usize = 256;
/// The largest number of merge keys (`<<`) in a file.
pub const MAX_MERGE_KEYS: usize = 256;

/// Reads a YAML file that is in the map. An empty file is an empty mapping.
///
/// `None` means that nothing can be said about the content, because the syntax is broken or a limit is passed. Keys
/// that stand twice are reported too, but the tree is there, with the first of each, so that other problems are found
/// in the same run.
pub fn read(sources: &SourceMap, file: FileId, diagnostics: &mut Diagnostics) -> Option<Node> {
    read_text(&sources.get(file).text, file, diagnostics)
}

/// As [`read`], of a part of a file: a byte range that begins and ends with lines. Places are those in the whole file.
pub fn read_part(sources: &SourceMap, file: FileId, part: Range<usize>, diagnostics: &mut Diagnostics) -> Option<Node> {
    let text = &sources.get(file).text;
    // What stands before it becomes blank, so that nothing moves.
    let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
    let mut masked: String = text.bytes().take(part.start).map(blank).collect();
    masked.push_str(text.get(part)?);
    read_text(&masked, file, diagnostics)
}

fn read_text(text: &str, file: FileId, diagnostics: &mut Diagnostics) -> Option<Node> {
    if text.len() > MAX_BYTES {
        diagnostics.push(
            Diagnostic::error(
                Code::YamlBudget,
                Span::new(file, 0, 0),
                format!("the file has {} MiB, at most {} MiB are read", text.len() >> 20, MAX_BYTES >> 20),
            )
            .help("keep data in a JSON Lines or CSV file, and in the flow file only the flow"),
        );
        return None;
    }
    let outline = outline::outline(text, file, diagnostics)?;
    if outline.is_empty() {
        let value = NodeValue::Mapping(Mapping::default());
        return Some(Node { value, span: Span::new(file, 0, 0), defined: None });
    }
    build::build(text, file, &outline, diagnostics)
}
