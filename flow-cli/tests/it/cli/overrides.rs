use insta::assert_snapshot;

use super::TestContext;

const ASK: &str = r#"inputs:
  question: { type: string, default: Why? }
outputs:
  answer: { type: string, reference: "${ask.output}" }
nodes:
  - name: ask
    type: llm
    connection: openai
    prompt: |
      user:
      {{ question }}{{ suffix }}
    inputs: { model: gpt-4o-mini, temperature: 0, question: "${inputs.question}", suffix: "" }
"#;

const RULES: &str = r#"rules:
  - reply: "{{ model }} at {{ request.temperature }}: {{ text }}"
"#;

#[test]
fn a_value_of_the_flow_is_changed_for_once() {
    let context =
        TestContext::with(&[("flow.yaml", &ASK.replace("suffix: \"\"", "suffix: \"!\"")), ("mock.yaml", RULES)]);
    assert_snapshot!(context.session(&[
        "run --mock",
        "run --mock --set ask.model=gpt-4o --set ask.temperature=0.7",
        "run --mock --set 'ask.suffix=, she asked.'",
        "run --mock --set ask.inputs.model=gpt-4o",
    ]));
}

#[test]
fn overrides_that_do_not_fit() {
    let context = TestContext::with(&[("flow.yaml", ASK), ("mock.yaml", RULES)]);
    assert_snapshot!(context.session(&[
        "run --mock --set ask",
        "run --mock --set ask=1",
        "run --mock --set aks.model=gpt-4o",
        "run --mock --set ask.modle=gpt-4o",
        "run --mock --set ask.temperature=hot",
        "run --mock --set ask.temperature=9",
        "run --mock --set ask.model= --json",
    ]));
}
