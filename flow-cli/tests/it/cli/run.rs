use insta::assert_snapshot;

use super::TestContext;

/// One text output, one input that must be given and two with defaults.
const GREETING: &str = r#"inputs:
  name: { type: string }
  times: { type: int, default: 1 }
  loud: { type: bool, default: false }
outputs:
  greeting: { type: string, reference: "${greet.output}" }
nodes:
  - name: greet
    type: prompt
    prompt: "{% for turn in range(times) %}Hello {{ name | upper if loud else name }}! {% endfor %}"
    inputs: { name: "${inputs.name}", times: "${inputs.times}", loud: "${inputs.loud}" }
"#;

/// Several outputs of several types.
const PARTS: &str = r#"inputs:
  words: { type: list, default: [oak, elm] }
  weights: { type: object, default: { oak: 1.5 } }
  factor: { type: double, default: 2 }
outputs:
  text: { type: string, reference: "${joined.output}" }
  words: { type: list, reference: "${inputs.words}" }
  product: { type: double, reference: "${product.output}" }
nodes:
  - name: joined
    type: tool
    tool: text.join
    inputs: { items: "${inputs.words}", separator: "-" }
  - name: product
    type: tool
    tool: expression.evaluate
    inputs: { expression: "weights.oak * factor", values: { weights: 1, factor: 1 } }
"#;

/// A call of a model, whichever the connection leads to.
const ASK: &str = r#"inputs:
  question: { type: string, default: Why is the sky blue? }
outputs:
  answer: { type: string, reference: "${ask.output}" }
nodes:
  - name: ask
    type: llm
    connection: openai
    prompt: |
      system:
      Be brief.
      user:
      {{ question }}
    inputs: { model: gpt-4o-mini, question: "${inputs.question}" }
"#;

fn greeting() -> TestContext {
    TestContext::with(&[("flow.yaml", GREETING)])
}

#[test]
fn a_text_output_is_printed_bare() {
    let context = greeting();
    assert_snapshot!(context.session(&["run -i name=Ada", "run . -i name=Ada -i times=2 -i loud=true"]));
}

