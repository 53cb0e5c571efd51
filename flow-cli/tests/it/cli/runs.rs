//! `flow runs`: lists, pages of rows, archives, and runs that are going on.

use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::TestContext;
use crate::program::LIMIT;

const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  label: { type: string, reference: "${label.output}" }
nodes:
  - name: label
    type: llm
    connection: openai
    prompt: "user:\nLabel {{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
"#;

const RULES: &str = "faults:\n  - { fault: 400, when: { text: broken } }\nrules:\n  - reply: '<{{ text[6:] }}>'\n";
const ROWS: &str = "{\"text\": \"one\"}\n{\"text\": \"broken\"}\n{\"text\": \"three\"}\n{\"text\": \"four\"}\n";

fn context() -> TestContext {
    TestContext::with(&[
        ("flow.yaml", FLOW),
        ("mock.yaml", RULES),
        ("rows.jsonl", ROWS),
        ("other/flow.yaml", FLOW),
        ("other/mock.yaml", RULES),
    ])
}

fn ids(context: &TestContext, line: &str) -> Vec<String> {
    let list = context.json(line, 0);
    let id = |run: &serde_json::Value| run["run"].as_str().expect("an id").to_owned();
    list.as_array().expect("a list").iter().map(id).collect()
}

#[test]
fn runs_are_listed_by_flow_tag_and_state() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock --tag team=support --tag nightly --name first");
    context.ran("batch other --data rows.jsonl --mock --tag team=sales");
    context.ran("batch --data rows.jsonl --mock -j 1 --fail-fast");
    let all = ids(&context, "runs list --json");
    assert_eq!(all.len(), 3);
    for (filter, expected) in [
        ("--flow project", vec![&all[0], &all[2]]),
        ("--flow other", vec![&all[1]]),
        ("--flow other/flow.yaml", vec![&all[1]]),
        ("--flow nothing", vec![]),
        ("--tag nightly", vec![&all[0]]),
        ("--tag team", vec![&all[0], &all[1]]),
        ("--tag team=sales", vec![&all[1]]),
        ("--tag team=sales --flow project", vec![]),
        ("--state stopped", vec![&all[2]]),
        ("--state completed", vec![&all[0], &all[1]]),
        ("--state running", vec![]),
    ] {
        let found = ids(&context, &format!("runs list {filter} --json"));
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
    }
    assert_snapshot!(context.session(&["runs list", "runs list --flow nothing", "runs list --state done"]));
}

#[test]
fn archived_runs_are_kept_and_not_listed() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock --name first");
    context.ran("batch --data rows.jsonl --mock --name second");
    let all = ids(&context, "runs list --json");
    let document = context.json(&format!("runs archive {} {} --json", all[0], all[0]), 0);
    assert_eq!(document, serde_json::json!({ "archived": [all[0]] }));
    assert_eq!(ids(&context, "runs list --json"), all[1..]);
    assert_eq!(ids(&context, "runs list --archived --json"), all[..1]);
    assert_eq!(ids(&context, "runs list --all --json"), all);
    let first = context.json(&format!("runs show {} --json", all[0]), 0);
    assert!(first["archived"].is_string() && first["state"] == "completed", "{first}");
    assert_eq!(first["manifest"]["archived"], first["archived"]);
    let archived = format!("runs archive {}", all[0]);
    assert_snapshot!(context.session(&[
        &archived,
        "runs archive last nothing",
        "runs",
        "runs list --all",
        &format!("runs rows {} --limit 1", all[0]),
        &format!("batch --resume {} --retry-failed", all[0]),
        &format!("runs restore {} last", all[0]),
        "runs list --archived",
    ]));
    assert_eq!(ids(&context, "runs list --json"), all);
}

#[test]
fn rows_are_shown_in_pages_and_by_columns() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock");
    assert_snapshot!(context.session(&[
        "runs rows last --columns line_number,outputs.label,status",
        "runs rows last --columns outputs.label,inputs.text --limit 1 --offset 2 --json",
        "runs rows last --columns inputs.text --failed",
        "runs rows last --offset 9",
        "runs rows last --full --limit 2",
        "runs rows last --columns outputs.lable",
        "runs rows last --columns nothing --json",
    ]));
}

#[test]
fn runs_are_deleted_by_their_whole_ids() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock");
    context.ran("batch --data rows.jsonl --mock");
    let all = ids(&context, "runs list --json");
    context.json(&format!("runs delete {} last --json", all[0]), 2);
    assert_eq!(ids(&context, "runs list --json"), all, "where one is not named, none is deleted");
    let deleted = context.json(&format!("runs delete {} {} --json", all[0], all[1]), 0);
    assert_eq!(deleted, serde_json::json!({ "deleted": all }));
    assert_eq!(ids(&context, "runs list --json"), Vec::<String>::new());
}

/// A run is running as long as its process lives, whatever its journal says.
#[test]
fn a_run_that_is_going_on_is_told_from_one_that_was_killed() {
    let context = context();
    context.write("slow.yaml", "latency: 3600000\nrules:\n  - reply: at last\n");
    let mut child = context.start("batch --data rows.jsonl --mock=slow.yaml");
    let state = || {
        let list = context.json("runs list --json", 0);
        list.as_array().and_then(|runs| runs.first()).map(|run| run["state"].as_str().expect("a state").to_owned())
    };
    let start = Instant::now();
    while state().as_deref() != Some("running") {
        assert!(start.elapsed() < LIMIT, "the run does not begin: {:?}", state());
        // A look now and then, not a guess at how long the program takes.
        std::thread::sleep(Duration::from_millis(2));
    }
    let id = ids(&context, "runs list --state running --json").pop().expect("it runs");
    // What it will take is reckoned beside it.
    let estimate = context.folder().join(".flow/runs").join(&id).join("estimate.json");
    while !estimate.exists() {
        assert!(start.elapsed() < LIMIT, "nothing is foretold");
        std::thread::sleep(Duration::from_millis(2));
    }
    let busy = [
        format!("runs show {id}"),
        format!("runs delete {id}"),
        format!("runs rebuild {id}"),
        format!("runs query 'select count(*) from rows' --run {id}"),
        "batch --resume last".to_owned(),
    ];
    let said = context.session(&busy.iter().map(String::as_str).collect::<Vec<_>>());
    child.kill().expect("it lives");
    child.wait().expect("it is ours");
    assert_snapshot!(said);
    assert_eq!(state().as_deref(), Some("broken-off"));
    assert_eq!(context.json("runs show last --json", 0)["state"], "broken-off");
    context.ran("batch --resume last --mock --allow-changes");
    assert_eq!(state().as_deref(), Some("completed"));
}
