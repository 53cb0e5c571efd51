//! Regular expressions, JSON, HTML, chunks, hashes.

use super::{call, shown};

#[test]
fn regular_expressions_match_extract_replace_and_split() {
    insta::assert_snapshot!(shown(
        "regex.match",
        &[
            r#"{"text": "Order 4711", "pattern": "\\d{4}"}"#,
            r#"{"text": "Order 4711", "pattern": "\\d{4}", "whole": true}"#,
            r#"{"text": "4711", "pattern": "\\d{4}|x", "whole": true}"#,
            r#"{"text": "GRÜN", "pattern": "(?i)grün"}"#,
            r#"{"text": "Ж", "pattern": "^\\p{Cyrillic}\\b"}"#,
            r#"{"text": "a", "pattern": "(a"}"#,
            r#"{"text": "a", "pattern": "(?=a)"}"#,
            r#"{"text": "a", "pattern": "(a)\\1"}"#,
            r#"{"text": "a", "pattern": "(?:\\w{1000}){1000}"}"#,
            r#"{"text": "a", "pattern": "a", "flags": "i"}"#,
        ]
    ));
    insta::assert_snapshot!(shown(
        "regex.extract",
        &[
            r#"{"text": "a=1, b=2", "pattern": "\\w=\\d"}"#,
            r#"{"text": "a=1, b=2", "pattern": "\\w=(\\d)"}"#,
            r#"{"text": "a=1, b=2", "pattern": "(\\w)=(\\d)"}"#,
            r#"{"text": "a=1, b=2", "pattern": "(?P<name>\\w)=(?P<value>\\d)(?P<unit>kg)?", "all": true}"#,
            r#"{"text": "none", "pattern": "\\d", "all": true}"#,
            r#"{"text": "none", "pattern": "\\d"}"#,
            r#"{"text": "none", "pattern": "\\d", "default": null}"#,
        ]
    ));
    insta::assert_snapshot!(shown(
        "regex.replace",
        &[
            r#"{"text": "2024-05-03", "pattern": "(\\d+)-(\\d+)-(?P<day>\\d+)", "with": "${day}.$2.$1 $$"}"#,
            r#"{"text": "aaa", "pattern": "a", "with": "b", "limit": 2}"#,
            r#"{"text": "aaa", "pattern": "a"}"#,
            r#"{"text": "abc", "pattern": "", "with": "-"}"#,
        ]
    ));
    insta::assert_snapshot!(shown(
        "regex.split",
        &[
            r#"{"text": "a1b22 c", "pattern": "\\d+"}"#,
            r#"{"text": ",a,,b", "pattern": ","}"#,
            r#"{"text": ",a,,b", "pattern": ",", "keep_blank": true, "limit": 3}"#,
        ]
    ));
    let text = "x".repeat(40_000);
    let long = format!(r#"{{"text": "{text}", "pattern": "x", "with": "{}"}}"#, "y".repeat(1000));
    assert_eq!(call("regex.replace", &long).unwrap_err(), "the result is longer than 16 MiB; replace less");
}

#[test]
fn json_paths_give_all_and_the_first() {
    let from = r#"{"items": [{"name": "a", "price": 5}, {"name": "b", "price": 20, "tags": ["x"]}], "$": 1}"#;
    let tries = |tool: &str, paths: &[&str]| {
        let inputs: Vec<String> =
            paths.iter().map(|path| format!(r#"{{"from": {from}, "path": {}}}"#, serde_json::json!(path))).collect();
        shown(tool, &inputs.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let deep = format!("${}", "[?@".repeat(100));
    insta::assert_snapshot!(tries(
        "json.query",
        &[
            "$..name",
            "$.items[?@.price > 10].name",
            "$.items[-1]",
            "$.gone",
            "$['$']",
            "$.items[?length(@.tags) == 1].name",
            "items",
            "$.items[",
            &deep,
            "$.items[?@.price > ]",
        ]
    ));
    insta::assert_snapshot!(tries("json.pick", &["$..name", "$.items[*].tags[0]", "$.gone", "$"]));
    assert_eq!(call("json.pick", r#"{"from": "{\"a\": [7]}", "path": "$.a[0]"}"#).unwrap(), "7");
    assert_eq!(call("json.pick", r#"{"from": {}, "path": "$.a", "default": 3}"#).unwrap(), "3");
}

/// The table of examples in RFC 7386.
#[test]
fn patches_merge_as_the_standard_says() {
    for (base, patch, merged) in [
        (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
        (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
        (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
        (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
        (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
        (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
        ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
    ] {
        let inputs = format!(r#"{{"values": [{base}, {patch}], "patch": true}}"#);
        assert_eq!(call("json.merge", &inputs).unwrap(), merged, "{base} {patch}");
    }
}

const PAGE: &str = r#"<!doctype html><html><head><title>No</title><style>p{}</style></head><body>
<nav><a href="/">Home</a></nav><h1>Boats &amp; fares</h1>
<p>The <b>first</b> boat   leaves
at <code>09:00</code>, see <a href="https://boats.example/plan">the plan</a>.<br>Bring a coat.</p>
<ul><li>Adults: 12 EUR</li><li>Children: <em>free</em></li></ul>
<table><tr><th>Pier</th><th>Time</th></tr><tr><td>North</td><td>9</td></tr></table>
<pre>a
  b</pre><script>alert("x")</script><img src="m.png" alt="A map"><!-- no --></body></html>"#;

#[test]
fn pages_become_text_and_markdown() {
    let page = serde_json::json!({ "html": PAGE }).to_string();
    let page_as = |tool: &str, inputs: &str| {
        let text: String = serde_json::from_str(&call(tool, inputs).unwrap()).unwrap();
        text.replace("  \n", "··\n")
    };
    insta::assert_snapshot!(page_as("html.to_text", &page));
    insta::assert_snapshot!(page_as("html.to_markdown", &page));
    let plain = serde_json::json!({ "html": PAGE, "links": false, "images": true }).to_string();
    let markdown = page_as("html.to_markdown", &plain);
    assert!(!markdown.contains("boats.example") && markdown.contains("![A map](m.png)"), "{markdown}");
    for tool in ["html.to_text", "html.to_markdown"] {
        assert_eq!(call(tool, r#"{"html": ""}"#).unwrap(), r#""""#);
        assert_eq!(call(tool, r#"{"html": "just text < 3"}"#).unwrap().replace('\\', ""), r#""just text < 3""#);
        let deep = serde_json::json!({ "html": "<div>".repeat(50_000) }).to_string();
        assert_eq!(call(tool, &deep).unwrap_err(), "input `html`: elements are nested more than 160 deep");
        let nearly = serde_json::json!({ "html": format!("{}x", "<blockquote><ul><li>".repeat(50)) }).to_string();
        assert!(call(tool, &nearly).unwrap().contains('x'));
    }
}

#[test]
fn texts_are_cut_where_it_hurts_least() {
    insta::assert_snapshot!(shown(
        "text.chunk",
        &[
            r#"{"text": "One two. Three four five.\n\nSix.", "size": 17}"#,
            r#"{"text": "One two. Three four five.\n\nSix.", "size": 2, "unit": "sentences"}"#,
            r#"{"text": "One two. Three four five.\n\nSix.", "size": 3, "unit": "words", "overlap": 1}"#,
            r#"{"text": "tiktoken is great! It counts what a model counts.", "size": 7, "unit": "tokens"}"#,
            r##"{"text": "# A\n\ntext one\n\n# B\n\ntext two", "size": 16, "format": "markdown"}"##,
            r#"{"text": "", "size": 10}"#,
            r#"{"text": "a", "size": 0}"#,
            r#"{"text": "a", "size": 3, "overlap": 3}"#,
            r#"{"text": "a", "size": 3, "unit": "bytes"}"#,
        ]
    ));
}

#[test]
fn fingerprints_are_those_of_the_standard() {
    insta::assert_snapshot!(shown(
        "hash.digest",
        &[
            r#"{"value": "abc"}"#,
            r#"{"value": "abc", "encoding": "base64"}"#,
            r#"{"value": "abc", "algorithm": "sha384"}"#,
            r#"{"value": "abc", "algorithm": "sha512"}"#,
            r#"{"value": {"b": 1, "a": [true]}}"#,
            r#"{"value": "{\"b\":1,\"a\":[true]}"}"#,
            r#"{"value": "abc", "algorithm": "md5"}"#,
        ]
    ));
}
