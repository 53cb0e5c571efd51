//! Answers that are printed as they come, and models that stand in for one that fails.

use insta::assert_snapshot;

use super::TestContext;
use crate::conformance::mock::MockServer;

const ONE: &str = r#"inputs:
  question: { type: string, default: Why is the sky blue? }
outputs:
  answer: { type: string, reference: "${ask.output}" }
nodes:
  - name: ask
    type: llm
    connection: openai
    prompt: "user:\n{{ question }}\n"
    inputs: { model: gpt-4o-mini, question: "${inputs.question}" }
"#;

const MORE: &str = "  said: { type: string, reference: \"${inputs.question}\" }\nnodes:";

#[test]
fn an_answer_is_printed_as_it_comes() {
    let server = MockServer::start();
    let context = TestContext::with(&[("flow.yaml", ONE)]).with_provider(&server);
    let whole = context.done("run");
    assert_eq!(context.done("run --stream"), whole);
    let lines = context.done("run --stream --json");
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let pieces = lines.iter().filter_map(|line| line["delta"]["text"].as_str());
    assert_eq!(pieces.clone().count() + 1, lines.len());
    assert!(lines.len() > 3);
    assert_eq!(Some(&*pieces.collect::<String>()), lines[lines.len() - 1]["outputs"]["answer"].as_str());
    assert_eq!(context.done("run --node ask --stream"), whole);
    let log = server.log();
    assert!(log[0].body.get("stream").is_none(), "{}", log[0].body);
    for request in &log[1..] {
        assert_eq!(request.body["stream"], true);
        assert_eq!(request.body["stream_options"], serde_json::json!({ "include_usage": true }));
    }
    context.write("flow.yaml", &ONE.replace("nodes:", MORE));
    assert_snapshot!("the_other_outputs_stand_below", context.session(&["run --stream"]));
}

#[test]
fn what_cannot_come_in_pieces_comes_whole() {
    let server = MockServer::start();
    let flow = ONE.replace("question: \"${inputs", "stream: false, question: \"${inputs");
    let context = TestContext::with(&[("flow.yaml", &flow)]).with_provider(&server);
    assert_eq!(context.done("run --stream"), context.done("run"));
    let tools = ONE.replace(
        "question: \"${inputs",
        "stream: true, tools: [{ type: function, function: { name: f } }], question: \"${inputs",
    );
    context.write("flow.yaml", &tools);
    context.done("run --stream");
    assert!(server.log().iter().all(|request| request.body.get("stream").is_none()));
}

#[test]
fn a_conversation_can_come_in_pieces() {
    let server = MockServer::start();
    let chat = ONE
        .replace("default: Why is the sky blue?", "is_chat_input: true")
        .replace("\"${ask.output}\"", "\"${ask.output}\", is_chat_output: true");
    let context = TestContext::with(&[("flow.yaml", &chat)]).with_provider(&server);
    let said = "Hello\nAnd now?\n";
    assert_eq!(
        context.transcript("run --chat --stream", said).replace(" --stream", ""),
        context.transcript("run --chat", said)
    );
    assert_eq!(server.log().iter().filter(|request| request.body["stream"] == true).count(), 2);
}

#[test]
fn another_model_stands_in_for_one_that_fails() {
    let server = MockServer::start();
    let flow = format!("{}    retry: 1\n    fallback: FALLBACK\n", ONE.replace("gpt-4o-mini", "status-503"));
    let context = TestContext::with(&[("flow.yaml", &flow.replace("FALLBACK", "[openai/status-400, openai/gpt-4o]"))]);
    let context = context.with_provider(&server);
    assert_snapshot!(context.session(&["run --trace", "run --stream"]));
    context.write("flow.yaml", &flow.replace("FALLBACK", "[{ model: status-401, inputs: { seed: 7 } }]"));
    assert_snapshot!("no_model_answers", context.session(&["run"]));
    assert_eq!(server.log().last().map(|request| request.body["seed"].clone()), Some(7.into()));
}
