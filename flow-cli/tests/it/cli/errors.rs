use insta::assert_snapshot;

use super::TestContext;

#[test]
fn broken_files() {
    let context = TestContext::with(&[
        ("tab/flow.yaml", "inputs:\n\tname: { type: string }\n"),
        ("empty/flow.yaml", ""),
        ("text/flow.yaml", "just a text"),
        ("list/flow.yaml", "- a\n- b\n"),
        ("quote/flow.yaml", "nodes:\n  - name: \"a\n    type: prompt\n"),
        ("twice/flow.yaml", "inputs: {}\ninputs: {}\nnodes: []\n"),
    ]);
    std::fs::create_dir_all(context.folder().join("bytes")).expect("writable");
    std::fs::write(context.folder().join("bytes/flow.yaml"), b"name: \xff\xfe\n").expect("writable");
    assert_snapshot!(context.session(&[
        "check tab",
        "check empty",
        "check text",
        "check list",
        "check quote",
        "check twice",
        "check bytes",
    ]));
}

#[test]
fn missing_and_broken_templates() {
    let flow = |template: &str| {
        format!(
            "inputs:\n  a: {{ type: string, default: x }}\noutputs:\n  o: {{ type: string, reference: \"${{n.output}}\" }}\n\
             nodes:\n  - name: n\n    type: prompt\n    source: {{ path: {template} }}\n    inputs: {{ a: \"${{inputs.a}}\" }}\n"
        )
    };
    let context = TestContext::with(&[
        ("missing/flow.yaml", &flow("promt.jinja2")),
        ("missing/prompt.jinja2", "{{ a }}"),
        ("broken/flow.yaml", &flow("p.jinja2")),
        ("broken/p.jinja2", "First line\n{% for x in a %}{{ x }}\n"),
        ("outside/flow.yaml", &flow("../secret.txt")),
        ("secret.txt", "not yours"),
        ("fails/flow.yaml", &flow("p.jinja2")),
        ("fails/p.jinja2", "{{ a.b.c }}"),
    ]);
    assert_snapshot!(context.session(&[
        "run missing",
        "run broken",
        "run outside",
        "run fails",
        "run fails --json",
        "run fails --compat",
    ]));
}

#[test]
fn nodes_that_cannot_run_yet() {
    let flow = r#"inputs:
  a: { type: string, default: x }
outputs:
  o: { type: string, reference: "${n.output}" }
nodes:
  - name: n
    type: python
    source: { type: code, path: n.py }
    inputs: { a: "${inputs.a}" }
"#;
    let context = TestContext::with(&[
        ("flow.dag.yaml", flow),
        ("n.py", "from promptflow.core import tool\n\n@tool\ndef n(a: str) -> str:\n    return a\n"),
    ]);
    assert_snapshot!(context.session(&["run", "run --json"]));
}
