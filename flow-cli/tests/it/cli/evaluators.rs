//! The evaluation flows that ship with the program.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value as Json;

use super::TestContext;
use super::context::repository;
use crate::program::copy_folder;

/// The folders of all evaluators.
fn names() -> Vec<String> {
    let folders = fs::read_dir(repository().join("flows/evaluators")).expect("the evaluators are there").flatten();
    let mut names: Vec<String> = folders
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn evaluators_are_listed_and_described() {
    let context = TestContext::new();
    let listed = context.json("eval --evaluators --json", 0);
    let listed: Vec<&str> = listed.as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(listed, names());
    assert_snapshot!(context.session(&["eval --evaluators groundedness", "eval --evaluators groundednes"]));
    assert!(!context.folder().join(".flow").exists(), "nothing is written to tell of them");
}

/// Each is checked, and run over its data with the answers of its mock; each row gets a score or a label, with a reason.
#[test]
fn every_evaluator_runs_over_its_data() {
    for name in names() {
        let context = TestContext::new();
        copy_folder(&repository().join("flows/evaluators").join(&name), context.folder());
        assert_eq!(context.done("check --mock --deny-warnings"), "1 flow checked, nothing wrong\n", "{name}");
        let summary = context.json("batch --mock --data data.jsonl --json", 0);
        assert!(summary["rows"]["completed"].as_u64() >= Some(3), "{name}: {summary}");
        let run = summary["run"].as_str().expect("an id");
        for line in context.read(&format!(".flow/runs/{run}/rows.jsonl")).lines() {
            let row: Json = serde_json::from_str(line).expect("JSON");
            let outputs = &row["outputs"];
            assert!(outputs["score"].is_number() || outputs["label"].is_string(), "{name}: {row}");
            // A cosine has no reasons.
            let has_reason = outputs["explanation"].as_str().is_some_and(|text| !text.is_empty());
            assert!(has_reason || name == "embedding_similarity", "{name}: {row}");
        }
    }
}
