//! What Ctrl-C does. The signal is sent by `kill`, which only Unix has.
#![cfg(unix)]

use std::process::Command;
use std::time::{Duration, Instant};

use super::TestContext;
use super::context::CANARY;
use crate::conformance::mock::MockServer;
use crate::program::{LIMIT, finish};

/// The first node's call shows that the run is on its way, the second one's never ends.
const WAITS: &str = r#"outputs:
  late: { type: string, reference: "${late.output}" }
nodes:
  - name: early
    type: llm
    connection: openai
    prompt: "user:\nhello"
    inputs: { model: gpt-4o-mini }
  - name: late
    type: llm
    connection: slow
    prompt: "user:\n{{ early }}"
    inputs: { model: gpt-4o-mini, early: "${early.output}" }
"#;

fn interrupted(line: &str) -> (Option<i32>, String, String) {
    let server = MockServer::start();
    let context = TestContext::with(&[
        ("flow.yaml", WAITS),
        ("slow.yaml", "latency: 3600000\nrules:\n  - reply: at last\n"),
        ("connections.yaml", &format!("openai: {{ kind: openai, api_key: '${{env:KEY}}', base_url: '{}/v1' }}\nslow: {{ kind: mock, rules: slow.yaml }}\n", server.url())),
    ])
    .set("KEY", &format!("sk-{CANARY}"));
    let mut child = context.start(line);
    drop(child.stdin.take());
    let start = Instant::now();
    while server.log().is_empty() {
        assert!(start.elapsed() < LIMIT, "the run does not get to its first call");
        // A look at the log now and then, not a guess at how long the program takes.
        std::thread::sleep(Duration::from_millis(2));
    }
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
    assert!(status.success());
    finish(child).expect("an interrupted run ends")
}

#[test]
fn an_interrupted_run_ends_with_130() {
    let (exit, stdout, stderr) = interrupted("run");
    assert_eq!((exit, &*stdout), (Some(130), ""), "{stderr}");
    insta::assert_snapshot!(stderr);
}

#[test]
fn an_interrupted_run_ends_its_json_document() {
    let (exit, stdout, stderr) = interrupted("run --json");
    assert_eq!((exit, &*stderr), (Some(130), ""), "{stdout}");
    let said: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(said["error"]["code"], "cancelled");
}
