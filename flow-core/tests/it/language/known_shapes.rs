use super::{load, said};

const SUB: &str = r#"
inputs: { q: { type: string } }
outputs: { answer: { type: string, reference: "${a.output}" } }
nodes:
  - { name: a, type: prompt, prompt: "{{ q }}", inputs: { q: "${inputs.q}" } }
"#;

fn said_of_reference(reference: &str) -> Vec<String> {
    let flow = format!(
        r#"
inputs: {{ q: {{ type: string }}, go: {{ type: bool }} }}
outputs: {{ text: {{ type: string, reference: "{reference}" }} }}
nodes:
  - {{ name: sub, type: flow, flow: sub, inputs: {{ q: "${{inputs.q}}" }} }}
  - {{ name: maybe, type: flow, flow: sub, if: inputs.go, inputs: {{ q: "${{inputs.q}}" }} }}
  - {{ name: each, type: flow, flow: sub, for_each: ["a", "b"], inputs: {{ q: "${{item}}" }} }}
  - {{ name: lines, type: tool, tool: text.lines, inputs: {{ text: "${{inputs.q}}" }} }}
  - {{ name: text, type: prompt, prompt: "{{{{ q }}}}", inputs: {{ q: "${{inputs.q}}" }} }}
  - {{ name: all, type: prompt, prompt: "{{{{ a }}}}{{{{ b }}}}{{{{ c }}}}{{{{ d }}}}{{{{ e }}}}",
      inputs: {{ a: "${{sub.output}}", b: "${{maybe.output}}", c: "${{each.output}}", d: "${{lines.output}}", e: "${{text.output}}" }} }}
  - {{ name: end, type: prompt, aggregation: true, prompt: "{{{{ a }}}}", inputs: {{ a: "${{all.output}}" }} }}
"#
    );
    said(&load(&[("flow.yaml", &flow), ("sub/flow.yaml", SUB)]))
}

#[test]
fn properties_that_are_there_are_taken() {
    for reference in
        ["${sub.output.answer}", "${maybe.output.answer}", "${each.output.[0].answer}", "${lines.output.[1]}"]
    {
        assert_eq!(said_of_reference(reference), Vec::<String>::new(), "{reference}");
    }
}

#[test]
fn properties_that_cannot_be_there_are_told() {
    for (reference, expected) in [
        (
            "${sub.output.anwser}",
            "error unknown-property 3:45 the flow of node `sub` has no output `anwser` (did you mean `answer`?)",
        ),
        (
            "${maybe.output.anwser}",
            "warning unknown-property 3:45 the flow of node `maybe` has no output `anwser` (did you mean `answer`?)",
        ),
        (
            "${each.output.answer}",
            "error unknown-property 3:45 the output of node `each` is a list, which has no property `answer` (take an \
             item by its position, .[0], or run a node for each item by `for_each`)",
        ),
        (
            "${lines.output.0}",
            "error unknown-property 3:45 the output of node `lines` is a list, which has no property `0` (write \
             ${lines.output.[0]} for an item by its position)",
        ),
        (
            "${text.output.part}",
            "error unknown-property 3:45 the output of node `text` is text, which has no property `part` (if it is \
             JSON text, parse it with the tool json.parse and refer to that node)",
        ),
    ] {
        assert_eq!(said_of_reference(reference), [expected], "{reference}");
    }
}
