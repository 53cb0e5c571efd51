//! The values that flow through a flow: JSON's kinds and pictures, cheap to clone (everything large is behind an `Arc`),
//! with the order of keys kept.

mod duration;
mod image;
mod json;
mod object;
mod python;
mod python_json;
mod text;

use std::sync::Arc;

use indexmap::IndexMap;

pub use duration::parse_duration;
pub use image::{Image, ImageContent};
pub use object::Object;
pub(crate) use python::{is_python_space, push_display, write_float, write_repr, write_text_repr};
pub use python::{python_float, python_repr, python_str};
pub use python_json::python_json;
pub use text::Text;

/// The entries of a [`Value::Map`], in the order in which they were written.
pub type Map = IndexMap<Arc<str>, Value>;

/// A value. Cloning copies a pointer at the most.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// JSON's `null`, Python's `None`.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number. Numbers that do not fit are read as [`Value::Float`].
    Int(i64),
    /// A number with a fraction; may be NaN or infinite, which JSON output writes as `null`.
    Float(f64),
    /// A text.
    Text(Text),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A mapping from names to values.
    Map(Arc<Map>),
    /// A picture.
    Image(Arc<Image>),
    /// A value of code that is no data.
    Object(Arc<Object>),
}

impl Value {
    /// A list of values.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Self {
        Value::List(Arc::new(items.into_iter().collect()))
    }

    /// A mapping.
    pub fn map<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Value::Map(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The number, whole or not.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "this is what a float of a large whole number is")]
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The items, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if it is a mapping.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry with this name, if it is a mapping that has one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The picture, if it is one.
    #[must_use]
    pub fn as_image(&self) -> Option<&Arc<Image>> {
        match self {
            Value::Image(image) => Some(image),
            _ => None,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The same value, in which no text counts as the flow author's. Nothing is copied where none does.
    #[must_use]
    pub fn without_origin(&self) -> Value {
        if !self.has_origin() {
            return self.clone();
        }
        match self {
            Value::Text(text) => Value::Text(text.without_origin()),
            Value::List(items) => Value::list(items.iter().map(Value::without_origin)),
            Value::Map(entries) => {
                Value::map(entries.iter().map(|(key, value)| (Arc::clone(key), value.without_origin())))
            }
            other => other.clone(),
        }
    }

    fn has_origin(&self) -> bool {
        match self {
            Value::Text(text) => !text.authored().is_empty(),
            Value::List(items) => items.iter().any(Value::has_origin),
            Value::Map(entries) => entries.values().any(Value::has_origin),
            _ => false,
        }
    }

    /// The name of its kind, as the language writes it (`int`, `list`, …).
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "double",
            Value::Text(_) => "string",
            Value::List(_) => "list",
            Value::Map(_) => "object",
            Value::Image(_) => "image",
            Value::Object(_) => "python object",
        }
    }

    /// Equality as Python has it: `True == 1 == 1.0`, texts by their characters, lists and mappings by their parts.
    /// `activate` compares with it.
    #[must_use]
    pub fn python_eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Text(one), Value::Text(two)) => one == two,
            (Value::Image(one), Value::Image(two)) => one == two,
            (Value::Object(one), Value::Object(two)) => one == two,
            (Value::List(one), Value::List(two)) => {
                one.len() == two.len() && one.iter().zip(two.iter()).all(|(one, two)| one.python_eq(two))
            }
            (Value::Map(one), Value::Map(two)) => {
                one.len() == two.len()
                    && one.iter().all(|(key, value)| two.get(key).is_some_and(|other| value.python_eq(other)))
            }
            _ => match (self.python_number(), other.python_number()) {
                (Some(one), Some(two)) => one == two,
                _ => false,
            },
        }
    }

    fn python_number(&self) -> Option<Number> {
        match self {
            Value::Bool(flag) => Some(Number::Int(i64::from(*flag))),
            Value::Int(number) => Some(Number::Int(*number)),
            Value::Float(number) => Some(Number::Float(*number)),
            _ => None,
        }
    }
}

/// A number for comparison: whole numbers exactly, mixed pairs as floats.
#[derive(Clone, Copy)]
enum Number {
    Int(i64),
    Float(f64),
}

impl PartialEq for Number {
    #[expect(clippy::cast_precision_loss, reason = "a mixed comparison is one of floats")]
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Number::Int(one), Number::Int(two)) => one == two,
            (Number::Float(one), Number::Float(two)) => one == two,
            (Number::Int(one), Number::Float(two)) | (Number::Float(two), Number::Int(one)) => one as f64 == two,
        }
    }
}

/// Strict equality: an `int` is no `double`, `true` is not 1. For Python's see [`Value::python_eq`].
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(two)) => one == two,
            (Value::Int(one), Value::Int(two)) => one == two,
            (Value::Float(one), Value::Float(two)) => one == two,
            (Value::Text(one), Value::Text(two)) => one == two,
            (Value::List(one), Value::List(two)) => one == two,
            (Value::Map(one), Value::Map(two)) => one == two,
            (Value::Image(one), Value::Image(two)) => one == two,
            (Value::Object(one), Value::Object(two)) => one == two,
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Float(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(Text::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(Text::from(text))
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Value::Text(text)
    }
}
