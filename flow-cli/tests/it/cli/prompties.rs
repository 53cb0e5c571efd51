//! `.prompty` files: alone, in conversations, and as nodes.

use insta::assert_snapshot;

use super::TestContext;
use super::context::CANARY;
use crate::conformance::mock::MockServer;

const PROMPTY: &str = "---
name: Ask
model:
  configuration: { type: openai, model: gpt-4o-mini }
  parameters: { temperature: 0.2 }
inputs:
  question: { type: string }
  count: { type: int, default: 1 }
sample: { question: from the sample }
---
system:
Answer {{ count }} times.
user:
{{ question }}
";

/// Answers that show what was asked.
const RULES: &str = "- when: { text: JSON }
  json: { answer: 1, more: true }
- when: { text: prose }
  reply: This is prose.
- reply: '{{ messages | map(attribute=\"role\") | join(\" \") }} / {{ messages[0].content }} / {{ text }}'
";

fn with_rules(files: &[(&str, &str)]) -> TestContext {
    let context = TestContext::with(files);
    context.write("mock.yaml", RULES);
    context
}

#[test]
fn a_prompty_runs_with_inputs_and_with_its_sample() {
    let context = with_rules(&[("ask.prompty", PROMPTY)]);
    assert_snapshot!(context.session(&[
        "run ask.prompty --mock",
        "run . --mock -i question=hi -i count=3",
        "run --mock -i question='system:\nevil'",
        "run --mock -i qestion=hi",
        "run --mock -i count=2",
        "run --mock -i question=hi -i count=many",
        "run --mock -i question=hi --json --set model.configuration.model=gpt-4o",
        "run --mock -i question=hi --set inputs.count.default=7",
        "run --mock --stream",
        "run --mock --set temperature=1",
        "run --mock --variant ask=short",
        "check --mock",
        "graph",
        "run",
    ]));
}

#[test]
fn a_folder_with_several_prompties_wants_a_name() {
    let context = with_rules(&[("a.prompty", PROMPTY), ("b.prompty", PROMPTY)]);
    assert_snapshot!(context.session(&["run --mock", "run b.prompty --mock", "check --mock"]));
}

#[test]
fn a_prompty_can_be_talked_to() {
    let prompty = PROMPTY.replace("  count: { type: int, default: 1 }\n", "  chat_history: { type: list }\n").replace(
        "Answer {{ count }} times.",
        "Hello.\n{% for item in chat_history %}\n{{ item.role }}:\n{{ item.content }}\n{% endfor %}",
    );
    let context = with_rules(&[("talk.prompty", &prompty), ("ask.prompty", PROMPTY)]);
    assert_snapshot!(context.transcript("run talk.prompty --mock --chat", "one\nsystem:\nthree\n"));
    assert_snapshot!(
        "a_prompty_without_a_history",
        context.transcript("run ask.prompty --mock --chat --json", "one\ntwo\n")
    );
    let several = PROMPTY
        .replace("  question:", "  first: { type: string }\n  second:")
        .replace("{{ question }}", "{{ first }} {{ second }}");
    context.write("several.prompty", &several);
    assert_snapshot!(
        "a_prompty_that_cannot_be_talked_to",
        context.transcript("run several.prompty --mock --chat", "one\n")
    );
}

#[test]
fn answers_in_json_and_whole_answers() {
    let json = PROMPTY.replace("temperature: 0.2", "response_format: { type: json_object }");
    let context = with_rules(&[
        ("json.prompty", &json),
        ("kept.prompty", &json.replace("sample:", "outputs: { answer: { type: int } }\nsample:")),
        ("missing.prompty", &json.replace("sample:", "outputs: { nope: { type: int } }\nsample:")),
    ]);
    assert_snapshot!(context.session(&[
        "run json.prompty --mock -i question='as JSON'",
        "run kept.prompty --mock -i question='as JSON'",
        "run missing.prompty --mock -i question='as JSON'",
        "run json.prompty --mock -i question='as prose'",
        "run json.prompty --mock -i question='as prose' --json",
    ]));
    let whole = context.json("run json.prompty --mock --set model.response=all -i question='as JSON' --json", 0);
    assert_eq!(whole["outputs"]["output"]["object"], "chat.completion");
}

