use std::time::{Duration, Instant};

use super::{load, said};

#[test]
fn a_node_that_cannot_be_read_still_exists() {
    let flow = r#"
inputs: { q: { type: string } }
outputs: { text: { type: string, reference: "${a.output}" } }
nodes:
  - { name: a, type: magic, inputs: { q: "${inputs.q}" } }
  - { name: b, type: prompt, if: a.output == "x", prompt: "{{ a }}", inputs: { a: "${a.output}" } }
"#;
    assert_eq!(
        said(&load(&[("flow.yaml", flow)])),
        [
            "error invalid-value 5:22 there is no node type `magic` (known are `llm`, `prompt`, `tool`, `flow`, `python` and `prompty`)"
        ]
    );
}

#[test]
fn a_wrong_reference_is_the_only_thing_said_of_its_input() {
    let flow = r#"
inputs: { question: { type: string } }
outputs: { text: { type: string, reference: "${a.output}" }, rows: { type: list, reference: "${b.output}" } }
nodes:
  - { name: a, type: prompt, prompt: "{{ q }}", inputs: { q: "${inputs.qestion}" } }
  - { name: b, type: tool, tool: text.lines, inputs: { text: "${aa.output}" } }
"#;
    assert_eq!(
        said(&load(&[("flow.yaml", flow)])),
        [
            "error unknown-input 5:62 the flow has no input `qestion` (did you mean `question`?)",
            "error unknown-node 6:62 this refers to a node `aa`, which does not exist (known are `a` and `b`)",
        ]
    );
}

#[test]
fn variants_without_anything_are_told() {
    let flow = "nodes:\n  - { name: a, use_variants: true }\nnode_variants:\n  a: {}\n";
    let said = said(&load(&[("flow.yaml", flow)]));
    assert!(said.iter().any(|line| line.starts_with("error missing-default-variant 2:16 ")), "{said:#?}");
}

#[test]
fn conditions_see_the_item_and_the_turn() {
    let flow = r#"
inputs: { words: { type: list } }
outputs: { all: { type: list, reference: "${a.output}" }, last: { type: string, reference: "${b.output}" } }
nodes:
  - name: a
    type: prompt
    for_each: "${inputs.words}"
    if: item != "" and loop.index < 3
    prompt: "{{ word }}"
    inputs: { word: "${item}" }
  - name: b
    type: prompt
    loop: { until: b.output == "x" or loop.index > 1, max: 3 }
    prompt: "{{ before }}x"
    inputs: { before: "${loop.previous}" }
"#;
    assert_eq!(said(&load(&[("flow.yaml", flow)])), Vec::<String>::new());
    let bare = flow.replace("b.output == ", "b == ");
    assert_eq!(
        said(&load(&[("flow.yaml", &bare)])),
        ["error unknown-section 13:20 `b` alone is no value (write `b.output`)"]
    );
}

/// Each node refers twice to the one before it: the number of ways through the flow is two to the power of its length.
#[test]
fn long_ladders_are_checked_in_no_time() {
    let mut flow = "inputs: { q: { type: bool } }\nnodes:\n".to_owned();
    flow += "  - { name: n0, type: prompt, prompt: x, if: inputs.q }\n";
    for position in 1..60 {
        let before = format!("${{n{}.output}}", position - 1);
        flow += &format!("  - {{ name: n{position}, type: prompt, prompt: '{{{{ a }}}}{{{{ b }}}}', ");
        flow += &format!("inputs: {{ a: '{before}', b: '{before}' }} }}\n");
    }
    flow += "outputs: { text: { type: string, reference: '${n59.output.part}' } }\n";
    let start = Instant::now();
    let said = said(&load(&[("flow.yaml", &flow)]));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].starts_with("warning unknown-property "), "{said:#?}");
}

/// Each flow calls the next one three times.
#[test]
fn flows_that_share_others_are_checked_in_no_time() {
    let mut files = Vec::new();
    for depth in 0..14 {
        let folder = if depth == 0 { String::new() } else { format!("f{depth}/") };
        let next = if depth == 0 { "f1".to_owned() } else { format!("../f{}", depth + 1) };
        let mut flow = "nodes:\n".to_owned();
        for call in 0..3 {
            flow += &match depth {
                13 => format!("  - {{ name: n{call}, type: prompt, prompt: '{{{{ lost }}}}' }}\n"),
                _ => format!("  - {{ name: n{call}, type: flow, flow: {next} }}\n"),
            };
        }
        files.push((format!("{folder}flow.yaml"), flow));
    }
    // The project, so that the flows may call each other.
    files.push((".flow/keep".to_owned(), String::new()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let start = Instant::now();
    let said = said(&load(&files));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let unknown = said.iter().filter(|line| line.starts_with("error unknown-variable ")).count();
    assert_eq!((unknown, said.len()), (3, 3), "{said:#?}");
}
