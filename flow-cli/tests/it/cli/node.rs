use insta::assert_snapshot;

use super::TestContext;

const CHAIN: &str = r#"inputs:
  town: { type: string, default: Ghent }
  days: { type: int, default: 2 }
outputs:
  plan: { type: string, reference: "${plan.output}" }
nodes:
  - name: facts
    type: tool
    tool: json.parse
    inputs: { text: '{"towers": 3, "river": "Leie"}' }
  - name: stop
    type: prompt
    prompt: "the {{ river }} at {{ town }}"
    inputs: { river: "${facts.output.river}", town: "${inputs.town}" }
  - name: plan
    type: prompt
    if: inputs.days > 1
    prompt: "{{ days }} days: {{ stop }}"
    inputs: { days: "${inputs.days}", stop: "${stop.output}" }
"#;

#[test]
fn a_node_runs_alone_with_what_it_takes() {
    let context = TestContext::with(&[("flow.yaml", CHAIN)]);
    assert_snapshot!(context.session(&[
        "run --node facts",
        r#"run --node stop -i 'facts.output={"river": "Scheldt"}'"#,
        "run --node stop -i river=Scheldt -i town=Antwerp",
        "run --node stop -i facts.output.river=Scheldt -i inputs.town=Antwerp",
        "run --node plan -i stop.output=everywhere -i inputs.days=3",
        "run --node plan -i stop=everywhere --json",
        "run --node plan -i stop=everywhere --trace",
    ]));
}

#[test]
fn what_a_node_lacks_is_told() {
    let context = TestContext::with(&[("flow.yaml", CHAIN)]);
    assert_snapshot!(context.session(&[
        "run --node stop",
        "run --node stp",
        "run --node stop --json",
        "run --node nothing-like-it",
        "run --node stop -i rivr=Leie",
        "run --node stop -i facts.output=Leie",
        "run --node plan -i stop=x -i inputs.days=few",
        "run --node plan -i stop=x -i inputs.days=1",
        "run --node plan --chat",
    ]));
}
