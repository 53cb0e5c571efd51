//! What holds for any input.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use text_splitter::ChunkSizer;

use super::call;
use crate::tool::chunks::{Size, Unit, chunks};

/// Texts with what means something to the tools.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,40}", "[a-z .,!?\\n#*<>/&;]{0,200}", "[$.\\[\\]?@*()|'a-c0-9 ]{0,40}", any::<String>()]
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[a-c]{0,3}".prop_map(Json::from)
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(Json::from_iter),
        ]
    })
}

fn given(tool: &str, inputs: &Json) -> Option<Json> {
    let first = call(tool, &inputs.to_string());
    assert_eq!(first, call(tool, &inputs.to_string()), "{tool} differs from one call to the next");
    first.ok().map(|text| serde_json::from_str(&text).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_a_tool(one in text(), two in text(), from in value()) {
        for tool in ["regex.match", "regex.extract", "regex.split"] {
            given(tool, &json!({ "text": one, "pattern": two }));
        }
        given("regex.replace", &json!({ "text": one, "pattern": two, "with": "<$0>" }));
        given("json.query", &json!({ "from": from, "path": one }));
        given("json.query", &json!({ "from": from, "path": format!("${two}") }));
        given("json.pick", &json!({ "from": from, "path": one }));
        given("json.parse", &json!({ "text": one }));
        given("html.to_text", &json!({ "html": one }));
        given("html.to_markdown", &json!({ "html": format!("<p><a href=x>{one}</a><table><td>{two}") }));
        given("number.parse", &json!({ "text": one, "find": true }));
        given("date.parse", &json!({ "text": one, "now": "2024-05-03" }));
        given("date.parse", &json!({ "text": one, "format": two }));
        given("date.format", &json!({ "date": "2024-05-03T10:00:00Z", "format": format!("%{one}") }));
        given("date.add", &json!({ "date": "2024-05-03", "amount": one }));
        given("hash.digest", &json!({ "value": from }));
        given("list.map", &json!({ "items": [from], "expression": one }));
    }

    #[test]
    fn chunks_are_parts_of_the_text_in_order_and_leave_nothing_out(
        text in "[a-zÄé .!?\\n-]{0,400}", size in 1_usize..60, part in 0_usize..3, unit in 0_usize..3, markdown: bool,
    ) {
        let unit = ["characters", "words", "sentences"][unit];
        let format = if markdown { "markdown" } else { "text" };
        let overlap = (size - 1).min(part * size / 4);
        let inputs = json!({ "text": text, "size": size, "unit": unit, "overlap": overlap, "format": format });
        let texts = given("text.chunk", &inputs).unwrap();
        let unit: Unit = serde_json::from_value(json!(unit)).unwrap();
        let cut = chunks(&text, Size { most: size, overlap, unit }, serde_json::from_value(json!(format)).unwrap()).unwrap();
        prop_assert_eq!(texts, json!(cut.iter().map(|chunk| chunk.text).collect::<Vec<_>>()));
        let (mut start, mut end) = (0, 0);
        for chunk in cut {
            prop_assert_eq!(&text[chunk.start..chunk.start + chunk.text.len()], chunk.text);
            prop_assert!(unit.size(chunk.text) <= size && !chunk.text.trim().is_empty());
            prop_assert!(chunk.start >= start);
            if chunk.start > end {
                prop_assert!(text[end..chunk.start].trim().is_empty(), "{:?} is left out", &text[end..chunk.start]);
            } else {
                prop_assert!(overlap > 0 || chunk.start == end);
            }
            (start, end) = (chunk.start, end.max(chunk.start + chunk.text.len()));
        }
        prop_assert!(text[end..].trim().is_empty(), "{:?} is left out", &text[end..]);
    }

    #[test]
    fn lists_keep_what_they_hold(items in prop::collection::vec(value(), 0..12), start in -14_i64..14, end in -14_i64..14) {
        let same = given("list.map", &json!({ "items": items, "expression": "item" })).unwrap();
        prop_assert_eq!(&same, &json!(items));
        let all = given("list.filter", &json!({ "items": items, "condition": "true" })).unwrap();
        prop_assert_eq!(&all, &json!(items));
        let sorted = given("list.sort", &json!({ "items": items, "by": "index % 3" })).unwrap();
        let expected: Vec<&Json> = (0..3).flat_map(|rest| items.iter().skip(rest).step_by(3)).collect();
        prop_assert_eq!(sorted, json!(expected), "sorting is stable");
        let unique = given("list.unique", &json!({ "items": items })).unwrap();
        let mut first: Vec<&Json> = Vec::new();
        for item in &items {
            if !first.contains(&item) {
                first.push(item);
            }
        }
        prop_assert_eq!(unique, json!(first));
        let groups = given("list.group", &json!({ "items": items, "by": "index % 2" })).unwrap();
        let members: usize = groups.as_array().unwrap().iter().map(|group| group["items"].as_array().unwrap().len()).sum();
        prop_assert_eq!(members, items.len());
        let zipped = given("list.zip", &json!({ "lists": { "a": items, "b": items } })).unwrap();
        prop_assert!(zipped.as_array().unwrap().iter().zip(&items).all(|(row, item)| row["a"] == *item && row["b"] == *item));
        let length = items.len() as i64;
        let place = |at: i64| if at < 0 { (length + at).max(0) } else { at.min(length) } as usize;
        let slice = given("list.slice", &json!({ "items": items, "start": start, "end": end })).unwrap();
        prop_assert_eq!(slice, json!(items.get(place(start)..place(end)).unwrap_or_default()));
        let nested: Vec<_> = items.iter().map(|item| json!([item])).collect();
        prop_assert_eq!(given("list.flatten", &json!({ "items": nested })).unwrap(), json!(items));
    }

    #[test]
    fn cosines_are_cosines(a in prop::collection::vec(-1e200_f64..1e200, 1..6)) {
        let own = given("vector.cosine", &json!({ "a": a, "b": a })).unwrap().as_f64().unwrap();
        prop_assert!(a.iter().all(|part| *part == 0.0) || (own - 1.0).abs() < 1e-9, "{own}");
        let minus: Vec<f64> = a.iter().map(|part| -part).collect();
        let other = given("vector.cosine", &json!({ "a": a, "b": minus })).unwrap().as_f64().unwrap();
        prop_assert!((own + other).abs() < 1e-9);
    }
}
