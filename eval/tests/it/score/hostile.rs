//! Inputs that are meant to do harm, or might as well be.

use flow_core::value::{Map, Value};
use flow_eval::score::Registry;

use super::{compare, score, scorer};

/// Values of all kinds, odd ones among them.
fn odd() -> Vec<Value> {
    let mut deep = Value::Int(1);
    for level in 0..200 {
        deep = if level % 2 == 0 { Value::list([deep]) } else { Value::map([("a", deep)]) };
    }
    vec![
        Value::Null,
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Float(f64::NAN),
        Value::Float(f64::INFINITY),
        Value::Float(-1e308),
        Value::from(""),
        Value::from("\u{0}\u{feff}\u{202e}\u{10ffff}"),
        Value::from("a".repeat(500)),
        Value::from("[".repeat(1_000)),
        Value::from("{\"a\":".repeat(200)),
        Value::from("[\"[".repeat(200)),
        Value::from("y".repeat(300) + "ies"),
        Value::from("a an the ".repeat(50)),
        Value::from("🙂\u{301}".repeat(200)),
        Value::from("1e999"),
        Value::list([]),
        Value::list([Value::Null]),
        Value::list((0..100).map(Value::Int)),
        Value::list([Value::Float(f64::NAN), Value::from("x"), Value::list([])]),
        Value::map::<&str>([]),
        Value::map([("a", Value::Float(f64::NAN)), ("", Value::Null)]),
        Value::map([("name", Value::from("f")), ("arguments", Value::from("{"))]),
        deep,
    ]
}

#[test]
fn no_input_breaks_a_scorer() {
    let registry = Registry::built_in();
    let values = odd();
    for entry in registry.entries() {
        let parameters = match entry.spec.name {
            "json_schema" => r#"{"schema": {"type": "object", "properties": {"a": {"type": "number"}}}}"#,
            "expression" => r#"{"expression": "answer == expected"}"#,
            "regex" => r#"{"pattern": "(a+)+$"}"#,
            "rouge" => r#"{"variant": "rougeLsum", "stemmer": true}"#,
            _ => "{}",
        };
        let scorer = scorer(entry.spec.name, parameters);
        let mut aggregate = scorer.aggregate();
        for answer in &values {
            for expected in &values {
                if let Ok(score) = compare(&*scorer, answer.clone(), expected.clone()) {
                    assert!(score.value.is_none_or(f64::is_finite), "{}: {score:?}", entry.spec.name);
                }
            }
            let pairs = [("answer", answer), ("expected", answer)];
            let facts = flow_eval::score::Facts::default();
            if let Some(aggregate) = &mut aggregate {
                let _ = aggregate.add(&flow_eval::score::Row::new(flow_eval::score::Inputs::Pairs(&pairs), &facts));
            }
        }
        if let Some(aggregate) = aggregate {
            assert!(aggregate.finish().numbers.iter().all(|(_, value)| value.is_finite()), "{}", entry.spec.name);
        }
    }
}

#[test]
fn what_is_missing_is_an_error_and_no_panic() {
    let registry = Registry::built_in();
    for entry in registry.entries().filter(|entry| !entry.spec.inputs.is_empty()) {
        let parameters = if entry.spec.name == "json_schema" { r#"{"schema": {}}"# } else { "{}" };
        let told = score(&*scorer(entry.spec.name, parameters), &Map::new()).unwrap_err().to_string();
        assert!(told.ends_with("is missing"), "{}: {told}", entry.spec.name);
    }
}

#[test]
fn a_pattern_that_explodes_elsewhere_takes_its_time_in_proportion() {
    let pattern = scorer("regex", r#"{"pattern": "^(a|a)*(a+)+$"}"#);
    let score = compare(&*pattern, "a".repeat(50_000) + "!", "").unwrap();
    assert_eq!(score.passed, Some(false));
}

#[test]
fn comparisons_that_would_take_too_long_are_refused() {
    let long = "a".repeat(200_000);
    let told = compare(&*scorer("edit_similarity", "{}"), long.clone(), long).unwrap_err().to_string();
    assert_eq!(told, "the input `answer` is too long to be compared: 200000 times 200000");
    let words = "w ".repeat(10_000);
    let told = compare(&*scorer("rouge_lsum", "{}"), words.clone(), words).unwrap_err().to_string();
    assert_eq!(told, "the input `answer` is too long to be compared: 10000 words against 10000");
}
