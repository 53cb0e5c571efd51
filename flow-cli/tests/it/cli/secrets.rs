//! No key is ever printed, whatever goes wrong.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::TestContext;
use super::context::CANARY;
use crate::conformance::mock::MockServer;

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
    "connections test openai",
    "connections test openai --model gpt-4o-mini --json",
    "connections test openai --model status-401",
    "connections test azure --json",
    "connections test azure --model d",
    "graph",
    "graph --json",
];

/// Runs all commands and looks for the canary in what they say.
fn no_command_prints_the_canary(context: &TestContext) {
    for line in COMMANDS {
        let ran = context.ran(line);
        assert!(!ran.stdout.contains(CANARY) && !ran.stderr.contains(CANARY), "flow {line}: {ran:?}");
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

/// A server that repeats to everyone all that it was sent, the headers also as they are encoded, in an answer of this
/// status.
fn start_echo(status: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = vec![0; 16 * 1024];
            let length = stream.read(&mut request).unwrap_or(0);
            let said = String::from_utf8_lossy(&request[..length]).into_owned();
            let body = serde_json::json!({ "error": { "message": said, "code": "echo" } }).to_string();
            let head = format!("HTTP/1.1 {status} Echo\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    address.to_string()
}

#[test]
fn every_secret_field_in_every_failure() {
    // The canary as it is, within base64 wherever it may begin there, and escaped for addresses.
    let secret = format!("{CANARY}/+{CANARY}");
    let forms = [CANARY, "Q2FOYVJ5NzczM", "DYU5hUnk3Nz", "NhTmFSeTc3M", "%2F%2BCaNaRy"];
    let (dead, refusing, failing) = ("127.0.0.1:1".to_owned(), start_echo(401), start_echo(200));
    for host in [&dead, &refusing, &failing] {
        for fields in [
            "api_key: ${file:secret.txt}".to_owned(),
            format!("api_key: '{secret}'"),
            format!("api_key: k\n  headers: {{ X-Team: '{secret}' }}"),
            format!("headers: {{ Authorization: 'Basic {secret}' }}"),
            format!("api_key: k\n  proxy: http://{CANARY}:{CANARY}x@{host}"),
            format!("api_key: k\n  proxy: '{secret}'"),
            format!("api_key: k\n  ca_file: nowhere.pem\n  headers: {{ X-Token: '{secret}' }}"),
        ] {
            let file = format!("openai:\n  kind: openai\n  base_url: http://{host}/v1\n  {fields}\n");
            let context =
                TestContext::with(&[("flow.yaml", FLOW), ("connections.yaml", &file), ("secret.txt", &secret)]);
            for line in [
                "run --trace",
                "run --json",
                "check",
                "connections --json",
                "connections show openai",
                "connections test openai",
            ] {
                let ran = context.ran(line);
                let said = format!("{}{}", ran.stdout, ran.stderr);
                for form in forms {
                    assert!(!said.contains(form), "{form} of\n{file}\nflow {line}: {ran:?}");
                }
            }
        }
    }
}
