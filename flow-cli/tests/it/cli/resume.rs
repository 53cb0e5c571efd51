//! A run that is broken off pays nothing twice when it goes on.

use std::collections::BTreeMap;
#[cfg(unix)]
use std::process::Command;

use serde_json::Value as Json;

use super::TestContext;
#[cfg(unix)]
use super::context::repository;
use crate::conformance::mock::MockServer;
#[cfg(unix)]
use crate::program::{LIMIT, finish};

/// Three calls, each with the answer of the one before.
const CHAIN: &str = r#"inputs:
  text: { type: string }
outputs:
  third: { type: string, reference: "${third.output}" }
nodes:
  - name: first
    type: llm
    connection: openai
    prompt: "user:\nFirst {{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
  - name: second
    type: llm
    connection: openai
    prompt: "user:\nSecond {{ text }} {{ first }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}", first: "${first.output}" }
  - name: third
    type: llm
    connection: openai
    prompt: "user:\nThird {{ text }} {{ second }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}", second: "${second.output}" }
"#;

/// The same calls for each item of a list, side by side.
const ITEMS: &str = r#"inputs:
  text: { type: string }
outputs:
  third: { type: list, reference: "${each.output}" }
nodes:
  - name: items
    type: python
    source: { type: code, path: items.py }
    inputs: { text: "${inputs.text}" }
  - name: each
    type: llm
    connection: openai
    for_each: "${items.output}"
    prompt: "user:\n{{ item }}"
    inputs: { model: gpt-4o-mini, item: "${item}" }
"#;

const CODE: &str = "from promptflow.core import tool\n\n\n@tool\ndef items(text: str):\n    return [f'{text} {number}' for number in range(3)]\n";

fn context(flow: &str, rows: usize) -> TestContext {
    let rows: String = (0..rows).map(|number| format!("{{\"text\": \"t{number}\"}}\n")).collect();
    TestContext::with(&[("flow.yaml", flow), ("items.py", CODE), ("rows.jsonl", &rows)])
}

/// How often each request was sent more than once, together.
fn repeated(server: &MockServer) -> u64 {
    let mut sent: BTreeMap<String, u64> = BTreeMap::new();
    for request in server.log() {
        *sent.entry(request.body.to_string()).or_default() += 1;
    }
    sent.values().map(|times| times - 1).sum()
}

/// The run of a summary without what may differ: outputs and what was paid.
fn end(context: &TestContext, run: &Json) -> (Json, Json, Vec<Json>) {
    let path = format!(".flow/runs/{}/rows.jsonl", run["run"].as_str().expect("an id"));
    let rows = context.read(&path);
    let rows = rows.lines().map(|line| {
        let mut row: Json = serde_json::from_str(line).expect("a line of JSON");
        row.as_object_mut().expect("an object").remove("elapsed_ms");
        row
    });
    (run["rows"].clone(), run["usage"].clone(), rows.collect())
}

/// The program dies at each operation of its journal in turn: only calls under way are made again, and all count once.
#[test]
fn a_death_at_any_operation_repeats_no_call_but_those_under_way() {
    let server = MockServer::start();
    let context = context(&format!("{CHAIN}{SUMMED}"), 3).with_provider(&server);
    let whole = end(&context, &context.json("batch --data rows.jsonl -j 2 --no-cache --json", 0));
    assert_eq!((repeated(&server), whole.1["calls"].as_u64()), (0, Some(11)));
    let mut deaths = 0;
    for operation in 1..200 {
        server.clear();
        let crash = [("FLOW_CRASH_AT_JOURNAL_CALL", operation.to_string())];
        if context.ran_in("batch --data rows.jsonl -j 2 --no-cache --json", "", &crash).exit == Some(0) {
            break;
        }
        deaths += 1;
        let list = context.json("runs list --json", 0);
        if list.as_array().and_then(|runs| runs.last()).expect("a run")["state"] == "completed" {
            // It died before the run had a manifest; there is nothing to go on with.
            continue;
        }
        let resumed = context.json("batch --resume last --json", 0);
        assert_eq!(end(&context, &resumed), whole, "after a death at operation {operation}");
        let again = repeated(&server);
        assert!(again <= 2, "a death at operation {operation} repeats {again} calls");
    }
    assert!(deaths >= 11, "{deaths}");
}

#[test]
fn rows_of_standard_input_are_kept_to_go_on_with() {
    let context = context(CHAIN, 5);
    let rows = context.read("rows.jsonl");
    let killed =
        context.ran_in("batch --data - --mock -j 1", &rows, &[("FLOW_CRASH_AT_JOURNAL_CALL", "20".to_owned())]);
    assert_eq!(killed.exit, None, "{killed:?}");
    assert_eq!(context.json("batch --resume last --json", 0)["rows"]["completed"], 5);
    // The run's data is what the other builds on.
    let built = context.json("batch --run last --map text='${run.inputs.text}' --mock --json", 0);
    assert_eq!(built["rows"]["completed"], 5);
    let broken = context.ran_with("batch --data - --mock", "{\"text\": \"a\"}\n{\"text\": \n");
    assert!(broken.exit == Some(2) && broken.stderr.contains("standard input:2"), "{broken:?}");
    let left = std::fs::read_dir(context.folder().join(".flow/runs")).expect("runs");
    let hidden = left.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).count();
    assert_eq!(hidden, 0, "a copy that belongs to no run is removed");
}

