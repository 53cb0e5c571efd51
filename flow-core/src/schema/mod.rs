//! JSON Schema of flow files, for completion and checks in editors.
//!
//! It says what [`doc`](crate::doc) reads, in the words that an editor shows; tests hold the two together. What it
//! cannot say (names that must exist, types along references) is said by `flow check` only. It is draft 7, which all
//! editors know. A value of null counts as a missing key, so that a file half written is not marked all over.

mod behaviour;
mod flow;
mod models;
mod node;
mod parameter;

use serde_json::{Value as Json, json};

/// The JSON Schema of flow files.
#[must_use]
pub fn flow_schema() -> Json {
    flow::schema()
}

/// The JSON Schema of `models.yaml`.
#[must_use]
pub fn models_schema() -> Json {
    models::schema()
}

/// A description with the schema it belongs to.
fn described(mut schema: Json, about: &str) -> Json {
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".to_owned(), json!(about));
    }
    schema
}

/// A text; numbers and truth values count as the text that was written.
fn text(about: &str) -> Json {
    described(json!({ "type": ["string", "number", "boolean", "null"] }), about)
}

fn flag(about: &str) -> Json {
    described(json!({ "type": ["boolean", "null"] }), about)
}

/// One of some words, each with what it means.
fn words(choices: &[(&str, &str)], about: &str) -> Json {
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let meanings: Vec<String> = choices
        .iter()
        .filter(|(_, meaning)| !meaning.is_empty())
        .map(|(name, meaning)| format!("{name}: {meaning}"))
        .collect();
    let about = if meanings.is_empty() { about.to_owned() } else { format!("{about} {}.", meanings.join("; ")) };
    json!({ "enum": names, "description": about })
}

/// Where Python code is to run.
fn interpreter(about: &str) -> Json {
    let mut schema = words(
        &[
            ("embedded", "in the interpreter that is built in, and nowhere else"),
            ("external", "in a Python of yours, with --allow-exec"),
        ],
        about,
    );
    schema["enum"] = json!(["embedded", "external", null]);
    schema
}

/// A mapping with these keys and no others.
fn mapping(about: &str, properties: &[(&str, Json)], required: &[&str]) -> Json {
    let mut keys = serde_json::Map::new();
    for (key, schema) in properties {
        keys.insert((*key).to_owned(), schema.clone());
    }
    json!({
        "type": ["object", "null"],
        "description": about,
        "properties": keys,
        "required": required,
        "additionalProperties": false,
    })
}

/// A mapping of the author's own names to values of one form.
fn named(values: Json, about: &str) -> Json {
    json!({ "type": ["object", "null"], "description": about, "additionalProperties": values })
}

/// A part of the schema that is written once.
fn shared(name: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{name}") })
}
