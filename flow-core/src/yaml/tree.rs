use std::sync::Arc;

use crate::source::Span;
use crate::value::Value;

/// A value of a YAML document with its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// What stands there.
    pub value: NodeValue,
    /// Where it is used: the value itself, or the alias or merge key that brings it in.
    pub span: Span,
    /// Where it was written, if an alias or merge key brought it in.
    pub defined: Option<Span>,
}

/// The shapes of YAML.
#[derive(Debug, Clone)]
pub enum NodeValue {
    /// A text, number, truth value or null.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping.
    Mapping(Mapping),
}

/// A scalar: its text as written (without quotes), and what it means.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// The text after YAML's unquoting and unfolding.
    pub text: Arc<str>,
    /// What it means by the resolution table (spec section 1.1); quoted and block scalars are texts.
    pub value: Value,
    /// For a text: the byte offset in the file of the first character of each line of `text`, so that a place inside
    /// of an inline template can be shown (see [`Scalar::span_at`]). Empty if that is not known, and for texts of one
    /// line whose escapes shift the columns; then the node's span serves.
    pub line_offsets: Arc<[u32]>,
}

/// A mapping, in the order in which it was written, merge keys already expanded.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// One entry of a mapping.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A key of a mapping; keys that are no text (`1:`) are kept as the text that was written.
#[derive(Debug, Clone)]
pub struct Key {
    /// The key's text.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

impl Mapping {
    /// The entry with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| &*entry.key.text == key)
    }
}

impl Node {
    /// A value as a tree whose every part stands at one place.
    #[must_use]
    pub fn of_value(value: &Value, span: Span) -> Self {
        let inner = match value {
            Value::List(items) => NodeValue::Sequence(items.iter().map(|item| Self::of_value(item, span)).collect()),
            Value::Map(entries) => {
                let entry = |(key, value): (&Arc<str>, &Value)| Entry {
                    key: Key { text: Arc::clone(key), span },
                    value: Self::of_value(value, span),
                };
                NodeValue::Mapping(Mapping { entries: entries.iter().map(entry).collect() })
            }
            scalar => {
                let text = scalar.as_str().map_or_else(|| Arc::from(scalar.to_json()), Arc::from);
                NodeValue::Scalar(Scalar { text, value: scalar.clone(), line_offsets: Arc::default() })
            }
        };
        Self { value: inner, span, defined: None }
    }

    /// The value without its places.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.value {
            NodeValue::Scalar(scalar) => scalar.value.clone(),
            NodeValue::Sequence(items) => Value::list(items.iter().map(Node::to_value)),
            NodeValue::Mapping(mapping) => {
                Value::map(mapping.entries.iter().map(|entry| (Arc::clone(&entry.key.text), entry.value.to_value())))
            }
        }
    }

    /// The shape in a word or two, for messages: `a list`, `a mapping`, `text`, `a number`, ….
    #[must_use]
    pub fn shape(&self) -> &'static str {
        match &self.value {
            NodeValue::Sequence(_) => "a list",
            NodeValue::Mapping(_) => "a mapping",
            NodeValue::Scalar(scalar) => match scalar.value {
                Value::Null => "nothing",
                Value::Bool(_) => "true or false",
                Value::Int(_) | Value::Float(_) => "a number",
                _ => "text",
            },
        }
    }

    /// The scalar, if it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            NodeValue::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.value {
            NodeValue::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The items, if it is a list.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.value {
            NodeValue::Sequence(items) => Some(items),
            _ => None,
        }
    }
}
