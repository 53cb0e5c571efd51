//! The tables that an evaluation leaves beside its run, asked by `flow runs query`.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;
use super::eval::{SPEC, context};

/// What a query answers, row by row.
fn asked(context: &TestContext, sql: &str) -> Vec<Json> {
    let lines = context.done(&format!("runs query \"{sql}\" --json"));
    lines.lines().map(|line| serde_json::from_str(line).expect("a row is JSON")).collect()
}

#[test]
fn what_an_evaluation_finds_lies_in_tables() {
    let context = context();
    context.write("eval.yaml", &SPEC.replace("by: [half]", "by: [half, expected]"));
    let outcome = context.json("eval eval.yaml --json", 0);
    // Sums of all rows and of slices, as the outcome has them, with their intervals.
    for variant in outcome["variants"].as_array().expect("variants") {
        for score in variant["scores"].as_array().expect("scores") {
            let name = score["name"].as_str().expect("a name");
            let sql = format!(
                "select number, value, low, high, method, rows from aggregates where variant = {} and score = '{name}' and slice_column is null",
                variant["name"].to_string().replace('"', "'")
            );
            let found = asked(&context, &sql);
            let of = |number: &str| found.iter().find(|row| row["number"] == number).expect("a number of this name");
            let (mean, summary) = (of("mean"), &score["summary"]);
            assert_eq!(mean["value"], summary["mean"]);
            assert_eq!((&mean["low"], &mean["high"]), (&summary["interval"]["low"], &summary["interval"]["high"]));
            assert_eq!(mean["rows"], 40);
            assert_eq!(of("pass_rate")["value"], score["pass_rate"]);
            for number in score["whole"]["numbers"].as_array().into_iter().flatten() {
                assert_eq!(of(number[0].as_str().expect("a name"))["value"], number[1]);
            }
        }
    }
    let slices = outcome["slices"].as_array().expect("slices");
    assert_eq!(slices.len(), 2 + 40);
    let sql = "select slice_column, slice, score, variant, rows, value, low, high from aggregates where slice_column is not null and number = 'mean'";
    let expected: Vec<Json> = slices
        .iter()
        .flat_map(|slice| {
            let scores = slice["scores"].as_array().expect("scores").iter();
            scores.map(|score| {
                let (summary, interval) = (&score["summary"], &score["summary"]["interval"]);
                json!({
                    "slice_column": slice["column"], "slice": slice["value"], "score": score["score"],
                    "variant": score["variant"], "rows": slice["rows"], "value": summary["mean"],
                    "low": interval["low"], "high": interval["high"],
                })
            })
        })
        .collect();
    assert_eq!(asked(&context, sql), expected);
    // The confusion matrix holds each row once.
    let matrix = &outcome["variants"][0]["scores"][1]["whole"]["confusion"];
    let cells = asked(&context, "select expected, answer, rows from confusion where variant = 'say=base'");
    let label = |row: &Json, side: &str| {
        let labels = matrix["labels"].as_array().expect("labels");
        labels.iter().position(|label| *label == row[side]).expect("a label")
    };
    for row in &cells {
        assert_eq!(row["rows"], matrix["counts"][label(row, "expected")][label(row, "answer")]);
    }
    assert_eq!(
        asked(&context, "select sum(rows) as n from confusion where variant = 'say=base'"),
        [json!({ "n": 40 })]
    );
    // Each row of a comparison, and the comparison itself.
    let comparison = &outcome["comparisons"][0]["comparison"];
    let row = &asked(&context, "select * from comparisons")[0];
    assert_eq!(row["difference"], comparison["difference"]);
    assert_eq!((&row["low"], &row["high"]), (&comparison["interval"]["low"], &comparison["interval"]["high"]));
    assert_eq!((&row["p"], &row["verdict"]), (&comparison["test"]["p"], &json!("better")));
    let counts = asked(&context, "select outcome, count(*) as n from pairs group by outcome order by outcome");
    assert_eq!(
        counts,
        [json!({ "outcome": "tie", "n": comparison["equal"] }), json!({ "outcome": "win", "n": comparison["better"] })]
    );
    assert_eq!((&row["wins"], &row["ties"]), (&comparison["better"], &comparison["equal"]));
    assert_snapshot!(context.session(&[
        "runs query \"select r.line_number, r.inputs.text, baseline_value, variant_value, outcome from pairs p join rows r on p.line_number = r.line_number where r.variant = p.variant and p.line_number in (9, 10, 13)\"",
        "runs query \"select variant, number, value from aggregates where score is null and number in ('failed', 'cost_mean')\"",
        "runs query 'select worth from aggregates'",
    ]));
}

#[test]
fn a_row_without_a_score_is_neither_won_nor_lost() {
    let context = context();
    let flow = super::eval::FLOW.replace("'t13' else text", "'t13' else 1 / 0 if text == 't20' else text");
    context.write("flow.yaml", &flow);
    context.write("eval.yaml", SPEC);
    let ran = context.ran("eval eval.yaml --json");
    let outcome: Json = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(outcome["comparisons"][0]["comparison"]["errors"], json!([0, 1]), "{ran:?}");
    let row = asked(&context, "select outcome, variant_value from pairs where line_number = 20");
    assert_eq!(row, [json!({ "outcome": "error", "variant_value": null })]);
}

#[test]
fn tables_are_those_of_the_last_evaluation() {
    let context = context();
    context.json("eval eval.yaml --json", 0);
    let evaluated = |sql: &str| context.json(&format!("runs query '{sql}' --json"), 0)["n"].clone();
    assert_eq!(evaluated("select count(*) as n from pairs"), 40);
    // Another one, by words, which has other scores.
    let ran = context.ran("eval --run last --with exact_match --json");
    assert!(ran.exit.is_some_and(|exit| exit == 0 || exit == 3), "{ran:?}");
    for table in ["confusion", "pairs", "comparisons", "aggregates"] {
        let scores = context.done(&format!("runs query 'select distinct score from {table}' --json"));
        assert!(!scores.contains("kind") && !scores.contains("fast"), "{table}: {scores}");
    }
}

#[test]
fn a_rebuild_says_what_makes_scores_again() {
    let context = context();
    context.json("eval eval.yaml --json", 0);
    assert_snapshot!(context.session(&["runs rebuild last", "runs query 'select count(*) as n from pairs'"]));
    let rebuilt = context.json("runs rebuild last --json", 0);
    let command = rebuilt["scores"]["made_by"].as_str().expect("a command");
    let outcome = context.json(&format!("{} --json", command.trim_start_matches("flow ")), 0);
    assert_eq!(outcome["run"], rebuilt["run"]);
}

#[test]
fn tables_of_an_evaluation_are_of_runs_that_were_scored() {
    let context = context();
    context.done("batch . --data rows.jsonl --map text='${data.text}'");
    assert_snapshot!(context.session(&["runs query 'select * from pairs'", "runs query 'select * from pears'",]));
}
