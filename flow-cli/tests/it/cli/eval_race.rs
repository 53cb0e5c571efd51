//! `flow eval` with `race: true`: variants are left behind as soon as another one is shown to be better, until the best is known.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;

/// A model sorts texts; how often each variant is right is told to the mock model.
pub(super) const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  answer: { type: string, reference: "${say.output}" }
nodes:
  - name: say
    type: llm
    connection: openai
    prompt: "user:\n{{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
    variants:
      careful: { prompt: "system:\nBe careful.\nuser:\n{{ text }}" }
      hasty: { prompt: "system:\nBe quick.\nuser:\n{{ text }}" }
      terse: { prompt: "system:\nBe short.\nuser:\n{{ text }}" }
"#;

const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
map: { text: "${data.text}" }
variants: { say: [base, careful, hasty, terse] }
score:
  - { name: right, metric: exact_match, inputs: { answer: "${run.outputs.answer}", expected: "yes" } }
compare: { metric: right, race: true }
"#;

/// So many rows, and how often the variants are right in their order.
fn context(rows: usize, [base, careful, hasty, terse]: [f64; 4]) -> TestContext {
    let rows: String = (0..rows).map(|number| format!("{{\"text\": \"number {number}\"}}\n")).collect();
    let mock = format!(
        "accuracy:\n  - {{ when: {{ system: Be careful }}, is: {careful} }}\n  - {{ when: {{ system: Be quick }}, is: {hasty} }}\n  - {{ when: {{ system: Be short }}, is: {terse} }}\n  - {{ is: {base} }}\nrules:\n  - {{ reply: 'yes', wrong: ['no'] }}\n"
    );
    TestContext::with(&[("flow.yaml", FLOW), ("rows.jsonl", &rows), ("eval.yaml", SPEC), ("mock.yaml", &mock)])
}

/// What does not depend on the clock, nor on how many rows were under way.
fn decided(outcome: &Json) -> Json {
    let scores = |variant: &Json| json!([variant["name"], variant["rows"], variant["scores"]]);
    let variants: Vec<Json> = outcome["variants"].as_array().expect("variants").iter().map(scores).collect();
    json!([outcome["race"], outcome["comparisons"], outcome["stop"]["rows"], variants])
}

