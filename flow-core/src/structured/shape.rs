//! What a schema says of a value at first sight, for choosing and coercing. The last word has the validator.

use serde_json::{Map, Value as Json};

/// The types of JSON Schema that a schema allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    const NULL: u8 = 1;
    const BOOLEAN: u8 = 2;
    const INTEGER: u8 = 4;
    const NUMBER: u8 = 8;
    const STRING: u8 = 16;
    const ARRAY: u8 = 32;
    const OBJECT: u8 = 64;
    const ALL: u8 = 127;

    /// What `type` says, else what `enum` and `const` imply, else everything.
    pub(super) fn of(schema: &Map<String, Json>) -> Self {
        let named = |name: &Json| match name.as_str() {
            Some("null") => Self::NULL,
            Some("boolean") => Self::BOOLEAN,
            Some("integer") => Self::INTEGER,
            Some("number") => Self::INTEGER | Self::NUMBER,
            Some("string") => Self::STRING,
            Some("array") => Self::ARRAY,
            Some("object") => Self::OBJECT,
            _ => 0,
        };
        match schema.get("type") {
            Some(Json::Array(names)) => return Self(names.iter().fold(0, |all, name| all | named(name))),
            Some(name) => return Self(named(name)),
            None => {}
        }
        match (schema.get("enum").and_then(Json::as_array), schema.get("const")) {
            (Some(words), _) => Self(words.iter().fold(0, |all, word| all | Self::bit(word))),
            (None, Some(word)) => Self(Self::bit(word)),
            (None, None) => Self(Self::ALL),
        }
    }

    fn bit(value: &Json) -> u8 {
        match value {
            Json::Null => Self::NULL,
            Json::Bool(_) => Self::BOOLEAN,
            Json::Number(number) if is_whole(number) => Self::INTEGER,
            Json::Number(_) => Self::NUMBER,
            Json::String(_) => Self::STRING,
            Json::Array(_) => Self::ARRAY,
            Json::Object(_) => Self::OBJECT,
        }
    }

    pub(super) fn allow(self, value: &Json) -> bool {
        self.0 & Self::bit(value) != 0
    }

    pub(super) fn null(self) -> bool {
        self.0 & Self::NULL != 0
    }

    pub(super) fn boolean(self) -> bool {
        self.0 & Self::BOOLEAN != 0
    }

    pub(super) fn integer(self) -> bool {
        self.0 & Self::INTEGER != 0
    }

    pub(super) fn number(self) -> bool {
        self.0 & Self::NUMBER != 0
    }

    pub(super) fn string(self) -> bool {
        self.0 & Self::STRING != 0
    }

    pub(super) fn array(self) -> bool {
        self.0 & Self::ARRAY != 0
    }

    pub(super) fn object(self) -> bool {
        self.0 & Self::OBJECT != 0
    }
}

/// Whether a number is whole; JSON Schema counts `5.0` as an integer.
fn is_whole(number: &serde_json::Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

/// The schema that `$ref` leads to within the document, through a few steps; the schema itself without one.
pub(super) fn resolve<'s>(root: &'s Json, schema: &'s Json) -> &'s Json {
    const STEPS: usize = 16;
    let mut here = schema;
    for _ in 0..STEPS {
        let Some(target) = here.get("$ref").and_then(Json::as_str) else { return here };
        let Some(found) = target.strip_prefix('#').and_then(|pointer| root.pointer(&pointer.replace("%25", "%")))
        else {
            return here;
        };
        here = found;
    }
    here
}

/// The words that a schema allows by `enum` or `const`.
pub(super) fn words(schema: &Map<String, Json>) -> Option<&[Json]> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Json::Array(words)), _) => Some(words),
        (None, Some(word)) => Some(std::slice::from_ref(word)),
        _ => None,
    }
}

/// Whether a value looks as a schema wants it: type, words, required properties and the words of those.
pub(super) fn looks_like(root: &Json, schema: &Json, value: &Json) -> bool {
    let schema = match resolve(root, schema) {
        Json::Object(schema) => schema,
        Json::Bool(allowed) => return *allowed,
        _ => return true,
    };
    if !Types::of(schema).allow(value) || words(schema).is_some_and(|words| !words.contains(value)) {
        return false;
    }
    let Json::Object(entries) = value else { return true };
    let required = schema.get("required").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    if !required.iter().filter_map(Json::as_str).all(|name| entries.contains_key(name)) {
        return false;
    }
    let Some(Json::Object(properties)) = schema.get("properties") else { return true };
    entries.iter().all(|(name, value)| {
        let property = properties.get(name).map(|property| resolve(root, property)).and_then(Json::as_object);
        property.and_then(words).is_none_or(|words| words.contains(value))
    })
}

/// A word without case, and with one kind of gap.
pub(super) fn plain(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    for part in
        word.split(|sign: char| sign.is_whitespace() || matches!(sign, '_' | '-')).filter(|part| !part.is_empty())
    {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.extend(part.chars().flat_map(char::to_lowercase));
    }
    plain
}
