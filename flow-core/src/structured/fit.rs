//! Bringing a value to the types of its schema, as far as nothing has to be guessed.

use std::sync::Arc;

use serde_json::{Map, Number, Value as Json};

use super::reader::{DEPTH_LIMIT, Reader};
use super::shape::{Types, looks_like, plain, resolve, words};
use super::{Liberty, LibertyKind};
use crate::value::push_display;

/// The most schemas that are looked at for one value: alternatives inside of alternatives have no other bound.
const STEPS: usize = 50_000;

/// Fits one value.
pub(super) struct Fitting<'s> {
    root: &'s Json,
    steps: usize,
    depth: usize,
    path: Vec<PathStep>,
    liberties: Vec<Liberty>,
}

/// A step into a value.
#[derive(Debug, Clone)]
enum PathStep {
    Name(String),
    Index(usize),
}

/// The value, brought to the types of its schema, and what was done to it.
pub(super) fn fit(root: &Json, value: Json) -> (Json, Vec<Liberty>) {
    let mut fitting = Fitting { root, steps: STEPS, depth: 0, path: Vec::new(), liberties: Vec::new() };
    let value = fitting.value(root, value);
    (value, fitting.liberties)
}

impl<'s> Fitting<'s> {
    fn note(&mut self, kind: LibertyKind) {
        let mut path = String::new();
        for step in &self.path {
            match step {
                PathStep::Name(name) if path.is_empty() => path.push_str(name),
                PathStep::Name(name) => {
                    path.push('.');
                    path.push_str(name);
                }
                PathStep::Index(index) => push_display(&mut path, format_args!("[{index}]")),
            }
        }
        self.liberties.push(Liberty { kind, path: Arc::from(path) });
    }

    fn value(&mut self, schema: &'s Json, value: Json) -> Json {
        let Json::Object(schema) = resolve(self.root, schema) else { return value };
        if self.steps == 0 || self.depth == DEPTH_LIMIT {
            return value;
        }
        self.steps -= 1;
        self.depth += 1;
        let mut value = value;
        if let Some(Json::Array(parts)) = schema.get("allOf") {
            for part in parts {
                value = self.value(part, value);
            }
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(Json::Array(branches)) = schema.get(key) {
                value = self.branch(branches, value);
            }
        }
        value = self.own(schema, value);
        let value = match value {
            Json::Object(entries) => Json::Object(self.members(schema, entries)),
            Json::Array(items) => Json::Array(self.items(schema, items)),
            other => other,
        };
        self.depth -= 1;
        value
    }

    /// The alternative that the value looks like, else the first that it can be brought to.
    fn branch(&mut self, branches: &'s [Json], value: Json) -> Json {
        let root = self.root;
        if let Some(branch) = branches.iter().find(|branch| looks_like(root, branch, &value)) {
            return self.value(branch, value);
        }
        for branch in branches {
            let noted = self.liberties.len();
            let brought = self.value(branch, value.clone());
            if looks_like(root, branch, &brought) {
                return brought;
            }
            self.liberties.truncate(noted);
        }
        value
    }

    /// What type and words of a schema ask of the value itself.
    fn own(&mut self, schema: &'s Map<String, Json>, value: Json) -> Json {
        let types = Types::of(schema);
        let words = words(schema);
        let allowed = |value: &Json| types.allow(value) && words.is_none_or(|words| words.contains(value));
        if allowed(&value) {
            return value;
        }
        let (brought, kind) = match &value {
            Json::String(text) => {
                if let Some(word) = words.and_then(|words| spelled(words, text)) {
                    (word, LibertyKind::Spelling)
                } else if let Some(read) = (!types.string()).then(|| from_text(types, text)).flatten() {
                    (read, LibertyKind::FromText)
                } else if types.array() && !types.string() {
                    (Json::Array(vec![value.clone()]), LibertyKind::OneElement)
                } else {
                    return value;
                }
            }
            Json::Number(_) | Json::Bool(_) if types.string() => (Json::String(value.to_string()), LibertyKind::ToText),
            Json::Number(_) | Json::Bool(_) | Json::Object(_) if types.array() => {
                (Json::Array(vec![value.clone()]), LibertyKind::OneElement)
            }
            _ => return value,
        };
        if !allowed(&brought) {
            return value;
        }
        self.note(kind);
        brought
    }

