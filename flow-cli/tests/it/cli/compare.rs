//! `flow compare`, scores in words, and `flow variants`.

use insta::assert_snapshot;
use serde_json::json;

use super::TestContext;
use super::eval::FLOW;

const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
score:
  - { name: exact, metric: exact_match, inputs: { answer: "${run.outputs.answer}", expected: "${data.expected}" } }
by: [half]
gate: ["each: failed == 0"]
"#;

fn rows(count: usize, first: usize) -> String {
    let half = |number: usize| if number < 20 { "first" } else { "second" };
    let row = |number: usize| {
        format!("{{\"text\": \"t{number}\", \"expected\": \"t{number}\", \"half\": \"{}\"}}\n", half(number))
    };
    (first..first + count).map(row).collect()
}

fn context() -> TestContext {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("rows.jsonl", &rows(40, 0)), ("eval.yaml", SPEC)]);
    for line in ["batch --data rows.jsonl --name plain", "batch --data rows.jsonl --name careful --variant say=careful"]
    {
        let said = context.ran(line);
        assert_eq!(said.exit, Some(0), "{said:?}");
    }
    context
}

#[test]
fn runs_are_compared_by_scores_in_words_or_of_a_file() {
    let context = context();
    let outcome = context.json("compare plain careful --with exact_match --by half --json", 0);
    let names: Vec<&str> =
        outcome["variants"].as_array().expect("variants").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["plain", "careful"]);
    assert_eq!(outcome["comparisons"][0]["comparison"]["verdict"]["verdict"], "better");
    assert_eq!(outcome["comparisons"][0]["comparison"]["better"], 29);
    assert_eq!(outcome["slices"][0]["value"], "first");
    // The same by a file; and the other way round.
    let by_file = context.json("compare plain careful --spec eval.yaml --json", 0);
    assert_eq!(by_file["comparisons"][0]["comparison"], outcome["comparisons"][0]["comparison"]);
    let reversed = context.json("compare plain careful --with exact_match --baseline careful --json", 0);
    assert_eq!(reversed["comparisons"][0]["comparison"]["verdict"]["verdict"], "worse");
    let said = context.ran("compare plain careful --with exact_match -o report.md -o report.json");
    assert_eq!(said.exit, Some(0), "{said:?}");
    assert!(said.stdout.contains("careful is better than plain"), "{}", said.stdout);
    assert!(context.read("report.md").contains("careful"), "{}", context.read("report.md"));
}

#[test]
fn a_file_names_its_data_from_its_own_folder() {
    let context = context();
    context.write(
        "evaluations/eval.yaml",
        &SPEC.replace("flow.yaml", "../flow.yaml").replace("rows.jsonl", "../rows.jsonl"),
    );
    let outcome = context.json("compare plain careful --spec evaluations/eval.yaml --json", 0);
    assert_eq!(outcome["rows"], 40);
}

#[test]
fn an_evaluated_run_brings_its_file_to_a_comparison() {
    let context = context();
    assert_eq!(context.ran("eval eval.yaml --run plain").exit, Some(0));
    let said = context.ran("compare plain careful");
    assert_eq!(said.exit, Some(0), "{said:?}");
    assert!(said.stderr.contains("by which the first run was scored"), "{}", said.stderr);
    assert!(said.stdout.contains("exact"), "{}", said.stdout);
    // Without any score there still is what each run knows of itself.
    let measured = context.ran("compare careful plain");
    assert!(measured.stdout.contains("latency"), "{measured:?}");
}