fn json_of(text: &str) -> Json {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_race_leaves_variants_behind_until_one_is_left_whatever_is_in_flight() {
    let context = context(400, [0.55, 0.95, 0.1, 0.5]);
    let one = context.json("eval eval.yaml --mock --json -j 1", 0);
    let race = &one["race"];
    assert_eq!((&race["winner"], &race["left"]), (&json!("say=careful"), &json!(["say=careful"])), "{race}");
    assert_eq!(race["end"]["end"], "one_left");
    let eliminated = race["eliminated"].as_array().expect("a list");
    let rows: Vec<u64> = eliminated.iter().map(|behind| behind["rows"].as_u64().expect("a number")).collect();
    assert!(rows.is_sorted() && rows[0] < rows[2] && rows[2] < 300, "{rows:?}");
    assert_eq!(eliminated[0]["variant"], "say=hasty");
    // Each was run until it was left behind, the last ones to the end.
    let ran = |name: &str| {
        let variants = one["variants"].as_array().expect("variants");
        variants.iter().find(|variant| variant["name"] == *name).expect("a variant")["rows"].as_u64().expect("a number")
    };
    for behind in eliminated {
        assert_eq!(ran(behind["variant"].as_str().expect("a name")), behind["rows"].as_u64().expect("a number"));
        // The part of α that is spent on looking, shared by four.
        assert_eq!(behind["interval"]["level"], json!(0.9975));
        assert!(behind["adjusted_p"].as_f64().expect("a number") <= 0.01);
    }
    let of_race = ran("say=careful");
    assert_eq!(one["stop"]["rows"], json!(of_race));
    assert_eq!(one["stop"]["not_run"], json!(1600 - of_race - rows.iter().sum::<u64>()));
    let one = decided(&one);
    assert_eq!(decided(&context.json("eval eval.yaml --run last --json", 0)), one);
    for jobs in [7, 64] {
        let other = context.json(&format!("eval eval.yaml --mock --json -j {jobs}"), 0);
        assert_eq!(decided(&other), one, "{jobs} rows in flight");
    }
}

#[test]
fn a_race_is_told_in_terminal_and_reports() {
    let context = context(400, [0.55, 0.95, 0.1, 0.5]);
    let said = context.ran("eval eval.yaml --mock -j 1 -o report.md -o report.html");
    assert_eq!(said.exit, Some(0), "{said:?}");
    let lines: Vec<&str> = said.stdout.lines().skip(1).take_while(|line| !line.contains("latency")).collect();
    assert_snapshot!("told", lines.join("\n"));
    assert!(context.read("report.md").contains("- **say=careful is the best of 4 by right**"));
    let page = context.read("report.html");
    assert!(page.contains("is the best of 4 by right"), "{page}");
    assert!(!page.contains("<span class=\"tag\">baseline"));
}

#[test]
fn a_race_ends_when_what_is_left_differs_by_less_than_matters() {
    let context = context(600, [0.9, 0.9, 0.1, 0.1]);
    context.write("eval.yaml", &SPEC.replace("race: true", "race: true, design: anytime, smallest_difference: 0.25"));
    let outcome = context.json("eval eval.yaml --mock --json", 0);
    let race = &outcome["race"];
    assert_eq!(race["end"], json!({ "end": "small", "smallest": 0.25 }), "{race}");
    assert_eq!((race["winner"].clone(), race["left"].as_array().map(Vec::len)), (Json::Null, Some(2)));
    assert!(outcome["stop"]["rows"].as_u64().expect("it stopped") < 600);
}

#[test]
fn rows_that_are_exhausted_are_tested_once_more_against_the_one_that_leads() {
    // Too few to see it on the way.
    let context = context(36, [0.5, 0.9, 0.95, 0.9]);
    let said = context.ran("eval eval.yaml --mock --json");
    assert_eq!(said.exit, Some(3), "{said:?}");
    let race = json_of(&said.stdout)["race"].clone();
    assert_eq!(race["end"]["end"], "exhausted", "{race}");
    let eliminated = race["eliminated"].as_array().expect("a list");
    assert_eq!(eliminated.len(), 1, "{race}");
    assert_eq!((&eliminated[0]["variant"], &eliminated[0]["rows"]), (&json!("say=base"), &json!(36)));
    assert_eq!(eliminated[0]["test"]["method"], "mc_nemar_mid_p");
    assert_eq!(eliminated[0]["interval"]["level"], json!(0.99));
    // With all of α on the way nothing is tested at the end.
    context.write("any.yaml", &SPEC.replace("race: true", "race: true, design: anytime"));
    let said = context.ran("eval any.yaml --run last --json");
    let race = json_of(&said.stdout)["race"].clone();
    assert!(race["eliminated"].as_array().expect("a list").iter().all(|behind| behind["test"]["method"] == "e_value"));
}

#[test]
fn a_race_whose_budget_is_used_up_is_concluded_on_what_was_run_and_goes_on() {
    let context = context(400, [0.55, 0.95, 0.1, 0.5]);
    let whole = decided(&context.json("eval eval.yaml --mock --json", 0));
    let said = context.ran("eval eval.yaml --mock --json -j 4 --max-calls 121");
    assert_eq!(said.exit, Some(3), "{said:?}");
    assert!(said.stderr.contains("the race is concluded on the rows until then"), "{}", said.stderr);
    let outcome = json_of(&said.stdout);
    assert_eq!(outcome["race"]["end"]["end"], "broken_off");
    assert_eq!(outcome["stop"]["known"], false);
    let rows = outcome["stop"]["rows"].as_u64().expect("a number");
    assert!((24..=60).contains(&rows), "{rows}");
    let again = context.ran("eval eval.yaml --run last --json");
    assert_eq!((again.exit, decided(&json_of(&again.stdout))), (Some(3), decided(&outcome)));
    let gone_on = context.json("eval eval.yaml --resume last --max-calls 5000 --json -j 9", 0);
    assert_eq!(decided(&gone_on), whole);
}

#[test]
fn what_a_race_does_not_know_is_refused() {
    let context = context(4, [0.5; 4]);
    let wrong = "race: true, baseline: say=base, stop_early: false, design: fixed, margin: 0.1";
    context.write("eval.yaml", &SPEC.replace("race: true", wrong));
    let said = context.ran("eval eval.yaml --mock");
    assert_eq!(said.exit, Some(2), "{said:?}");
    assert_snapshot!("refused", said.stderr);
}

#[test]
fn the_best_of_equals_is_seldom_left_behind() {
    // Of 12 races among equals more than 4 in which anyone is left behind, at 5 % of each, would come once in 5,000 times.
    let context = context(100, [0.5; 4]);
    let behind = |seed: usize| {
        let said = context.ran(&format!("eval eval.yaml --mock --json --seed {seed}"));
        !json_of(&said.stdout)["race"]["eliminated"].as_array().expect("a list").is_empty()
    };
    assert!((0..12).filter(|seed| behind(*seed)).count() <= 4);
}
