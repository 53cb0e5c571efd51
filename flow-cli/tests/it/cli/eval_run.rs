//! `flow eval --run RUN --flow FLOW`: evaluation flows over runs, as promptflow has them.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;

/// Says its text, or what its variant makes of it.
const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  answer: { type: string, reference: "${say.output}" }
nodes:
  - name: say
    type: prompt
    prompt: "{{ text }}"
    inputs: { text: "${inputs.text}" }
    variants:
      shout: { prompt: "{{ text | upper }}" }
"#;

/// Grades in a line, and counts over all of them.
const GRADER: &str = r#"type: evaluation
inputs:
  prediction: { type: string }
  groundtruth: { type: string }
outputs:
  grade: { type: string, reference: "${grade.output}" }
  length: { type: int, reference: "${length.output}" }
nodes:
  - name: grade
    type: python
    code: |
      from promptflow.core import tool
      @tool
      def grade(prediction: str, groundtruth: str) -> str:
          return "Correct" if prediction == groundtruth else "Incorrect"
    inputs: { prediction: "${inputs.prediction}", groundtruth: "${inputs.groundtruth}" }
  - name: length
    type: python
    code: |
      from promptflow.core import tool
      @tool
      def length(text: str) -> int:
          return len(text)
    inputs: { text: "${inputs.prediction}" }
  - name: accuracy
    type: python
    aggregation: true
    code: |
      from typing import List
      from promptflow.core import log_metric, tool
      @tool
      def accuracy(grades: List[str]):
          log_metric("accuracy", round(grades.count("Correct") / len(grades), 2))
    inputs: { grades: "${grade.output}" }
"#;

fn context() -> TestContext {
    let rows = "{\"text\": \"one\", \"expected\": \"one\"}\n{\"text\": \"two\", \"expected\": \"TWO\"}\n{\"text\": \"three\", \"expected\": \"three\"}\n";
    TestContext::with(&[("flow.yaml", FLOW), ("grader/flow.yaml", GRADER), ("rows.jsonl", rows)])
}

const MAP: &str = "--map prediction='${run.outputs.answer}' --map groundtruth='${data.expected}'";

#[test]
fn each_variant_and_repetition_of_a_run_is_scored_under_its_own_key() {
    let context = context();
    let run = context.json(
        "batch --data rows.jsonl --map text='${data.text}' --variant say=base --variant say=shout --repeat 2 --json",
        0,
    );
    let scored = context.json(&format!("eval --run last --flow grader {MAP} --json"), 0);
    assert_eq!((&scored["of"], &scored["flow"]), (&run["run"], &json!("grader")));
    let metrics: Vec<&Json> = (0..2).map(|variant| &scored["variants"][variant]["metrics"]).collect();
    assert_eq!(metrics, [&json!({ "accuracy": 0.67 }), &json!({ "accuracy": 0.33 })]);
    let scoring = scored["run"].as_str().expect("an id");
    let keys: Vec<(u64, String, u64, String)> = context
        .read(&format!(".flow/runs/{scoring}/rows.jsonl"))
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).expect("JSON"))
        .map(|row| {
            let text = |value: &Json| value.as_str().expect("a text").to_owned();
            let number = |value: &Json| value.as_u64().expect("a number");
            let grade = text(&row["outputs"]["grade"]);
            (number(&row["line_number"]), text(&row["variant"]), number(&row["repeat"]), grade)
        })
        .collect();
    assert_eq!(keys.len(), 12);
    assert_eq!(keys[..2], [(0, "say=base".into(), 0, "Correct".into()), (0, "say=base".into(), 1, "Correct".into())]);
    assert_eq!(keys[6], (1, "say=shout".into(), 0, "Correct".into()));
    // The same once more is the same run; `last` is the one that was scored.
    let again = context.json(&format!("eval --run last --flow grader {MAP} --json"), 0);
    assert_eq!((&again["run"], &again["variants"]), (&scored["run"], &scored["variants"]));
}

#[test]
fn what_an_evaluation_flow_says_is_told_by_variant() {
    let context = context();
    context.done("batch --data rows.jsonl --map text='${data.text}' --variant say=base --variant say=shout");
    assert_snapshot!(context.session(&[
        &format!("eval --run last --flow grader {MAP}"),
        "runs",
        "eval --run last --flow grader --map prediction='${run.outputs.anser}'",
        "eval --run last --flow graders --map prediction='${run.outputs.answer}'",
        &format!("batch grader --run last {MAP} --repeat 2"),
    ]));
    let scoring = context.json("runs --json", 0);
    let scoring = scoring.as_array().expect("runs").iter().find(|run| !run["from"].is_null()).expect("the scoring run");
    let page = context.done(&format!("runs show {}", scoring["run"].as_str().expect("an id")));
    assert!(page.contains("scores   grader of "), "{page}");
}

#[test]
fn an_evaluator_of_the_program_is_named_without_a_path() {
    let context = context();
    context.done("batch --data rows.jsonl --map text='${data.text}'");
    let scored = context.json(
        "eval --run last --flow groundedness --map answer='${run.outputs.answer}' --map context='${data.expected}' --mock --json",
        0,
    );
    assert_eq!(scored["variants"][0]["rows"], 3);
    assert_eq!(scored["variants"][0]["outputs"][0]["name"], "score");
    assert!(scored["usage"]["calls"].as_u64() == Some(3), "{scored}");
}