#[test]
fn several_outputs_are_printed_as_json() {
    let flow = PARTS.replace("weights.oak * factor", "2 * 1.5").replace(", values: { weights: 1, factor: 1 }", "");
    let flow = flow
        .replace("  weights: { type: object, default: { oak: 1.5 } }\n  factor: { type: double, default: 2 }\n", "");
    let context = TestContext::with(&[("flow.yaml", &flow)]);
    assert_snapshot!(context.session(&["run", r#"run -i 'words=["ash"]'"#]));
}

#[test]
fn json_of_a_success_and_of_failures() {
    let context = greeting();
    assert_snapshot!(context.session(&[
        "run --json -i name=Ada",
        "run --json",
        "run --json -i name=Ada -i times=twice",
        "run --json -i nam=Ada",
        "run --json -i name",
        "run --json nowhere",
        "run --json --inputs nowhere.json",
    ]));
}

#[test]
fn inputs_are_brought_to_their_types() {
    let types = r#"inputs:
  count: { type: int, default: 1 }
  share: { type: double, default: 0.5 }
  on: { type: bool, default: true }
  tags: { type: list, default: [] }
  person: { type: object, default: {} }
outputs:
  count: { type: int, reference: "${inputs.count}" }
  share: { type: double, reference: "${inputs.share}" }
  on: { type: bool, reference: "${inputs.on}" }
  tags: { type: list, reference: "${inputs.tags}" }
  person: { type: object, reference: "${inputs.person}" }
nodes:
  - name: note
    type: prompt
    prompt: nothing
"#;
    let context = TestContext::with(&[("flow.yaml", types)]);
    assert_snapshot!(context.session(&[
        r#"run -i count=3 -i share=2 -i on=False -i 'tags=["a", 1]' -i 'person={"name": "Ada"}'"#,
        "run -i count=many",
        "run -i share=half",
        "run -i on=perhaps",
        "run -i tags=a,b",
        "run -i person=Ada",
    ]));
}

#[test]
fn inputs_come_from_files_and_standard_input() {
    let context = greeting();
    context.write("ada.json", r#"{"name": "Ada", "times": 2}"#);
    context.write("bob.yaml", "name: Bob\nloud: true\n");
    context.write("many.jsonl", "\n{\"name\": \"Cid\", \"column\": 1}\n{\"name\": \"Dot\"}\n");
    context.write("mark.json", "\u{feff}{\"name\": \"Eve\"}\r\n");
    assert_snapshot!(context.session(&[
        "run --inputs ada.json",
        "run --inputs ada.json -i times=1",
        "run --inputs bob.yaml",
        "run --inputs many.jsonl",
        "run --inputs mark.json",
    ]));
    assert_snapshot!("inputs_from_standard_input", context.transcript("run --inputs -", r#"{"name": "Fay"}"#));
}

#[test]
fn files_of_inputs_that_do_not_serve() {
    let context = greeting();
    context.write("broken.json", "{\"name\": Ada}");
    context.write("broken.yaml", "name: [Ada\nloud: true\n");
    context.write("list.json", "[1, 2]");
    context.write("empty.jsonl", "\n");
    assert_snapshot!(context.session(&[
        "run --inputs nowhere.json",
        "run --inputs broken.json",
        "run --inputs broken.yaml",
        "run --inputs list.json",
        "run --inputs empty.jsonl",
        "run --inputs .",
    ]));
    assert_snapshot!("standard_input_that_does_not_serve", context.transcript("run --inputs -", ""));
}

#[test]
fn missing_and_mistyped_inputs() {
    let context = greeting();
    assert_snapshot!(context.session(&[
        "run",
        "run -i nmae=Ada",
        "run -i colour=red",
        "run -i name",
        "run -i times=2",
    ]));
}

#[test]
fn mistyped_paths_and_options() {
    let context = greeting();
    context.write("other/notes.txt", "no flow here");
    context.write("two/flow.yaml", GREETING);
    context.write("two/flow.dag.yaml", GREETING);
    assert_snapshot!(context.session(&[
        "run nowhere",
        "run other",
        "run flow.yml -i name=Ada",
        "run other/notes.txt",
        "run two -i name=Ada",
        "run --vairant a=b",
        "runn .",
        "run --timeout soon",
        "run --timeout 5y",
        "run --seed many",
        "run --compat --strict",
        "run . extra",
    ]));
}

#[test]
fn a_mock_answers_with_and_without_rules() {
    let context = TestContext::with(&[
        ("flow.yaml", ASK),
        ("sky.yaml", "- when: { text: sky }\n  reply: Because of Rayleigh.\n- reply: I do not know.\n"),
        ("broken.yaml", "rules:\n  - when: { txt: sky }\n    reply: hello\n"),
    ]);
    assert_snapshot!(context.session(&[
        "run --mock",
        "run --mock=sky.yaml",
        "run --mock=sky.yaml -i 'question=Who won?'",
        "run --mock=nowhere.yaml",
        "run --mock=broken.yaml",
        "run --mock sky.yaml",
        "run",
    ]));
}

#[test]
fn rules_beside_the_flow_serve_from_everywhere() {
    let context = TestContext::with(&[
        ("sky/flow.yaml", ASK),
        ("sky/mock.yaml", "- reply: These are the rules beside the flow.\n"),
    ]);
    assert_snapshot!(context.session(&["run sky --mock", "run sky --mock=mock.yaml", "run sky/flow.yaml --mock"]));
}

#[test]
fn a_seed_decides_what_the_mock_says() {
    let rules = "rules:\n  - replies: [a, b, c, d, e, f, g, h]\n";
    let context = TestContext::with(&[("flow.yaml", ASK), ("mock.yaml", rules)]);
    let said = |seed: u32| context.done(&format!("run --mock --seed {seed}"));
    let all: Vec<String> = (0..8).map(said).collect();
    let again: Vec<String> = (0..8).map(said).collect();
    assert_eq!(all, again);
    assert!(all.iter().any(|one| *one != all[0]), "{all:?}");
}

#[test]
fn a_run_that_takes_too_long_is_given_up() {
    let context =
        TestContext::with(&[("flow.yaml", ASK), ("mock.yaml", "latency: 3600000\nrules:\n  - reply: at last\n")]);
    assert_snapshot!(context.session(&["run --mock --timeout 50ms", "run --mock --timeout 0.05s --json"]));
}

#[test]
fn a_node_that_fails_is_told() {
    let failing = "rules:\n  - error: { status: 503, message: the model is being updated }\n";
    let context = TestContext::with(&[("flow.yaml", ASK), ("mock.yaml", failing)]).set("FLOW_RETRIES", "0");
    assert_snapshot!(context.session(&["run --mock", "run --mock --json", "run --mock --trace"]));
}

#[test]
fn an_invalid_flow_does_not_run() {
    let context = TestContext::with(&[("flow.yaml", &ASK.replace("inputs.question", "inputs.qestion"))]);
    assert_snapshot!(context.session(&["run --mock", "run --mock --json"]));
}

#[test]
fn warnings_are_told_and_the_flow_runs() {
    let odd = format!("{GREETING}\ncolour: red\n");
    let context = TestContext::with(&[("flow.dag.yaml", &odd)]);
    assert_snapshot!(context.session(&["run -i name=Ada", "run -i name=Ada --strict", "run -i name=Ada --json",]));
}

#[test]
fn aggregation_nodes_run_after_the_row() {
    let flow = GREETING.to_owned()
        + r#"  - name: total
    type: prompt
    aggregation: true
    prompt: "{{ names | length }} of {{ missing.part }}"
    inputs: { names: "${inputs.name}" }
"#;
    let context = TestContext::with(&[
        ("flow.yaml", &flow.replace("missing.part", "names | join")),
        ("failing/flow.dag.yaml", &flow),
    ]);
    assert_snapshot!(context.session(&["run -i name=Ada --trace", "run failing -i name=Ada"]));
}
