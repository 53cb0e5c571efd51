//! Runs that are recorded, and runs that are answered from recordings.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use super::TestContext;
use super::context::CANARY;
use super::provider::TWO_CALLS as FLOW;
use crate::conformance::mock::MockServer;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// All recordings, one after the other.
fn recordings(context: &TestContext) -> String {
    let texts = names(&context.folder().join("tape")).into_iter().map(|name| {
        let text = context.read(&format!("tape/{name}"));
        format!("===== {name}\n{text}")
    });
    texts.collect()
}

#[test]
fn a_recorded_run_is_replayed_without_connection_key_or_network() {
    let server = MockServer::start();
    let context = TestContext::with(&[("flow.yaml", FLOW)]).with_provider(&server);
    let live = context.done("run --record tape");
    assert_eq!(server.log().len(), 2);
    drop(server);
    assert_snapshot!("the_recordings_of_a_run", recordings(&context));
    let other = TestContext::with(&[("flow.yaml", FLOW)]);
    for name in names(&context.folder().join("tape")) {
        other.write(&format!("tape/{name}"), &context.read(&format!("tape/{name}")));
    }
    assert_eq!(other.done("run --replay tape"), live);
    let traced = other.json("run --replay tape --trace --json", 0);
    for node in 0..2 {
        assert_eq!(traced["trace"][node]["calls"][0]["replayed"], true, "{traced}");
    }
    assert_eq!(traced["usage"]["prompt_tokens"], 20);
    assert_snapshot!(other.session(&[
        "run --replay tape --trace",
        "run --replay tape -i question='Why is the sky red?'",
        "run --replay tape --set first.temperature=1 --json",
    ]));
}

#[test]
fn retries_are_replayed_as_they_were() {
    let server = MockServer::start();
    let flow = FLOW.replacen("gpt-4o-mini", "flaky-429-1", 1);
    let context = TestContext::with(&[("flow.yaml", &flow)]).with_provider(&server);
    let live = context.json("run --retries 1 --record tape --trace --json", 0);
    assert_eq!(names(&context.folder().join("tape")).len(), 3);
    let replayed = context.json("run --retries 1 --replay tape --trace --json", 0);
    assert_eq!(server.log().len(), 3);
    for document in [&live, &replayed] {
        assert_eq!(document["trace"][0]["attempts"], 2, "{document}");
    }
    assert_eq!(live["outputs"], replayed["outputs"]);
    // A failure that stands is an outcome like any other.
    let failed = context.json("run --set first.model=status-401 --record tape --json", 1);
    let again = context.json("run --set first.model=status-401 --replay tape --json", 1);
    assert_eq!(failed["error"], again["error"]);
}

#[test]
fn the_mock_model_is_recorded_like_any_other() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", "- reply: because\n")]);
    let live = context.done("run --mock --record tape");
    assert_eq!(context.done("run --replay tape"), live);
    let context = context.set("FLOW_REPLAY", "tape");
    assert_eq!(context.done("run"), live);
}

#[test]
fn what_cannot_be_recorded_or_replayed_is_told() {
    let context = TestContext::with(&[
        ("flow.yaml", FLOW),
        ("file", "no folder\n"),
        ("broken/chat.yaml", "connection: openai\nprovider: openai\ndialect: openai\napi: chat\nrequest: [\n"),
        ("empty/README.md", "nothing here\n"),
    ]);
    assert_snapshot!(context.session(&[
        "run --replay gone",
        "run --replay empty",
        "run --replay broken",
        "run --replay broken --json",
        "run --mock --record file",
        "run --record a --replay b",
        "run --mock --replay b",
    ]));
}

#[test]
fn no_secret_gets_into_a_recording() {
    let server = MockServer::start();
    let url = server.url();
    let connections = format!(
        "openai: {{ kind: openai, base_url: '{url}/v1', api_key: sk-{CANARY}-1 }}\n\
         azure: {{ kind: azure, endpoint: '{url}', api_key: '${{env:AZURE_SECRET}}' }}\n\
         search: {{ kind: custom, configs: {{ index: docs }}, secrets: {{ token: '{CANARY} \"quoted\" 3' }} }}\n"
    );
    let context = TestContext::with(&[
        ("flow.yaml", FLOW),
        ("connections.yaml", &connections),
        (".env", &format!("DOTENV_TOKEN={CANARY}-5\n")),
    ])
    .set("AZURE_SECRET", &format!("{CANARY}-2"))
    .set("SOME_API_KEY", &format!("{CANARY}-4"));
    let said = format!("sk-{CANARY}-1 {CANARY}-2 {CANARY} \"quoted\" 3 {CANARY}-4 {CANARY}-5 sk-{CANARY}-1");
    let inputs = serde_json::json!({ "question": said }).to_string();
    context.write("inputs.json", &inputs);
    for model in ["gpt-4o-mini", "status-400", "no-choices"] {
        for more in ["", "--set second.connection=azure --set second.deployment_name=d"] {
            context.ran(&format!("run --inputs inputs.json --record tape --set first.model={model} {more}"));
        }
    }
    let texts = recordings(&context);
    assert!(texts.contains("<secret> <secret> <secret> <secret> <secret> <secret>"), "{texts}");
    assert!(!texts.contains(CANARY), "{texts}");
    let replayed = context.ran("run --inputs inputs.json --replay tape");
    assert_eq!(replayed.exit, Some(0), "{replayed:?}");
}

#[test]
fn what_was_recorded_in_pieces_answers_whole_and_the_other_way_round() {
    let server = MockServer::start();
    let context = TestContext::with(&[("flow.yaml", FLOW)]).with_provider(&server);
    let told = context.done("run --stream --record pieces");
    assert_eq!(context.done("run --replay pieces"), told);
    assert_eq!(context.done("run --record whole"), told);
    assert_eq!(context.done("run --stream --replay whole"), told);
}
