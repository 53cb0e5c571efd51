use insta::assert_snapshot;

use super::TestContext;
use crate::conformance::mock::MockServer;

const FILE: &str = r#"openai: { kind: openai, api_key: "${env:MY_KEY}", organization: acme }
local: { kind: openai, base_url: "http://127.0.0.1:11434/v1" }
azure: { type: azure_open_ai, api_key: "${env:AZURE_KEY}", api_base: "https://acme.openai.azure.com", api_version: 2024-02-01 }
test: { kind: mock, rules: mock.yaml }
search: { kind: custom, configs: { index: docs }, secrets: { token: "${env:SEARCH_TOKEN}" } }
odd: { kind: opneai, api_key: "${env:MY_KEY}" }
"#;

#[test]
fn connections_of_a_file() {
    let context = TestContext::with(&[("connections.yaml", FILE)]).set("MY_KEY", "sk-1").set("SEARCH_TOKEN", "t-1");
    assert_snapshot!(context.session(&[
        "connections",
        "connections show openai",
        "connections show azure",
        "connections show search",
        "connections show odd",
        "connections show opena",
        "connections list --json",
        "connections show nothing --json",
    ]));
}

#[test]
fn connections_of_the_environment() {
    let context = TestContext::new();
    assert_snapshot!(
        "no_connections",
        context.session(&["connections", "connections --json", "connections show openai"])
    );
    let context = context.set("OPENAI_API_KEY", "sk-1").set("AZURE_OPENAI_ENDPOINT", "https://acme.openai.azure.com");
    assert_snapshot!(context.session(&["connections", "connections show openai", "connections --json"]));
}

#[test]
fn other_files_and_other_flows() {
    let context = TestContext::with(&[
        ("deep/connections.yaml", "near: { kind: mock }\n"),
        ("own.yaml", "own: { kind: mock }\n"),
        ("broken.yaml", "a: [b\nc: d\n"),
        ("list.yaml", "- a\n"),
    ]);
    assert_snapshot!(context.session(&[
        "connections --flow deep",
        "connections --connections own.yaml",
        "connections --connections nowhere.yaml",
        "connections --connections broken.yaml",
        "connections --connections list.yaml --json",
        "connections --flow nowhere",
    ]));
}

#[test]
fn connections_are_tried() {
    let server = MockServer::start();
    let file = format!(
        "openai: {{ kind: openai, base_url: '{0}/v1', api_key: '${{env:MY_KEY}}' }}\n\
         azure: {{ kind: azure, endpoint: '{0}', api_key: '${{env:MY_KEY}}' }}\n\
         claude: {{ kind: anthropic }}\n\
         gone: {{ kind: openai, base_url: 'http://127.0.0.1:1/v1', api_key: '${{file:gone.txt}}' }}\n\
         dead: {{ kind: ollama, base_url: 'http://127.0.0.1:1/v1' }}\n\
         offline: {{ kind: mock }}\n\
         search: {{ kind: custom }}\n",
        server.url()
    );
    let context = TestContext::with(&[("connections.yaml", &file)]).set("MY_KEY", "sk-test");
    let session = context.session(&[
        "connections",
        "connections test openai --model gpt-4o-mini",
        "connections test openai --model status-401",
        "connections test openai",
        "connections test azure --model mini",
        "connections test claude",
        "connections test gone",
        "connections test dead",
        "connections test offline",
        "connections test search",
        "connections test opena",
        "connections test opena --json",
    ]);
    let times = regex::Regex::new(r"in [\d.]+ (µs|ms|s)\b").expect("a valid pattern");
    assert_snapshot!(times.replace_all(&session, "in [TIME]"));
    let answer = context.json("connections test openai --model gpt-4o-mini --json", 0);
    assert_eq!((&answer["works"], &answer["provider"]), (&true.into(), &"openai".into()));
}
