use super::*;
use crate::value::Value;

fn meaning(written: &str) -> Value {
    let (_, node) = tree(&format!("key: {written}\n"));
    at(&node, "key").to_value()
}

#[test]
fn plain_scalars_mean_what_promptflow_makes_of_them() {
    let whole =
        [("12", 12), ("-3", -3), ("+3", 3), ("012", 12), ("0o17", 15), ("0x1F", 31), ("0b101", 5), ("1_000", 1000)];
    for (written, number) in whole {
        assert_eq!(meaning(written), Value::Int(number), "{written}");
    }
    let fractions = [("1e3", 1000.0), (".5", 0.5), ("-1.5", -1.5), ("1.", 1.0), ("1_0.5e-1", 1.05), ("1E2", 100.0)];
    for (written, number) in fractions {
        assert_eq!(meaning(written), Value::Float(number), "{written}");
    }
    assert_eq!(meaning(".inf"), Value::Float(f64::INFINITY));
    assert_eq!(meaning("-.Inf"), Value::Float(f64::NEG_INFINITY));
    assert!(matches!(meaning(".nan"), Value::Float(number) if number.is_nan()));
    assert_eq!(meaning("99999999999999999999"), Value::Float(1e20));
    for written in ["true", "True", "TRUE"] {
        assert_eq!(meaning(written), Value::Bool(true));
    }
    for written in ["", "~", "null", "Null", "NULL"] {
        assert_eq!(meaning(written), Value::Null);
    }
}

#[test]
fn everything_else_is_text() {
    let plain =
        ["yes", "no", "on", "off", "y", "tRue", "12:30:45", "2024-01-01", "1.2.3", "0o8", "e3", ".", "1e", "_1", "inf"];
    for written in plain {
        assert_eq!(meaning(written), Value::from(written), "{written}");
    }
    assert_eq!(meaning("\"5\""), Value::from("5"));
    assert_eq!(meaning("'true'"), Value::from("true"));
    assert_eq!(meaning("|\n  5"), Value::from("5\n"));
    assert_eq!(meaning(">-\n  null\n"), Value::from("null"));
    assert_eq!(meaning("\"\""), Value::from(""));
}

#[test]
fn tags_decide_where_they_are_known() {
    assert_eq!(meaning("!!str 5"), Value::from("5"));
    assert_eq!(meaning("!!str"), Value::from(""));
    assert_eq!(meaning("!!float 5"), Value::Float(5.0));
    assert_eq!(meaning("!!int \"5\""), Value::Int(5));
    assert_eq!(meaning("! 5"), Value::from("5"));
    assert_eq!(meaning("!ours 5"), Value::Int(5));
    assert_eq!(meaning("!ours {a: 1}"), Value::map([("a", Value::Int(1))]));
}

#[test]
fn empty_files_are_empty_mappings() {
    for text in ["", "\n\n", "# nothing\n", "---\n", "~\n", "\u{feff}"] {
        let (_, node) = tree(text);
        assert!(node.as_mapping().is_some_and(|mapping| mapping.entries.is_empty()), "{text:?}");
    }
}

#[test]
fn every_value_and_key_knows_its_place() {
    let (sources, node) = tree("küche: &k {a: 1, b: [x, \"ÿ\"]}\nlist:\n  - one\n  - two: 2\n\nnothing:\nlast: 'é'\n");
    let slice = |path| sources.slice(at(&node, path).span);
    assert_eq!(slice("küche"), "{a: 1, b: [x, \"ÿ\"]}");
    assert_eq!(slice("küche.b"), "[x, \"ÿ\"]");
    assert_eq!(slice("küche.b.1"), "\"ÿ\"");
    assert_eq!(slice("list"), "- one\n  - two: 2");
    assert_eq!(slice("list.1"), "two: 2");
    assert_eq!(slice("last"), "'é'");
    let nothing = sources.line_column(at(&node, "nothing").span);
    assert_eq!((nothing.line, nothing.column), (6, 9), "behind the colon");
    let keys: Vec<_> = node.as_mapping().unwrap().entries.iter().map(|entry| sources.slice(entry.key.span)).collect();
    assert_eq!(keys, ["küche", "list", "nothing", "last"]);
}