#[test]
fn rows_that_do_not_belong_together_are_left_out_or_refused() {
    let context = context();
    context.write("longer.jsonl", &(rows(40, 0) + &rows(20, 100)));
    context.write("edited.jsonl", &(rows(30, 0) + &rows(10, 100)));
    context.write("others.jsonl", &rows(40, 100));
    for name in ["longer", "edited", "others"] {
        let said = context.ran(&format!("batch --data {name}.jsonl --name {name}"));
        assert_eq!(said.exit, Some(0), "{said:?}");
    }
    assert_eq!(context.json("compare plain longer --with exact_match --json", 3)["rows"], 40);
    let edited = context.json("compare plain edited --with exact_match --json", 3);
    assert_eq!((&edited["rows"], &edited["unlike"]), (&json!(30), &json!(10)));
    let mut said = String::new();
    for line in [
        "compare plain longer --with exact_match",
        "compare plain edited --with exact_match",
        "compare plain others --with exact_match",
        "compare plain nobody --with exact_match",
        "compare plain plain --with exact_match",
        "compare plain careful --with exact_match --margin=-1",
        "compare plain careful --with exact_match:expected=data.expcted",
        "compare plain careful --with exactmatch",
        "compare plain careful --with exact_match --baseline base",
        "eval --with exact_match",
        "eval --run plain --with exact_match:answer=run.outputs.anwser",
    ] {
        let told = context.ran(line);
        said += &format!("$ flow {line}\n{}[exit {:?}]\n", told.stderr, told.exit);
    }
    assert_snapshot!("compare_messages", context.neutral(&said));
}

#[test]
fn a_run_is_scored_in_words() {
    let context = context();
    let outcome = context.json("eval --run careful --with exact_match --with contains:value=t1,name=ones --json", 0);
    let scores = outcome["variants"][0]["scores"].as_array().expect("scores");
    let means: Vec<(&str, f64)> = scores
        .iter()
        .map(|score| (score["name"].as_str().expect("a name"), score["summary"]["mean"].as_f64().expect("a mean")))
        .collect();
    assert_eq!(means, [("exact_match", 0.975), ("ones", 0.25)]);
}

#[test]
fn the_variants_of_a_flow_are_told_with_what_they_change() {
    let context = TestContext::with(&[
        (
            "flow.yaml",
            "inputs:\n  text: { type: string }\noutputs:\n  answer: { type: string, reference: \"${say.output}\" }\nnodes:\n  - name: say\n    type: llm\n    connection: openai\n    prompt: |\n      system:\n      Be brief.\n      user:\n      {{ text }}\n    inputs: { model: gpt-4o, text: \"${inputs.text}\" }\n    variants:\n      small: { inputs: { model: gpt-4o-mini, temperature: 0 } }\n      kind: { prompt: \"system:\\nBe brief and kind.\\nuser:\\n{{ text }}\\n\" }\n      same: { inputs: { model: gpt-4o } }\n",
        ),
        (
            "plain.yaml",
            "inputs:\n  text: { type: string }\noutputs:\n  answer: { type: string, reference: \"${inputs.text}\" }\nnodes: []\n",
        ),
    ]);
    assert_snapshot!("variants", context.session(&["variants", "variants plain.yaml", "variants nowhere"]));
    let document = context.json("variants --json", 0);
    assert_eq!(document["combinations"], 4);
    assert_eq!(document["axes"][0]["variants"][1]["changes"][0]["setting"], "model");
}

/// An edit is told with the rows that it changed. The signal is sent by `kill`, which only Unix has.
#[cfg(unix)]
#[test]
fn a_watched_evaluation_tells_what_an_edit_changed() {
    use std::io::{BufRead, BufReader};

    let context = context();
    context.write("eval.yaml", &SPEC[..SPEC.find("by:").expect("by")]);
    let mut child = context.start("eval eval.yaml --watch");
    let mut said = BufReader::new(child.stderr.take().expect("standard error")).lines();
    let mut wait = || said.find(|line| line.as_ref().is_ok_and(|line| line.contains("waiting for an edit")));
    assert!(wait().is_some(), "the first evaluation ends");
    context.write("flow.yaml", &FLOW.replace("text | length > 2", "text == 't7'"));
    assert!(wait().is_some(), "the second evaluation ends");
    let status = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(status.success());
    let ended = child.wait_with_output().expect("the watch ends");
    let out = String::from_utf8_lossy(&ended.stdout);
    let news = out.split("since the edit").nth(1).expect("news");
    assert!(news.contains("exact  0.250 → 0.975 (+0.725): 30 rows better, 1 worse"), "{news}");
    assert!(news.contains("answer odd → t10"), "{news}");
    assert_eq!(ended.status.code(), Some(0), "{out}");
}
