use std::fmt;
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::{Value as Json, json};

use super::discrepancy::path;
use super::shape::{Types, resolve};
use super::{Discrepancy, strict};
use crate::ty::Ty;

/// The JSON Schema of a node's output, compiled once.
pub struct OutputSchema {
    json: Json,
    validator: Validator,
}

impl OutputSchema {
    /// Compiles a schema. Drafts 4 to 2020-12, the last one where `$schema` does not say; references stay within the document.
    ///
    /// # Errors
    /// It is no valid JSON Schema.
    pub fn compile(json: Json) -> Result<Self, SchemaError> {
        if !json.is_object() {
            return Err(SchemaError { pointer: String::new(), message: "a JSON Schema is a mapping".to_owned() });
        }
        let of = |error: &jsonschema::ValidationError<'_>| {
            let pointer = error.instance_path().as_str();
            let message = match error.instance().as_ref() {
                Json::String(name) if pointer.ends_with("/type") => {
                    format!("there is no type `{name}`; the types are {TYPES}")
                }
                _ => Discrepancy::new(error).to_string(),
            };
            SchemaError { pointer: pointer.to_owned(), message }
        };
        match jsonschema::meta::validator_for(&json) {
            Ok(validator) => {
                // Of several faults the deepest says most.
                let faults = validator.iter_errors(&json);
                let deepest = faults.max_by_key(|error| error.instance_path().as_str().matches('/').count());
                if let Some(error) = deepest {
                    return Err(of(&error));
                }
            }
            Err(_) => {
                let message = "`$schema` names a draft that is not known; leave it out".to_owned();
                return Err(SchemaError { pointer: "/$schema".to_owned(), message });
            }
        }
        if let Some((pointer, target)) = foreign_reference(&json, &mut String::new(), 0) {
            let message = format!("`$ref` leads to `{target}`, which is no part of the schema");
            return Err(SchemaError { pointer, message });
        }
        let built = jsonschema::options().should_validate_formats(true).build(&json);
        let validator = built.map_err(|error| {
            let place = [error.instance_path(), error.schema_path()].map(|place| place.as_str().to_owned());
            let pointer = place.into_iter().find(|place| !place.is_empty()).unwrap_or_default();
            let message = Discrepancy { path: path(&pointer), ..Discrepancy::new(&error) }.to_string();
            SchemaError { pointer, message }
        })?;
        Ok(Self { json, validator })
    }

    /// The schema itself.
    #[must_use]
    pub fn json(&self) -> &Json {
        &self.json
    }

    pub(super) fn validator(&self) -> &Validator {
        &self.validator
    }

    fn root(&self) -> Option<&serde_json::Map<String, Json>> {
        resolve(&self.json, &self.json).as_object()
    }

    /// The type of the values that fit.
    #[must_use]
    pub fn ty(&self) -> Ty {
        let Some(root) = self.root() else { return Ty::Any };
        if !root.contains_key("type") {
            return Ty::Any;
        }
        let types = Types::of(root);
        let allowed = [
            (types.object(), Ty::Object),
            (types.array(), Ty::List),
            (types.string(), Ty::String),
            (types.boolean(), Ty::Bool),
            (types.number(), Ty::Double),
            (types.integer() && !types.number(), Ty::Int),
            (types.null(), Ty::Any),
        ];
        let mut allowed = allowed.into_iter().filter(|(allowed, _)| *allowed);
        match (allowed.next(), allowed.next()) {
            (Some((_, ty)), None) => ty,
            _ => Ty::Any,
        }
    }

    /// The names of the properties of an object, as far as the schema names any. There may be others unless it is
    /// closed, and any at all where `additionalProperties` invites them.
    #[must_use]
    pub fn properties(&self) -> Option<Vec<Arc<str>>> {
        let root = self.root()?;
        let invites = root.get("additionalProperties").is_some_and(|other| *other != Json::Bool(false));
        let is_plain = ["allOf", "anyOf", "oneOf", "patternProperties"].iter().all(|key| !root.contains_key(*key));
        let properties = root.get("properties")?.as_object()?;
        (!invites && is_plain && self.ty() == Ty::Object)
            .then(|| properties.keys().map(|name| Arc::from(name.as_str())).collect())
    }

    /// Whether an object may have no other properties than those that are named.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.root().and_then(|root| root.get("additionalProperties")) == Some(&Json::Bool(false))
    }

    /// What asks a provider for an answer by this schema: `name`, `schema`, `strict`. `None` where providers take no
    /// such schema, since it is none of an object.
    #[must_use]
    pub fn format(&self, name: &str) -> Option<Json> {
        if self.ty() != Ty::Object {
            return None;
        }
        let is_part = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-');
        let name: String = name.chars().map(|sign| if is_part(&sign) { sign } else { '_' }).take(64).collect();
        let name = if name.is_empty() { "output".to_owned() } else { name };
        Some(json!({ "name": name, "schema": self.json, "strict": strict::holds(&self.json) }))
    }

    /// What tells a model of the schema, where the provider cannot be told.
    #[must_use]
    pub fn instructions(&self) -> String {
        let schema = &self.json;
        format!("Answer with one JSON value that fits this JSON Schema, and with nothing before or after it:\n{schema}")
    }
}

/// The types, as messages list them.
const TYPES: &str = "string, integer, number, boolean, array, object and null";

/// Where a `$ref` stands that leads out of the document, or to nothing in it, and to what.
fn foreign_reference(root: &Json, pointer: &mut String, depth: usize) -> Option<(String, String)> {
    fn visit(root: &Json, here: &Json, pointer: &mut String, depth: usize) -> Option<(String, String)> {
        const DEEPEST: usize = 128;
        if depth > DEEPEST {
            return None;
        }
        let length = pointer.len();
        let children: Vec<(String, &Json)> = match here {
            Json::Object(entries) => {
                let leads_out = |target: &str| match target.strip_prefix('#') {
                    Some(inside) if inside.is_empty() || inside.starts_with('/') => root.pointer(inside).is_none(),
                    // An anchor, or the name of the document: the validator looks.
                    Some(_) => false,
                    None => !root.get("$id").is_some_and(Json::is_string),
                };
                if let Some(target) = entries.get("$ref").and_then(Json::as_str)
                    && leads_out(target)
                {
                    return Some((format!("{pointer}/$ref"), target.to_owned()));
                }
                let data = ["enum", "const", "default", "examples"];
                let parts = entries.iter().filter(|(name, _)| !data.contains(&name.as_str()));
                parts.map(|(name, child)| (name.replace('~', "~0").replace('/', "~1"), child)).collect()
            }
            Json::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
            _ => Vec::new(),
        };
        for (step, child) in children {
            pointer.push('/');
            pointer.push_str(&step);
            if let Some(found) = visit(root, child, pointer, depth + 1) {
                return Some(found);
            }
            pointer.truncate(length);
        }
        None
    }
    visit(root, root, pointer, depth)
}

impl fmt::Debug for OutputSchema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OutputSchema").field("json", &self.json).finish_non_exhaustive()
    }
}

/// A schema that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SchemaError {
    /// Where in the schema, as a JSON pointer.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}
