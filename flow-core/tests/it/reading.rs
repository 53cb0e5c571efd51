//! Loading never panics, whatever stands in the files.

use std::path::Path;

use flow_core::diag::{RenderOptions, render, to_github, to_json};
use flow_core::engine::LoadOptions;
use flow_core::template::Strictness;
use proptest::prelude::*;

use crate::corpus::{cases, load_path};

/// The flow files of the corpus, and its templates.
fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    for case in cases("good").into_iter().chain(cases("broken")) {
        for entry in std::fs::read_dir(case).expect("a case can be listed").flatten() {
            let is_input = entry.path().extension().is_some_and(|kind| kind == "yaml" || kind == "jinja2");
            texts.extend(std::fs::read_to_string(entry.path()).ok().filter(|_| is_input));
        }
    }
    texts
}

/// Loads a text as a flow of both strictnesses, and shows what is said of it in all forms.
fn load(text: &str) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("flow.yaml"), text).expect("a file can be written");
    // What templates and sub-flows of the corpus are called, so that mutated flows find something.
    std::fs::write(folder.path().join("answer.jinja2"), text).expect("a file can be written");
    for strictness in [Strictness::Strict, Strictness::Compatible] {
        let options = LoadOptions { strictness: Some(strictness), ..LoadOptions::default() };
        let loaded = load_path(folder.path(), Path::new("tests/corpus/good/prompt-inline"), &options);
        let _ = render(&loaded.diagnostics, &loaded.sources, RenderOptions::default());
        let _ = to_json(&loaded.diagnostics, &loaded.sources);
        let _ = to_github(&loaded.diagnostics, &loaded.sources);
        assert_eq!(loaded.flow.is_none(), loaded.diagnostics.has_errors(), "{text}");
    }
}

/// A change of a text at a place.
#[derive(Debug, Clone)]
enum Change {
    Remove(usize, usize),
    Insert(usize, String),
    Double(usize, usize),
    Swap(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let pieces = prop::sample::select(vec![
        "${",
        "}",
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "\n",
        "\r\n",
        "\t",
        "  ",
        "- ",
        ": ",
        "|\n",
        "&a ",
        "*a",
        "<<: ",
        "null",
        "[]",
        "{}",
        "'",
        "\"",
        "é",
        "\u{1f600}",
        "\u{feff}",
        "${item}",
        "${loop.previous}",
        "inputs.",
        "use_variants: true",
        "system:\n",
        "#",
        "0",
        "-1",
        ".inf",
        "!!str ",
        "output",
    ]);
    prop_oneof![
        (any::<usize>(), 1..40_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (any::<usize>(), pieces).prop_map(|(at, piece)| Change::Insert(at, piece.to_owned())),
        (any::<usize>(), 1..60_usize).prop_map(|(at, length)| Change::Double(at, length)),
        (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Change::Swap(one, other)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for change in changes {
        let count = letters.len();
        if count == 0 {
            break;
        }
        match change {
            Change::Remove(at, length) => {
                let at = at % count;
                letters.drain(at..(at + length).min(count));
            }
            Change::Insert(at, piece) => {
                let at = at % count;
                letters.splice(at..at, piece.chars());
            }
            Change::Double(at, length) => {
                let at = at % count;
                let copy = letters[at..(at + length).min(count)].to_vec();
                letters.splice(at..at, copy);
            }
            Change::Swap(one, other) => letters.swap(one % count, other % count),
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_texts_are_told_about_without_a_panic(text in ".{0,200}") {
        load(&text);
    }

    #[test]
    fn changed_flows_are_told_about_without_a_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let texts = texts();
        load(&changed(&texts[which.index(texts.len())], &changes));
    }
}
