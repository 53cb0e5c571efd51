//! `flow runs diff` of evaluated runs: why a number moved.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;

/// A flow of a Python node, which makes the question, and a model; the answer is right where it repeats the text.
const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  answer: { type: string, reference: "${say.output}" }
nodes:
  - name: ask
    type: python
    source: { type: code, path: ask.py }
    inputs: { text: "${inputs.text}" }
  - name: say
    type: llm
    connection: openai
    prompt: |
      system:
      Repeat it.
      user:
      {{ question }}
    inputs: { model: gpt-4o-mini, question: "${ask.output}" }
"#;

const CODE: &str = "from promptflow.core import tool\n\n\n@tool\ndef ask(text: str) -> str:\n    return text\n";

/// Rows with a 7 are answered wrong where the system's message says `shortly`, and those with a 3 by the larger model.
const RULES: &str = "rules:
  - { when: { node: say, system: shortly, text: '7' }, reply: wrong }
  - { when: { node: say, model: gpt-4o, text: '3' }, reply: wrong }
  - { when: { node: say, text: broken }, reply: wrong }
  - reply: '{{ text }}'
";

const JUDGE: &str = r#"type: evaluation
inputs:
  answer: { type: string }
outputs:
  score: { type: int, reference: "${grade.output.score}" }
nodes:
  - name: grade
    type: llm
    connection: openai
    prompt: |
      system:
      Grade it.
      user:
      {{ answer }}
    inputs: { model: gpt-4o-mini, answer: "${inputs.answer}" }
    output_schema: { type: object, properties: { score: { type: integer } }, required: [score] }
"#;

const GRADES: &str = "rules:
  - { when: { system: strictly }, json: { score: 2 } }
  - json: { score: 4 }
";

const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
score:
  - { name: exact, metric: exact_match, inputs: { answer: "${run.outputs.answer}", expected: "${data.expected}" } }
  - { name: grade, flow: judge, scale: [1, 5], inputs: { answer: "${run.outputs.answer}" } }
"#;

fn rows(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| format!("{{\"text\": \"t{number}\", \"expected\": \"t{number}\"}}\n")).collect()
}

/// Two runs: one of all as it is, and one after an edit.
fn moved(edit: impl FnOnce(&TestContext)) -> (TestContext, Json) {
    let context = TestContext::with(&[
        ("flow.yaml", FLOW),
        ("ask.py", CODE),
        ("mock.yaml", RULES),
        ("judge/flow.yaml", JUDGE),
        ("judge/mock.yaml", GRADES),
        ("rows.jsonl", &rows(0..40)),
        ("eval.yaml", SPEC),
    ]);
    let first = context.json("eval eval.yaml --mock --json", 0)["run"].as_str().expect("a run").to_owned();
    edit(&context);
    let second = context.json("eval eval.yaml --mock --json", 0)["run"].as_str().expect("a run").to_owned();
    let document = context.json(&format!("runs diff {first} {second} --json"), 0);
    context.write("runs", &format!("{first} {second}"));
    (context, document)
}

fn edited(context: &TestContext, path: &str, from: &str, to: &str) {
    let text = context.read(path);
    assert!(text.contains(from), "{path} has no `{from}`");
    context.write(path, &text.replace(from, to));
}

/// Place, reasons, rows and what they add, of each part of a score.
fn parts(document: &Json, score: usize) -> Vec<(Json, Json, u64, f64)> {
    let parts = document["scores"][score]["parts"].as_array().expect("parts");
    let part = |part: &Json| {
        let add = (part["difference"].as_f64().expect("a number") * 1e6).round() / 1e6;
        (part["place"].clone(), part["reasons"].clone(), part["rows"].as_u64().expect("a number"), add)
    };
    parts.iter().map(part).collect()
}

fn said(context: &TestContext) -> String {
    let said = context.done(&format!("runs diff {} --rows 0", context.read("runs")));
    let (why, _) = said.split_once("\nfrom  ").expect("the runs come behind the scores");
    why.to_owned()
}

#[test]
fn a_prompt_moved_it() {
    let (context, document) = moved(|context| edited(context, "flow.yaml", "Repeat it.", "Repeat it shortly."));
    assert_eq!(parts(&document, 0), [(json!({ "node": "say" }), json!(["prompt"]), 4, -0.1)]);
    assert_eq!(document["scores"][0]["means"], json!([1.0, 0.9]));
    assert_snapshot!(said(&context));
}

#[test]
fn a_model_moved_it() {
    let (_, document) = moved(|context| edited(context, "flow.yaml", "model: gpt-4o-mini", "model: gpt-4o"));
    let expected = [(json!({ "node": "say" }), json!(["model"]), 13, -0.325)];
    assert_eq!(parts(&document, 0), expected);
    // Together with the prompt, as far as that can be told apart: not at all.
    let (_, document) = moved(|context| {
        edited(context, "flow.yaml", "model: gpt-4o-mini", "model: gpt-4o");
        edited(context, "flow.yaml", "Repeat it.", "Repeat it shortly.");
    });
    let expected = [(json!({ "node": "say" }), json!(["prompt", "model"]), 16, -0.4)];
    assert_eq!(parts(&document, 0), expected);
}

