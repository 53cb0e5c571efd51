use super::{load, said, said_compatible};

#[test]
fn item_and_loop_are_names_in_promptflow() {
    let flow = r#"
inputs: { q: { type: string } }
outputs:
  a: { type: string, reference: "${item.output}" }
  b: { type: string, reference: "${loop.output}" }
nodes:
  - { name: item, type: prompt, prompt: "{{ q }}", inputs: { q: "${inputs.q}" } }
  - { name: loop, type: prompt, prompt: "{{ q }}", inputs: { q: "${inputs.q}" } }
"#;
    assert_eq!(said_compatible(flow), Vec::<String>::new());
    let strict = said(&load(&[("flow.yaml", flow)]));
    assert_eq!(strict.iter().filter(|line| line.starts_with("error reserved-name ")).count(), 2, "{strict:#?}");
}

#[test]
fn names_that_references_cannot_spell_are_told() {
    let flow = r#"
inputs: { q: { type: list } }
outputs: { a: { type: list, reference: "${c.output}" } }
nodes:
  - { name: a.b, type: prompt, prompt: x }
  - { name: write-reply, type: prompt, prompt: x }
  - name: c
    type: prompt
    for_each: "${inputs.q}"
    if: write-reply.output == "x"
    prompt: "{{ q }}"
    inputs: { q: "${iten.name}" }
"#;
    assert_eq!(
        said(&load(&[("flow.yaml", flow)])),
        [
            "error reserved-name 5:13 no reference can reach a node called `a.b` (a reference ends the name at the \
             first dot; call the node `a_b`)",
            "error unknown-node 10:9 `write` is neither a node nor `inputs` (in an expression `write-reply` is no \
             name; call the node `write_reply`)",
            "error unknown-node 10:15 `reply` is neither a node nor `inputs` (in an expression `write-reply` is no \
             name; call the node `write_reply`)",
            "error unknown-node 12:18 this refers to a node `iten`, which does not exist (did you mean `item`?)",
        ]
    );
}
