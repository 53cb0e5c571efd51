use std::path::Path;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{OutputSchema, Reading, ReadingError};
use crate::ty::Ty;

#[derive(Deserialize)]
struct Group {
    about: String,
    schema: Json,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "in")]
    text: String,
    #[serde(default, deserialize_with = "given")]
    out: Option<Json>,
    by: Option<Vec<String>>,
    error: Option<String>,
}

/// A null that was written is a value.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

fn groups() -> Vec<Group> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/structured/cases.yaml");
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn answers_are_read_as_the_cases_say() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for group in groups() {
        let schema = OutputSchema::compile(group.schema).unwrap();
        for case in group.cases {
            count += 1;
            let place = format!("{}: {}", group.about, case.text);
            let read = schema.read(&case.text);
            match (&read, &case.out, &case.error) {
                (Ok(reading), Some(out), None) => {
                    let taken: Vec<String> = reading.liberties.iter().map(|one| format!("{:?}", one.kind)).collect();
                    if reading.value != *out {
                        wrong.push(format!("{place}\n   read {}", reading.value));
                    } else if case.by.as_ref().is_some_and(|by| *by != taken) {
                        wrong.push(format!("{place}\n   took {taken:?}"));
                    }
                }
                (Err(error), None, Some(part)) if error.to_string().contains(part.as_str()) => {}
                (Ok(reading), _, _) => wrong.push(format!("{place}\n   read {}", reading.value)),
                (Err(error), _, _) => wrong.push(format!("{place}\n   said {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 200, "{count} cases");
}

fn schema(json: Json) -> OutputSchema {
    OutputSchema::compile(json).unwrap()
}

#[test]
fn schemas_that_are_none_say_where_and_what() {
    for (json, pointer, part) in [
        (json!([1]), "", "a JSON Schema is a mapping"),
        (json!({"type": "objekt"}), "/type", "no type `objekt`"),
        (
            json!({"type": "object", "properties": {"a": {"type": "text"}}}),
            "/properties/a/type",
            "the types are string",
        ),
        (json!({"properties": {"a": 5}}), "/properties/a", "is a number"),
        (json!({"required": "a"}), "/required", "a list is wanted"),
        (json!({"minLength": -1}), "/minLength", "the least is 0"),
        (json!({"pattern": "["}), "/pattern", "pattern"),
        (json!({"$schema": "https://schemas.example/one"}), "/$schema", "draft"),
        (json!({"properties": {"a": {"$ref": "#/$defs/gone"}}}), "/properties/a/$ref", "`$ref`"),
        (json!({"$ref": "https://schemas.example/other.json"}), "/$ref", "`$ref`"),
        (json!({"$ref": "file:///etc/passwd"}), "/$ref", "`$ref`"),
    ] {
        let error = OutputSchema::compile(json.clone()).unwrap_err();
        assert_eq!(error.pointer, pointer, "{json}: {error}");
        assert!(error.message.contains(part), "{json}: {error}");
    }
}

#[test]
fn the_type_of_the_output_and_its_closed_names_are_known() {
    for (json, ty) in [
        (json!({"type": "object"}), Ty::Object),
        (json!({"type": "array"}), Ty::List),
        (json!({"type": "integer"}), Ty::Int),
        (json!({"type": "number"}), Ty::Double),
        (json!({"type": ["object", "null"]}), Ty::Any),
        (json!({"enum": ["a"]}), Ty::Any),
        (json!({"$ref": "#/$defs/x", "$defs": {"x": {"type": "array"}}}), Ty::List),
    ] {
        assert_eq!(schema(json.clone()).ty(), ty, "{json}");
    }
    let closed = json!({"type": "object", "properties": {"a": {}, "b": {}}, "additionalProperties": false});
    let names = schema(closed).properties().unwrap();
    assert_eq!(names.iter().map(|name| &**name).collect::<Vec<_>>(), ["a", "b"]);
    let open = schema(json!({"type": "object", "properties": {"a": {}}}));
    assert_eq!((open.properties().map(|names| names.len()), open.is_closed()), (Some(1), false));
    let free = json!({"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "integer"}});
    assert_eq!(schema(free).properties(), None);
}

#[test]
fn strict_is_asked_for_where_the_providers_rules_hold() {
    let strict = |json: Json| schema(json).format("my node").map(|format| format["strict"] == json!(true));
    let good = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false});
    assert_eq!(schema(good.clone()).format("my node").unwrap()["name"], "my_node");
    assert_eq!(strict(good.clone()), Some(true));
    let with = |key: &str, value: Json| {
        let mut changed = good.clone();
        changed[key] = value;
        strict(changed)
    };
    assert_eq!(with("additionalProperties", json!(true)), Some(false));
    assert_eq!(with("required", json!([])), Some(false));
    assert_eq!(with("description", json!("what it is")), Some(true));
    assert_eq!(with("default", json!({})), Some(false));
    assert_eq!(with("not", json!({})), Some(false));
    assert_eq!(with("properties", json!({"a": {"type": "object"}})), Some(false));
    assert_eq!(with("properties", json!({"a": {"type": ["string", "null"]}})), Some(true));
    assert_eq!(with("properties", json!({"a": {"type": "string", "minLength": 3}})), Some(false));
    assert_eq!(with("properties", json!({"a": {"type": "array", "items": good}})), Some(true));
    assert_eq!(with("properties", json!({"a": {}})), Some(false));
    assert_eq!(strict(json!({"type": "array"})), None);
}

#[test]
fn values_nested_too_deep_are_refused_and_a_schema_of_itself_ends() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let any = schema(json!({"type": "array"}));
    assert!(any.read(&deep(128)).is_ok());
    assert_eq!(any.read(&deep(129)), Err(ReadingError::TooDeep));
    assert_eq!(any.read(&deep(100_000)), Err(ReadingError::TooDeep));
    let tree = schema(json!({"type": "array", "items": {"$ref": "#"}}));
    assert!(tree.read(&deep(128)).is_ok());
    let text = format!("\"{}\"", "x".repeat(4 << 20));
    assert!(matches!(any.read(&text), Err(ReadingError::TooLong { .. })));
}

#[test]
fn hostile_texts_are_read_in_linear_time() {
    let schema = schema(json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}));
    for piece in [
        "{",
        "[",
        "`",
        "```",
        "{\"",
        "{'",
        "'",
        "{a:",
        "{}",
        "[1]",
        "{]",
        "\\",
        "/*",
        "# ",
        "{{a}",
        "\u{201c}",
        "{'a':'b' ",
    ] {
        let text = piece.repeat((1 << 18) / piece.len());
        let started = std::time::Instant::now();
        assert!(schema.read(&text).is_err(), "{piece}");
        assert!(started.elapsed().as_secs() < 20, "{piece}: {:?}", started.elapsed());
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Json::from),
        ".*".prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((".*", inner), 0..6).prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn json_is_read_as_it_is(value in any_json()) {
        let any = schema(json!({}));
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let read = any.read(&text);
            prop_assert_eq!(read, Ok(Reading { value: value.clone(), liberties: Vec::new() }));
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in r#"([\[\]{}(),:"'`“”‘’\\/#*+.\-_ \n]|true|None|```json|NaN|\PC|a|1|\\u|\\x){0,80}"#) {
        for json in [json!({}), json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})] {
            let schema = schema(json);
            if let Ok(reading) = schema.read(&text) {
                prop_assert!(schema.discrepancies(&reading.value).is_empty());
            }
        }
    }

    #[test]
    fn an_answer_that_is_cut_anywhere_is_never_another_object(cut in 0_usize..200) {
        let whole = r#"{"items": [{"name": "first one", "price": 12.5}, {"name": "second", "price": 130}], "total": 1425}"#;
        let cut = cut % whole.len();
        let schema = schema(json!({
            "type": "object",
            "properties": {"items": {"type": "array", "items": {"type": "object"}}, "total": {"type": "integer"}},
            "required": ["items", "total"],
        }));
        prop_assert!(schema.read(&whole[..cut]).is_err(), "{}", &whole[..cut]);
    }
}
