//! What holds for all calls of models: tries, rates and budgets.

use insta::assert_snapshot;

use super::TestContext;
use crate::conformance::mock::MockServer;

const THREE_CALLS: &str = r#"outputs:
  answers: { type: list, reference: "${ask.output}" }
nodes:
  - name: ask
    type: llm
    connection: openai
    for_each: { list: [one, two, three], concurrency: 3 }
    prompt: |
      user:
      {{ item }}
    inputs: { model: gpt-4o-mini, max_tokens: 10, item: "${item}" }
"#;

#[test]
fn limits_of_a_run_are_kept_and_told() {
    let context = TestContext::with(&[("flow.yaml", THREE_CALLS), ("mock.yaml", "- reply: yes\n")]);
    assert_snapshot!(context.session(&[
        "run --mock --max-calls 3",
        "run --mock --max-calls 2",
        "run --mock --max-total-tokens 20",
        "run --mock --max-cost 0.000001",
        "run --mock --max-cost 1",
        "run --mock --max-cost a-lot",
        "run --mock --rpm 0",
    ]));
}

#[test]
fn a_model_without_a_price_is_not_asked_where_money_is_limited() {
    let flow = THREE_CALLS.replace("gpt-4o-mini", "house-model-1");
    let context = TestContext::with(&[("flow.yaml", &flow), ("mock.yaml", "- reply: yes\n")]);
    assert_snapshot!(context.session(&["run --mock --max-cost 1"]));
}

#[test]
fn a_call_is_tried_again_as_often_as_the_command_line_says() {
    let server = MockServer::start();
    let flow = THREE_CALLS.replace("gpt-4o-mini", "flaky-503-1").replace("[one, two, three]", "[one]");
    let context = TestContext::with(&[("flow.yaml", &flow)]).with_provider(&server);
    assert_eq!(context.ran("run").exit, Some(1));
    assert_eq!(server.log().len(), 1);
    server.clear();
    assert_eq!(context.ran("run --retries 1").exit, Some(0));
}

#[test]
fn limits_of_a_connection_are_read() {
    let file = |limits: &str| {
        format!("openai: {{ kind: openai, api_key: '${{env:KEY}}', base_url: 'http://127.0.0.1:9/v1', {limits} }}\n")
    };
    for (limits, known) in [
        ("max_concurrency: 4, requests_per_minute: 60, tokens_per_minute: 10_000", true),
        ("rpm: 60, tpm: '10000'", true),
        ("rpm: 0", false),
        ("rpm: many", false),
        ("max_concurrency: -1", false),
        ("tpm: 1.5", false),
    ] {
        let context =
            TestContext::with(&[("flow.yaml", THREE_CALLS), ("connections.yaml", &file(limits))]).set("KEY", "k");
        let ran = context.ran("check");
        assert_eq!(ran.exit == Some(0), known, "{limits}: {ran:?}");
        assert!(known || ran.stderr.contains("must be a whole number from 1"), "{limits}: {ran:?}");
    }
    let context =
        TestContext::with(&[("flow.yaml", THREE_CALLS), ("connections.yaml", &file("rpms: 60"))]).set("KEY", "k");
    assert_snapshot!(context.session(&["connections show openai"]));
}
