//! Lists, choices, numbers, vectors.

use super::{call, shown};

#[test]
fn lists_are_worked_on_by_expression() {
    let people =
        r#""items": [{"n": "Ben", "a": 27}, {"n": "Ann", "a": 31}, {"n": "Cid", "a": null}, {"n": "Dan", "a": 27.0}]"#;
    let tries = |tool: &str, rests: &[&str]| {
        let inputs: Vec<String> = rests.iter().map(|rest| format!("{{{people}, {rest}}}")).collect();
        shown(tool, &inputs.iter().map(String::as_str).collect::<Vec<_>>())
    };
    insta::assert_snapshot!(tries(
        "list.map",
        &[
            r#""expression": "item.n ~ index""#,
            r#""expression": "item.a + more", "values": {"more": 1}"#,
            r#""expression": "item.a + more if item.a else 0", "more": 1"#,
            r#""expression": "item.a", "mroe": 1"#,
            r#""expression": "item.gone""#,
            r#""expression": "item.""#,
            r#""expression": "1", "values": [1]"#,
        ]
    ));
    insta::assert_snapshot!(tries(
        "list.filter",
        &[
            r#""condition": "item.a""#,
            r#""condition": "index > 1""#,
            r#""condition": "item.n in names", "values": {"names": ["Ann"]}"#
        ]
    ));
    insta::assert_snapshot!(tries(
        "list.sort",
        &[
            r#""by": "item.a""#,
            r#""by": "item.a", "descending": true"#,
            r#""by": "[item.a is none, item.n]""#,
            r#""by": "item.n if index else 1""#,
        ]
    ));
    insta::assert_snapshot!(tries("list.group", &[r#""by": "item.a is none""#]));
    assert_eq!(call("list.sort", r#"{"items": ["b", "ä", "a", "B"]}"#).unwrap(), r#"["B","a","b","ä"]"#);
    assert_eq!(call("list.unique", r#"{"items": [1, "1", 1, [1], [1], null, null]}"#).unwrap(), r#"[1,"1",[1],null]"#);
    assert!(call("list.map", r#"{"items": [1], "expression": "range(100000000) | list"}"#).is_err());
}

#[test]
fn lists_are_zipped_flattened_and_sliced() {
    insta::assert_snapshot!(shown(
        "list.zip",
        &[
            r#"{"lists": {"a": [1, 2], "b": ["x", "y"]}}"#,
            r#"{"lists": {"a": [1, 2], "b": ["x"]}}"#,
            r#"{"lists": {"a": [1, 2], "b": ["x"]}, "unequal": "shortest"}"#,
            r#"{"lists": {"a": [1, 2], "b": ["x"]}, "unequal": "null"}"#,
            r#"{"lists": {}}"#,
            r#"{"b": [1], "a": ["x"]}"#,
            r#"{"lists": {"a": 1}}"#,
            r#"{"lists": [[1], [2]]}"#,
        ]
    ));
    insta::assert_snapshot!(shown(
        "list.flatten",
        &[r#"{"items": [[1, [2]], 3]}"#, r#"{"items": [[1, [2]], 3], "depth": 9}"#, r#"{"items": [[1]], "depth": 0}"#]
    ));
    insta::assert_snapshot!(shown(
        "list.slice",
        &[
            r#"{"items": [1, 2, 3], "start": 1}"#,
            r#"{"items": [1, 2, 3], "end": -1}"#,
            r#"{"items": [1, 2, 3], "start": -2, "end": 5}"#,
            r#"{"items": [1, 2, 3], "start": 2, "end": 1}"#,
            r#"{"items": [1, 2, 3], "start": -9223372036854775808, "end": 9223372036854775807}"#,
        ]
    ));
}

#[test]
fn values_are_chosen() {
    insta::assert_snapshot!(shown(
        "value.coalesce",
        &[
            r#"{"values": [null, "", 0]}"#,
            r#"{"values": [null, " ", [], {}, false], "skip_empty": true}"#,
            r#"{"values": [null]}"#,
            r#"{"first": null, "then": 2, "last": 3}"#,
            r#"{}"#,
        ]
    ));
    insta::assert_snapshot!(shown(
        "value.switch",
        &[
            r#"{"value": "de", "cases": [{"is": "en", "give": "Hello"}, {"is": ["de", "at"], "give": "Hallo"}]}"#,
            r#"{"value": 1, "cases": [{"is": 1.0, "give": {"x": null}}]}"#,
            r#"{"value": [1], "cases": [{"is": [1], "give": "list"}]}"#,
            r#"{"value": 7, "cases": [{"if": "value > 5 and value is odd", "give": "odd"}]}"#,
            r#"{"value": 3, "cases": [{"is": 4, "give": 1}], "default": null}"#,
            r#"{"value": 3, "cases": [{"is": 4, "give": 1}]}"#,
            r#"{"value": 3, "cases": [{"give": 1}]}"#,
            r#"{"value": 3, "cases": [{"is": 3, "if": "true", "give": 1}]}"#,
            r#"{"value": 3, "cases": [{"if": "gone", "give": 1}]}"#,
            r#"{"value": 3, "cases": [{"when": 3, "give": 1}]}"#,
        ]
    ));
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (text, rest, expected) in [
        ("42", "", "42"),
        (" 1,234.50 ", "", "1234.5"),
        ("1.234,50 €", r#", "decimal": "comma""#, "1234.5"),
        ("1'234'567", "", "1234567"),
        ("€ -12", "", "-12"),
        ("\u{2212}3", "", "-3"),
        ("95 %", "", "95"),
        (".5", "", "0.5"),
        ("1e3", "", "1000.0"),
        ("99999999999999999999", "", "1e+20"),
        ("Score: 4 of 5", r#", "find": true"#, "4"),
        ("B2B is worth 3.5 points", r#", "find": true"#, "3.5"),
        ("1 234,5 km", r#", "find": true, "decimal": "comma""#, "1234.5"),
        ("none", r#", "default": null"#, "null"),
    ] {
        let inputs = format!(r#"{{"text": {}{rest}}}"#, serde_json::json!(text));
        assert_eq!(call("number.parse", &inputs).unwrap(), expected, "{text}");
    }
    insta::assert_snapshot!(shown(
        "number.parse",
        &[
            r#"{"text": "4 of 5"}"#,
            r#"{"text": "none", "find": true}"#,
            r#"{"text": "1.234.5"}"#,
            r#"{"text": "1e999"}"#
        ]
    ));
}

#[test]
fn vectors_are_compared() {
    insta::assert_snapshot!(shown(
        "vector.cosine",
        &[
            r#"{"a": [1, 2], "b": [2, 4]}"#,
            r#"{"a": [1e300, 0], "b": [1e300, 1e-300]}"#,
            r#"{"a": [0, 0], "b": [1, 0]}"#,
            r#"{"a": [], "b": []}"#,
            r#"{"a": [1], "b": [1, 2]}"#,
            r#"{"a": ["x"], "b": [1]}"#,
        ]
    ));
    insta::assert_snapshot!(shown(
        "vector.nearest",
        &[
            r#"{"query": [1, 0], "vectors": [[1, 0], [0, 1], [1, 0]]}"#,
            r#"{"query": [1, 0], "vectors": [[1, 0], [1]]}"#,
        ]
    ));
}
