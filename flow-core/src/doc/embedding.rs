//! Calls of the embedding API, which are LLM nodes without a template, also under a tool's name.

use std::sync::Arc;

use super::{ArgumentDoc, Spanned};
use crate::yaml::Node;

/// promptflow's tool that calls the embedding API, and ours.
const EMBEDDING_PACKAGE: &str = "promptflow.tools.embedding.embedding";
const EMBEDDING_TOOL: &str = "embedding.create";
/// The API of an LLM node that has no template.
pub(super) const EMBEDDING_API: &str = "embedding";

/// The text of a key of a node.
pub(super) fn text_of<'t>(node: &'t Node, key: &str) -> Option<&'t str> {
    Some(&node.as_mapping()?.get(key)?.value.as_scalar()?.text)
}

/// Whether the node calls the embedding API under a tool's name: the API then, with the place of `type`.
pub(super) fn embedding(node: &Node) -> Option<Spanned<Arc<str>>> {
    let is_embedding = match text_of(node, "type")? {
        "python" => text_of(&node.as_mapping()?.get("source")?.value, "tool") == Some(EMBEDDING_PACKAGE),
        "tool" => text_of(node, "tool") == Some(EMBEDDING_TOOL),
        _ => false,
    };
    let span = node.as_mapping()?.get("type")?.value.span;
    is_embedding.then(|| Spanned { value: Arc::from(EMBEDDING_API), span })
}

/// Takes the input `connection` out, which names one.
pub(super) fn take_connection(arguments: &mut Vec<ArgumentDoc>) -> Option<Spanned<Arc<str>>> {
    let position = arguments.iter().position(|argument| &*argument.name.text == "connection")?;
    let name = arguments[position].value.as_scalar()?;
    let connection = Spanned { value: Arc::clone(&name.text), span: arguments[position].value.span };
    arguments.remove(position);
    Some(connection)
}
