use flow_core::model::{Cost, Usage};
use flow_core::run::{RowKey, RowRecord, RowStatus};
use flow_core::value::{Map, Value};
use flow_eval::score::{Facts, Inputs, Judgement, Registry, Row, Score, ScoreError, Threshold};

use rust_decimal::Decimal;

use super::{compare, map, score, scorer};

fn of(name: &str, parameters: &str, inputs: &str) -> Result<Score, ScoreError> {
    score(&*scorer(name, parameters), &map(inputs))
}

fn value(name: &str, parameters: &str, inputs: &str) -> f64 {
    of(name, parameters, inputs).unwrap().value.unwrap()
}

fn why(name: &str, parameters: &str, inputs: &str) -> String {
    of(name, parameters, inputs).unwrap().explanation.unwrap_or_default()
}

fn error(name: &str, parameters: &str, inputs: &str) -> String {
    of(name, parameters, inputs).unwrap_err().to_string()
}

#[test]
fn exact_match_takes_values_as_they_are_written() {
    assert_eq!(value("exact_match", "{}", r#"{"answer": 5, "expected": "5"}"#), 1.0);
    assert_eq!(value("exact_match", "{}", r#"{"answer": 5.0, "expected": 5}"#), 1.0);
    assert_eq!(value("exact_match", "{}", r#"{"answer": true, "expected": "true"}"#), 1.0);
    assert_eq!(value("exact_match", "{}", r#"{"answer": null, "expected": ""}"#), 0.0);
    assert_eq!(value("exact_match", "{}", r#"{"answer": null, "expected": null}"#), 1.0);
    assert_eq!(value("exact_match", "{}", r#"{"answer": "b", "expected": ["a", "b"]}"#), 1.0);
    assert_eq!(value("exact_match", "{}", r#"{"answer": ["a"], "expected": ["a"]}"#), 1.0);
    assert_eq!(
        value("exact_match", r#"{"trim": true, "ignore_case": true}"#, r#"{"answer": " Yes\n", "expected": "yes"}"#),
        1.0
    );
    assert_eq!(error("exact_match", "{}", r#"{"answer": "a"}"#), "the input `expected` is missing");
}

#[test]
fn equals_compares_by_parts_and_reads_json() {
    let near = r#"{"tolerance": 0.01}"#;
    assert_eq!(value("equals", near, r#"{"answer": {"a": [1.001, "x"]}, "expected": {"a": [1, "x"]}}"#), 1.0);
    assert_eq!(value("equals", near, r#"{"answer": "{\"a\": [1.001, \"x\"]}", "expected": {"a": [1, "x"]}}"#), 1.0);
    assert_eq!(value("equals", "{}", r#"{"answer": {"a": 1, "b": 2}, "expected": {"b": 2, "a": 1.0}}"#), 1.0);
    assert_eq!(value("equals", "{}", r#"{"answer": {"a": 1}, "expected": {"a": 1, "b": null}}"#), 0.0);
    assert_eq!(value("equals", "{}", r#"{"answer": "3.50", "expected": 3.5}"#), 1.0);
    assert_eq!(value("equals", "{}", r#"{"answer": "3.50", "expected": "3.5"}"#), 0.0);
    assert_eq!(value("equals", near, r#"{"answer": "3.50", "expected": "3.5"}"#), 1.0);
    assert_eq!(value("equals", "{}", r#"{"answer": "True", "expected": true}"#), 1.0);
    assert_eq!(value("equals", "{}", r#"{"answer": "no json", "expected": {"a": 1}}"#), 0.0);
}

#[test]
fn contains_says_what_does_not_occur() {
    assert_eq!(why("contains", "{}", r#"{"answer": "a b", "expected": ["a", "c"]}"#), "`c` does not occur");
    assert_eq!(why("contains-any", "{}", r#"{"answer": "a b", "expected": "c, d"}"#), "none of the 2 texts occurs");
    assert_eq!(value("contains", "{}", r#"{"answer": "a, b", "expected": ", "}"#), 1.0);
    assert_eq!(
        error("contains", "{}", r#"{"answer": null, "expected": "a"}"#),
        "the input `answer` is null, but a text is wanted"
    );
    assert_eq!(error("contains", "{}", r#"{"answer": "a", "expected": []}"#), "the input `expected` is an empty list");
}

#[test]
fn each_row_may_bring_its_pattern() {
    assert_eq!(value("regex", "{}", r#"{"answer": "abc", "pattern": "^a.c$"}"#), 1.0);
    assert_eq!(value("regex", r#"{"full": true}"#, r#"{"answer": "abcd", "pattern": "a|abc"}"#), 0.0);
    assert_eq!(
        error("regex", "{}", r#"{"answer": "abc", "pattern": "["}"#),
        "the input `pattern` is no regular expression: unclosed character class"
    );
    assert_eq!(error("regex", "{}", r#"{"answer": "abc"}"#), "the input `pattern` is missing");
}

#[test]
fn json_says_what_is_wrong_with_it() {
    assert_eq!(
        why("is-json", "{}", r#"{"answer": "{\"a\": 1,}"}"#),
        "the answer is no JSON: key must be a string at line 1 column 9"
    );
    let schema = r#"{"schema": {"required": ["label"], "properties": {"n": {"type": "integer"}}}}"#;
    assert_eq!(
        why("json_schema", schema, r#"{"answer": {"n": "x"}}"#),
        "`label` is missing; `n` is text, but a whole number is wanted"
    );
    assert_eq!(value("contains-json", "{}", r#"{"answer": "Sure [here]: {\"a\": [1]} ok?"}"#), 1.0);
    assert_eq!(value("contains-json", schema, r#"{"answer": "first {} then {\"label\": 1}"}"#), 1.0);
    assert_eq!(why("contains-json", schema, r#"{"answer": "first {}"}"#), "`label` is missing");
    assert_eq!(why("contains-json", "{}", r#"{"answer": "[none"}"#), "there is no JSON in the answer");
}

#[test]
fn fields_are_counted_by_their_leaves() {
    let inputs = r#"{"answer": "{\"a\": 1, \"b\": {\"c\": \"x\", \"d\": [1, 3]}, \"e\": 5}", "expected": {"a": 1, "b": {"c": "x", "d": [1, 2]}, "f": null}}"#;
    let score = of("json_fields", "{}", inputs).unwrap();
    assert_eq!(score.value, Some(3.0 / 5.0));
    assert_eq!(score.explanation.as_deref(), Some("`b.d[1]` differs, `f` is missing"));
    assert_eq!(score.number("precision"), Some(3.0 / 5.0));
    assert_eq!(value("json_fields", r#"{"extra": true}"#, inputs), 3.0 / 6.0);
    assert_eq!(value("json_fields", r#"{"fields": ["b"]}"#, inputs), 2.0 / 3.0);
    assert_eq!(value("json_fields", r#"{"weights": {"b": 2, "b.d": 0, "f": 0}}"#, inputs), 1.0);
    assert_eq!(
        why("json_fields", "{}", r#"{"answer": "so", "expected": {"a": 1}}"#),
        "the answer is no JSON: expected value at line 1 column 1"
    );
    assert_eq!(
        error("json_fields", "{}", r#"{"answer": {}, "expected": 3}"#),
        "the input `expected` is int, but a mapping, a list or JSON text is wanted"
    );
}

#[test]
fn calls_are_read_in_the_form_of_openai() {
    let answer =
        r#"[{"id": "1", "type": "function", "function": {"name": "search", "arguments": "{\"q\": \"a\", \"n\": 5}"}}]"#;
    let inputs = format!(r#"{{"answer": {answer}, "expected": [{{"name": "search", "arguments": {{"q": "a"}}}}]}}"#);
    assert_eq!(value("tool_calls", "{}", &inputs), 0.0);
    assert_eq!(why("tool_calls", "{}", &inputs), "no call is the expected one of `search`");
    assert_eq!(value("tool_calls", r#"{"arguments": "subset"}"#, &inputs), 1.0);
    assert_eq!(value("tool-call-f1", "{}", &inputs), 1.0);
    let order = r#"{"answer": ["b", "a"], "expected": ["a", "b"]}"#;
    assert_eq!(value("tool_calls", "{}", order), 1.0);
    assert_eq!(of("tool_calls", r#"{"order": "strict"}"#, order).unwrap().passed, Some(false));
    assert_eq!(why("tool_calls", r#"{"order": "strict"}"#, order), "the calls come in another order");
    let more = r#"{"answer": ["a", "b"], "expected": ["a"]}"#;
    assert_eq!(of("tool_calls", r#"{"extra": true}"#, more).unwrap().passed, Some(true));
    assert_eq!(why("tool_calls", "{}", more), "the call of `b` is not expected");
    assert_eq!(value("tool_calls", "{}", r#"{"answer": null, "expected": []}"#), 1.0);
}

#[test]
fn rankings_take_items_gains_and_names() {
    assert_eq!(value("recall@k", r#"{"k": 2}"#, r#"{"answer": [{"id": 7}, {"id": 8}], "expected": [8, 9]}"#), 0.5);
    assert_eq!(
        value("mrr", r#"{"key": "path"}"#, r#"{"answer": [{"path": "x"}, {"path": "y"}], "expected": ["y"]}"#),
        0.5
    );
    assert_eq!(value("precision@k", r#"{"k": 2}"#, r#"{"answer": ["a", "a", "b"], "expected": ["a", "b"]}"#), 1.0);
    let nothing = of("ndcg", "{}", r#"{"answer": ["a"], "expected": {"a": 0}}"#).unwrap();
    assert_eq!(
        (nothing.value, nothing.explanation.as_deref()),
        (None, Some("no item is relevant, so that there is nothing to find"))
    );
    assert_eq!(
        error("ndcg", "{}", r#"{"answer": ["a"], "expected": {"a": -1}}"#),
        "the input `expected` gives `a` a gain that is no number of 0 or more"
    );
}

#[test]
fn similar_wants_vectors() {
    let text = r#"{"answer": "a", "expected": [1]}"#;
    assert_eq!(error("similar", "{}", text), "the input `answer` is string, but a list of numbers is wanted");
    assert_eq!(
        error("similar", "{}", r#"{"answer": [1], "expected": [1, 2]}"#),
        "the input `answer` has 1 numbers, but `expected` has 2"
    );
}

fn measured(name: &str, parameters: &str, facts: &Facts) -> Result<Score, ScoreError> {
    scorer(name, parameters).score(&Row::new(Inputs::Map(&Map::new()), facts))
}

#[test]
fn what_was_measured_is_a_score() {
    let facts =
        Facts { latency: Some(1.5), prompt_tokens: Some(10), completion_tokens: Some(5), cost: None, completed: true };
    assert_eq!(measured("latency", "{}", &facts).unwrap().value, Some(1.5));
    assert_eq!(measured("tokens", "{}", &facts).unwrap().value, Some(15.0));
    assert_eq!(measured("completion_tokens", "{}", &facts).unwrap().value, Some(5.0));
    assert_eq!(measured("completed", "{}", &facts).unwrap().passed, Some(true));
    assert_eq!(measured("cost", "{}", &facts).unwrap_err().to_string(), "the cost of this row is not known");
}

#[test]
fn facts_are_what_a_run_recorded() {
    let priced = |price| Usage {
        calls: 2,
        prompt_tokens: 10,
        completion_tokens: 5,
        cost: Cost::of_call(price, true),
        ..Usage::default()
    };
    let record = |price| RowRecord {
        key: RowKey { line: 0, variant: 0, repeat: 0 },
        status: RowStatus::Completed,
        inputs: Map::new(),
        outputs: Map::new(),
        error: None,
        elapsed_ms: 1500.0,
        usage: priced(price),
        nodes: Map::new(),
        gave: Default::default(),
        metrics: Map::new(),
        calls: Vec::new(),
        request: None,
    };
    let facts = Facts::of(&record(Some(Decimal::new(25, 4))));
    assert_eq!((facts.latency, facts.tokens(), facts.cost, facts.completed), (Some(1.5), Some(15), Some(0.0025), true));
    assert_eq!(Facts::of(&record(None)).cost, None);
}

#[test]
fn expressions_see_inputs_and_facts() {
    let formula = scorer("expression", r#"{"expression": "answer | length <= limit and latency < 2"}"#);
    assert_eq!(formula.reads(), ["answer", "limit"]);
    let inputs = map(r#"{"answer": "short", "limit": 10}"#);
    let facts = Facts { latency: Some(1.0), ..Facts::default() };
    assert_eq!(formula.score(&Row::new(Inputs::Map(&inputs), &facts)).unwrap(), Score::verdict(true));
    assert_eq!(value("expression", r#"{"expression": "answer | length / 10"}"#, r#"{"answer": "short"}"#), 0.5);
    let many = r#"{"expression": "{'score': 0.5, 'label': answer, 'passed': true}"}"#;
    assert_eq!(of("expression", many, r#"{"answer": "fair"}"#).unwrap().label.as_deref(), Some("fair"));
    assert_eq!(
        error("expression", r#"{"expression": "answer"}"#, r#"{"answer": "fair"}"#),
        "the expression failed: its result is string, but a number, true or false, or a mapping with `score` is wanted"
    );
    assert!(error("expression", r#"{"expression": "other"}"#, "{}").contains("`other` is undefined"));
}

fn judged(name: &str, threshold: Option<Value>, not: bool, score: Score) -> Score {
    let registry = Registry::built_in();
    let spec = registry.find(name).unwrap().0.spec;
    let threshold = threshold.map(|threshold| Threshold::read(&threshold, &spec).unwrap());
    Judgement::new(&spec, threshold, not).apply(score)
}

#[test]
fn thresholds_know_what_is_better() {
    assert_eq!(judged("token_f1", Some(0.5.into()), false, Score::of(0.5)).passed, Some(true));
    assert_eq!(judged("token_f1", Some(0.5.into()), false, Score::of(0.4)).passed, Some(false));
    assert_eq!(judged("latency", Some("800ms".into()), false, Score::of(0.7)).passed, Some(true));
    assert_eq!(judged("levenshtein", Some(3.into()), false, Score::of(4.0)).passed, Some(false));
    assert_eq!(judged("token_f1", None, false, Score::of(0.4)).passed, None);
    let turned = judged("token_f1", Some(0.5.into()), true, Score::of(0.25));
    assert_eq!((turned.value, turned.passed), (Some(0.75), Some(true)));
    let slow = judged("latency", Some(2.into()), true, Score::of(3.0));
    assert_eq!((slow.value, slow.passed), (Some(3.0), Some(true)));
}

#[test]
fn thresholds_that_mean_nothing_are_refused() {
    let registry = Registry::built_in();
    let refused = |name: &str, threshold: Value| {
        Threshold::read(&threshold, &registry.find(name).unwrap().0.spec).unwrap_err().to_string()
    };
    assert_eq!(refused("bleu", 30.into()), "is 30, but the scorer's values lie between 0 and 1");
    assert_eq!(refused("bleu", "0.5".into()), "must be a number");
    assert_eq!(
        refused("latency", "fast".into()),
        "must be a time: a number of seconds, or a text such as `800ms`, `2s` or `1m`"
    );
    assert_eq!(refused("cost", Value::Float(-1.0)), "must not be below zero");
}

#[test]
fn edits_are_counted_per_length() {
    let rate = compare(&*scorer("edit_distance", r#"{"of": "words"}"#), "the cat sat", "the cat sat down").unwrap();
    assert_eq!((rate.value, rate.number("error_rate")), (Some(1.0), Some(0.25)));
}
