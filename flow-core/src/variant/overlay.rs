use crate::yaml::{Entry, Mapping, Node, NodeValue};

/// Lays a partial node over a whole one: mappings are merged key by key, all else replaces, and null takes a key away.
/// What comes from the patch keeps its place.
pub(super) fn overlay(base: &Mapping, patch: &Mapping) -> Mapping {
    let mut merged = base.clone();
    for entry in &patch.entries {
        let position = merged.entries.iter().position(|known| known.key.text == entry.key.text);
        let is_null = entry.value.as_scalar().is_some_and(|scalar| scalar.value.is_null());
        match position {
            Some(position) if is_null => {
                merged.entries.remove(position);
            }
            Some(position) => merged.entries[position] = merged_entry(&merged.entries[position], entry),
            None if is_null => {}
            None => merged.entries.push(entry.clone()),
        }
    }
    merged
}

fn merged_entry(base: &Entry, patch: &Entry) -> Entry {
    match (base.value.as_mapping(), patch.value.as_mapping()) {
        (Some(under), Some(over)) => {
            let value = Node { value: NodeValue::Mapping(overlay(under, over)), ..base.value.clone() };
            Entry { key: base.key.clone(), value }
        }
        _ => patch.clone(),
    }
}
