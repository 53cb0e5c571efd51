use proptest::prelude::*;

use super::*;
use crate::value::Value;

/// Whether both readers see one structure: the same texts, containers with the same order, and other scalars as
/// scalars (their meaning is our own). Keys that are no text, tags and merge keys are not compared.
fn agree(ours: &Node, theirs: &serde_yaml::Value) -> bool {
    match (&ours.value, theirs) {
        (_, serde_yaml::Value::Tagged(_)) => true,
        (NodeValue::Scalar(ours), serde_yaml::Value::String(theirs)) => &*ours.text == theirs,
        (NodeValue::Scalar(ours), _) => {
            !matches!(ours.value, Value::Text(_)) && !theirs.is_sequence() && !theirs.is_mapping()
        }
        (NodeValue::Sequence(ours), serde_yaml::Value::Sequence(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| agree(ours, theirs))
        }
        (NodeValue::Mapping(_), serde_yaml::Value::Mapping(theirs)) if theirs.contains_key("<<") => true,
        (NodeValue::Mapping(ours), serde_yaml::Value::Mapping(theirs)) => {
            ours.entries.len() == theirs.len()
                && ours.entries.iter().zip(theirs).all(|(ours, (key, theirs))| {
                    key.as_str().is_none_or(|key| key == &*ours.key.text) && agree(&ours.value, theirs)
                })
        }
        _ => false,
    }
}

/// Every value's place must lie in the text, and plain words must stand there as they are.
fn check_places(sources: &SourceMap, node: &Node) {
    let text = &sources.get(node.span.file).text;
    for span in [Some(node.span), node.defined].into_iter().flatten() {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {text:?}");
    }
    match &node.value {
        NodeValue::Scalar(scalar) => {
            let written = sources.slice(node.defined.unwrap_or(node.span));
            let is_plain =
                !written.starts_with(['"', '\'']) && !written.contains(['\n', '\r']) && !scalar.text.contains('\n');
            if is_plain && !scalar.text.is_empty() {
                assert_eq!(written.trim(), scalar.text.trim(), "in {text:?}");
            }
            for offset in 0..scalar.text.len() {
                if let Some(span) = scalar.span_at(node.span.file, offset, 1) {
                    assert!(span.start as usize <= text.len());
                }
            }
        }
        NodeValue::Sequence(items) => items.iter().for_each(|item| check_places(sources, item)),
        NodeValue::Mapping(mapping) => {
            for entry in &mapping.entries {
                let written = sources.slice(entry.key.span);
                assert!(
                    written.len() >= entry.key.text.trim_end().len() || written.starts_with(['*', '"']),
                    "{written:?}"
                );
                check_places(sources, &entry.value);
            }
        }
    }
}

fn check(text: &str) {
    let (sources, node, problems) = read_text(text);
    assert!(node.is_some() || !problems.is_empty(), "nothing read and nothing said: {text:?}");
    if let Some(node) = node {
        check_places(&sources, &node);
    }
}

fn scalar() -> impl Strategy<Value = serde_yaml::Value> {
    prop_oneof![
        "[a-zA-Z0-9 _:#'\"{}\\[\\]&*!|>%@`,.\\-?~\n\tä€😀]{0,20}".prop_map(serde_yaml::Value::String),
        "[a-z]{1,8}( [a-z]{1,8}){0,3}".prop_map(serde_yaml::Value::String),
        any::<i64>().prop_map(|number| serde_yaml::Value::Number(number.into())),
        any::<bool>().prop_map(serde_yaml::Value::Bool),
        Just(serde_yaml::Value::Null),
    ]
}

fn document() -> impl Strategy<Value = serde_yaml::Value> {
    scalar().prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_yaml::Value::Sequence),
            prop::collection::vec(("[a-z][a-z_ ]{0,6}[a-z]", inner), 0..5).prop_map(|entries| {
                let keyed = entries.into_iter().map(|(key, value)| (serde_yaml::Value::String(key), value));
                serde_yaml::Value::Mapping(keyed.collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_documents_are_read_back(document in document()) {
        let text = serde_yaml::to_string(&document).unwrap();
        prop_assume!(!document.is_null());
        let (sources, node) = tree(&text);
        prop_assert!(agree(&node, &document), "{}", text);
        check_places(&sources, &node);
    }

    /// Pieces of YAML thrown together: what both readers accept must have one structure.
    #[test]
    fn both_readers_see_one_structure(pieces in prop::collection::vec(prop::sample::select(PIECES), 1..14)) {
        let text = pieces.concat();
        check(&text);
        // What a block holds whose last line is of spaces and has no end is read differently, too.
        let text = text + "\n";
        let (_, node, problems) = read_text(&text);
        // A block at the very start of a file, which no flow has, is read differently.
        if let (Some(node), true, Ok(theirs)) = (node, problems.is_empty(), serde_yaml::from_str::<serde_yaml::Value>(&text))
            && node.as_scalar().is_none()
            && !theirs.is_null()
        {
            prop_assert!(agree(&node, &theirs), "{:?}", text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        check(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        check(&String::from_utf8_lossy(&bytes));
    }
}

const PIECES: &[&str] = &[
    "a",
    "b: ",
    "c:\n",
    "- ",
    "-\n",
    "\n",
    "  ",
    "    ",
    "one two",
    "\"x y\"",
    "'it''s'",
    "\"a\\nb\"",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "|\n",
    ">-\n",
    "|2\n",
    "# note\n",
    "&x ",
    "*x",
    "x",
    "  - ",
    "  d: ",
    ": ",
    "...\n",
    "---\n",
    "é: ",
    "\r\n",
];
