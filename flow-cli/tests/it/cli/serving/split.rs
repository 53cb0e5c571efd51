//! Variants in production.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::context::TestContext;
use super::{FLOW, RULES, end, score};

#[test]
fn senders_keep_their_variant_and_variants_get_their_shares() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES)]);
    let line = "serve --mock=mock.yaml --split base:75 --split answer=second:25 --sticky x-user";
    let serving = context.serve(line);
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for user in 0..200 {
        let user = format!("user {user}");
        let ask = || score(&serving, "{\"question\": \"how?\"}", &[("x-user", &user)]);
        let (came, again) = (ask(), ask());
        let label = came.headers["x-flow-variant"].clone();
        assert_eq!(again.headers["x-flow-variant"], label, "the same sender");
        let answer = came.json().expect("JSON")["answer"].clone();
        assert_eq!(answer, if label == "base" { "of the first" } else { "of the second" });
        *counts.entry(label).or_default() += 1;
    }
    // With 200 senders, 25 % give 50 ± 18 in all but one of a thousand cases; the names and so the counts are always the same.
    let second = counts["answer=second"];
    assert!((32..=68).contains(&second), "{counts:?}");
    end(serving);
}

#[test]
fn a_shadow_has_no_part_in_the_answer_and_can_be_compared() {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES)]);
    let serving = context.serve("serve --mock=mock.yaml --keep --shadow answer=second");
    for number in 0..12 {
        let came = score(&serving, &format!("{{\"question\": \"how {number}?\"}}"), &[]);
        assert_eq!(came.json().expect("JSON")["answer"], "of the first");
        assert_eq!(came.headers["x-flow-variant"], "base");
    }
    end(serving);
    let ran = context.ran("runs query 'select variant, count(*) as n, count(distinct line_number) as lines from rows group by variant order by variant' --json");
    insta::assert_snapshot!(ran.stdout);
    let ran = context.ran("compare last --with 'contains:answer=run.outputs.answer,expected=second' --json");
    let said: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    assert_eq!(said["comparisons"].as_array().map(Vec::len), Some(1), "{ran:?}");
}
