use std::collections::BTreeSet;

use super::axis::{block, text, uses_variants};
use super::overlay::overlay;
use super::{BASE, Choice};
use crate::diag::{Code, Diagnostic, did_you_mean, nearest};
use crate::doc::Report;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, NodeValue};

/// The flow's tree with the chosen variants in place, and the defaults where none is chosen.
pub fn apply(root: &Node, choices: &[Choice], report: &mut Report) -> Node {
    let Some(flow) = root.as_mapping() else { return root.clone() };
    let nodes = flow.get("nodes").and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
    refuse_unknown_nodes(nodes, choices, report);
    warn_of_unused_blocks(flow, nodes, report);
    let replaced: Vec<Node> = nodes.iter().map(|node| picked(flow, node, choices, report)).collect();
    let mut flow = flow.clone();
    if let Some(entry) = flow.entries.iter_mut().find(|entry| &*entry.key.text == "nodes")
        && let NodeValue::Sequence(items) = &mut entry.value.value
    {
        *items = replaced;
    }
    Node { value: NodeValue::Mapping(flow), ..root.clone() }
}

/// A node in the form that was chosen.
fn picked(flow: &Mapping, node: &Node, choices: &[Choice], report: &mut Report) -> Node {
    let Some(mapping) = node.as_mapping() else { return node.clone() };
    let Some(name) = text(mapping, "name") else { return node.clone() };
    let choice = choices.iter().rev().find(|choice| choice.node == name);
    let changed = if let Some(variants) = mapping.get("variants") {
        overlaid(mapping, variants, choice, report)
    } else if uses_variants(mapping) {
        replaced(flow, mapping, &name, choice, report)
    } else {
        if let Some(choice) = choice {
            let message = format!("node `{name}` has no variants, so `{choice}` cannot be picked");
            let help = "`use_variants: true` with `node_variants`, or `variants:` inside of the node, makes some";
            report.error(Code::UnknownVariant, node.span, message, help);
        }
        return node.clone();
    };
    Node { value: NodeValue::Mapping(changed), ..node.clone() }
}

/// A node with one of its `variants:` laid over it, without that key.
fn overlaid(node: &Mapping, variants: &Entry, choice: Option<&Choice>, report: &mut Report) -> Mapping {
    let mut base = node.clone();
    base.entries.retain(|entry| &*entry.key.text != "variants");
    let Some(known) = variants.value.as_mapping() else {
        let message =
            format!("`variants` takes a mapping of names to what differs, here it is {}", variants.value.shape());
        let help = "write each as `NAME: { … }` with the keys that differ below it";
        report.error(Code::WrongShape, variants.value.span, message, help);
        return base;
    };
    for entry in &known.entries {
        check_overlay(entry, report);
    }
    let Some(choice) = choice.filter(|choice| &*choice.variant != BASE) else { return base };
    match known.get(&choice.variant) {
        None => {
            let names = std::iter::once(BASE).chain(known.entries.iter().map(|entry| &*entry.key.text));
            unknown_variant(choice, variants.key.span, names, report);
            base
        }
        Some(entry) => match entry.value.as_mapping() {
            None => base,
            Some(patch) => {
                let mut patch = patch.clone();
                // The last two were refused.
                patch.entries.retain(|entry| !["description", "name", "variants"].contains(&&*entry.key.text));
                let mut merged = overlay(&base, &patch);
                // A variant that brings its own template replaces the other form of template as well.
                let other = match (patch.get("prompt"), patch.get("source")) {
                    (Some(_), None) => Some("source"),
                    (None, Some(_)) => Some("prompt"),
                    _ => None,
                };
                merged.entries.retain(|entry| Some(&*entry.key.text) != other);
                merged
            }
        },
    }
}

fn check_overlay(entry: &Entry, report: &mut Report) {
    match entry.value.as_mapping() {
        None => {
            let message = format!(
                "variant `{}` takes a mapping of what differs, here it is {}",
                entry.key.text,
                entry.value.shape()
            );
            report.push(Diagnostic::error(Code::WrongShape, entry.value.span, message));
        }
        Some(patch) => {
            if &*entry.key.text == BASE {
                let help = "`base` is the node itself; give the variant another name";
                report.error(Code::ReservedName, entry.key.span, "a variant cannot be called `base`", help);
            }
            for key in ["name", "variants"] {
                if let Some(inner) = patch.get(key) {
                    let message = format!("variant `{}` cannot change `{key}`", entry.key.text);
                    report.error(Code::InvalidValue, inner.key.span, message, "remove it from the variant");
                }
            }
        }
    }
}

