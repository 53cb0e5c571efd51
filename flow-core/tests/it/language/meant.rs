//! What newcomers mean: references without their sign, flow inputs in templates, short forms of inputs and outputs.

use super::{load, said};

#[test]
fn references_without_their_sign_are_told() {
    let flow = r#"
inputs: { q: { type: string } }
outputs:
  a: { type: string, reference: "c.output" }
  b: { type: string, reference: "${c.output}" }
nodes:
  - { name: a, type: prompt, prompt: "{{ q }}", inputs: { q: inputs.q } }
  - { name: b, type: prompt, prompt: "{{ q }}", inputs: { q: "{{ inputs.q }}" } }
  - name: c
    type: prompt
    activate: { when: a.output, is: x }
    prompt: "{{ a }}{{ b }}{{ c }}{{ d }}{{ q }}"
    inputs: { a: "${a.output}", b: "${b.output}", c: "inputs.other", d: "a.output is fine", q: "${inputs.q}" }
"#;
    assert_eq!(
        said(&load(&[("flow.yaml", flow)])),
        [
            "warning reference-as-text 4:33 output `a` is the fixed text `c.output`, since its reference is none (did \
             you mean ${c.output}?)",
            "warning reference-as-text 7:62 this is text, not a reference (did you mean ${inputs.q}?)",
            "warning reference-as-text 8:62 this is text, not a reference (did you mean ${inputs.q}?)",
            "warning reference-as-text 11:23 this is text, not a reference (did you mean ${a.output}?)",
        ]
    );
}

#[test]
fn templates_that_ask_for_what_the_flow_has_are_told_how() {
    let flow = r#"
inputs: { question: { type: string } }
outputs: { b: { type: string, reference: "${b.output}" }, q: { type: string, reference: "${inputs.question}" } }
nodes:
  - { name: answer, type: prompt, prompt: "x" }
  - { name: b, type: prompt, prompt: "{{ inputs.question }}{{ question }}{{ answer }}{{ other }}{{ a }}", inputs: { a: "${answer.output}" } }
"#;
    assert_eq!(
        said(&load(&[("flow.yaml", flow)])),
        [
            "error unknown-variable 6:42 no input of node `b` provides the variable `inputs` (templates see the node's \
             own `inputs` only: add `NAME: ${inputs.NAME}` there, and print {{ NAME }})",
            "error unknown-variable 6:63 no input of node `b` provides the variable `question` (add `question: \
             ${inputs.question}` below the node's `inputs`)",
            "error unknown-variable 6:77 no input of node `b` provides the variable `answer` (add `answer: \
             ${answer.output}` below the node's `inputs`)",
            "error unknown-variable 6:89 no input of node `b` provides the variable `other` (add `other: …` below the \
             node's `inputs`)",
        ]
    );
}

#[test]
fn short_forms_and_one_for_many_are_told() {
    let flow = r#"
inputs: { q: string, r: [x] }
outputs: { a: "${a.output}" }
node: []
"#;
    assert_eq!(
        said(&load(&[("flow.yaml", flow)])),
        [
            "error wrong-shape 2:14 input `q` must be a mapping of keys to values, here it is text (write { type: \
             string })",
            "error wrong-shape 2:25 input `r` must be a mapping of keys to values, here it is a list",
            "error wrong-shape 3:15 output `a` must be a mapping of keys to values, here it is text (write { type: \
             string, reference: \"${a.output}\" })",
            "error unknown-key 4:1 the flow has no key `node` (did you mean `nodes`?)",
        ]
    );
}