    fn items(&mut self, schema: &'s Map<String, Json>, items: Vec<Json>) -> Vec<Json> {
        let prefix = schema.get("prefixItems").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let rest = schema.get("items");
        let mut fitted = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let item = match prefix.get(index).or(rest) {
                Some(schema) => self.inside(PathStep::Index(index), schema, item),
                None => item,
            };
            fitted.push(item);
        }
        fitted
    }

    fn members(&mut self, schema: &'s Map<String, Json>, entries: Map<String, Json>) -> Map<String, Json> {
        let Some(Json::Object(properties)) = schema.get("properties") else {
            return self.others(schema, entries);
        };
        let required = schema.get("required").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let is_required = |name: &str| required.iter().any(|known| known.as_str() == Some(name));
        let mut renamed = self.respelled(properties, &entries);
        let mut fitted = Map::new();
        for (name, value) in entries {
            let name = renamed.remove(&name).unwrap_or(name);
            let Some(property) = properties.get(&name) else {
                let value = match schema.get("additionalProperties") {
                    Some(other @ Json::Object(_)) => self.inside(PathStep::Name(name.clone()), other, value),
                    _ => value,
                };
                fitted.insert(name, value);
                continue;
            };
            if value.is_null() && !is_required(&name) && !self.takes_null(property) {
                self.path.push(PathStep::Name(name));
                self.note(LibertyKind::NullLeftOut);
                self.path.pop();
                continue;
            }
            let value = self.inside(PathStep::Name(name.clone()), property, value);
            fitted.insert(name, value);
        }
        fitted
    }

    /// The members of a mapping whose names are free.
    fn others(&mut self, schema: &'s Map<String, Json>, entries: Map<String, Json>) -> Map<String, Json> {
        let Some(other @ Json::Object(_)) = schema.get("additionalProperties") else { return entries };
        let mut fitted = Map::new();
        for (name, value) in entries {
            let value = self.inside(PathStep::Name(name.clone()), other, value);
            fitted.insert(name, value);
        }
        fitted
    }

    fn inside(&mut self, step: PathStep, schema: &'s Json, value: Json) -> Json {
        self.path.push(step);
        let value = self.value(schema, value);
        self.path.pop();
        value
    }

    /// Names that are no properties and differ from one that is not given in nothing but their spelling.
    fn respelled(
        &mut self,
        properties: &'s Map<String, Json>,
        entries: &Map<String, Json>,
    ) -> std::collections::HashMap<String, String> {
        let mut renamed = std::collections::HashMap::new();
        let strange: Vec<&String> = entries.keys().filter(|name| !properties.contains_key(*name)).collect();
        if strange.is_empty() {
            return renamed;
        }
        for property in properties.keys().filter(|name| !entries.contains_key(*name)) {
            let wanted = plain(property);
            let mut near = strange.iter().filter(|name| plain(name) == wanted);
            if let (Some(name), None) = (near.next(), near.next()) {
                self.path.push(PathStep::Name(property.clone()));
                self.note(LibertyKind::KeySpelling);
                self.path.pop();
                renamed.insert((*name).clone(), property.clone());
            }
        }
        renamed
    }

    fn takes_null(&self, schema: &Json) -> bool {
        let Json::Object(schema) = resolve(self.root, schema) else { return true };
        let branches = ["anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        let mut branches = branches.peekable();
        match branches.peek() {
            Some(_) => branches.any(|branch| looks_like(self.root, branch, &Json::Null)),
            None => schema.contains_key("allOf") || Types::of(schema).null(),
        }
    }
}

/// The one allowed word that a text is another spelling of.
fn spelled(words: &[Json], text: &str) -> Option<Json> {
    let wanted = plain(text);
    let mut near = words.iter().filter(|word| word.as_str().is_some_and(|word| plain(word) == wanted));
    match (near.next(), near.next()) {
        (Some(word), None) => Some(word.clone()),
        _ => None,
    }
}

/// The value of another type that a text stands for.
fn from_text(types: Types, text: &str) -> Option<Json> {
    let text = text.trim();
    if types.boolean() {
        if text.eq_ignore_ascii_case("true") {
            return Some(Json::Bool(true));
        }
        if text.eq_ignore_ascii_case("false") {
            return Some(Json::Bool(false));
        }
    }
    if types.null() && (text.eq_ignore_ascii_case("null") || text == "None") {
        return Some(Json::Null);
    }
    if (types.integer() || types.number())
        && let Ok(number) = serde_json::from_str::<Number>(text.strip_prefix('+').unwrap_or(text))
    {
        return Some(Json::Number(number));
    }
    let is_nested = (types.object() && text.starts_with('{')) || (types.array() && text.starts_with('['));
    if is_nested && let Ok(read) = Reader::whole(text) {
        return Some(read.value);
    }
    None
}
