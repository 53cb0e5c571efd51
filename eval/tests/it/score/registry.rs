use std::collections::BTreeSet;

use flow_core::value::Map;
use flow_eval::score::{Definition, Entry, ParameterError, Registry, Row, Score, ScoreError, Scorer, Spec};

use super::{compare, map};

fn refused(name: &str, parameters: &str) -> (String, Option<String>) {
    let error = Registry::built_in().build(name, &map(parameters)).unwrap_err();
    (error.to_string(), error.help().map(str::to_owned))
}

#[test]
fn each_scorer_says_what_it_is() {
    let registry = Registry::built_in();
    let mut names = BTreeSet::new();
    for name in registry.names() {
        assert!(names.insert(name.replace('_', "-")), "`{name}` is there twice");
    }
    for entry in registry.entries() {
        let spec = &entry.spec;
        for text in [spec.summary, spec.formula, spec.source] {
            assert!(text.len() > 5 && !text.ends_with('.'), "{}: {text}", spec.name);
        }
        let schema = entry.parameters();
        let properties = schema["properties"].as_object().cloned().unwrap_or_default();
        for (name, property) in &properties {
            let told = property["description"].as_str().unwrap_or_default();
            assert!(told.len() > 5, "{}: `{name}` is not documented: {property}", spec.name);
        }
        if let Some(value) = spec.value {
            let is_input = spec.inputs.iter().any(|input| input.name == value);
            assert!(
                is_input || properties.contains_key(value),
                "{}: `value` is `{value}`, which is not there",
                spec.name
            );
        }
    }
}

