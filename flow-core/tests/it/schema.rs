//! The JSON Schema of flow files against the flows of the corpus, and against the reader.

use std::collections::BTreeSet;

use flow_core::schema::flow_schema;
use serde_json::Value as Json;

use crate::corpus::cases;

fn read(yaml: &str) -> Json {
    let value: serde_yaml::Value = serde_yaml::from_str(yaml).expect("the flow is YAML");
    let mut value = value;
    value.apply_merge().expect("merge keys name mappings");
    serde_json::to_value(value).expect("YAML with text keys is JSON")
}

#[test]
fn the_schema_takes_every_good_strict_flow() {
    let schema = jsonschema::validator_for(&flow_schema()).expect("the schema is one");
    let mut checked = 0;
    let mut wrong = String::new();
    for case in cases("good") {
        let Ok(text) = std::fs::read_to_string(case.join("flow.yaml")) else { continue };
        if text.contains("promptflow") {
            continue;
        }
        let flow = read(text.trim_start_matches('\u{feff}'));
        for error in schema.iter_errors(&flow) {
            wrong += &format!("{}: {}: {error}\n", case.display(), error.instance_path());
        }
        checked += 1;
    }
    assert!(checked > 30, "{checked} strict flows");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_schema_refuses_flows_of_another_shape() {
    let schema = jsonschema::validator_for(&flow_schema()).expect("the schema is one");
    let node = |rest: &str| format!("nodes: [{{ name: n, type: prompt, prompt: x, {rest} }}]");
    for flow in [
        "- a list".to_owned(),
        "colour: blue".to_owned(),
        "type: assistant".to_owned(),
        "inputs: [a]".to_owned(),
        "inputs: { a: { type: str } }".to_owned(),
        "inputs: { a: { default: 1 } }".to_owned(),
        "inputs: { a: { type: int, defualt: 1 } }".to_owned(),
        "outputs: { a: { type: string } }".to_owned(),
        "outputs: { a: { type: string, reference: '' } }".to_owned(),
        "nodes: { n: { type: prompt } }".to_owned(),
        "nodes: [n]".to_owned(),
        "nodes: [{ type: prompt, prompt: x }]".to_owned(),
        "nodes: [{ name: n, prompt: x }]".to_owned(),
        "nodes: [{ name: n, type: promt, prompt: x }]".to_owned(),
        "nodes: [{ name: n, type: prompt }]".to_owned(),
        "nodes: [{ name: n, type: tool }]".to_owned(),
        "nodes: [{ name: n, type: flow }]".to_owned(),
        "nodes: [{ name: n, type: llm, prompt: x, source: { path: y } }]".to_owned(),
        "nodes: [{ name: n, type: llm, source: { type: code } }]".to_owned(),
        "node_variants: { n: { variants: { v: { type: llm } } } }".to_owned(),
        "additional_includes: ../x".to_owned(),
        node("time_out: 5s"),
        node("timeout: soon"),
        node("retry: 0"),
        node("retry: { delay: 1s }"),
        node("loop: { until: x }"),
        node("loop: { until: x, max: 0 }"),
        node("for_each: text"),
        node("for_each: { concurrency: 2 }"),
        node("on_error: ignore"),
        node("on_error: { default: 1, other: 2 }"),
        node("activate: { when: x }"),
        node("if: [a]"),
        node("aggregation: maybe"),
        node("variants: { base: {} }"),
        node("variants: { v: { name: m } }"),
    ] {
        assert!(!schema.is_valid(&read(&flow)), "{flow}");
    }
}

/// The keys that the reader asks for, taken from its source.
fn keys_of_the_reader() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for file in ["flow", "input", "output", "node", "behaviour"] {
        let source = std::fs::read_to_string(format!("src/doc/{file}.rs")).expect("the reader's source is there");
        for call in [
            ".entry(\"",
            ".text(\"",
            ".required_text(\"",
            ".flag(\"",
            ".mapping(\"",
            ".sequence(\"",
            ".count(\"",
            ".duration(\"",
            "lower_on_error(&mut cursor, \"",
            "lower_on_error(&mut inner, \"",
        ] {
            let found = source.split(call).skip(1).filter_map(|rest| rest.split('"').next());
            keys.extend(found.map(str::to_owned));
        }
        // Keys that are known without being read.
        for list in ["const INERT: &[&str] =", "cursor.ignore(&[", "for key in ["] {
            for rest in source.split(list).skip(1) {
                let names = rest.split([']', ';']).find(|part| part.contains('"')).unwrap_or_default();
                keys.extend(names.split('"').skip(1).step_by(2).map(str::to_owned));
            }
        }
    }
    keys
}

fn properties(schema: &Json, found: &mut BTreeSet<String>) {
    match schema {
        Json::Object(entries) => {
            for (key, value) in entries {
                if let ("properties", Some(listed)) = (key.as_str(), value.as_object()) {
                    found.extend(listed.keys().cloned());
                }
                properties(value, found);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| properties(item, found)),
        _ => {}
    }
}

#[test]
fn the_schema_knows_every_key_of_the_reader() {
    let mut known = BTreeSet::new();
    properties(&flow_schema(), &mut known);
    let keys = keys_of_the_reader();
    assert!(keys.len() > 55, "{keys:?}");
    // Names a flow of another kind, which is refused.
    let missing: Vec<_> = keys.iter().filter(|key| *key != "entry" && !known.contains(*key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_key_of_the_schema_is_described() {
    fn check(schema: &Json, place: &str, missing: &mut Vec<String>) {
        match schema {
            Json::Object(entries) => {
                for (key, value) in entries {
                    // Below `if` and `anyOf` keys are conditions, and described elsewhere.
                    if let ("properties", Some(properties)) = (key.as_str(), value.as_object())
                        && !place.ends_with("/if")
                    {
                        let bare = properties.iter().filter(|(_, property)| property.get("description").is_none());
                        missing.extend(bare.map(|(name, _)| format!("{place}/{name}")));
                    }
                    check(value, &format!("{place}/{key}"), missing);
                }
            }
            Json::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    check(item, &format!("{place}/{position}"), missing);
                }
            }
            _ => {}
        }
    }
    let mut missing = Vec::new();
    check(&flow_schema(), "", &mut missing);
    missing.retain(|place| !place.ends_with("anyOf/1/use_variants"));
    assert!(missing.is_empty(), "{missing:?}");
}
