use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::Child;

use insta::assert_snapshot;

use super::graded;
use crate::cli::TestContext;
use crate::http::ask;

#[test]
fn flows_are_made() {
    let context = TestContext::new();
    assert_snapshot!(context.session(&[
        "pf flow init --flow std",
        "pf flow test --flow std --inputs text=haiku",
        "pf flow test --flow std --inputs std/data.jsonl",
        "pf flow init --flow grades --type evaluation",
        "pf flow test --flow grades --input grades/data.jsonl --inputs prediction=other",
        "pf flow init --flow bot --type chat --connection mine --deployment small",
        "pf flow init --flow std --yes",
        "pf flow init --flow x --type other",
        "pf flow init --flow x --entry intent.py --function extract",
        "pf flow init",
    ]));
    let flow = context.read("bot/flow.dag.yaml");
    assert!(flow.contains("connection: mine\n") && flow.contains("deployment_name: small\n"), "{flow}");
    assert!(context.read("bot/openai.yaml").contains("name: mine\n"));
    assert!(context.transcript("pf flow init --flow std", "n\n").contains("has been cancelled"));
    assert_eq!(context.ran_with("pf flow init --flow std", "y\n").exit, Some(0));
}

#[test]
fn flows_and_nodes_are_tested() {
    let context = graded();
    context.write("inputs.json", "{\"answer\": \"x\", \"truth\": \"x\"}");
    assert_snapshot!(context.session(&[
        "pf flow test --flow grade --inputs answer=x truth='x' more=1",
        "pf flow test --flow grade --inputs inputs.json",
        "pf flow test --flow grade/flow.dag.yaml --inputs answer=x --inputs truth=y",
        "pf flow test --flow grade --node grade --inputs answer=x truth=x",
        "pf flow test --flow grade --inputs answer=boom truth=x",
        "pf flow test --flow grade --inputs answer=x",
        "pf flow test --flow grade --inputs nothing.json",
        "pf flow test --flow grade --inputs answer=x truth=x --collection c --detail out --skip-open-browser --user-agent x",
        "pf flow test --flow grade --node other --inputs answer=x",
        "pf flow test --flow grade --variant '${grade.other}' --inputs answer=x truth=x",
        "pf flow test --flow grade --init a=b",
        "pf flow test --flow nothing",
        "pf flow test",
    ]));
}

#[test]
fn variables_are_given_in_all_spellings() {
    let context = TestContext::with(&[
        (
            "env/flow.dag.yaml",
            "outputs: { a: { type: string, reference: \"${p.output}\" } }\nnodes:\n- name: p\n  type: python\n  source: { type: code, path: p.py }\n",
        ),
        (
            "env/p.py",
            "import os\nfrom promptflow.core import tool\n\n\n@tool\ndef p():\n    return os.environ.get(\"WHO\", \"nobody\")\n",
        ),
        ("some.env", "WHO=file\n"),
        (".env", "WHO=nearest\n"),
    ]);
    for (given, who) in [
        ("", "nobody"),
        ("--environment-variables WHO=me", "me"),
        ("--environment-variables 'WHO=\"you\"' B=2", "you"),
        ("--environment-variables some.env", "file"),
        ("--environment-variables", "nearest"),
        ("--env WHO=short", "short"),
    ] {
        let said = context.json(&format!("pf flow test --flow env {given}"), 0);
        assert_eq!(said["a"], who, "{given}");
    }
    assert_snapshot!(context.session(&[
        "pf flow test --flow env --environment-variables WHO",
        "pf flow test --flow env --environment-variables none.env",
    ]));
}

#[test]
fn a_conversation_is_held() {
    let context = TestContext::new();
    context.done("pf flow init --flow bot --type chat");
    context.write("bot/connections.yaml", "open_ai_connection: { kind: mock, rules: mock.yaml }\n");
    let said = context.transcript("pf flow test --flow bot --interactive", "Which way is north?\nand south?\n");
    assert!(said.contains("your shadow points north") && said.contains("South is behind"), "{said}");
}

#[test]
fn flows_are_checked() {
    let context = graded();
    context
        .write("broken/flow.dag.yaml", "outputs: { a: { type: string, reference: \"${nod.output}\" } }\nnodes: []\n");
    assert_snapshot!(context.session(&[
        "pf flow validate --source grade",
        "pf flow validate --source broken",
        "pf flow validate --source nothing",
        "pf flow validate",
    ]));
}

/// Where a server says that it is.
fn address(child: &mut Child) -> SocketAddr {
    let mut stdout = BufReader::new(child.stdout.take().expect("its output is a pipe"));
    let mut line = String::new();
    while stdout.read_line(&mut line).expect("it says something") > 0 {
        if let Some((_, rest)) = line.split_once("http://") {
            let end =
                rest.find(|letter: char| !letter.is_ascii_digit() && !".:".contains(letter)).unwrap_or(rest.len());
            return rest[..end].parse().expect("an address");
        }
    }
    panic!("the server does not start: {line}");
}

#[test]
fn flows_are_served_and_built() {
    let context = graded();
    for line in [
        "pf flow serve --source grade --host 127.0.0.1 --port 0 --engine fastapi --skip-open-browser",
        "pf flow test --flow grade --ui",
    ] {
        let mut child = context.start(line);
        let status = ask(address(&mut child), "GET", "/health", &[], None).status;
        let _ = child.kill();
        let _ = child.wait();
        assert_eq!(status, 200, "{line}");
    }
    assert_snapshot!(context.session(&[
        "pf flow build --source grade --output made --format executable",
        "pf flow build --source grade",
        "pf flow build --source nothing --output made",
    ]));
    context.done("pf flow build --source grade -o made -f docker --flow-only");
    assert!(context.read("made/Dockerfile").contains("serve"));
}
