use insta::assert_snapshot;

use crate::cli::TestContext;
use crate::cli::context::CANARY;
use crate::conformance::mock::MockServer;

/// The user's file of created connections, from the folder above the project.
const KEPT: &str = "home/.config/flow/created-connections.json";

const OPENAI: &str = "\
$schema: https://azuremlschemas.azureedge.net/promptflow/latest/OpenAIConnection.schema.json
name: open_ai_connection
type: open_ai
api_key: \"<user-input>\"
";

const AZURE: &str = "name: azure\ntype: AzureOpenAI\napi_key: '******'\napi_base: https://team.openai.azure.com\n";

const CUSTOM: &str = "name: search\ntype: custom\nconfigs: { index: docs, version: 2024-02-01 }\nsecrets: { token: <no-change>, pin: 12 }\n";

const FLOW: &str = "\
inputs: { question: { type: string } }
outputs: { answer: { type: string, reference: \"${ask.output}\" } }
nodes:
- name: ask
  type: llm
  api: chat
  connection: open_ai_connection
  source: { type: code, path: ask.jinja2 }
  inputs: { model: gpt-4o-mini, question: \"${inputs.question}\" }
";

fn context() -> TestContext {
    let context = TestContext::with(&[
        ("openai.yaml", OPENAI),
        ("azure.yaml", AZURE),
        ("custom.yaml", CUSTOM),
        ("secrets.env", &format!("TOKEN=t-{CANARY}\nOTHER='two words'\n")),
        ("ask/flow.dag.yaml", FLOW),
        ("ask/ask.jinja2", "user:\n{{ question }}\n"),
    ]);
    context.may_hold_secrets(KEPT);
    context
}

#[test]
fn created_shown_changed_and_deleted() {
    let context = context();
    let key = format!("sk-{CANARY}");
    for line in [
        format!("pf connection create --file openai.yaml --set api_key={key}"),
        format!("pf connection create -f azure.yaml --set \"api_key={key}\" -n team"),
        format!("pf connection create -f custom.yaml --set secrets.token='{key}' configs.index=other"),
        "pf connection create -f secrets.env --name variables".to_owned(),
        "pf connection create -f openai.yaml --set api_key='${env:TEAM_KEY}' --name by_variable".to_owned(),
    ] {
        let ran = context.ran(&line);
        assert_eq!(ran.exit, Some(0), "{line}: {ran:?}");
        assert_eq!(ran.stderr.contains("it is not encrypted"), !line.contains("TEAM_KEY"), "{line}: {ran:?}");
    }
    assert_snapshot!(context.session(&[
        "pf connection list",
        "pf connection list --max-results 1",
        "pf connection show -n team",
        "pf connection update --name team --set api_base=https://other.openai.azure.com api_key=<no-change>",
        "pf connection update -n search --set secrets.pin='${env:PIN}' secrets.token=******",
        "pf connection delete --name variables --yes",
        "pf connection show --name variables",
        "pf connection show --name tem",
        "connections",
        "connections show by_variable",
    ]));
    let kept = std::fs::read_to_string(context.folder().join("..").join(KEPT)).expect("it is kept");
    assert_eq!(kept.matches(&key).count(), 3, "what is starred or not told stays as it was: {kept}");
    assert_eq!(context.transcript("pf connection delete -n team", "maybe\nn\n").matches("canceled").count(), 1);
    assert_eq!(context.ran_with("pf connection delete -n team", "y\n").exit, Some(0));
    assert_eq!(context.ran("pf connection show -n team").exit, Some(1));
    assert_eq!(context.ran("pf connection delete -n search").exit, Some(1), "nobody answers");
}

#[test]
fn what_is_wrong_with_a_connection() {
    let context = context();
    context.write("type.yaml", "name: x\ntype: azure_open_aii\napi_key: k\n");
    context.write("untyped.yaml", "name: x\napi_key: k\n");
    context.write("broken.yaml", &format!("name: [x\napi_key: {CANARY}\n"));
    context.write("baseless.yaml", "name: x\ntype: azure_open_ai\napi_key: k\n");
    context.write("keyless.yaml", "name: x\ntype: azure_open_ai\nauth_mode: meid_token\napi_base: https://x.example\n");
    context.write("empty.yaml", "name: x\ntype: custom\nconfigs: { a: b }\n");
    context.write("nameless.yaml", "type: open_ai\napi_key: k\n");
    context.write("broken.env", &format!("BROKEN {CANARY}\n"));
    assert_snapshot!(context.session(&[
        "pf connection create -f openai.yaml",
        "pf connection create -f type.yaml",
        "pf connection create -f untyped.yaml",
        "pf connection create -f broken.yaml",
        "pf connection create -f baseless.yaml",
        "pf connection create -f empty.yaml",
        "pf connection create -f nameless.yaml",
        "pf connection create -f broken.env -n x",
        "pf connection create -f nothing.yaml",
        "pf connection create -f openai.yaml --set api_key",
        "pf connection update -n x --set api_key=k",
        "pf connection create -f keyless.yaml",
    ]));
}

#[cfg(unix)]
#[test]
fn its_owner_alone_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let context = context();
    context.done(&format!("pf connection create --file openai.yaml --set api_key=sk-{CANARY}"));
    let path = context.folder().join("..").join(KEPT);
    let mode = || std::fs::metadata(&path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    let ran = context.ran("connections");
    assert!(ran.stderr.contains("others than you can read it"), "{ran:?}");
    // Whatever it was, what is written anew is for its owner alone.
    context.done("pf connection update -n open_ai_connection --set organization=docs");
    assert_eq!(mode(), 0o600);
}

#[test]
fn flows_find_created_connections_behind_those_of_files() {
    let server = MockServer::start();
    let context = context();
    context
        .done(&format!("pf connection create -f openai.yaml --set api_key=sk-{CANARY} base_url={}/v1", server.url()));
    let answer = context.json("pf flow test --flow ask --inputs question=hi", 0);
    assert!(answer["answer"].is_string(), "{answer}");
    // A file without it does not hide it, and one with it goes before it.
    context.write("ask/connections.yaml", "other: { kind: mock }\n");
    assert_eq!(context.json("run ask -i question=hi --json", 0)["outputs"]["answer"], answer["answer"]);
    context.write("ask/connections.yaml", "open_ai_connection: { kind: mock }\n");
    assert_ne!(context.json("run ask -i question=hi --json", 0)["outputs"]["answer"], answer["answer"]);
    let listed = context.json("connections --flow ask --json", 0);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    // A name that is nowhere is told with those that are near.
    let ran = context.ran("run ask -i question=hi --set ask.connection=open_ai_conection");
    assert!(ran.exit == Some(2) && ran.stderr.contains("did you mean `open_ai_connection`?"), "{ran:?}");
}

#[test]
fn no_command_tells_a_created_secret() {
    let server = MockServer::start();
    let context = context();
    context
        .done(&format!("pf connection create -f openai.yaml --set api_key=sk-{CANARY} base_url={}/v1", server.url()));
    // Each command is searched for the canary by itself, and so is what it writes.
    for line in [
        "pf connection list",
        "pf connection show -n open_ai_connection",
        "pf connection update -n open_ai_connection --set organization=x",
        "connections",
        "connections show open_ai_connection --json",
        "connections test open_ai_connection --model status-401",
        "pf flow test --flow ask --inputs question=hi --verbose",
        "pf flow test --flow ask --inputs question=hi --environment-variables KEY='${open_ai_connection.api_key}'",
        "run ask -i question=hi --set ask.model=status-401 --retries 0 --trace --json",
        "pf flow validate --source ask",
        "pf flow build --source ask --output made",
        "pf connection delete -n open_ai_connection",
        "pf connection create -f openai.yaml",
    ] {
        context.ran(line);
    }
    // What is built names a variable in the key's place.
    assert!(context.read("made/project/connections.json").contains("${env:OPEN_AI_CONNECTION_API_KEY}"));
}
