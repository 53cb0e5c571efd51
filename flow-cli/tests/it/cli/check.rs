use insta::assert_snapshot;

use super::TestContext;

const GOOD: &str = r#"inputs:
  name: { type: string }
outputs:
  text: { type: string, reference: "${greet.output}" }
nodes:
  - name: greet
    type: prompt
    prompt: "Hello {{ name }}"
    inputs: { name: "${inputs.name}" }
"#;

/// An unknown reference and an unknown type.
const BAD: &str = r#"inputs:
  name: { type: string }
outputs:
  text: { type: string, reference: "${gret.output}" }
nodes:
  - name: greet
    type: promt
    prompt: "Hello {{ name }}"
    inputs: { name: "${inputs.name}" }
"#;

/// An input that nothing uses.
const ODD: &str = r#"inputs:
  name: { type: string }
  age: { type: int }
outputs:
  text: { type: string, reference: "${greet.output}" }
nodes:
  - name: greet
    type: prompt
    prompt: "Hello {{ name }}"
    inputs: { name: "${inputs.name}" }
"#;

fn several() -> TestContext {
    TestContext::with(&[
        ("good/flow.yaml", GOOD),
        ("bad/flow.yaml", BAD),
        ("odd/deep/flow.dag.yaml", ODD),
        ("odd/_build/flow.yaml", BAD),
        ("odd/.hidden/flow.yaml", BAD),
    ])
}

#[test]
fn problems_are_told_to_people() {
    let context = several();
    assert_snapshot!(context.session(&["check good", "check bad", "check odd", "check odd --deny-warnings"]));
}

#[test]
fn problems_are_told_to_programs() {
    let context = several();
    assert_snapshot!(context.session(&[
        "check good --json",
        "check bad --format json",
        "check good bad odd --format github",
    ]));
}

#[test]
fn several_paths_and_folders_below() {
    let context = several();
    assert_snapshot!(context.session(&[
        "check",
        "check good odd",
        "check good/flow.yaml odd/deep/flow.dag.yaml --deny-warnings",
        "check nowhere",
        "check good nowhere --json",
        "check bad/flow.yml",
    ]));
}

#[test]
fn a_folder_without_a_flow_is_told() {
    let context = TestContext::with(&[("notes/readme.txt", "no flow here")]);
    assert_snapshot!(context.session(&["check", "check notes"]));
}

#[test]
fn all_variants_are_checked() {
    let flow = GOOD.to_owned()
        + r#"    variants:
      warm: { prompt: "Dear {{ nmae }}" }
      curt: { inputs: { name: "${inputs.nam}" } }
"#;
    let context = TestContext::with(&[("flow.yaml", &flow)]);
    assert_snapshot!(context.session(&["check", "check --variant greet=base", "check --variant greet=cold"]));
}

#[test]
fn strictness_can_be_chosen() {
    let context = TestContext::with(&[("flow.dag.yaml", &format!("{GOOD}colour: red\n"))]);
    assert_snapshot!(context.session(&["check", "check --strict", "check --compat"]));
}
