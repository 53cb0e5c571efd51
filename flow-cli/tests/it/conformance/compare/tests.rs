//! The rules one by one.

use serde_json::{Value, json};

use super::*;

fn is_equal(expected: &Value, actual: &Value) -> bool {
    output_difference(expected, actual).is_none()
}

fn request(path: &str, body: Value) -> ModelRequest {
    ModelRequest { path: path.to_owned(), query: String::new(), body }
}

fn chat(body: Value) -> ModelRequest {
    request("/v1/chat/completions", body)
}

#[test]
fn whole_floats_equal_integers() {
    assert!(is_equal(&json!({"a": [1, 2.0]}), &json!({"a": [1.0, 2]})));
    assert!(!is_equal(&json!(1), &json!(1.5)));
    assert!(!is_equal(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992_i64)));
}

#[test]
fn truth_and_text_are_not_numbers() {
    assert!(!is_equal(&json!(1), &json!(true)));
    assert!(!is_equal(&json!(0), &json!(false)));
    assert!(!is_equal(&json!(1), &json!("1")));
    assert!(!is_equal(&json!(0), &json!(null)));
}

#[test]
fn key_order_does_not_matter_and_list_order_does() {
    assert!(is_equal(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1})));
    assert!(!is_equal(&json!([1, 2]), &json!([2, 1])));
    assert!(!is_equal(&json!([1]), &json!([1, null])));
}

#[test]
fn a_null_equals_a_missing_key() {
    assert!(is_equal(&json!({"a": 1, "b": null}), &json!({"a": 1})));
    assert!(is_equal(&json!({"a": 1}), &json!({"a": 1, "b": null})));
    assert!(!is_equal(&json!({"a": 1}), &json!({"a": 1, "b": 0})));
    assert!(!is_equal(&json!({"a": 1}), &json!({})));
}

#[test]
fn numbers_that_json_lacks_have_names() {
    let not_a_number = json!({"__float__": "nan"});
    assert!(is_equal(&not_a_number, &not_a_number));
    assert!(is_equal(&not_a_number, &json!("NaN")));
    assert!(is_equal(&json!({"__float__": "-inf"}), &json!("-Infinity")));
    assert!(!is_equal(&not_a_number, &json!({"__float__": "inf"})));
    assert!(!is_equal(&not_a_number, &json!(null)));
    assert!(!is_equal(&json!({"__float__": "inf"}), &json!("-Infinity")));
}

#[test]
fn any_object_matches_a_python_object() {
    assert!(is_equal(&json!({"a": {"__repr__": "<object>"}}), &json!({"a": "whatever"})));
    assert!(is_equal(&json!({"a": {"__repr__": "<object>"}}), &json!({"a": {"b": 1}})));
}

#[test]
fn a_client_object_is_compared_by_what_is_inside() {
    let expected = json!({"__model__": {"id": "x", "usage": null}});
    assert!(is_equal(&expected, &json!({"id": "x"})));
    assert!(is_equal(&expected, &json!({"__model__": {"id": "x"}})));
    assert!(!is_equal(&expected, &json!({"id": "y"})));
}

#[test]
fn a_difference_names_its_place() {
    let line = output_difference(&json!({"a": [{"b": 1}]}), &json!({"a": [{"b": 2}]}));
    assert_eq!(line.as_deref(), Some("outputs.a[0].b: expected 1, got 2"));
}

#[test]
fn requests_are_a_multiset() {
    let (one, other) = (chat(json!({"q": 1})), chat(json!({"q": 2})));
    assert_eq!(request_difference(&[one.clone(), other.clone()], &[other.clone(), one.clone()]), None);
    let twice = request_difference(std::slice::from_ref(&one), &[one.clone(), one.clone()]);
    assert_eq!(twice.as_deref(), Some(r#"unexpected request /v1/chat/completions {"q":1}"#));
    let once = request_difference(&[one.clone(), one.clone()], std::slice::from_ref(&one));
    assert_eq!(once.as_deref(), Some(r#"missing request /v1/chat/completions {"q":1}"#));
    let wrong = request_difference(&[one], &[other]);
    assert_eq!(wrong.as_deref(), Some("request.q: expected 1, got 2"));
}

#[test]
fn paths_and_queries_count() {
    let azure = ModelRequest { query: "api-version=1".to_owned(), ..chat(json!({})) };
    assert!(request_difference(std::slice::from_ref(&azure), &[chat(json!({}))]).is_some());
    assert!(request_difference(&[chat(json!({}))], &[request("/v1/completions", json!({}))]).is_some());
}

#[test]
fn bodies_may_leave_out_only_a_false_stream() {
    let body = |value| vec![chat(value)];
    let differs = |one, other| request_difference(&body(one), &body(other)).is_some();
    assert!(!differs(json!({"stream": false, "t": 1.0}), json!({"t": 1})));
    assert!(differs(json!({"stream": true}), json!({})));
    assert!(differs(json!({"content": null}), json!({})));
    assert!(differs(json!({"t": 1}), json!({"t": true})));
}

#[test]
fn the_encoding_of_embeddings_is_the_client_librarys() {
    let (with, without) = (json!({"input": "x", "encoding_format": "base64"}), json!({"input": "x"}));
    let embed = |body: &Value| [request("/v1/embeddings", body.clone())];
    assert_eq!(request_difference(&embed(&with), &embed(&without)), None);
    assert!(request_difference(&[chat(with)], &[chat(without)]).is_some());
}

#[test]
fn retries_do_not_count_where_promptflow_retries() {
    let asked = |model: &str, times: usize| vec![chat(json!({ "model": model })); times];
    for retried in ["flaky-429-2", "status-503"] {
        assert_eq!(request_difference(&asked(retried, 4), &asked(retried, 1)), None);
        assert!(request_difference(&asked(retried, 1), &[]).is_some());
    }
    assert!(request_difference(&asked("status-404", 2), &asked("status-404", 1)).is_some());
    let deployment = |times| vec![request("/openai/deployments/flaky-500-1/chat/completions", json!({})); times];
    assert_eq!(request_difference(&deployment(2), &deployment(1)), None);
}
