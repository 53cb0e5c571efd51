//! Rows that are run several times: those whose runs disagree are run more often, and it is told where their answers part.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;

const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  answer: { type: string, reference: "${final.output}" }
nodes:
  - name: head
    type: prompt
    prompt: "Say {{ text }}"
    inputs: { text: "${inputs.text}" }
  - name: say
    type: llm
    connection: openai
    prompt: "user:\n{{ head }}"
    inputs: { model: gpt-4o-mini, head: "${head.output}" }
  - name: final
    type: prompt
    prompt: "{{ said }}"
    inputs: { said: "${say.output}" }
"#;

const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
map: { text: "${data.text}" }
repeat: { least: 3, most: 8 }
score:
  - { name: right, metric: exact_match, inputs: { answer: "${run.outputs.answer}", expected: "yes" } }
"#;

const MOCK: &str = "vary: true
accuracy: [{ when: { text: good }, is: 1 }, { when: { text: bad }, is: 0 }, { is: 0.6 }]
rules: [{ reply: 'yes', wrong: ['no', 'never'] }]
";

fn context() -> TestContext {
    let kinds = ["good", "bad", "odd", "odd", "odd"];
    let row = |number: usize| format!("{{\"text\": \"{} {number}\"}}\n", kinds[number % 5]);
    let rows: String = (0..30).map(row).collect();
    TestContext::with(&[("flow.yaml", FLOW), ("rows.jsonl", &rows), ("eval.yaml", SPEC), ("mock.yaml", MOCK)])
}

fn steady(outcome: &Json) -> Json {
    outcome["stability"].clone()
}

#[test]
fn rows_whose_runs_disagree_are_run_more_often() {
    let context = context();
    let outcome = context.json("eval eval.yaml --mock --json -j 1", 0);
    let stability = steady(&outcome);
    let variant = &stability["variants"][0];
    let number = |key: &str| variant[key].as_u64().expect("a number");
    assert_eq!(number("passing") + number("failing") + number("flaky"), 30);
    assert!(number("passing") >= 6 && number("failing") >= 6, "{variant}");
    assert_eq!(variant["parts_at"], json!([["say", number("flaky")]]));
    let rows = variant["rows"].as_array().expect("rows");
    for row in rows {
        let (runs, open) = (row["runs"].as_u64().expect("a number"), row["flakiness"] == "open");
        assert!((3..=8).contains(&runs) && (!open || runs == 8), "{row}");
    }
    let further: u64 = rows.iter().map(|row| row["runs"].as_u64().expect("a number") - 3).sum();
    assert_eq!(number("further_runs"), further);
    // Means stand on the runs that each row has.
    assert_eq!(outcome["variants"][0]["rows"], 90);
    assert_eq!(outcome["variants"][0]["scores"][0]["summary"]["rows"], 30);
    assert_eq!(context.json("runs show last --json", 0)["rows"]["completed"], json!(90 + further));
    // The same, however many rows are in flight, and when it is scored again.
    assert_eq!(steady(&context.json("eval eval.yaml --run last --json", 0)), stability);
    assert_eq!(steady(&context.json("eval eval.yaml --mock --json -j 16", 0)), stability);
}

#[test]
fn further_runs_go_on_where_they_were_broken_off() {
    let context = context();
    let whole = steady(&context.json("eval eval.yaml --mock --json", 0));
    // All rows are there three times, and a few of the further runs.
    let broken = context.ran("eval eval.yaml --mock --max-calls 93 -j 1");
    assert_eq!(broken.exit, Some(1), "{broken:?}");
    assert_eq!(steady(&context.json("eval eval.yaml --resume last --max-calls 1000 --json", 0)), whole);
}

/// What was under way when the answer was known is no part of it.
#[test]
fn of_a_run_that_stopped_early_the_rows_that_count_are_told() {
    let context = context();
    let flow = FLOW.replace(
        "  - name: final",
        "    variants:\n      sure: { prompt: \"user:\\ngood {{ head }}\" }\n  - name: final",
    );
    context.write("flow.yaml", &flow);
    let rows: String = (0..200).map(|number| format!("{{\"text\": \"bad {number}\"}}\n")).collect();
    context.write("rows.jsonl", &rows);
    let early = "variants: { say: [base, sure] }\ncompare: { metric: right, stop_early: true }\nscore:";
    context.write("eval.yaml", &SPEC.replace("{ least: 3, most: 8 }", "3").replace("score:", early));
    let one = context.json("eval eval.yaml --mock --json -j 1", 0);
    let stop = &one["stop"];
    let counted = stop["rows"].as_u64().expect("it stopped");
    assert_eq!((&stop["not_run"], &stop["beyond"]), (&json!(2 * 3 * (200 - counted)), &json!(0)));
    let variants = one["stability"]["variants"].as_array().expect("variants");
    for variant in variants {
        let rows = ["passing", "failing", "flaky"].map(|key| variant[key].as_u64().expect("a number"));
        assert_eq!(rows.iter().sum::<u64>(), counted);
    }
    assert_eq!(steady(&context.json("eval eval.yaml --mock --json -j 32", 0)), steady(&one));
}

#[test]
fn what_is_steady_is_told() {
    let context = context();
    let said = context.ran("eval eval.yaml --mock -o report.md -o report.html");
    assert_eq!(said.exit, Some(0), "{said:?}");
    let lines = said.stdout.lines().skip_while(|line| !line.starts_with("steady"));
    assert_snapshot!("steady", lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"));
    assert!(context.read("report.md").contains("Steady rows"));
    assert!(context.read("report.html").contains("Steady rows"));
    context.write("eval.yaml", &SPEC.replace("{ least: 3, most: 8 }", "{ least: 1, most: 8 }"));
    assert_snapshot!("refused", context.ran("eval eval.yaml --mock").stderr);
}
