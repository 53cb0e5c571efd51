//! What does not fit a schema, in words that a person and a model understand.

use std::fmt;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value as Json;

use crate::value::push_display;

/// Something in a value that does not fit its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// Where: `items[0].price`; empty for the value as a whole.
    pub path: String,
    /// What is wrong, as a sentence that begins with its verb: `is text, but a number is wanted`.
    pub message: String,
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return write!(formatter, "the value {}", self.message);
        }
        write!(formatter, "`{}` {}", self.path, self.message)
    }
}

impl Discrepancy {
    pub(super) fn new(error: &ValidationError<'_>) -> Self {
        let path = path(error.instance_path().as_str());
        let (path, message) = match error.kind() {
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let whole = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                (whole, "is missing".to_owned())
            }
            kind => (path, words(kind, error.instance())),
        };
        Self { path, message }
    }
}

/// A JSON pointer as people write it: `/items/0/price` is `items[0].price`.
pub(super) fn path(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) {
            push_display(&mut path, format_args!("[{step}]"));
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&step);
    }
    path
}

/// What is wrong with a value, behind its name.
fn words(kind: &Kind, value: &Json) -> String {
    let shown = shown(value);
    match kind {
        Kind::Type { kind } => format!("is {}, but {} is wanted", shape(value), wanted(kind)),
        Kind::Enum { options } => format!("is {shown}, but it must be one of {}", list(options)),
        Kind::Constant { expected_value } => format!("is {shown}, but it must be {expected_value}"),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("has {}, which the schema does not know", names(unexpected))
        }
        Kind::Minimum { limit } => format!("is {shown}, but the least is {limit}"),
        Kind::Maximum { limit } => format!("is {shown}, but the most is {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("is {shown}, but it must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("is {shown}, but it must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("is {shown}, but it must be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("has {}, but needs {limit} or more", count(value, "character")),
        Kind::MaxLength { limit } => format!("has {}, but may have {limit} at the most", count(value, "character")),
        Kind::MinItems { limit } => format!("has {}, but needs {limit} or more", count(value, "item")),
        Kind::MaxItems { limit } => format!("has {}, but may have {limit} at the most", count(value, "item")),
        Kind::AdditionalItems { limit } => format!("has {}, but may have {limit}", count(value, "item")),
        Kind::MinProperties { limit } => format!("needs {limit} or more properties"),
        Kind::MaxProperties { limit } => format!("may have {limit} properties at the most"),
        Kind::UniqueItems => "has an item twice, but each must be there once".to_owned(),
        Kind::Contains => "lacks an item that the schema's `contains` asks for".to_owned(),
        Kind::Pattern { pattern } => format!("is {shown}, which does not match the pattern {pattern}"),
        Kind::Format { format } => format!("is {shown}, which is no {format}"),
        Kind::PropertyNames { error } => {
            format!("has a name that does not fit: it {}", words(error.kind(), error.instance()))
        }
        Kind::FalseSchema => "must not be there".to_owned(),
        Kind::Not { .. } => "is what the schema's `not` rules out".to_owned(),
        Kind::OneOfMultipleValid { .. } => "fits more than one of the forms of `oneOf`, but must fit one".to_owned(),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => alternatives(context),
        other => format!("does not satisfy `{}`", other.keyword()),
    }
}

/// None of several forms fits: the nearest is told of.
fn alternatives(context: &[Vec<ValidationError<'static>>]) -> String {
    let is_type = |errors: &Vec<ValidationError<'static>>| matches!(&errors[..], [error] if matches!(error.kind(), Kind::Type { .. }) && error.instance_path().as_str().is_empty());
    let nearest =
        context.iter().filter(|errors| !errors.is_empty() && !is_type(errors)).min_by_key(|errors| errors.len());
    let nearest = nearest.or_else(|| context.iter().find(|errors| !errors.is_empty()));
    let told = nearest.and_then(|errors| errors.first()).map(|error| Discrepancy::new(error).to_string());
    match told {
        Some(told) => format!("fits none of the {} forms that are allowed; in the nearest, {told}", context.len()),
        None => "fits none of the forms that are allowed".to_owned(),
    }
}

fn shape(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    }
}

fn wanted(kind: &TypeKind) -> String {
    let names: Vec<&str> = match kind {
        TypeKind::Single(name) => vec![type_name(name.as_str())],
        TypeKind::Multiple(names) => names.iter().map(|name| type_name(name.as_str())).collect(),
    };
    names.join(" or ")
}

/// A type of JSON Schema in words.
pub(super) fn type_name(name: &str) -> &str {
    match name {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "string" => "text",
        "array" => "a list",
        "object" => "a mapping",
        other => other,
    }
}

/// A value as a message shows it.
fn shown(value: &Json) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn list(options: &Json) -> String {
    const SHOWN: usize = 12;
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut words: Vec<String> = options.iter().take(SHOWN).map(shown).collect();
    if options.len() > SHOWN {
        words.push(format!("{} more", options.len() - SHOWN));
    }
    words.join(", ")
}

fn names(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn count(value: &Json, what: &str) -> String {
    let count = match value {
        Json::String(text) => text.chars().count(),
        Json::Array(items) => items.len(),
        _ => 0,
    };
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