/// The limit of file sizes ends a program unless it takes care, and stands here for a disk that is full.
#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_more_stops_the_run_which_then_goes_on() {
    let context = context(CHAIN, 200);
    let line = format!("ulimit -f 64; exec '{}' batch --data rows.jsonl --mock --json", env!("CARGO_BIN_EXE_flow"));
    let mut command = Command::new("sh");
    command.args(["-c", &line]).current_dir(context.folder()).stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let (exit, stdout, stderr) = finish(command.spawn().expect("sh is there")).expect("it ends");
    assert_eq!(exit, Some(1), "{stdout}{stderr}");
    let said: Json = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(said["error"]["code"], "journal-unwritable", "{stdout}");
    let resumed = context.json("batch --resume last --json", 0);
    assert_eq!(resumed["rows"], serde_json::json!({ "completed": 200, "failed": 0 }));
}

#[cfg(unix)]
#[test]
fn a_request_to_terminate_lets_rows_in_flight_end() {
    let server = MockServer::start();
    let context = context(CHAIN, 500).with_provider(&server);
    let mut child = context.start("batch --data rows.jsonl -j 2 --no-cache --json");
    drop(child.stdin.take());
    let start = std::time::Instant::now();
    while server.log().is_empty() {
        assert!(start.elapsed() < LIMIT, "the run does not get to its first call");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill is there").success());
    let (exit, stdout, stderr) = finish(child).expect("it ends");
    assert_eq!(exit, Some(130), "{stdout}{stderr}");
    let resumed = context.json("batch --resume last --json", 0);
    assert_eq!((&resumed["rows"]["completed"], repeated(&server)), (&Json::from(500), 0));
}

#[test]
fn a_run_that_met_its_budget_pays_nothing_again() {
    let server = MockServer::start();
    for (flow, calls) in [(CHAIN, 12), (ITEMS, 12)] {
        for (jobs, budget) in [(1, 1), (1, 3), (1, 4), (3, 3), (3, 5), (4, 7)] {
            server.clear();
            let context = context(flow, 4).with_provider(&server);
            let begun = context.json(&format!("batch --data rows.jsonl -j {jobs} --max-calls {budget} --json"), 1);
            assert_eq!(begun["state"], "stopped");
            assert_eq!(begun["usage"]["calls"], budget, "calls of rows that did not end count as well");
            let left = calls - budget;
            let ended = context.json(&format!("batch --resume last --max-calls {left} --json"), 0);
            assert_eq!((&ended["rows"]["completed"], &ended["usage"]["calls"]), (&Json::from(4), &Json::from(calls)));
            assert_eq!((server.log().len() as u64, repeated(&server)), (calls, 0), "-j {jobs} --max-calls {budget}");
        }
    }
}

/// Two calls behind all rows, one with the answer of the other.
const SUMMED: &str = "  - name: total
    type: llm
    connection: openai
    aggregation: true
    prompt: \"user:\\nSum up {{ all }}\"
    inputs: { model: gpt-4o-mini, all: \"${third.output}\" }
  - name: verdict
    type: llm
    connection: openai
    aggregation: true
    prompt: \"user:\\nJudge {{ total }}\"
    inputs: { model: gpt-4o-mini, total: \"${total.output}\" }
";

/// What an aggregation node asked is not asked again, as long as no row is new.
#[test]
fn a_run_that_is_complete_asks_nothing_when_it_goes_on() {
    let server = MockServer::start();
    let context = context(&format!("{CHAIN}{SUMMED}"), 2).with_provider(&server);
    let begun = context.json("batch --data rows.jsonl --json", 0);
    assert_eq!((server.log().len(), &begun["usage"]["calls"]), (8, &Json::from(8)));
    let again = context.json("batch --resume last --json", 0);
    assert_eq!(
        (server.log().len(), &again["usage"], &again["aggregation"]),
        (8, &begun["usage"], &begun["aggregation"])
    );
}

/// A few kills at random instants; `scripts/crash-test` alone makes more.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_anywhere_goes_on() {
    let script = repository().join("scripts/crash-test");
    let mut command = Command::new(script);
    command.args([env!("CARGO_BIN_EXE_flow"), "5", "30"]).stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let (exit, stdout, stderr) = finish(command.spawn().expect("bash is there")).expect("it ends");
    assert_eq!(exit, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("kills 5 · rows 30 · lost 0 · doubled 0"), "{stdout}");
}