#[test]
fn every_alias_builds() {
    let registry = Registry::built_in();
    let needed = [("json_schema", r#"{"schema": true}"#), ("expression", r#"{"expression": "1"}"#)];
    for name in registry.names() {
        let parameters = needed.iter().find(|(known, _)| *known == name).map_or("{}", |(_, parameters)| parameters);
        let error = registry.build(name, &map(parameters)).err();
        let is_schema = name == "json_schema";
        assert!(error.is_none() || is_schema, "{name}: {error:?}");
    }
    assert!(registry.build("json_schema", &map(r#"{"schema": {}}"#)).is_ok());
}

#[test]
fn the_names_of_promptfoo_are_known() {
    let registry = Registry::built_in();
    for name in [
        "equals",
        "contains",
        "icontains",
        "contains-all",
        "contains-any",
        "icontains-all",
        "icontains-any",
        "starts-with",
        "regex",
        "is-json",
        "contains-json",
        "similar",
        "levenshtein",
        "bleu",
        "rouge-n",
        "latency",
        "cost",
        "word-count",
        "tool-call-f1",
    ] {
        let (entry, negated) = registry.find(name).unwrap();
        assert!(!negated, "{name} is {}", entry.spec.name);
        let (same, negated) = registry.find(&format!("not-{name}")).unwrap();
        assert!(negated && same.spec.name == entry.spec.name, "{name}");
    }
    assert!(registry.find("not_exact_match").unwrap().1);
}

#[test]
fn an_alias_brings_its_parameters_and_gives_way() {
    let registry = Registry::built_in();
    let any = registry.build("icontains-any", &Map::new()).unwrap().scorer;
    assert_eq!(compare(&*any, "It is RED", "blue, red").unwrap().passed, Some(true));
    let all = registry.build("icontains-any", &map(r#"{"mode": "all"}"#)).unwrap().scorer;
    assert_eq!(compare(&*all, "It is RED", "blue, red").unwrap().passed, Some(false));
}

#[test]
fn unknown_names_are_told_what_was_meant() {
    let help = |name: &str| refused(name, "{}").1.unwrap_or_default();
    assert_eq!(refused("exact_mach", "{}").0, "there is no scorer `exact_mach`");
    assert_eq!(help("exact_mach"), "did you mean `exact_match`?");
    assert_eq!(help("not-contians"), "did you mean `contains`?");
    assert_eq!(help("python"), "write an `expression`, or a flow with a Python node and name it with `flow:`");
    assert_eq!(
        help("llm-rubric"),
        "a model judges this: `flow: rubric`; `flow eval --evaluators rubric` tells its inputs"
    );
}

#[test]
fn parameters_that_do_not_fit_are_named() {
    for (name, parameters, message, help) in [
        ("chrf", r#"{"bta": 1}"#, "the parameter `bta` is not known (scorer `chrf`)", Some("did you mean `beta`?")),
        ("chrf", r#"{"beta": "two"}"#, "the parameter `beta` is text, but a number is wanted (scorer `chrf`)", None),
        ("chrf", r#"{"char_order": 0}"#, "the parameter `char_order` is 0, but the least is 1 (scorer `chrf`)", None),
        (
            "token_f1",
            r#"{"k": 1}"#,
            "the parameter `k` is not known (scorer `token_f1`)",
            Some("the scorer has no parameters"),
        ),
        (
            "contains",
            r#"{"mode": "some"}"#,
            "the parameter `mode` is \"some\", but it must be one of \"all\", \"any\" (scorer `contains`)",
            None,
        ),
        (
            "json_fields",
            r#"{"equality": {"tolerance": "x"}}"#,
            "the parameter `equality` has at `tolerance` what does not fit: it is text, but a number is wanted (scorer `json_fields`)",
            None,
        ),
        ("expression", "{}", "the parameter `expression` is missing (scorer `expression`)", None),
        (
            "expression",
            r#"{"expression": "a +"}"#,
            "the parameter `expression` cannot be used: the expression cannot be read: unexpected end of the text, expected expression (scorer `expression`)",
            None,
        ),
        (
            "regex",
            r#"{"pattern": "(a"}"#,
            "the parameter `pattern` is no regular expression: unclosed group (scorer `regex`)",
            None,
        ),
        (
            "regex",
            r#"{"pattern": "(?:a{1000}){1000}"}"#,
            "the parameter `pattern` is too large when compiled: repeat fewer things fewer times (scorer `regex`)",
            None,
        ),
        (
            "is_json",
            r#"{"schema": {"type": "text"}}"#,
            "the parameter `schema` is no JSON Schema: there is no type `text`; the types are string, integer, number, boolean, array, object and null (at `/type`) (scorer `is_json`)",
            None,
        ),
        ("recall@k", r#"{"k": 0}"#, "the parameter `k` is 0, but the least is 1 (scorer `recall_at_k`)", None),
        (
            "rouge",
            r#"{"variant": "rouge0"}"#,
            "the parameter `variant` is \"rouge0\", which does not match the pattern ^rouge([1-9]|L|Lsum)$ (scorer `rouge`)",
            None,
        ),
    ] {
        let told = refused(name, parameters);
        assert_eq!((told.0.as_str(), told.1.as_deref()), (message, help));
    }
}

/// A scorer of somebody else.
#[derive(Debug)]
struct Shouting;

impl Definition for Shouting {
    const SPEC: Spec = Spec {
        name: "shouting",
        summary: "the answer is in capitals",
        formula: "1 if answer has no small letter, else 0",
        source: "this test",
        inputs: Spec::ANSWER,
        value: None,
        ..Spec::VERDICT
    };
    type Parameters = std::collections::BTreeMap<String, String>;

    fn new(_: Self::Parameters) -> Result<Self, ParameterError> {
        Ok(Self)
    }
}

impl Scorer for Shouting {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        Ok(Score::verdict(!row.text("answer")?.contains(char::is_lowercase)))
    }
}

#[test]
fn a_scorer_can_be_added() {
    let registry = Registry::built_in().with(Entry::of::<Shouting>());
    let built = registry.build("not-shouting", &Map::new()).unwrap();
    assert!(built.negated);
    assert_eq!(compare(&*built.scorer, "NO!", "").unwrap().passed, Some(true));
}

#[test]
fn what_is_known_of_a_scorer_is_json() {
    let registry = Registry::built_in();
    let json = registry.find("levenshtein").unwrap().0.to_json();
    assert_eq!(json["name"], "edit_distance");
    assert_eq!(json["aliases"], serde_json::json!(["levenshtein", "word_edit_distance"]));
    assert_eq!(
        (&json["direction"], &json["unit"], &json["needs"]),
        (&"lower".into(), &"count".into(), &"nothing".into())
    );
    assert_eq!(json["inputs"][0]["name"], "answer");
    assert_eq!(json["parameters"]["properties"]["transpositions"]["default"], false);
    let similar = registry.find("similar").unwrap().0.to_json();
    assert_eq!(similar["needs"], serde_json::json!({ "embeddings": ["answer", "expected"] }));
}
