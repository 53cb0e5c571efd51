//! `flow eval` that stops early: nothing more is run once the answer is known, and what it says depends on the order of rows alone.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;
use super::eval_race::FLOW;

const SPEC: &str = r#"flow: flow.yaml
data: rows.jsonl
map: { text: "${data.text}" }
variants: { say: [base, careful] }
score:
  - { name: right, metric: exact_match, inputs: { answer: "${run.outputs.answer}", expected: "${data.expected}" } }
compare: { metric: right, stop_early: true }
"#;

fn mock(base: f64, careful: f64) -> String {
    format!(
        "accuracy:\n  - {{ when: {{ text: plain }}, is: 1 }}\n  - {{ when: {{ system: Be careful }}, is: {careful} }}\n  - {{ is: {base} }}\nrules:\n  - {{ reply: 'yes', wrong: ['no'] }}\n"
    )
}

fn context(rows: usize, base: f64, careful: f64) -> TestContext {
    let row = |number: usize| {
        let kind = if number % 5 < 3 { "plain" } else { "open" };
        format!("{{\"text\": \"{kind} {number}\", \"expected\": \"yes\", \"kind\": \"{kind}\"}}\n")
    };
    let rows: String = (0..rows).map(row).collect();
    let mock = mock(base, careful);
    TestContext::with(&[("flow.yaml", FLOW), ("rows.jsonl", &rows), ("eval.yaml", SPEC), ("mock.yaml", &mock)])
}

/// An outcome without what depends on the clock, and on how many rows were under way.
fn decided(mut outcome: Json) -> Json {
    for variant in outcome["variants"].as_array_mut().expect("variants") {
        variant.as_object_mut().expect("an object").remove("latency");
    }
    for measured in ["run", "pareto"] {
        outcome.as_object_mut().expect("an object").remove(measured);
    }
    if let Some(stop) = outcome.get_mut("stop") {
        *stop = json!({ "rows": stop["rows"], "of": stop["of"] });
    }
    outcome
}

#[test]
fn a_decision_depends_on_no_number_of_rows_in_flight_and_stands_when_scored_again() {
    let context = context(300, 0.3, 0.8);
    let one = context.json("eval eval.yaml --mock --json -j 1", 0);
    let stop = one["stop"].clone();
    let rows = stop["rows"].as_u64().expect("a number");
    assert!((15..200).contains(&rows), "{stop}");
    assert_eq!(stop["not_run"], json!(2 * (300 - rows)));
    assert_eq!(stop["beyond"], 0);
    assert!(stop["saved"].as_f64().expect("money") > 0.0);
    assert_eq!(one["comparisons"][0]["comparison"]["verdict"]["verdict"], "better");
    // Intervals are those that hold wherever one stops, of the difference and of the means; costs have none below 100 rows.
    let methods = [
        &one["comparisons"][0]["comparison"]["interval"]["method"],
        &one["variants"][0]["scores"][0]["summary"]["interval"]["method"],
    ];
    assert_eq!(methods, ["betting_sequence", "robbins_sequence"]);
    // Costs have no range: what holds of many rows is said of 100 and more.
    assert_eq!(one["variants"][0]["cost"]["interval"].is_null(), rows < 100);
    assert_eq!(one["comparisons"][0]["comparison"]["also_intervals"], json!([]));
    let one = decided(one);
    assert_eq!(decided(context.json("eval eval.yaml --run last --json", 0)), one);
    for jobs in [7, 64] {
        let other = context.json(&format!("eval eval.yaml --mock --json -j {jobs}"), 0);
        assert_eq!(decided(other), one, "{jobs} rows in flight");
    }
    // Other rows come first by another seed.
    let other = decided(context.json("eval eval.yaml --mock --json --seed 5", 0));
    assert_ne!(other["comparisons"][0]["flips"], one["comparisons"][0]["flips"]);
}

#[test]
fn a_run_that_was_broken_off_goes_on_to_the_same_decision() {
    let context = context(300, 0.3, 0.8);
    let whole = decided(context.json("eval eval.yaml --mock --json -j 4", 0));
    let broken = context.ran("eval eval.yaml --mock -j 4 --max-calls 41");
    assert_eq!(broken.exit, Some(1), "{broken:?}");
    let gone_on = context.json("eval eval.yaml --resume last --max-calls 1000 --json -j 9", 0);
    assert_eq!(decided(gone_on), whole);
}

#[test]
fn a_stopped_run_says_what_it_saved() {
    let context = context(300, 0.3, 0.8);
    let said = context.ran("eval eval.yaml --mock -j 1 -o report.md -o report.html");
    assert_eq!(said.exit, Some(0), "{said:?}");
    let lines: Vec<&str> = said.stdout.lines().skip(1).take_while(|line| !line.contains("latency")).collect();
    assert_snapshot!("stopped", lines.join("\n"));
    assert!(context.read("report.md").contains("- stopped after "));
    assert!(context.read("report.html").contains("The run stopped after "));
    // What holds of a fixed number of rows does not hold of these.
    context.write("fixed.yaml", &SPEC.replace(", stop_early: true", ""));
    let said = context.ran("eval fixed.yaml --run last");
    assert!(said.stderr.contains("stopped early, when an answer was known"), "{}", said.stderr);
}