/// A node whose whole body comes from `node_variants`.
fn replaced(flow: &Mapping, node: &Mapping, name: &str, choice: Option<&Choice>, report: &mut Report) -> Mapping {
    let Some(used) = node.get("use_variants") else { return node.clone() };
    let span = used.key.span;
    let Some(block) = block(flow, name) else {
        let message = format!("node `{name}` uses variants, but `node_variants` has none for it");
        let blocks = flow.get("node_variants").and_then(|entry| entry.value.as_mapping());
        let names = blocks.into_iter().flat_map(|blocks| &blocks.entries).map(|entry| &*entry.key.text);
        let help = nearest(name, names).map_or_else(
            || format!("add `{name}:` below `node_variants:`"),
            |near| format!("is `{near}` there meant to be `{name}`?"),
        );
        report.error(Code::UnknownVariant, span, message, help);
        return node.clone();
    };
    let known = block.get("variants").and_then(|entry| entry.value.as_mapping());
    let known = known.map(|mapping| mapping.entries.as_slice()).unwrap_or_default();
    let default = text(block, "default_variant_id");
    let wanted = choice.map(|choice| choice.variant.clone()).or_else(|| default.clone());
    let Some(wanted) = wanted else {
        let message = format!("no variant of node `{name}` is picked, and there is no default");
        report.error(Code::MissingDefaultVariant, first_span(block, span), message, "add `default_variant_id: …`");
        return node.clone();
    };
    let Some(entry) = known.iter().find(|entry| entry.key.text == wanted) else {
        let fallback = Choice { node: name.into(), variant: wanted };
        let written = block.get("default_variant_id").filter(|_| choice.is_none());
        unknown_variant(
            choice.unwrap_or(&fallback),
            written.map_or_else(|| first_span(block, span), |entry| entry.value.span),
            known.iter().map(|entry| &*entry.key.text),
            report,
        );
        // Without a body, whatever refers to the node would be wrong as well.
        let Some(entry) = known.iter().find(|entry| Some(&entry.key.text) == default.as_ref()).or(known.first()) else {
            return node.clone();
        };
        return with_body(node, name, entry, report);
    };
    with_body(node, name, entry, report)
}

/// The node with the body of one of its variants.
fn with_body(node: &Mapping, name: &str, entry: &Entry, report: &mut Report) -> Mapping {
    let body =
        entry.value.as_mapping().and_then(|variant| variant.get("node")).and_then(|body| body.value.as_mapping());
    let Some(body) = body else {
        let message = format!("variant `{}` of node `{name}` has no `node`", entry.key.text);
        report.error(Code::MissingKey, entry.key.span, message, "put the node's body below `node:`");
        return node.clone();
    };
    if let Some(nested) = body.get("variants") {
        let message = format!("nothing can pick the variants inside of variant `{}`", entry.key.text);
        let help = "put them beside it, each with a whole node, or use `variants` in the node alone";
        report.odd(Diagnostic::warning(Code::InvalidValue, nested.key.span, message).help(help));
    }
    let mut body = body.clone();
    body.entries.retain(|entry| !["name", "variants"].contains(&&*entry.key.text));
    if let Some(name) = node.get("name") {
        body.entries.insert(0, name.clone());
    }
    body
}

fn refuse_unknown_nodes(nodes: &[Node], choices: &[Choice], report: &mut Report) {
    let names: Vec<_> = nodes.iter().filter_map(Node::as_mapping).filter_map(|node| text(node, "name")).collect();
    for choice in choices {
        if !names.contains(&choice.node) {
            let message = format!("the flow has no node `{}`, so `{choice}` cannot be picked", choice.node);
            let help = did_you_mean(&choice.node, names.iter().map(|name| &**name));
            report.push(Diagnostic::error_without_place(Code::UnknownNode, message).maybe_help(help));
        }
    }
}

fn unknown_variant<'a>(choice: &Choice, place: Span, names: impl Iterator<Item = &'a str>, report: &mut Report) {
    let message = format!("node `{}` has no variant `{}`", choice.node, choice.variant);
    let help = did_you_mean(&choice.variant, names);
    report.push(Diagnostic::error(Code::UnknownVariant, place, message).maybe_help(help));
}

fn warn_of_unused_blocks(flow: &Mapping, nodes: &[Node], report: &mut Report) {
    let users: BTreeSet<_> = nodes
        .iter()
        .filter_map(Node::as_mapping)
        .filter(|node| uses_variants(node))
        .filter_map(|node| text(node, "name"))
        .collect();
    let blocks = flow.get("node_variants").and_then(|entry| entry.value.as_mapping());
    let has_block = |name: &str| blocks.is_some_and(|blocks| blocks.get(name).is_some());
    for entry in blocks.into_iter().flat_map(|blocks| &blocks.entries) {
        // A mistyped name was reported where its node misses the variants.
        let meant =
            users.iter().filter(|user| !has_block(user)).any(|user| nearest(user, [&*entry.key.text]).is_some());
        if !users.contains(&entry.key.text) && !meant {
            let message = format!("no node uses the variants of `{}`", entry.key.text);
            report.warning(
                Code::UnusedVariants,
                entry.key.span,
                message,
                "set `use_variants: true` on the node, or remove them",
            );
        }
    }
}

/// Where a mapping begins; an empty one stands where its key does.
fn first_span(mapping: &Mapping, empty: Span) -> Span {
    mapping.entries.first().map_or(empty, |entry| entry.key.span)
}
