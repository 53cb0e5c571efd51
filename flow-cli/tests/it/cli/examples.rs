//! The complete projects of `examples/`.

use std::fs;

use insta::assert_snapshot;

use super::TestContext;
use super::context::repository;

const EXAMPLES: &[&str] = &[
    "answer-grading",
    "contract-review",
    "docs-assistant",
    "extraction",
    "image-question",
    "language-tour",
    "letter-desk",
    "meeting-minutes",
    "product-chat",
    "support-triage",
    "tool-calling",
    "web-classification",
];

#[test]
fn all_examples_are_named_here() {
    let mut folders: Vec<String> = fs::read_dir(repository().join("examples"))
        .expect("the examples are there")
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    assert_eq!(folders, EXAMPLES);
}

#[test]
fn every_example_checks_without_a_warning() {
    let context = TestContext::of_example("").enter("..");
    assert_snapshot!(context.session(&["check examples --deny-warnings"]));
}

#[test]
fn every_example_runs() {
    for name in EXAMPLES.iter().filter(|name| **name != "language-tour") {
        assert_snapshot!(format!("{name}_runs"), TestContext::of_example(name).session(&["run"]));
    }
}

#[test]
fn the_annotated_language_tour_runs() {
    let context = TestContext::of_example("language-tour");
    assert_snapshot!(context.session(&[
        "run",
        "run --variant choose=bold,motto=loud",
        "run --variant choose=careful -i with_postcard=false",
    ]));
}

#[test]
fn every_variant_of_the_examples_runs() {
    for (name, variant) in [("support-triage", "classify=few_shot"), ("web-classification", "summarize=variant_1")] {
        assert_snapshot!(
            format!("{name}_runs_its_variant"),
            TestContext::of_example(name).session(&[&format!("run --variant {variant}")])
        );
    }
}

#[test]
fn an_extraction_is_mended_once_and_fails_after_that() {
    let context = TestContext::of_example("extraction");
    assert_snapshot!(context.session(&[
        "run --trace -i document='Schreinerei Auwald GmbH, Rechnung RE-1193'",
        "run -i document='A gift voucher for two notebooks'",
    ]));
}

#[test]
fn a_picture_is_named_from_where_one_stands() {
    let context = TestContext::of_example("image-question").enter("pictures");
    assert_snapshot!(context.session(&[
        "run .. -i picture=@light.png -i question='May I drive on?'",
        "run .. -i picture=light.png -i question='May I drive on?'",
        "run .. -i picture=https://pictures.example/light.png",
        "run .. -i picture=@gone.png",
        "run .. -i picture=../../../outside.png",
        "run .. -i picture=flow.yaml",
    ]));
}

#[test]
fn the_first_rows_of_the_data_run() {
    for (name, data) in [
        ("contract-review", "data/contracts.jsonl"),
        ("docs-assistant", "questions.jsonl"),
        ("extraction", "data/invoices.jsonl"),
        ("image-question", "questions.jsonl"),
        ("letter-desk", "data/letters.jsonl"),
        ("meeting-minutes", "data/meetings.jsonl"),
        ("product-chat", "questions.jsonl"),
        ("support-triage", "data/tickets.jsonl"),
        ("tool-calling", "data/questions.jsonl"),
        ("web-classification", "data.jsonl"),
    ] {
        let context = TestContext::of_example(name);
        assert_snapshot!(format!("{name}_runs_its_first_row"), context.session(&[&format!("run --inputs {data}")]));
    }
}

#[test]
fn the_rows_in_the_middle_of_a_conversation_run() {
    let context = TestContext::of_example("product-chat");
    let answers: String = context
        .read("questions.jsonl")
        .lines()
        .map(|row| {
            context.write("row.json", row);
            let row: serde_json::Value = serde_json::from_str(row).expect("JSON");
            format!(
                "{} {}\n  {}\n",
                row["expected_section"],
                row["question"],
                context.done("run --inputs row.json").trim_end()
            )
        })
        .collect();
    assert_snapshot!(answers);
}

/// Regenerate them with `cargo run -- graph examples/NAME --format svg -o examples/NAME/flow.svg`.
#[test]
fn the_drawings_in_the_readmes_are_up_to_date() {
    for name in EXAMPLES {
        let folder = repository().join("examples").join(name);
        let readme = fs::read_to_string(folder.join("README.md")).expect("each example has a README");
        if !readme.contains("(flow.svg)") {
            continue;
        }
        let kept = fs::read_to_string(folder.join("flow.svg")).unwrap_or_default();
        let drawn = TestContext::of_example(name).done("graph --format svg");
        assert!(
            kept.trim_end() == drawn.trim_end(),
            "cargo run -- graph examples/{name} --format svg -o examples/{name}/flow.svg"
        );
    }
}

#[test]
fn the_docs_assistant_finds_and_names_the_document_that_answers() {
    let context = TestContext::of_example("docs-assistant");
    let mut told = String::new();
    for row in context.read("questions.jsonl").lines() {
        context.write("row.json", row);
        let row: serde_json::Value = serde_json::from_str(row).expect("JSON");
        let outputs = &context.json("run --inputs row.json --json", 0)["outputs"];
        let sources = outputs["sources"].as_array().expect("a list");
        match row["expected_source"].as_str() {
            Some(source) => assert!(sources.iter().any(|named| named == source), "{row} {outputs}"),
            None => assert!(sources.is_empty(), "{row} {outputs}"),
        }
        told += &format!("{}\n    {}\n", row["question"].as_str().unwrap_or_default(), outputs["answer"]);
    }
    assert_snapshot!(told);
}