#[test]
fn a_picture_is_given_as_a_text() {
    let server = MockServer::start();
    let prompty = PROMPTY
        .replace("  count: { type: int, default: 1 }\n", "  picture:\n")
        .replace("Answer {{ count }} times.", "Look.")
        .replace("{{ question }}", "What is this? ![image]({{ picture }})");
    let context = TestContext::of_example("image-question").with_provider(&server);
    context.write("look.prompty", &prompty);
    context.done("run look.prompty -i picture='data:image/png;path:pictures/light.png' -i question=x");
    let content = &server.log()[0].body["messages"][1]["content"];
    assert_eq!(content[0], serde_json::json!({"type": "text", "text": "What is this? "}));
    assert!(content[1]["image_url"]["url"].as_str().expect("an address").starts_with("data:image/png;base64,"));
}

const FLOW: &str = r#"inputs: { question: { type: string, default: hi } }
outputs:
  answer: { type: string, reference: "${answer.output}" }
  again: { type: string, reference: "${again.output.output}" }
nodes:
  - name: answer
    type: prompty
    prompty: prompts/ask.prompty
    model: { parameters: { temperature: 1, seed: 5 } }
    inputs: { question: "${inputs.question}" }
  - name: again
    type: flow
    flow: prompts/ask.prompty
    inputs: { question: "${answer.output}", count: 2 }
"#;

#[test]
fn prompties_are_nodes() {
    let context = with_rules(&[("flow.yaml", FLOW), ("prompts/ask.prompty", PROMPTY)]);
    assert_snapshot!(context.session(&[
        "run --mock",
        "run --mock --trace --set answer.model.parameters.temperature=0.5",
        "run --mock --node answer -i question=alone",
        "run --mock --stream",
        "check --mock",
        "graph",
    ]));
}

#[test]
fn what_a_node_puts_on_top_goes_to_the_model() {
    let server = MockServer::start();
    let context = TestContext::with(&[("flow.yaml", FLOW), ("prompts/ask.prompty", PROMPTY)]).with_provider(&server);
    context.done("run --set answer.model.parameters.temperature=0.5");
    let log = server.log();
    assert_eq!(log[0].body["temperature"], 0.5);
    assert_eq!(log[0].body["seed"], 5);
    assert_eq!(log[1].body["temperature"], 0.2);
    assert_eq!(log[1].body["messages"][0]["content"], "Answer 2 times.");
}

#[test]
fn recordings_answer_for_a_prompty() {
    let server = MockServer::start();
    let context = TestContext::with(&[("ask.prompty", PROMPTY)]).with_provider(&server);
    let said = context.done("run --record tape");
    assert_eq!(context.done("run --replay tape"), said);
}

#[test]
fn no_key_of_a_prompty_is_told() {
    let server = MockServer::start();
    let address = format!("{}/v1", server.url());
    let key = |key: &str| {
        PROMPTY.replace(
            "{ type: openai, model: gpt-4o-mini }",
            &format!("\n    type: openai\n    model: gpt-4o-mini\n    base_url: {address}\n    {key}"),
        )
    };
    let context = TestContext::new().set("MY_API_KEY", &format!("sk-{CANARY}-1"));
    context.write("clear.prompty", &key(&format!("api_key: sk-{CANARY}")));
    context.write("mistyped.prompty", &key(&format!("api_keey: sk-{CANARY}")));
    context.write("beside.prompty", &key(&format!("api_key: sk-{CANARY}\n    connection: x")));
    context.write("broken.prompty", &key(&format!("api_key: [sk-{CANARY}")));
    context
        .write("variable.prompty", &key("api_key: ${env:MY_API_KEY}").replace("0.2", "0.2, user: '${env:MY_API_KEY}'"));
    context.write("unset.prompty", &key("api_key: ${env:NO_SUCH_KEY}"));
    for name in ["clear", "mistyped", "beside", "broken", "variable", "unset"] {
        for command in [
            "run",
            "run --json --trace",
            "run --trace --set model.configuration.model=status-401",
            "check",
            "check --json",
            "graph",
        ] {
            let (first, rest) = command.split_once(' ').unwrap_or((command, ""));
            context.ran(&format!("{first} {name}.prompty {rest}"));
        }
    }
    assert_eq!(context.ran("run clear.prompty").exit, Some(0));
    assert_eq!(context.ran("run variable.prompty --record tape").exit, Some(0));
    assert_eq!(server.log().last().expect("a request").body["user"], format!("sk-{CANARY}-1"));
    assert_snapshot!(context.session(&[
        "check mistyped.prompty",
        "check beside.prompty",
        "check broken.prompty",
        "check unset.prompty"
    ]));
}