#[test]
fn parameters_moved_it() {
    let (_, document) = moved(|context| {
        edited(
            context,
            "mock.yaml",
            "  - reply: '{{ text }}'",
            "  - { reply: '{{ text }}', wrong: wrong, accuracy: 0.5 }",
        );
        context.json("eval eval.yaml --mock --json", 0);
        edited(context, "flow.yaml", "{ model: gpt-4o-mini,", "{ model: gpt-4o-mini, temperature: 0.5,");
    });
    assert_eq!(parts(&document, 0)[0].1, json!(["parameters", "rules"]));
}

#[test]
fn a_snapshot_behind_the_same_name_moved_it() {
    let (context, document) = moved(|context| {
        edited(context, "mock.yaml", "rules:\n", "snapshot: gpt-4o-mini-2024-07-18\nrules:\n");
        edited(context, "mock.yaml", "text: broken", "text: t1");
    });
    assert_eq!(parts(&document, 0), [(json!({ "node": "say" }), json!(["snapshot", "rules"]), 11, -0.275)]);
    let cause = document["causes"].as_array().expect("causes").iter().find(|cause| cause["change"] == "snapshot");
    assert_eq!(cause.expect("a cause")["to"], json!(["gpt-4o-mini-2024-07-18"]));
    assert!(
        context
            .done(&format!("runs diff {}", context.read("runs")))
            .contains("node say: answered by gpt-4o-mini → gpt-4o-mini-2024-07-18")
    );
    let models = context.done(
        "runs query \"select answered_by, fingerprint, count(*) as n from calls group by answered_by, fingerprint\"",
    );
    assert!(models.contains("gpt-4o-mini-2024-07-18") && models.contains("fp_mock"), "{models}");
}

#[test]
fn the_data_moved_it() {
    let (context, document) = moved(|context| {
        // Ten rows are gone, one has another label, and five that are answered wrong are new.
        let new: String =
            (0..5).map(|number| format!("{{\"text\": \"broken {number}\", \"expected\": \"x\"}}\n")).collect();
        let kept = rows(10..40).replace("\"expected\": \"t20\"", "\"expected\": \"twenty\"");
        context.write("rows.jsonl", &format!("{new}{kept}"));
    });
    let score = &document["scores"][0];
    assert_eq!(parts(&document, 0), []);
    let counts = ["shared", "new", "gone", "relabelled"].map(|name| score["data"][name].as_u64().expect("a number"));
    assert_eq!(counts, [29, 5, 10, 1]);
    assert_eq!(score["shared"]["paired"]["difference"], 0.0);
    assert!((score["data"]["difference"].as_f64().expect("a number") + 6.0 / 35.0).abs() < 1e-9, "{score}");
    assert_snapshot!(said(&context));
}

#[test]
fn the_judge_moved_it() {
    let (context, document) = moved(|context| edited(context, "judge/flow.yaml", "Grade it.", "Grade it strictly."));
    assert_eq!(parts(&document, 0), []);
    assert_eq!(parts(&document, 1), [(json!("score"), json!(["prompt"]), 40, -2.0)]);
    assert_snapshot!(said(&context));
    let (_, document) = moved(|context| edited(context, "eval.yaml", "exact_match,", "exact_match, not: true,"));
    assert_eq!(parts(&document, 0), [(json!("score"), json!(["definition"]), 40, -1.0)]);
}

#[test]
fn code_moved_it_at_the_first_node_that_gave_something_else() {
    let (_, document) =
        moved(|context| edited(context, "ask.py", "return text", "return text + '!' if '9' in text else text"));
    assert_eq!(parts(&document, 0), [(json!({ "node": "ask" }), json!(["code"]), 4, -0.1)]);
}

#[test]
fn chance_moved_it() {
    let code = CODE.replace("return text", "return text if time.time_ns() // 1000 % 2 else 'broken'");
    let code = code.replace("from promptflow", "import time\n\nfrom promptflow");
    let context = TestContext::with(&[
        ("flow.yaml", FLOW),
        ("ask.py", &code),
        ("mock.yaml", RULES),
        ("judge/flow.yaml", JUDGE),
        ("judge/mock.yaml", GRADES),
        ("rows.jsonl", &rows(0..40)),
        ("eval.yaml", &format!("{SPEC}repeat: 3\n")),
    ]);
    let run = || context.json("eval eval.yaml --mock --json", 0)["run"].as_str().expect("a run").to_owned();
    let (first, second) = (run(), run());
    let document = context.json(&format!("runs diff {first} {second} --json"), 0);
    for part in parts(&document, 0) {
        assert_eq!((&part.0, &part.1), (&json!({ "node": "ask" }), &json!([])), "{document}");
    }
    assert!(!parts(&document, 0).is_empty());
    assert!(document["scores"][0]["noise"].as_f64().is_some_and(|noise| noise > 0.02 && noise < 0.3), "{document}");
    let said = context.done(&format!("runs diff {first} {second} --rows 0"));
    assert!(
        said.contains("where nothing that is recorded changed: chance")
            && said.contains("repetitions alone move it by up to"),
        "{said}"
    );
}
