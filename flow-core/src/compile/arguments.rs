use std::sync::Arc;

use super::reference::{self, Position};
use super::scope::Scope;
use crate::doc::{ArgumentDoc, NodeDoc, NodeKind, Report, authored};
use crate::plan::Binding;
use crate::source::Span;
use crate::value::Value;
use crate::yaml::{Node, NodeValue};

/// An input of a node, bound.
#[derive(Debug)]
pub(super) struct Argument {
    pub name: Arc<str>,
    pub name_span: Span,
    pub binding: Binding,
    /// Whether its reference is wrong, which was reported: it is given all the same, but nothing is known of it.
    pub is_broken: bool,
    pub span: Span,
}

impl Argument {
    /// The value, if it stands in the file.
    pub(super) fn literal(&self) -> Option<&Value> {
        match &self.binding {
            Binding::Literal(value) if !self.is_broken => Some(value),
            _ => None,
        }
    }
}

/// Binds a node's inputs. Nulls and empty texts count as not given (spec section 1.5); a template of a prompt node
/// prints a null all the same, as recorded.
pub(super) fn bind(doc: &NodeDoc, scope: &Scope, report: &mut Report) -> Vec<Argument> {
    let at = Position { item: doc.repeats.items, turn: doc.repeats.turns, output: false };
    doc.arguments
        .iter()
        .filter(|argument| is_given(argument, doc.kind))
        .map(|argument| {
            let binding = bind_value(&argument.value, at, scope, report);
            Argument {
                name: Arc::clone(&argument.name.text),
                name_span: argument.name.span,
                is_broken: binding.is_none(),
                binding: binding.unwrap_or(Binding::Literal(Value::Null)),
                span: argument.value.span,
            }
        })
        .collect()
}

/// The names of a node's inputs that have a value, be it readable or not.
pub(super) fn given_names(doc: &NodeDoc) -> impl Iterator<Item = &str> {
    doc.arguments.iter().filter(|argument| is_given(argument, doc.kind)).map(|argument| &*argument.name.text)
}

fn is_given(argument: &ArgumentDoc, kind: NodeKind) -> bool {
    let Some(scalar) = argument.value.as_scalar() else { return true };
    if scalar.value.is_null() { kind == NodeKind::Prompt } else { scalar.value.as_str() != Some("") }
}

/// A value of the file as a binding: a reference if it is one, else itself.
pub(super) fn bind_value(node: &Node, at: Position, scope: &Scope, report: &mut Report) -> Option<Binding> {
    if let Some(text) = node.as_scalar().and_then(|scalar| scalar.value.as_str()) {
        if reference::parse(text).is_some() {
            return reference::bind(text, node.span, at, scope, report);
        }
        reference::warn_of_lookalike(text, node, scope, report);
    } else {
        warn_of_nested(node, report);
    }
    Some(Binding::Literal(authored(&node.to_value())))
}

/// Warns of references inside of lists and mappings, which are text.
pub(super) fn warn_of_nested(node: &Node, report: &mut Report) {
    match &node.value {
        NodeValue::Sequence(items) => items.iter().for_each(|item| warn_of_nested(item, report)),
        NodeValue::Mapping(mapping) => mapping.entries.iter().for_each(|entry| warn_of_nested(&entry.value, report)),
        NodeValue::Scalar(scalar) => {
            if scalar.value.as_str().is_some_and(|text| reference::parse(text).is_some()) {
                let message = "inside of a list or a mapping this is text, not a reference";
                let help = "give the reference as an input of its own; `template.render` or `expression.evaluate` can build lists";
                report.warning(crate::diag::Code::ReferenceAsText, node.span, message, help);
            }
        }
    }
}