#[test]
fn rows_that_are_exhausted_are_tested_once_more() {
    // Too few for a decision on the way, enough for the test of all of them.
    let context = context(60, 0.3, 0.75);
    let outcome = context.json("eval eval.yaml --mock --json", 0);
    assert_eq!(outcome.get("stop"), None);
    let comparison = &outcome["comparisons"][0]["comparison"];
    assert_eq!(
        (&comparison["test"]["method"], &comparison["interval"]["level"]),
        (&json!("mc_nemar_mid_p"), &json!(0.96))
    );
    assert_eq!(comparison["verdict"]["verdict"], "better");
    context.write("any.yaml", &SPEC.replace("stop_early: true", "stop_early: true, design: anytime"));
    let said = context.ran("eval any.yaml --run last --json");
    let outcome: Json = serde_json::from_str(&said.stdout).expect("JSON");
    let comparison = &outcome["comparisons"][0]["comparison"];
    assert_eq!(comparison["test"]["method"], "e_value");
}

#[test]
fn a_difference_that_does_not_matter_stops_too() {
    let context = context(400, 0.5, 0.5);
    context.write("eval.yaml", &SPEC.replace("stop_early: true", "stop_early: true, smallest_difference: 0.2"));
    let outcome = context.json("eval eval.yaml --mock --json", 0);
    assert!(outcome["stop"]["rows"].as_u64().expect("it stopped") < 400);
    assert_eq!(outcome["comparisons"][0]["comparison"]["verdict"], json!({ "verdict": "small", "smallest": 0.2 }));
}

#[test]
fn a_gate_stops_when_it_is_plain_whether_the_mean_of_all_rows_meets_it() {
    let context = context(400, 0.9, 0.9);
    let alone = SPEC.replace("variants: { say: [base, careful] }\n", "") + "gate: [\"each: right >= 0.8\"]\n";
    context.write("holds.yaml", &alone);
    let outcome = context.json("eval holds.yaml --mock --json", 0);
    assert!(outcome["stop"]["rows"].as_u64().expect("it stopped") < 350, "{}", outcome["stop"]);
    assert_eq!(outcome["gates"][0]["passed"], true);
    // Among 400 rows 5 failures are too many, whatever the others bring.
    context.write("fails.yaml", &alone.replace("0.8", "0.99"));
    let outcome = context.json("eval fails.yaml --mock --json", 100);
    assert!(outcome["stop"]["rows"].as_u64().expect("it stopped") < 350, "{}", outcome["stop"]);
    assert_eq!(outcome["gates"][0]["passed"], false);
}

#[test]
fn of_several_variants_each_runs_until_it_is_known_how_it_compares() {
    let context = context(300, 0.3, 0.9);
    context.write("eval.yaml", &SPEC.replace("[base, careful]", "[base, careful, hasty]"));
    let outcome = context.ran("eval eval.yaml --mock --json -j 3");
    let outcome: Json = serde_json::from_str(&outcome.stdout).expect("JSON");
    let rows = |at: usize| outcome["variants"][at]["rows"].as_u64().expect("a number");
    assert!(rows(1) < rows(0) && rows(0) == rows(2), "{} {} {}", rows(0), rows(1), rows(2));
    let compared = |at: usize| &outcome["comparisons"][at]["comparison"];
    assert_eq!(compared(0)["verdict"]["verdict"], "better");
    assert_eq!(compared(0)["rows"], json!(rows(1)));
    assert_eq!(compared(1)["rows"], json!(rows(2)));
}

#[test]
fn what_a_stopped_run_could_not_tell_is_refused() {
    let context = context(20, 0.5, 0.5);
    let scores = "  - { name: fast, metric: latency }\n  - { name: judged, flow: groundedness, inputs: { answer: \"${run.outputs.answer}\", context: x } }\n";
    let spec = SPEC.replace("compare:", &format!("{scores}by: [kind]\nrepeat: {{ least: 2, most: 4 }}\ncompare:")).replace(
        "stop_early: true }",
        "stop_early: true, margin: 0.1, cluster: kind }\ngate: [\"each: p95(latency) < 2s\", \"each: right >= 0.5\", \"base: fast < 2s\"]",
    );
    context.write("eval.yaml", &spec);
    let said = context.ran("eval eval.yaml --mock");
    assert_eq!(said.exit, Some(2), "{said:?}");
    assert_snapshot!("refused", said.stderr);
    let refused = |from: &str, to: &str| {
        context.write("eval.yaml", &spec.replace(from, to));
        let said = context.ran("eval eval.yaml --mock");
        assert_eq!(said.exit, Some(2), "{said:?}");
        let errors = said.stderr.lines().filter(|line| line.starts_with("error"));
        errors
            .map(str::to_owned)
            .find(|line| line.contains("decide") || line.contains("needs a score"))
            .expect("an error")
    };
    let found = [
        refused("metric: right,", ""),
        refused("metric: right,", "metric: fast,"),
        refused("metric: right,", "metric: judged,"),
    ];
    assert_snapshot!("refused_scores", found.join("\n"));
}

#[test]
fn false_winners_are_rare_and_true_ones_are_found() {
    // A look after every row. Of 20 runs without a difference more than 5 false winners at 5 % would come once in 3,000 times.
    let null = context(120, 0.5, 0.5);
    let winners = (0..20).filter(|seed| winner(&null, *seed).is_some()).count();
    assert!(winners <= 5, "{winners}");
    let clear = context(300, 0.2, 0.8);
    for seed in 0..3 {
        assert_eq!(winner(&clear, seed).as_deref(), Some("better"), "seed {seed}");
    }
}

fn winner(context: &TestContext, seed: u64) -> Option<String> {
    let said = context.ran(&format!("eval eval.yaml --mock --json --seed {seed}"));
    let outcome: Json = serde_json::from_str(&said.stdout).expect("JSON");
    let verdict = outcome["comparisons"][0]["comparison"]["verdict"]["verdict"].as_str()?;
    matches!(verdict, "better" | "worse").then(|| verdict.to_owned())
}
