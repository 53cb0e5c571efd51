use std::sync::Arc;

use super::BASE;
use crate::yaml::{Mapping, Node};

/// A node that has variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// The node.
    pub node: Arc<str>,
    /// Its variants, in the order of the file; with `variants:`, the node itself comes first as `base`.
    pub variants: Vec<AxisVariant>,
    /// The one that runs when none is picked.
    pub default: Option<Arc<str>>,
}

/// One variant of an axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AxisVariant {
    /// Its name.
    pub name: Arc<str>,
    /// For people.
    pub description: Option<Arc<str>>,
}

/// The axes of a flow, in the order of its nodes.
#[must_use]
pub fn axes(root: &Node) -> Vec<Axis> {
    let Some(root) = root.as_mapping() else { return Vec::new() };
    let nodes = root.get("nodes").and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
    nodes.iter().filter_map(Node::as_mapping).filter_map(|node| axis(root, node)).collect()
}

fn axis(root: &Mapping, node: &Mapping) -> Option<Axis> {
    let name = text(node, "name")?;
    if let Some(variants) = node.get("variants").and_then(|entry| entry.value.as_mapping()) {
        let base = AxisVariant { name: Arc::from(BASE), description: None };
        let others = variants.entries.iter().map(|entry| variant(&entry.key.text, &entry.value));
        let variants = std::iter::once(base).chain(others).collect();
        return Some(Axis { node: name, variants, default: Some(Arc::from(BASE)) });
    }
    if !uses_variants(node) {
        return None;
    }
    let block = block(root, &name)?;
    let variants = block.get("variants")?.value.as_mapping()?;
    Some(Axis {
        node: name,
        variants: variants.entries.iter().map(|entry| variant(&entry.key.text, &entry.value)).collect(),
        default: text(block, "default_variant_id"),
    })
}

/// Whether a node's body comes from `node_variants`.
pub(super) fn uses_variants(node: &Mapping) -> bool {
    node.get("use_variants").and_then(|entry| entry.value.as_scalar()?.value.as_bool()) == Some(true)
}

/// A node's block of `node_variants`.
pub(super) fn block<'t>(root: &'t Mapping, node: &str) -> Option<&'t Mapping> {
    root.get("node_variants")?.value.as_mapping()?.get(node)?.value.as_mapping()
}

/// The text of an entry.
pub(super) fn text(mapping: &Mapping, key: &str) -> Option<Arc<str>> {
    let scalar = mapping.get(key)?.value.as_scalar()?;
    (!scalar.value.is_null()).then(|| Arc::clone(&scalar.text))
}

fn variant(name: &Arc<str>, body: &Node) -> AxisVariant {
    AxisVariant { name: Arc::clone(name), description: body.as_mapping().and_then(|body| text(body, "description")) }
}
