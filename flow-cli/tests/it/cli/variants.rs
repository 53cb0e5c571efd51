use insta::assert_snapshot;

use super::TestContext;

const TONES: &str = r#"inputs:
  name: { type: string, default: Ada }
outputs:
  text: { type: string, reference: "${close.output}" }
nodes:
  - name: greet
    type: prompt
    prompt: "Hello {{ name }}"
    inputs: { name: "${inputs.name}" }
    variants:
      warm: { prompt: "Dear {{ name }}" }
      curt: { prompt: "{{ name }}" }
  - name: close
    type: prompt
    prompt: "{{ greeting }}. Regards"
    inputs: { greeting: "${greet.output}" }
    variants:
      warm: { prompt: "{{ greeting }}. Love" }
"#;

#[test]
fn a_variant_is_picked_in_both_spellings() {
    let context = TestContext::with(&[("flow.yaml", TONES)]);
    assert_snapshot!(context.session(&[
        "run",
        "run --variant greet=warm",
        "run --variant '${greet.warm}'",
        "run --variant greet=curt,close=warm",
        "run --variant greet=curt --variant close=warm",
        "run --variant greet=base",
        "run --variant greet=warm --json",
    ]));
}

#[test]
fn mistyped_variants_are_told() {
    let context = TestContext::with(&[("flow.yaml", TONES)]);
    assert_snapshot!(context.session(&[
        "run --variant greet=wram",
        "run --variant gret=warm",
        "run --variant greet",
        "run --variant warm",
        "run --variant greet=warm,greet=curt",
        "run --variant '${greet}'",
    ]));
}

#[test]
fn promptflows_variants_are_picked_the_same_way() {
    let context = TestContext::of_example("web-classification");
    assert_eq!(
        context.done("run --variant summarize=variant_1"),
        context.done("run --variant '${summarize.variant_1}'")
    );
    assert_snapshot!(context.session(&["run --variant summarize=variant_9"]));
}

#[test]
fn what_is_odd_about_each_variant_is_told_once() {
    let flow = TONES.replace("inputs:\n", "inputs:\n  unused: { type: string, default: x }\n");
    let context = TestContext::with(&[("flow.yaml", &flow), ("rows.jsonl", "{\"name\": \"Bob\"}\n")]);
    let ran = context.ran("batch . -d rows.jsonl --map name='${data.name}' --variant greet=warm --variant greet=curt");
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    assert_eq!(ran.stderr.matches("unused").count(), context.ran("run").stderr.matches("unused").count(), "{ran:?}");
    assert!(ran.stderr.contains("unused"), "{ran:?}");
}
