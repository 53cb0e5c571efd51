//! What becomes of a run when the model's server misbehaves, over real sockets: each fault that the mock model can play,
//! always and only once, for whole answers and for those in pieces.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::Value as Json;

use super::TestContext;
use super::mock::Server;

const FAULTS: &[&str] = &[
    "400",
    "401",
    "404",
    "408",
    "429",
    "500",
    "503",
    "reset",
    "reset-after-headers",
    "reset-mid-body",
    "close",
    "close-after-headers",
    "close-mid-body",
    "hang",
    "hang-after-headers",
    "hang-mid-body",
    "truncated",
    "no-done",
    "invalid-json",
    "empty",
    "wrong-type",
    "error-object",
    "slow",
];

/// How long a run may take: pauses between tries and the timeout of a try are far below it.
const LIMIT: Duration = Duration::from_secs(30);

const ANSWER: &str = "All of it, from the first word to the last.";

const FLOW: &str = r#"inputs:
  text: { type: string, default: none }
outputs:
  answer: { type: string, reference: "${ask.output}" }
nodes:
  - name: ask
    type: llm
    connection: openai
    prompt: "user:\n{{ text }}"
    timeout: 1
    retry: { attempts: 3, delay: 0.01 }
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
"#;

/// Rules under which a request names the fault that it gets.
fn rules() -> String {
    let mut rules = "faults:\n".to_owned();
    for fault in FAULTS {
        let hint = if *fault == "429" { ", retry_after: 0" } else { "" };
        let _ = writeln!(rules, "  - {{ fault: {fault}{hint}, when: {{ text: 'always {fault}.' }} }}");
        let _ = writeln!(rules, "  - {{ fault: {fault}{hint}, times: 1, when: {{ text: 'once {fault}.' }} }}");
    }
    let _ = writeln!(rules, "rules:\n  - reply: '{ANSWER}'");
    rules
}

/// What a run came to: its answer, or the kind of its failure.
fn outcome(context: &TestContext, fault: &str, how: &str, streams: bool) -> String {
    let stream = if streams { " --stream" } else { "" };
    let started = Instant::now();
    let ran = context.ran(&format!("run --json{stream} -i text='{how} {fault}.'"));
    assert!(started.elapsed() < LIMIT, "{how} {fault}: {:?}", started.elapsed());
    let last = ran.stdout.trim();
    // One document, or with pieces one a line of which the last is the end.
    let last = if streams { last.lines().last().unwrap_or_default() } else { last };
    let document: Json = serde_json::from_str(last).unwrap_or_else(|error| panic!("{how} {fault}: {error}: {ran:?}"));
    match (ran.exit, document["outputs"]["answer"].as_str(), document["error"]["code"].as_str()) {
        (Some(0), Some(answer), None) => {
            assert_eq!(answer, ANSWER, "{how} {fault}: never a part for the whole");
            "whole answer".to_owned()
        }
        (Some(1), None, Some(code)) => {
            let message = document["error"]["message"].as_str().unwrap_or_default();
            assert!(message.len() > 20 && !message.contains("Error("), "{how} {fault}: {message}");
            code.to_owned()
        }
        _ => panic!("{how} {fault}: {ran:?}"),
    }
}

#[test]
fn each_fault_of_a_server_is_survived_or_told() {
    let context = TestContext::with(&[("mock.yaml", &rules()), ("flow.yaml", FLOW)]);
    let server = Server::start(&context, "--rules mock.yaml");
    let url = server.url().to_owned();
    let context = context.set("OPENAI_BASE_URL", &url).set("OPENAI_API_KEY", "any");
    let next = AtomicUsize::new(0);
    let work = || {
        let mut lines = Vec::new();
        loop {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some(fault) = FAULTS.get(position) else { return lines };
            let of = |how, streams| outcome(&context, fault, how, streams);
            let line = format!(
                "{fault:<20} always: {:<22} in pieces: {:<22} once: {:<22} in pieces: {}",
                of("always", false),
                of("always", true),
                of("once", false),
                of("once", true)
            );
            lines.push((position, line.trim_end().to_owned()));
        }
    };
    let mut lines: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends well")).collect()
    });
    lines.sort();
    let table: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
    assert_snapshot!(table.join("\n"));
    let stats: Json = serde_json::from_str(&server.get("/stats")).expect("JSON");
    assert_eq!(stats["in_flight"], 0, "no request is left behind: {stats}");
}
