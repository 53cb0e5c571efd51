//! No key is ever printed, whatever goes wrong.

use super::TestContext;
use crate::conformance::mock::MockServer;

/// Part of every secret below, and of nothing that may be printed.
const CANARY: &str = "CaNaRy7731";

const FLOW: &str = r#"outputs:
  answer: { type: string, reference: "${ask.output}" }
nodes:
  - name: ask
    type: llm
    connection: openai
    prompt: "user:\nhello"
    inputs: { model: gpt-4o-mini }
"#;

/// Commands that read connections, in good and in bad ways.
const COMMANDS: &[&str] = &[
    "run",
    "run --json",
    "run --trace",
    "run --trace --json",
    "run --set ask.model=status-401",
    "run --set ask.model=status-401 --json --trace",
    "run --set ask.model=no-choices",
    "run --set ask.connection=azure --set ask.deployment_name=d",
    "run --set ask.connection=search",
    "run --set ask.connection=opena",
    "run --mock --trace",
    "check",
    "check --format json",
    "check --format github",
    "connections",
    "connections --json",
    "connections show openai",
    "connections show openai --json",
    "connections show azure",
    "connections show azure --json",
    "connections show serverless",
    "connections show search",
    "connections show search --json",
    "connections show serp",
    "graph",
    "graph --json",
];

/// Runs all commands and looks for the canary in what they say.
fn no_command_prints_the_canary(context: &TestContext) {
    for line in COMMANDS {
        let ran = context.ran(line);
        assert!(!ran.stdout.contains(CANARY) && !ran.stderr.contains(CANARY), "flow {line}: {ran:?}");
        assert!(!ran.stdout.is_empty() || !ran.stderr.is_empty(), "flow {line} says nothing");
    }
}

/// A connection of each kind, with a secret in each field that is one. `secret` writes the secret of a number.
fn connections(url: &str, secret: impl Fn(u32) -> String) -> String {
    format!(
        "openai: {{ kind: openai, base_url: '{url}', api_key: {} }}\n\
         azure:\n  kind: azure\n  endpoint: '{url}'\n  key: {}\n\
         serverless: {{ kind: serverless, base_url: '{url}', api_key: {} }}\n\
         search:\n  kind: custom\n  configs: {{ index: docs, access_token: {} }}\n  secrets:\n    pin: {}\n  password: {}\n\
         serp: {{ kind: serp, api_key: {} }}\n",
        secret(1),
        secret(2),
        secret(3),
        secret(4),
        secret(5),
        secret(6),
        secret(7)
    )
}

#[test]
fn keys_of_the_environment() {
    let server = MockServer::start();
    let file = connections(&format!("{}/v1", server.url()), |number| format!("'${{env:SECRET_{number}}}'"));
    let mut context = TestContext::with(&[("flow.yaml", FLOW), ("connections.yaml", &file)]);
    for number in 1..=7 {
        context = context.set(&format!("SECRET_{number}"), &format!("sk-{CANARY}-{number}"));
    }
    no_command_prints_the_canary(&context);
    assert!(context.done("connections show search").contains("SECRET_5"));
}

#[test]
fn keys_of_a_dotenv_file() {
    let server = MockServer::start();
    let context = TestContext::with(&[
        ("flow.yaml", FLOW),
        (
            ".env",
            &format!(
                "OPENAI_API_KEY=sk-{CANARY}\nOPENAI_BASE_URL={}/v1\nAZURE_OPENAI_API_KEY=\"{CANARY}\nBROKEN {CANARY}\n",
                server.url()
            ),
        ),
    ]);
    no_command_prints_the_canary(&context);
}

#[test]
fn keys_in_the_environment_alone() {
    let server = MockServer::start();
    let key = format!("sk-{CANARY}");
    let context = TestContext::with(&[("flow.yaml", FLOW)]).with_provider(&server).set("OPENAI_API_KEY", &key);
    no_command_prints_the_canary(&context);
}

#[test]
fn keys_in_clear_in_the_file() {
    let server = MockServer::start();
    let url = format!("{}/v1", server.url());
    for secret in [format!("sk-{CANARY}"), format!("'sk-{CANARY}'"), format!("\"{CANARY}\\t{CANARY}\"")] {
        let context =
            TestContext::with(&[("flow.yaml", FLOW), ("connections.yaml", &connections(&url, |_| secret.clone()))]);
        no_command_prints_the_canary(&context);
    }
}

#[test]
fn keys_beside_a_wrong_address() {
    for url in ["not an address", "http://127.0.0.1:1/v1", "ftp://host", "http://no.such.host.invalid/v1"] {
        let context = TestContext::with(&[
            ("flow.yaml", FLOW),
            ("connections.yaml", &connections(url, |_| format!("sk-{CANARY}"))),
        ]);
        no_command_prints_the_canary(&context);
    }
}

#[test]
fn keys_in_files_that_are_not_valid() {
    let files = [
        format!("openai: {{ kind: openai, api_key: sk-{CANARY}\n"),
        format!("openai:\n  kind: openai\n\tapi_key: sk-{CANARY}\n"),
        format!("openai:\n  kind: openai\n  api_key: \"sk-{CANARY}\n"),
        format!("openai:\n  kind: opneai\n  api_key: sk-{CANARY}\n  colour: red\n"),
        format!("openai: sk-{CANARY}\n"),
        format!("- sk-{CANARY}\n"),
        format!("openai:\n  kind: openai\n  api_kay: sk-{CANARY}\n"),
        format!("openai:\n  kind: openai\n  api_key: [sk-{CANARY}, 1]\n"),
        format!("openai:\n  kind: openai\n  api_key: a\n  api_key: sk-{CANARY}\n"),
        format!("openai:\n  kind: openai\n  api_key: |\n    sk-{CANARY}\n   {CANARY}\n"),
        format!("openai:\n  kind: openai\n  api_key: *{CANARY}\n"),
        format!("openai:\n  kind: openai\n  api_key: sk-{CANARY}: {CANARY}\n"),
        format!("sk-{CANARY}\n"),
    ];
    for file in files {
        let context = TestContext::with(&[("flow.yaml", FLOW), ("connections.yaml", &file)]);
        for line in [
            "run",
            "run --json",
            "check",
            "check --json",
            "connections",
            "connections --json",
            "connections show openai",
        ] {
            let ran = context.ran(line);
            assert!(!ran.stdout.contains(CANARY) && !ran.stderr.contains(CANARY), "{file}\nflow {line}: {ran:?}");
        }
    }
}
