//! Ctrl-C during `flow eval`, when all rows of the flow are begun and no judge runs yet. The signal is sent by `kill`, which only Unix has.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use serde_json::{Value as Json, json};

use super::TestContext;
use super::context::CANARY;
use crate::program::{LIMIT, finish};

const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  answer: { type: string, reference: "${say.output}" }
nodes:
  - name: say
    type: llm
    connection: held
    prompt: "user:\n{{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
"#;

const JUDGE: &str = r#"inputs:
  answer: { type: string }
outputs:
  score: { type: double, reference: "${judge.output}" }
nodes:
  - name: judge
    type: llm
    connection: held
    prompt: "user:\nJudge {{ answer }}"
    inputs: { model: gpt-4o, answer: "${inputs.answer}" }
"#;

/// A provider that answers each request with `1`, once the test lets it.
struct Held {
    url: String,
    /// The model that each request asks for, as it comes in.
    asked: Receiver<String>,
    answer: Sender<()>,
}

impl Held {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let (asked_of, asked) = mpsc::channel();
        let (answer, may_answer) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let model = request(&stream);
                if asked_of.send(model).is_err() || may_answer.recv().is_err() {
                    return;
                }
                let body = json!({
                    "id": "x", "object": "chat.completion", "created": 0, "model": "m",
                    "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": "1" } }],
                    "usage": { "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2 },
                });
                let body = body.to_string();
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
                write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).expect("somebody reads");
            }
        });
        Self { url, asked, answer }
    }

    /// The model that the next request asks for.
    fn next(&self) -> String {
        self.asked.recv_timeout(LIMIT).expect("a request comes")
    }
}

/// The model that a request asks for.
fn request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a request");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the whole request");
    let body: Json = serde_json::from_slice(&body).expect("JSON");
    body["model"].as_str().expect("a model").to_owned()
}

/// Presses Ctrl-C while the only row of the flow waits for its answer, and lets it have the answer once the program has heard.
fn pressed_at_the_last_row(scores: &str, line: &str) -> (TestContext, Held, (Option<i32>, String, String)) {
    let held = Held::start();
    let spec = format!("flow: flow.yaml\ndata: rows.jsonl\nscore:\n{scores}");
    let connections = format!("held: {{ kind: openai, api_key: '${{env:KEY}}', base_url: '{}' }}\n", held.url);
    let context = TestContext::with(&[
        ("flow.yaml", FLOW),
        ("judge/flow.yaml", JUDGE),
        ("judge/connections.yaml", &connections),
        ("connections.yaml", &connections),
        ("rows.jsonl", "{\"text\": \"one\"}\n"),
        ("eval.yaml", &spec),
    ])
    .set("KEY", &format!("sk-{CANARY}"));
    let mut child = context.start(line);
    drop(child.stdin.take());
    assert_eq!(held.next(), "gpt-4o-mini");
    let pid = child.id().to_string();
    let status = Command::new("kill").args(["-INT", &pid]).status().expect("kill is there");
    assert!(status.success());
    let mut stderr = BufReader::new(child.stderr.take().expect("standard error is a pipe"));
    let mut said = String::new();
    while !said.contains("finishing the rows in flight") {
        assert!(stderr.read_line(&mut said).expect("standard error") > 0, "it does not hear: {said}");
    }
    held.answer.send(()).expect("the request waits");
    let rest = thread::spawn(move || {
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).map(|_| rest)
    });
    let (exit, stdout, _) = finish(child).expect("an interrupted evaluation ends");
    let rest = rest.join().expect("read").expect("standard error is text");
    (context, held, (exit, stdout, said + &rest))
}

/// The evaluation as it is told to go on, which asks no model for what was answered.
fn goes_on(context: &TestContext, held: &Held, said: &str, judges: usize) {
    let command = said.split("go on with: flow ").nth(1).and_then(|rest| rest.lines().next()).expect("how to go on");
    for _ in 0..judges {
        held.answer.send(()).expect("the provider is there");
    }
    let outcome = context.json(&format!("{command} --json"), 0);
    assert_eq!(outcome["rows"], 1, "{outcome}");
    assert_eq!(held.asked.try_iter().collect::<Vec<_>>(), vec!["gpt-4o"; judges]);
}

#[test]
fn a_press_before_a_judge_stops_the_evaluation() {
    let scores = "  - { name: good, flow: judge, inputs: { answer: '${run.outputs.answer}' } }\n";
    let (context, held, (exit, stdout, stderr)) = pressed_at_the_last_row(scores, "eval eval.yaml");
    assert_eq!(exit, Some(130), "{stdout}{stderr}");
    assert!(stderr.contains("interrupted before `good` scored"), "{stderr}");
    goes_on(&context, &held, &stderr, 1);
}

#[test]
fn a_press_before_scoring_stops_the_evaluation() {
    let scores = "  - { metric: exact_match, inputs: { answer: '${run.outputs.answer}', expected: '${data.text}' } }\n";
    let (context, held, (exit, stdout, stderr)) = pressed_at_the_last_row(scores, "eval eval.yaml --json");
    assert_eq!(exit, Some(130), "{stdout}{stderr}");
    let said: Json = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(said["error"]["code"], "interrupted");
    goes_on(&context, &held, said["error"]["help"].as_str().expect("help"), 0);
}
