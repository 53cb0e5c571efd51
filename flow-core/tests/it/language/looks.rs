use super::{load, said};

fn said_of(node: &str) -> Vec<String> {
    let flow = format!(
        r#"
inputs: {{ q: {{ type: string }}, go: {{ type: bool }} }}
outputs: {{ text: {{ type: string, reference: "${{end.output}}" }} }}
nodes:
  - {{ name: text, type: prompt, prompt: "{{{{ q }}}}", inputs: {{ q: "${{inputs.q}}" }} }}
  - {{ name: lines, type: tool, tool: text.lines, inputs: {{ text: "${{text.output}}" }} }}
  - {{ name: maybe, type: tool, tool: text.lines, on_error: {{ default: [a] }}, inputs: {{ text: "${{lines.output.[0]}}" }} }}
  - name: middle
    type: prompt
    prompt: x
    {node}
  - {{ name: end, type: prompt, prompt: "{{{{ a }}}}{{{{ b }}}}{{{{ c }}}}",
      inputs: {{ a: "${{middle.output}}", b: "${{maybe.output}}", c: "${{inputs.go}}" }} }}
"#
    );
    said(&load(&[("flow.yaml", &flow)]))
}

#[test]
fn sound_conditions_and_lists_are_left_alone() {
    for node in [
        r#"if: text.output == "x" and text.output[0] == "a""#,
        r#"if: text.output.strip().lower() == "x""#,
        "if: lines.output[0] == text.output and lines.output | length > 2",
        r#"activate: { when: "${text.output}", is: "true" }"#,
        r#"activate: { when: "${lines.output.[0]}", is: 1 }"#,
        r#"activate: { when: "${maybe.output}", is: true }"#,
        r#"for_each: "${lines.output}""#,
        r#"for_each: "${maybe.output}""#,
    ] {
        assert_eq!(said_of(node), Vec::<String>::new(), "{node}");
    }
}

#[test]
fn conditions_and_lists_that_cannot_work_are_told() {
    for (node, expected) in [
        (
            r#"for_each: "${text.output}""#,
            "error type-mismatch 11:15 `for_each` runs over a list, but the output of node `text` is of type string (if \
             it is JSON text, parse it with the tool json.parse and refer to that node)",
        ),
        (
            r#"activate: { when: "${text.output}", is: true }"#,
            "warning constant-condition 11:45 this condition is never met: node `text` gives text, and it is compared \
             with bool (compare with text: is: \"true\")",
        ),
        (
            r#"activate: { when: "${text.output.label}", is: bug }"#,
            "error unknown-property 11:23 the output of node `text` is text, which has no property `label` (if it is \
             JSON text, parse it with the tool json.parse and refer to that node)",
        ),
        (
            r#"if: text.output.label == "bug""#,
            "warning unknown-property 11:9 the output of node `text` is text, which has no property `label` (if it is \
             JSON text, parse it with the tool json.parse and refer to that node)",
        ),
        (
            "aggregation: true\n    activate: { when: \"${inputs.go}\", is: true }",
            "warning constant-condition 12:43 this condition is never met: the input is list (of the values of all \
             rows), and it is compared with bool (compare with a value of type list)",
        ),
    ] {
        let said = said_of(node);
        assert_eq!(said.first().map(String::as_str), Some(expected), "{node}: {said:#?}");
    }
}
