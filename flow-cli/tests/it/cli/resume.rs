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
use crate::program::finish;

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
    let context = context(CHAIN, 3).with_provider(&server);
    let whole = end(&context, &context.json("batch --data rows.jsonl -j 2 --no-cache --json", 0));
    assert_eq!((repeated(&server), whole.1["calls"].as_u64()), (0, Some(9)));
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
    assert!(deaths >= 9, "{deaths}");
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

/// What an aggregation node asked is not asked again, as long as no row is new.
#[test]
fn a_run_that_is_complete_asks_nothing_when_it_goes_on() {
    let flow = format!(
        "{CHAIN}  - name: total\n    type: llm\n    connection: openai\n    aggregation: true\n    prompt: \"user:\\nSum up {{{{ all }}}}\"\n    inputs: {{ model: gpt-4o-mini, all: \"${{third.output}}\" }}\n"
    );
    let server = MockServer::start();
    let context = context(&flow, 2).with_provider(&server);
    let begun = context.json("batch --data rows.jsonl --json", 0);
    assert_eq!((server.log().len(), &begun["usage"]["calls"]), (7, &Json::from(7)));
    let again = context.json("batch --resume last --json", 0);
    assert_eq!(
        (server.log().len(), &again["usage"], &again["aggregation"]),
        (7, &begun["usage"], &begun["aggregation"])
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
