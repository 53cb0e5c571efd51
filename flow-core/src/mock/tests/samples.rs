use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::mock::chance::Chance;
use crate::mock::sample::sample;

fn check(schema: &Json, number: u64) {
    let body = Map::from_iter([("number".to_owned(), json!(number))]);
    let value = sample(schema, &Chance::new(1, &body), 0);
    assert_eq!(value, sample(schema, &Chance::new(1, &body), 0));
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    assert!(validator.is_valid(&value), "{value} does not fit {schema}");
}

#[test]
fn samples_fit_their_schemas() {
    let node = json!({
        "type": "object", "additionalProperties": false, "required": ["name", "children", "next"],
        "properties": {
            "name": { "type": "string", "minLength": 9 },
            "children": { "type": "array", "items": { "$ref": "#/$defs/node" } },
            "next": { "anyOf": [{ "$ref": "#/$defs/node" }, { "type": "null" }] },
        },
    });
    let schemas = [
        json!(true),
        json!({}),
        json!({ "type": ["string", "null"], "maxLength": 2 }),
        json!({ "type": "string", "pattern": "^[A-Z]{2}-\\d{4}(x|y)?$" }),
        json!({ "type": "string", "format": "date-time" }),
        json!({ "type": "string", "format": "uuid" }),
        json!({ "type": "string", "format": "email" }),
        json!({ "type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5 }),
        json!({ "type": "integer", "multipleOf": 7, "minimum": 10, "maximum": 20 }),
        json!({ "type": "number", "minimum": 0.3, "maximum": 0.35 }),
        json!({ "type": "number", "exclusiveMaximum": -2 }),
        json!({ "type": "number", "multipleOf": 0.5, "maximum": 0.75 }),
        json!({ "enum": ["a", 1, null] }),
        json!({ "const": { "x": [1] } }),
        json!({ "type": "array", "items": { "type": "string" }, "minItems": 4, "uniqueItems": true }),
        json!({ "type": "array", "prefixItems": [{ "type": "integer" }, { "type": "boolean" }], "items": false }),
        json!({ "type": "array", "maxItems": 1, "items": { "type": "null" } }),
        json!({ "type": "object", "minProperties": 2, "additionalProperties": { "type": "integer" } }),
        json!({ "type": "object", "required": ["free"] }),
        json!({ "allOf": [{ "type": "object", "properties": { "a": { "type": "integer" } }, "required": ["a"] },
                          { "properties": { "b": { "type": "boolean" } }, "required": ["b"] }] }),
        json!({ "oneOf": [{ "type": "object", "properties": { "kind": { "const": "a" } }, "required": ["kind"] },
                          { "type": "object", "properties": { "kind": { "const": "b" } }, "required": ["kind"] }] }),
        json!({ "$ref": "#/$defs/node", "$defs": { "node": node } }),
    ];
    for schema in &schemas {
        for number in 0..20 {
            check(schema, number);
        }
    }
}

/// A schema of a model's structured output.
fn schemas() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        (0_u32..9, 0_u32..9)
            .prop_map(|(low, more)| json!({ "type": "string", "minLength": low, "maxLength": low + more })),
        (-50_i32..50, 0_i32..20)
            .prop_map(|(low, more)| json!({ "type": "integer", "minimum": low, "maximum": low + more })),
        (-50_i32..50, 1_i32..20)
            .prop_map(|(low, more)| json!({ "type": "number", "minimum": low, "exclusiveMaximum": low + more })),
        Just(json!({ "type": "boolean" })),
        Just(json!({ "type": ["integer", "null"] })),
        Just(json!({ "enum": ["red", "green"] })),
        Just(json!({ "type": "string", "pattern": "^\\w+@\\w+\\.(com|org)$" })),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0_usize..3)
                .prop_map(|(items, least)| json!({ "type": "array", "items": items, "minItems": least })),
            prop::collection::btree_map("[a-z_]{1,8}", inner.clone(), 0..4).prop_map(|properties| {
                let names: Vec<_> = properties.keys().cloned().collect();
                json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false })
            }),
            prop::collection::vec(inner, 1..3).prop_map(|choices| json!({ "anyOf": choices })),
        ]
    })
}

proptest! {
    #[test]
    fn samples_fit_any_schema_of_structured_output(schema in schemas(), number in 0_u64..100) {
        check(&schema, number);
    }
}
