//! Calls of the embedding API, which are LLM nodes without a template, also under a tool's name.

use std::sync::Arc;

use super::Spanned;
use crate::yaml::Node;

/// Our tool that calls the embedding API; promptflow's is a package tool.
const EMBEDDING_TOOL: &str = "embedding.create";
/// The API of an LLM node that has no template.
pub(super) const EMBEDDING_API: &str = "embedding";

/// The text of a key of a node.
pub(super) fn text_of<'t>(node: &'t Node, key: &str) -> Option<&'t str> {
    Some(&node.as_mapping()?.get(key)?.value.as_scalar()?.text)
}

/// Whether the node calls the embedding API under our tool's name: the API then, with the place of `type`.
pub(super) fn embedding(node: &Node) -> Option<Spanned<Arc<str>>> {
    let is_embedding = text_of(node, "type")? == "tool" && text_of(node, "tool") == Some(EMBEDDING_TOOL);
    let span = node.as_mapping()?.get("type")?.value.span;
    is_embedding.then(|| Spanned { value: Arc::from(EMBEDDING_API), span })
}
