//! Values that are put on top of a prompty's front matter: mappings go into mappings, all else takes their place.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, nearest};
use crate::doc::Report;
use crate::source::Span;
use crate::value::Value;
use crate::yaml::{Entry, Key, Mapping, Node, NodeValue};

/// The keys that overrides may begin with.
const KEYS: &[&str] = &["model", "inputs", "outputs", "sample", "template"];

/// Puts a tree on top of another.
fn merge(base: &mut Node, top: Node) {
    match (&mut base.value, top) {
        (NodeValue::Mapping(base), Node { value: NodeValue::Mapping(top), .. }) => {
            for entry in top.entries {
                match base.entries.iter_mut().find(|known| known.key.text == entry.key.text) {
                    Some(known) => merge(&mut known.value, entry.value),
                    None => base.entries.push(entry),
                }
            }
        }
        (_, top) => *base = top,
    }
}

/// Puts a tree on top of the front matter's `model`.
pub(super) fn merge_model(root: &mut Node, model: Node) {
    let span = model.span;
    let entry = Entry { key: Key { text: Arc::from("model"), span }, value: model };
    merge(root, Node { value: NodeValue::Mapping(Mapping { entries: vec![entry] }), span, defined: None });
}

/// Puts single values on top, each named by its keys with dots between them.
pub(super) fn apply(root: &mut Node, overrides: &[(String, Value)], report: &mut Report) {
    let place = Span { end: root.span.start, ..root.span };
    for (path, value) in overrides {
        let keys: Vec<&str> = path.split('.').collect();
        let is_known = keys.len() > 1 && KEYS.contains(&keys[0]) && !keys.contains(&"");
        if !is_known {
            let message = format!("`--set {path}=…` names no value of a prompty");
            let diagnostic = Diagnostic::error_without_place(Code::InvalidOverride, message);
            let help = match nearest(keys[0], KEYS.iter().copied()) {
                Some(near) if near != keys[0] => format!("did you mean `{near}`?"),
                _ => "write its keys with dots, for example: --set model.parameters.temperature=0".to_owned(),
            };
            report.push(diagnostic.help(help));
            continue;
        }
        if let ["inputs", name, ..] = keys[..]
            && !has_input(root, name)
        {
            let message = format!("the prompty has no input `{name}`");
            report.push(
                Diagnostic::error_without_place(Code::InvalidOverride, message)
                    .help("its inputs stand below `inputs` of its front matter"),
            );
            continue;
        }
        let top = keys.iter().rev().fold(Node::of_value(value, place), |inner, key| {
            let entry = Entry { key: Key { text: Arc::from(*key), span: place }, value: inner };
            Node { value: NodeValue::Mapping(Mapping { entries: vec![entry] }), span: place, defined: None }
        });
        merge(root, top);
    }
}

fn has_input(root: &Node, name: &str) -> bool {
    let inputs = root.as_mapping().and_then(|root| root.get("inputs"));
    inputs.and_then(|inputs| inputs.value.as_mapping()).is_some_and(|inputs| inputs.get(name).is_some())
}
