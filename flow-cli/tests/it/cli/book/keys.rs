//! Every key that an editor offers, by the JSON Schema of a format, is explained in the guide and stands in an example.
//!
//! A key is explained in a table of the guide whose first cell names it: `retry.attempts`, `inputs.NAME.type`, `score.judges.model`.
//! Keys of a node stand without `nodes.`, on other pages than those of the file.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::document::{Document, pages};
use super::session::setting;
use crate::cli::TestContext;

/// What has the keys of something else: variants hold nodes again, and prices are prices.
const ALIKE: &[&str] = &["node_variants.NAME.variants.NAME.node", "nodes.variants", "models.NAME.fine_tuned"];

/// The keys of a schema as paths: `nodes.retry.attempts`, and `NAME` where the author picks the name.
fn keys_of(schema: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(schema, schema, "", &mut found);
    found
}

fn walk(root: &Json, schema: &Json, path: &str, found: &mut BTreeSet<String>) {
    if let Some(pointer) = schema["$ref"].as_str() {
        let meant = root.pointer(pointer.trim_start_matches('#')).unwrap_or_else(|| panic!("{pointer}"));
        walk(root, meant, path, found);
    }
    for branches in ["anyOf", "allOf", "oneOf"] {
        schema[branches].as_array().into_iter().flatten().for_each(|branch| walk(root, branch, path, found));
    }
    for branch in ["then", "else", "items"] {
        walk_if_there(root, &schema[branch], path, found);
    }
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        let key = below(key);
        if !ALIKE.contains(&&*key) {
            walk(root, inner, &key, found);
        }
        found.insert(key);
    }
    let named = &schema["additionalProperties"];
    if named.is_object() {
        walk(root, named, &below("NAME"), found);
    }
}

fn walk_if_there(root: &Json, schema: &Json, path: &str, found: &mut BTreeSet<String>) {
    if schema.is_object() {
        walk(root, schema, path, found);
    }
}

/// The keys that a file uses, as the same paths.
fn used(value: &Json, path: &str, keys: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (key, inner) in value.as_object().into_iter().flatten() {
        let (key, named) = (below(key), below("NAME"));
        let key = if keys.contains(&key) { key } else { named };
        used(inner, &key, keys, found);
        found.insert(key);
    }
    value.as_array().into_iter().flatten().for_each(|item| used(item, path, keys, found));
}

/// The keys that tables of a page explain.
fn explained(document: &Document) -> BTreeSet<String> {
    let code = |row: &str| row.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    document.rows().flat_map(code).collect()
}

/// The pages of a folder or file of the book.
fn guide(of: &str) -> Vec<Document> {
    let found: Vec<Document> = pages().into_iter().filter(|page| page.starts_with(of)).map(Document::read).collect();
    assert!(!found.is_empty(), "no page is {of}");
    found
}

fn schema(kind: &str) -> Json {
    TestContext::new().json(&format!("schema {kind}"), 0)
}

/// What no page explains, and what no example of this format uses, which is told by a key that only its files have.
fn missing(keys: &BTreeSet<String>, explained: &BTreeSet<String>, all: &[Document], sign: &str) -> Vec<String> {
    let mut in_use = BTreeSet::new();
    for (info, text) in all.iter().flat_map(Document::code) {
        let Some(name) = setting(info, "file").filter(|_| info.starts_with("yaml")) else { continue };
        let value: Json = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        if value.get(sign).is_some() {
            used(&value, "", keys, &mut in_use);
        }
    }
    let lacks = |key: &&String, known: &BTreeSet<String>| !known.contains(*key);
    let unexplained = keys.iter().filter(|key| lacks(key, explained)).map(|key| format!("{key} is not explained"));
    let unused = keys.iter().filter(|key| lacks(key, &in_use)).map(|key| format!("{key} stands in no example"));
    unexplained.chain(unused).collect()
}

#[test]
fn every_key_of_a_flow_is_explained_and_shown() {
    let keys = keys_of(&schema("flow"));
    assert!(keys.len() > 100, "{keys:?}");
    let guide = guide("docs/authoring");
    let (of_the_file, of_nodes): (Vec<&Document>, Vec<&Document>) =
        guide.iter().partition(|page| page.path.ends_with("flow-file.md"));
    let mut told: BTreeSet<String> = of_the_file.into_iter().flat_map(explained).collect();
    told.extend(of_nodes.into_iter().flat_map(explained).map(|key| format!("nodes.{key}")));
    let missing = missing(&keys, &told, &guide, "nodes");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_key_of_models_is_explained_and_shown() {
    let keys = keys_of(&schema("models"));
    assert!(keys.len() > 15, "{keys:?}");
    let guide = guide("docs/authoring/models-file.md");
    let told: BTreeSet<String> = guide.iter().flat_map(explained).collect();
    let missing = missing(&keys, &told, &guide, "models");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Parameters of metrics stand in the reference, which is made of the same registry.
#[test]
fn every_key_of_an_evaluation_is_explained_and_shown() {
    let (parameters, keys): (BTreeSet<String>, BTreeSet<String>) =
        keys_of(&schema("eval")).into_iter().partition(|key| key.starts_with("score.with."));
    assert!(keys.len() > 40 && parameters.len() > 10, "{keys:?}");
    let guide = guide("docs/evaluating");
    let told: BTreeSet<String> = guide.iter().flat_map(explained).collect();
    let mut missing = missing(&keys, &told, &guide, "score");
    let of_metrics = explained(&Document::read("docs/reference/metrics.md"));
    let parameters = parameters.iter().map(|key| key.trim_start_matches("score.with."));
    missing.extend(parameters.filter(|key| !of_metrics.contains(*key)).map(|key| format!("{key} of a metric")));
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn keys_are_found_wherever_they_stand() {
    let schema = serde_json::json!({
        "properties": {
            "nodes": { "items": { "$ref": "#/definitions/node" } },
            "inputs": { "additionalProperties": { "properties": { "type": {} } } },
        },
        "definitions": { "node": { "properties": { "retry": { "anyOf": [{}, { "properties": { "attempts": {} } }] } } } },
    });
    let keys = keys_of(&schema);
    let expected = ["inputs", "inputs.NAME.type", "nodes", "nodes.retry", "nodes.retry.attempts"];
    assert_eq!(keys.iter().collect::<Vec<_>>(), expected);
    let file = serde_json::json!({ "nodes": [{ "retry": 2 }, { "retry": { "attempts": 3 } }], "inputs": { "a": { "type": 1 } } });
    let mut found = BTreeSet::new();
    used(&file, "", &keys, &mut found);
    found.remove("inputs.NAME");
    assert_eq!(found, keys);
}
