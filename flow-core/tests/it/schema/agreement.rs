use std::collections::BTreeSet;

use flow_core::diag::Code;
use flow_core::llm::all_parameters;
use flow_core::schema::flow_schema;
use serde_json::Value as Json;

/// Known to the reader so that it can say that this version does not run them; an editor should not offer them.
const NOT_OFFERED: [&str; 2] = ["entry", "output_schema"];

/// The keys that the reader knows where a flow has the key `unknownunknown`, from what it says of that.
fn read(flow: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.yaml");
    std::fs::write(&path, flow).unwrap();
    let loaded = crate::language::load_path(&path);
    let unknown = loaded.diagnostics.iter().find(|diagnostic| diagnostic.code == Code::UnknownKey).unwrap();
    let known = unknown.help.as_deref().and_then(|help| help.strip_prefix("the keys are ")).unwrap();
    known.split(", ").map(str::to_owned).filter(|key| !NOT_OFFERED.contains(&key.as_str())).collect()
}

/// Whether the reader knows all keys of a flow.
fn is_known(flow: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.yaml");
    std::fs::write(&path, flow).unwrap();
    let loaded = crate::language::load_path(&path);
    loaded.diagnostics.iter().all(|diagnostic| diagnostic.code != Code::UnknownKey)
}

/// The keys that the schema has at a pointer.
fn offered(schema: &Json, pointer: &str) -> BTreeSet<String> {
    let properties = schema.pointer(pointer).and_then(|place| place["properties"].as_object());
    properties.expect(pointer).keys().cloned().collect()
}

#[test]
fn the_schema_offers_what_the_reader_knows() {
    let schema = flow_schema();
    for (flow, pointer) in [
        ("unknownunknown: 1\n", ""),
        ("inputs: { q: { type: int, unknownunknown: 1 } }\n", "/properties/inputs/additionalProperties"),
        ("outputs: { q: { type: int, unknownunknown: 1 } }\n", "/properties/outputs/additionalProperties"),
        ("nodes: [{ name: a, type: prompt, unknownunknown: 1 }]\n", "/definitions/node"),
        ("nodes: [{ name: a, type: llm, unknownunknown: 1 }]\n", "/definitions/node"),
        ("nodes: [{ name: a, type: tool, unknownunknown: 1 }]\n", "/definitions/node"),
        ("nodes: [{ name: a, type: prompt, source: { unknownunknown: 1 } }]\n", "/definitions/node/properties/source"),
        (
            "nodes: [{ name: a, type: prompt, activate: { unknownunknown: 1 } }]\n",
            "/definitions/node/properties/activate",
        ),
        ("nodes: [{ name: a, type: prompt, loop: { unknownunknown: 1 } }]\n", "/definitions/node/properties/loop"),
        (
            "nodes: [{ name: a, type: prompt, for_each: { unknownunknown: 1 } }]\n",
            "/definitions/node/properties/for_each/anyOf/1",
        ),
        (
            "nodes: [{ name: a, type: prompt, retry: { unknownunknown: 1 } }]\n",
            "/definitions/node/properties/retry/anyOf/2",
        ),
    ] {
        let (offered, read) = (offered(&schema, pointer), read(flow));
        assert!(read.is_subset(&offered), "{flow}: not offered are {:?}", read.difference(&offered));
        // Keys without effect are not listed to people, but must not be called unknown either.
        for key in offered.difference(&read) {
            assert!(is_known(&flow.replace("unknownunknown: 1", &format!("{key}: null"))), "{flow}: {key}");
        }
    }
}

#[test]
fn the_schema_offers_every_parameter_that_is_sent() {
    let schema = flow_schema();
    let rules = schema.pointer("/definitions/node/allOf").and_then(Json::as_array).unwrap();
    let inputs = rules.iter().find_map(|rule| rule.pointer("/then/properties/inputs/properties")?.as_object()).unwrap();
    let sent = all_parameters().map(|parameter| parameter.name.to_owned()).collect();
    assert_eq!(inputs.keys().cloned().collect::<BTreeSet<_>>(), sent);
}

/// Whatever an editor shows of a key comes from its description.
#[test]
fn every_key_is_described() {
    fn visit(schema: &Json, path: &str, bare: &mut Vec<String>) {
        match schema {
            Json::Object(entries) => {
                for (key, value) in entries.get("properties").and_then(Json::as_object).into_iter().flatten() {
                    let described = value.get("description").is_some_and(|about| about.as_str() != Some(""));
                    let elsewhere = value.pointer("/anyOf/0/description").is_some() || value.get("$ref").is_some();
                    let restricts = value.get("const").is_some() || path.ends_with("/if") || path.ends_with("/then");
                    if !described && !elsewhere && !restricts {
                        bare.push(format!("{path}/{key}"));
                    }
                }
                for (key, value) in entries {
                    visit(value, &format!("{path}/{key}"), bare);
                }
            }
            Json::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| visit(item, &format!("{path}/{at}"), bare));
            }
            _ => {}
        }
    }
    let mut bare = Vec::new();
    visit(&flow_schema(), "", &mut bare);
    assert_eq!(bare, Vec::<String>::new());
}
