//! `flow eval` with `holdout`: the winner is run on rows that the search did not see.

use serde_json::{Value as Json, json};

use super::TestContext;
use super::eval_race::FLOW;

const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
map: { text: "${data.text}" }
variants: { say: [base, careful, hasty] }
holdout: 0.3
score:
  - { name: right, metric: exact_match, inputs: { answer: "${run.outputs.answer}", expected: "yes" } }
compare: { metric: right }
gate: ["each: failed == 0"]
"#;

const MOCK: &str = "accuracy:\n  - { when: { system: Be careful }, is: 0.9 }\n  - { when: { system: Be quick }, is: 0.2 }\n  - { is: 0.5 }\nrules:\n  - { reply: 'yes', wrong: ['no'] }\n";

fn context(rows: usize) -> TestContext {
    let rows: String = (0..rows).map(|number| format!("{{\"text\": \"number {number}\"}}\n")).collect();
    TestContext::with(&[("flow.yaml", FLOW), ("rows.jsonl", &rows), ("eval.yaml", SPEC), ("mock.yaml", MOCK)])
}

/// The texts of the rows of a run, in the order of the data.
fn texts(context: &TestContext, run: &Json) -> Vec<String> {
    let rows = context.read(&format!(".flow/runs/{}/rows.jsonl", run.as_str().expect("an id")));
    let text = |line: &str| {
        let row: Json = serde_json::from_str(line).expect("JSON");
        row["inputs.text"].as_str().or(row["inputs"]["text"].as_str()).expect("a text").to_owned()
    };
    rows.lines().map(text).collect()
}

#[test]
fn the_winner_and_the_baseline_are_run_once_on_rows_that_the_search_did_not_see() {
    let context = context(200);
    let outcome = context.json("eval eval.yaml --mock --json", 0);
    let holdout = &outcome["holdout"];
    let (searched, held_out) = (outcome["rows"].as_u64().expect("rows"), holdout["rows"].as_u64().expect("rows"));
    assert_eq!(searched + held_out, 200);
    assert!((40..=80).contains(&held_out), "{held_out}");
    let names = |of: &Json| -> Vec<Json> {
        of["variants"].as_array().expect("variants").iter().map(|one| one["name"].clone()).collect()
    };
    assert_eq!(
        (&holdout["winner"], names(holdout)),
        (&json!("say=careful"), vec![json!("say=base"), json!("say=careful")])
    );
    let comparison = &holdout["comparisons"][0]["comparison"];
    assert_eq!((&comparison["rows"], &comparison["verdict"]["verdict"]), (&json!(held_out), &json!("better")));
    assert_eq!(comparison["test"]["method"], "mc_nemar_mid_p");
    // No row is in both.
    let (seen, unseen) = (texts(&context, &outcome["run"]), texts(&context, &holdout["run"]));
    assert!(unseen.iter().all(|text| !seen.contains(text)));
    assert_eq!((seen.len(), unseen.len()), (3 * searched as usize, 2 * held_out as usize));
    // It is found again, and the run that was searched is the last one.
    let again = context.json("eval eval.yaml --run last --json", 0);
    assert_eq!((&again["run"], &again["holdout"]), (&outcome["run"], holdout));
    let said = context.ran("eval eval.yaml --run last -o report.md -o report.html");
    let told = format!("on {held_out} rows that were held out: say=careful beside say=base");
    assert!(said.stdout.contains(&told), "{}", said.stdout);
    assert!(context.read("report.md").contains(&told));
    assert!(context.read("report.html").contains(&told));
    // A run that saw all rows has none that it did not see.
    context.write("all.yaml", &SPEC.replace("holdout: 0.3\n", ""));
    context.json("eval all.yaml --mock --json", 0);
    let said = context.ran("eval eval.yaml --run last --json");
    assert!(said.stderr.contains("was not made with `holdout: 0.3`"), "{}", said.stderr);
    assert_eq!(serde_json::from_str::<Json>(&said.stdout).expect("JSON").get("holdout"), None);
}

#[test]
fn the_best_of_a_race_is_held_against_the_baseline_and_a_baseline_that_is_best_against_the_next() {
    let context = context(400);
    let race = SPEC.replace("right }", "right, race: true }").replace("gate: [\"each: failed == 0\"]\n", "");
    context.write("race.yaml", &race);
    let outcome = context.json("eval race.yaml --mock --json", 0);
    assert_eq!(
        (&outcome["race"]["winner"], &outcome["holdout"]["winner"]),
        (&json!("say=careful"), &json!("say=careful"))
    );
    assert_eq!(outcome["holdout"]["rival"], "say=base");
    let named = SPEC.replace("right }", "right, baseline: say=careful }");
    context.write("named.yaml", &named);
    let holdout = context.json("eval named.yaml --mock --json --seed 3", 0)["holdout"].clone();
    assert_eq!((&holdout["winner"], &holdout["rival"]), (&json!("say=careful"), &json!("say=base")));
    assert_eq!(holdout["comparisons"][0]["comparison"]["verdict"]["verdict"], "worse");
}

#[test]
fn a_share_that_leaves_too_little_is_refused() {
    let context = context(10);
    context.write("eval.yaml", &SPEC.replace("0.3", "0.95"));
    let said = context.ran("eval eval.yaml --mock");
    assert_eq!(said.exit, Some(2), "{said:?}");
    assert!(said.stderr.contains("`holdout`") && said.stderr.contains("eval.yaml:5:"), "{}", said.stderr);
}
