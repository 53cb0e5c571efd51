//! `flow mock`: the mock model as a server of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

use insta::assert_snapshot;

use super::TestContext;
#[cfg(unix)]
use crate::program::finish;

const RULES: &str = r#"seed: 3
faults:
  - { script: [429, reset], when: { text: patience } }
rules:
  - { when: { api: embedding }, reply: unused }
  - when: { match: "(?i)my name is (?<name>\\w+)" }
    reply: Good day, {{ match.name }}!
"#;

const FLOW: &str = r#"inputs:
  text: { type: string, default: My name is Ann. }
outputs:
  answer: { type: string, reference: "${greet.output}" }
nodes:
  - name: greet
    type: llm
    connection: openai
    prompt: "user:\n{{ text }}"
    retry: { attempts: 3, delay: 0.01 }
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
"#;

/// A server of its own process, which ends with it.
pub(super) struct Server {
    child: Option<Child>,
    line: String,
}

impl Server {
    pub(super) fn start(context: &TestContext, arguments: &str) -> Self {
        let mut child = context.start(&format!("mock --port 0 {arguments}"));
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("a pipe");
        // Byte by byte: what comes after the line is for others to read.
        BufReader::with_capacity(1, stdout).read_line(&mut line).expect("a line");
        Self { child: Some(child), line }
    }

    pub(super) fn url(&self) -> &str {
        let start = self.line.find("http://").unwrap_or_else(|| panic!("no address in `{}`", self.line));
        self.line[start..].split_whitespace().next().expect("an address")
    }

    /// The body of a GET over a connection of its own.
    pub(super) fn get(&self, path: &str) -> String {
        let host = self.url().trim_start_matches("http://").trim_end_matches("/v1");
        let mut stream = TcpStream::connect(host).expect("the server listens");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer.split_once("\r\n\r\n").expect("a head and a body").1.to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_flow_runs_against_the_server_as_against_any_other() {
    let context = TestContext::with(&[("mock.yaml", RULES), ("flow.yaml", FLOW)]);
    let server = Server::start(&context, "--rules mock.yaml");
    let url = server.url().to_owned();
    assert_eq!(server.line, format!("mock model at {url} - export OPENAI_BASE_URL={url} OPENAI_API_KEY=any\n"));
    let context = context.set("OPENAI_BASE_URL", &url).set("OPENAI_API_KEY", "any");
    assert_snapshot!(context.session(&[
        "run",
        "run --stream",
        "run -i text=patience",
        "run --mock -i text='And here in the process?'",
        "run -i text='And here in the process?'",
    ]));
    let stats: serde_json::Value = serde_json::from_str(&server.get("/stats")).expect("JSON");
    insta::assert_json_snapshot!(stats);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_server_well() {
    let context = TestContext::new();
    let mut server = Server::start(&context, "--latency 5,20 --seed 4 --json");
    let mut rest = String::new();
    while !rest.ends_with("}\n") {
        let mut child = server.child.take().expect("it runs");
        let mut line = String::new();
        BufReader::with_capacity(1, child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
        rest += &line;
        server.child = Some(child);
    }
    let said: serde_json::Value = serde_json::from_str(&format!("{}{rest}", server.line)).expect("JSON");
    assert!(said["base_url"].as_str().is_some_and(|url| url.ends_with("/v1")), "{said}");
    let mut child = server.child.take().expect("it runs");
    drop(child.stdin.take());
    let status = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(status.expect("kill is there").success());
    let (exit, stdout, stderr) = finish(child).expect("it ends");
    assert_eq!((exit, &*stdout, &*stderr), (Some(0), "", ""));
}

#[test]
fn what_cannot_be_served_is_told() {
    let context = TestContext::with(&[("bad.yaml", "- { replay: x }\n")]);
    let taken = Server::start(&context, "");
    let port = taken.url().trim_end_matches("/v1").rsplit(':').next().expect("a port").to_owned();
    let ran = context.ran(&format!("mock --port {port}"));
    assert_eq!(ran.exit, Some(1));
    assert!(ran.stderr.contains("cannot listen on 127.0.0.1:"), "{}", ran.stderr);
    assert_snapshot!(context.session(&[
        "mock --rules bad.yaml",
        "mock --rules gone.yaml",
        "mock --latency soon",
        "mock --latency 9,3",
        "mock --host nowhere.invalid. --port 0",
    ]));
}
