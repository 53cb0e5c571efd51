//! Values that are changed for one run, on the tree, so that they pass through all checks.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::doc::Report;
use crate::source::Span;
use crate::value::Value;
use crate::yaml::{Entry, Key, Mapping, Node, NodeValue};

/// Keys of a node itself; every other key is one of its inputs.
const NODE_KEYS: &[&str] = &[
    "connection",
    "api",
    "tool",
    "flow",
    "prompty",
    "prompt",
    "timeout",
    "retry",
    "on_error",
    "if",
    "for_each",
    "loop",
    "source",
    "code",
    "activate",
];

/// The tree with the overrides in place.
pub(super) fn apply(mut root: Node, overrides: &[(String, Value)], report: &mut Report) -> Node {
    for (path, value) in overrides {
        if let Err(diagnostic) = set(&mut root, path, value) {
            report.push(*diagnostic);
        }
    }
    root
}

fn set(root: &mut Node, path: &str, value: &Value) -> Result<(), Box<Diagnostic>> {
    let parts: Vec<&str> = path.split('.').collect();
    let malformed = || {
        let diagnostic = Diagnostic::error_without_place(
            Code::InvalidOverride,
            format!("`--set {path}=…` names no value of a flow"),
        );
        Box::new(diagnostic.help("write --set NODE.KEY=VALUE, or --set inputs.NAME.default=VALUE"))
    };
    let span = root.span;
    let NodeValue::Mapping(flow) = &mut root.value else { return Err(malformed()) };
    match parts[..] {
        ["inputs", name, "default"] => {
            let inputs = child(flow, "inputs", span);
            let names: Vec<String> = names(inputs);
            let Some(input) = inputs.entries.iter_mut().find(|entry| &*entry.key.text == name) else {
                let diagnostic =
                    Diagnostic::error_without_place(Code::InvalidOverride, format!("the flow has no input `{name}`"));
                return Err(Box::new(diagnostic.maybe_help(did_you_mean(name, names.iter().map(String::as_str)))));
            };
            if let NodeValue::Mapping(input) = &mut input.value.value {
                put(input, "default", value, span);
            }
            Ok(())
        }
        [node, ref rest @ ..] if !rest.is_empty() && !rest.contains(&"") => {
            let (node, span) = find_node(flow, node)?;
            let (section, keys) = match rest {
                ["inputs", keys @ ..] if !keys.is_empty() => (Some("inputs"), keys),
                [key, ..] if NODE_KEYS.contains(key) => (None, rest),
                // Of a prompty node; an LLM node's model is one of its inputs, and no mapping.
                ["model", _, ..] => (None, rest),
                _ => (Some("inputs"), rest),
            };
            let mut target = node;
            if let Some(section) = section {
                target = child(target, section, span);
            }
            let (last, middle) = keys.split_last().ok_or_else(malformed)?;
            for key in middle {
                target = child(target, key, span);
            }
            put(target, last, value, span);
            Ok(())
        }
        _ => Err(malformed()),
    }
}

/// The node of this name, and the place of its name.
fn find_node<'t>(flow: &'t mut Mapping, name: &str) -> Result<(&'t mut Mapping, Span), Box<Diagnostic>> {
    let nodes = flow.entries.iter_mut().find(|entry| &*entry.key.text == "nodes");
    let items = match nodes.map(|entry| &mut entry.value.value) {
        Some(NodeValue::Sequence(items)) => items.as_mut_slice(),
        _ => &mut [],
    };
    let name_of = |node: &Node| Some(Arc::clone(&node.as_mapping()?.get("name")?.value.as_scalar()?.text));
    let names: Vec<Arc<str>> = items.iter().filter_map(name_of).collect();
    let found = items.iter_mut().find(|node| name_of(node).is_some_and(|known| &*known == name));
    match found.map(|node| (&mut node.value, node.span)) {
        Some((NodeValue::Mapping(node), span)) => {
            let place = node.get("name").map_or(span, |name| name.value.span);
            Ok((node, place))
        }
        _ => {
            let of_class = if name == "init" { "; only a flex flow's class has `init`" } else { "" };
            let diagnostic = Diagnostic::error_without_place(
                Code::InvalidOverride,
                format!("the flow has no node `{name}` to set something of{of_class}"),
            );
            Err(Box::new(diagnostic.maybe_help(did_you_mean(name, names.iter().map(|name| &**name)))))
        }
    }
}

fn names(mapping: &Mapping) -> Vec<String> {
    mapping.entries.iter().map(|entry| entry.key.text.to_string()).collect()
}

/// The mapping below a key; made if it is not there.
fn child<'t>(mapping: &'t mut Mapping, key: &str, span: Span) -> &'t mut Mapping {
    let position = mapping.entries.iter().position(|entry| &*entry.key.text == key).unwrap_or_else(|| {
        let value = Node { value: NodeValue::Mapping(Mapping::default()), span, defined: None };
        mapping.entries.push(Entry { key: Key { text: Arc::from(key), span }, value });
        mapping.entries.len() - 1
    });
    let value = &mut mapping.entries[position].value.value;
    if !matches!(value, NodeValue::Mapping(_)) {
        *value = NodeValue::Mapping(Mapping::default());
    }
    match value {
        NodeValue::Mapping(mapping) => mapping,
        _ => unreachable!("it was made a mapping above"),
    }
}

fn put(mapping: &mut Mapping, key: &str, value: &Value, span: Span) {
    let place = mapping.get(key).map_or(span, |entry| entry.value.span);
    let value = Node::of_value(value, place);
    match mapping.entries.iter_mut().find(|entry| &*entry.key.text == key) {
        Some(entry) => entry.value = value,
        None => mapping.entries.push(Entry { key: Key { text: Arc::from(key), span }, value }),
    }
}
