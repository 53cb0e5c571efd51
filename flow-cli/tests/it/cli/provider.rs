//! Runs that ask a model server over HTTP.

use insta::assert_snapshot;

use super::TestContext;
use super::context::CANARY;
use crate::conformance::mock::MockServer;

/// A flow whose second call takes the answer of the first.
pub(super) const TWO_CALLS: &str = r#"inputs:
  question: { type: string, default: Why is the sky blue? }
outputs:
  answer: { type: string, reference: "${second.output}" }
nodes:
  - name: first
    type: llm
    connection: openai
    prompt: |
      system:
      Be brief.
      user:
      {{ question }}
    inputs: { model: gpt-4o-mini, temperature: 0, question: "${inputs.question}" }
  - name: second
    type: llm
    connection: openai
    prompt: |
      user:
      Shorten this: {{ text }}
    inputs: { model: gpt-4o-mini, text: "${first.output}" }
"#;

const FROM_ENVIRONMENT: &str = "openai: { kind: openai, api_key: \"${env:MY_KEY}\", base_url: \"${env:MY_URL}\" }\n";

/// An address at which nothing listens.
fn dead_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
    format!("http://{}/v1", listener.local_addr().expect("it is bound"))
}

#[test]
fn the_environments_provider_serves_and_says_so_once() {
    let server = MockServer::start();
    let context = TestContext::with(&[("flow.yaml", TWO_CALLS)]).with_provider(&server);
    assert_snapshot!(context.session(&["run", "run --json", "check"]));
    let log = server.log();
    assert_eq!(log.len(), 4);
    let other = TestContext::with(&[("flow.yaml", &TWO_CALLS.replace("connection: openai", "connection: my_llm"))]);
    let other = other.with_provider(&server);
    assert_snapshot!("another_name_for_the_environments_provider", other.session(&["run", "run --json", "check"]));
    assert_eq!(log[0].path, "/v1/chat/completions");
    assert_eq!(
        log[0].body["messages"],
        serde_json::json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "Why is the sky blue?" },
        ])
    );
}

#[test]
fn a_connections_file_names_variables() {
    let server = MockServer::start();
    let url = format!("{}/v1", server.url());
    let context = TestContext::with(&[("flow.yaml", TWO_CALLS), ("connections.yaml", FROM_ENVIRONMENT)]);
    assert_snapshot!("variables_that_are_not_set", context.session(&["run", "check"]));
    let context = context.set("MY_KEY", &format!("sk-{CANARY}")).set("MY_URL", &url);
    assert_snapshot!(context.session(&["run"]));
    assert_eq!(server.log().len(), 2);
}

#[test]
fn a_dotenv_file_is_read() {
    let server = MockServer::start();
    let context = TestContext::with(&[
        ("flow.yaml", TWO_CALLS),
        ("connections.yaml", FROM_ENVIRONMENT),
        (".env", &format!("# keys\nexport MY_KEY=sk-{CANARY}\nMY_URL='{}/v1'\n", server.url())),
    ]);
    assert_snapshot!(context.session(&["run"]));
    context.write(".env", "MY_KEY=sk test\"\nMY_URL=\n");
    assert_snapshot!("a_dotenv_file_that_cannot_be_read", context.session(&["run"]));
}

#[test]
fn azure_is_reached_by_its_deployment() {
    let server = MockServer::start();
    let azure = format!(
        "azure:\n  kind: azure\n  api_key: ${{env:MY_KEY}}\n  endpoint: {}\n  api_version: 2024-02-01\n",
        server.url()
    );
    let flow = TWO_CALLS
        .replace("connection: openai", "connection: azure")
        .replace("model: gpt-4o-mini", "deployment_name: mini");
    let context = TestContext::with(&[("flow.yaml", &flow), ("connections.yaml", &azure)]).set("MY_KEY", "k");
    assert_snapshot!(context.session(&["run", "check"]));
    assert_eq!(server.log()[0].path, "/openai/deployments/mini/chat/completions");
    assert_eq!(server.log()[0].query, "api-version=2024-02-01");
    let context = TestContext::with(&[("flow.yaml", &flow)])
        .set("AZURE_OPENAI_API_KEY", "k")
        .set("AZURE_OPENAI_ENDPOINT", &server.url());
    assert_snapshot!("azure_from_the_environment", context.session(&["run"]));
}

#[test]
fn refusals_say_what_to_do() {
    let server = MockServer::start();
    let context = TestContext::with(&[("flow.yaml", TWO_CALLS)]).with_provider(&server);
    assert_snapshot!(context.session(&[
        "run --set first.model=status-401",
        "run --set first.model=status-404",
        "run --set first.model=status-429",
        "run --set first.model=status-500",
        "run --set first.model=no-choices",
        "run --set first.model=status-401 --json",
    ]));
}

#[test]
fn a_server_that_is_not_there() {
    let dead = dead_address();
    let context = TestContext::with(&[("flow.yaml", TWO_CALLS)])
        .set("OPENAI_API_KEY", &format!("sk-{CANARY}"))
        .set("OPENAI_BASE_URL", &dead);
    assert_snapshot!(context.session(&["run", "run --json"]));
    let context = context.set("OPENAI_BASE_URL", "localhost:8080");
    assert_snapshot!("an_address_that_is_none", context.session(&["run"]));
}

#[test]
fn unknown_connections_are_told() {
    let context = TestContext::with(&[
        ("flow.yaml", &TWO_CALLS.replace("connection: openai", "connection: opneai")),
        ("connections.yaml", FROM_ENVIRONMENT),
        ("other.yaml", "opneai: { kind: mock }\n"),
    ])
    .set("MY_KEY", "k")
    .set("MY_URL", "http://127.0.0.1:9/v1");
    assert_snapshot!(context.session(&["check", "run --connections other.yaml", "run --connections nowhere.yaml"]));
}
