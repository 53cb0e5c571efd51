//! Any bytes may be a flow file: the reader gives a tree or a diagnostic that can be shown, and never panics.
//! Run with `cargo +nightly fuzz run read_flow`.

#![no_main]

use flow_core::diag::{Diagnostics, RenderOptions, render, to_github, to_json};
use flow_core::source::{SourceMap, Span};
use flow_core::yaml::{Node, NodeValue, read};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut sources = SourceMap::default();
    let file = sources.add("flow.yaml", String::from_utf8_lossy(bytes).into_owned());
    let mut diagnostics = Diagnostics::default();
    let tree = read(&sources, file, &mut diagnostics);
    assert!(tree.is_some() || diagnostics.has_errors());
    if let Some(tree) = tree {
        check(&sources, &tree);
    }
    if !diagnostics.is_empty() {
        assert!(!render(&diagnostics, &sources, RenderOptions::default()).is_empty());
        assert!(to_json(&diagnostics, &sources).is_array());
        assert!(!to_github(&diagnostics, &sources).is_empty());
    }
});

/// Every place lies in the text, on whole characters.
fn check(sources: &SourceMap, node: &Node) {
    in_text(sources, node.span);
    node.defined.into_iter().for_each(|span| in_text(sources, span));
    match &node.value {
        NodeValue::Scalar(scalar) => {
            for (offset, character) in scalar.text.char_indices().take(200) {
                let _ = scalar.span_at(node.span.file, offset, character.len_utf8());
            }
        }
        NodeValue::Sequence(items) => items.iter().for_each(|item| check(sources, item)),
        NodeValue::Mapping(mapping) => {
            for entry in &mapping.entries {
                in_text(sources, entry.key.span);
                check(sources, &entry.value);
            }
        }
    }
}

fn in_text(sources: &SourceMap, span: Span) {
    let text = &sources.get(span.file).text;
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
}