#[test]
fn keys_that_are_no_text_are_kept_as_written() {
    let (_, node) = tree("1: one\ntrue: two\n0x1F: three\n2024-01-01: four\n");
    let keys: Vec<_> = node.as_mapping().unwrap().entries.iter().map(|entry| &*entry.key.text).collect();
    assert_eq!(keys, ["1", "true", "0x1F", "2024-01-01"]);
}

#[test]
fn aliases_know_where_they_are_used_and_where_they_were_written() {
    let (sources, node) = tree("base: &base {a: 1}\nuse: *base\nkey: &key name\nmap: {*key : 5}\n");
    let used = at(&node, "use");
    assert_eq!((sources.slice(used.span), used.defined.map(|span| sources.slice(span))), ("*base", Some("{a: 1}")));
    let inner = at(&node, "use.a");
    assert_eq!((sources.slice(inner.span), inner.defined.map(|span| sources.slice(span))), ("*base", Some("1")));
    assert_eq!(at(&node, "map.name").to_value(), Value::Int(5));
}

#[test]
fn merge_keys_give_way_to_keys_that_are_written() {
    let (sources, node) = tree(
        "one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\nm:\n  <<: [*one, *two]\n  a: 7\nn:\n  <<: {x: 5}\no:\n  x: 0\n  <<: *one\n",
    );
    assert_eq!(at(&node, "m.a").to_value(), Value::Int(7));
    assert_eq!(at(&node, "m.b").to_value(), Value::Int(1));
    assert_eq!(at(&node, "m.c").to_value(), Value::Int(2));
    assert_eq!(at(&node, "n.x").to_value(), Value::Int(5));
    assert_eq!(at(&node, "o.a").to_value(), Value::Int(1));
    let merged = at(&node, "o.a");
    assert_eq!((sources.slice(merged.span), merged.defined.map(|span| sources.slice(span))), ("*one", Some("1")));
}

#[test]
fn byte_order_mark_and_carriage_returns_do_no_harm() {
    let (sources, node) = tree("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\nc: end\r\n");
    assert_eq!(at(&node, "b").to_value(), Value::from("x\ny\n"));
    assert_eq!(sources.slice(at(&node, "c").span), "end");
    assert_eq!(sources.line_column(at(&node, "c").span).line, 5);
}

/// The words in the file under a stretch of a scalar's text.
fn shown<'a>(sources: &'a SourceMap, node: &Node, words: &str) -> &'a str {
    let scalar = node.as_scalar().unwrap();
    let offset = scalar.text.find(words).unwrap();
    scalar.span_at(node.span.file, offset, words.len()).map_or("unknown", |span| sources.slice(span))
}

#[test]
fn places_inside_of_texts_are_found_in_the_file() {
    let (sources, node) = tree(
        "literal: |\n  first {{ one }}\n\n    deep ä {{ two }}\n  last {{ three }}\nfolded: >-\n  {{ one }}\n  and {{ two }}\n\n  {{ three }}\n\
         double: \"a\\n  {{ two }}\"\nsingle: 'it''s\n\n  {{ two }}'\nplain: some {{ two }}\nshort: \"see {{ two }}\"\nodd: \"\\\"{{ two }}\"\n",
    );
    for words in ["{{ one }}", "{{ two }}", "{{ three }}", "deep ä"] {
        assert_eq!(shown(&sources, at(&node, "literal"), words), words);
    }
    assert_eq!(shown(&sources, at(&node, "folded"), "{{ one }}"), "{{ one }}");
    assert_eq!(shown(&sources, at(&node, "folded"), "{{ three }}"), "{{ three }}");
    for key in ["double", "single", "plain", "short"] {
        assert_eq!(shown(&sources, at(&node, key), "{{ two }}"), "{{ two }}", "{key}");
    }
    assert_eq!(shown(&sources, at(&node, "odd"), "{{ two }}"), "unknown", "an escape on the line shifts columns");
}

#[test]
fn places_are_held_to_their_line_and_text() {
    let (sources, node) = tree("key: |\n  one\n  two\n");
    let scalar = at(&node, "key").as_scalar().unwrap();
    let file = node.span.file;
    assert_eq!(scalar.span_at(file, 1, 100).map(|span| sources.slice(span)), Some("ne"));
    assert_eq!(scalar.span_at(file, 100, 1), None);
    assert!(scalar.span_at(file, scalar.text.len(), 0).is_some(), "the end is a place");
}
