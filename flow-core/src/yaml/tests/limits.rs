use std::fmt::Write;
use std::time::{Duration, Instant};

use super::*;

/// Reads a text that passes a limit; the message says which.
fn limit(text: &str) -> String {
    let start = Instant::now();
    let (_, node, problems) = read_text(text);
    assert!(node.is_none());
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(start.elapsed() < Duration::from_secs(5), "limits are found early");
    problems[0].lines().next().unwrap().to_owned()
}

#[test]
fn aliases_of_aliases_are_counted_before_they_are_put_in() {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(text, "a{level}: &a{level} [{items}]").unwrap();
    }
    assert_eq!(limit(&text), "yaml-budget: the file has more than 50000 values, aliases counted in full");
}

#[test]
fn large_deep_and_tangled_files_are_refused() {
    let deep = "[".repeat(100_000);
    assert_eq!(limit(&deep), "yaml-budget: lists and mappings are nested more than 64 deep");
    let wide = "- x\n".repeat(MAX_NODES);
    assert_eq!(limit(&wide), "yaml-budget: the file has more than 50000 values, aliases counted in full");
    let aliases = format!("a: &a 1\nb: [{}]\n", "*a, ".repeat(MAX_ALIASES + 1));
    assert_eq!(limit(&aliases), "yaml-budget: the file has more than 256 aliases");
    let merges = format!("a: &a {{}}\nb:\n{}", "  - {<<: {}}\n".repeat(MAX_MERGE_KEYS + 1));
    assert_eq!(limit(&merges), "yaml-budget: the file has more than 256 merge keys");
    let large = format!("a: \"{}\"\n", "x".repeat(MAX_BYTES));
    assert_eq!(limit(&large), "yaml-budget: the file has 8 MiB, at most 8 MiB are read");
}

#[test]
fn depth_counts_through_aliases() {
    let chain = |levels: usize| {
        let nested = "[".repeat(20) + &"]".repeat(20);
        let mut text = format!("a0: &a0 {nested}\n");
        for level in 1..levels {
            writeln!(text, "a{level}: &a{level} {}*a{}{}", "[".repeat(20), level - 1, "]".repeat(20)).unwrap();
        }
        text
    };
    tree(&chain(3));
    assert_eq!(limit(&chain(4)), "yaml-budget: the file has lists and mappings nested more than 64 deep");
}

#[test]
fn as_many_as_allowed_are_read() {
    let (_, node) = tree(&"- x\n".repeat(MAX_NODES - 1));
    assert_eq!(node.as_sequence().map(<[Node]>::len), Some(MAX_NODES - 1));
    tree(&("[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH)));
}

#[test]
fn large_texts_take_time_in_proportion() {
    let start = Instant::now();
    let size = 400_000;
    for text in [
        format!("a: \"{}\"\n", "x\\n".repeat(size)),
        format!("a: |\n{}", "  line of text\n".repeat(size / 10)),
        format!("a: >\n{}", "  line of text\n".repeat(size / 10)),
        format!("a:\n{}b: 1\n", "\n".repeat(size)),
        format!("a: {}\n", "word ".repeat(size)),
    ] {
        tree(&text);
    }
    let (_, node, problems) = read_text(&"k: v\n".repeat(20_000));
    assert!(node.is_some());
    assert_eq!(problems.len(), 50, "the first ones are told");
    assert!(start.elapsed() < Duration::from_secs(20), "minutes, if something looks back over and over");
}
