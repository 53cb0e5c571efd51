use flow_core::value::Value;
use flow_eval::score::{Facts, Inputs, Row, Score, Tally};

use super::scorer;

fn tally(values: &[f64]) -> Tally {
    let mut tally = Tally::new();
    for value in values {
        tally.add(Some(&Score::of(*value)));
    }
    tally
}

#[test]
fn a_tally_counts_errors_apart() {
    let mut all = tally(&[1.0, 2.0, 4.0]);
    all.add(None);
    all.add(Some(&Score::verdict(true)));
    all.add(Some(&Score { passed: Some(false), ..Score::default() }));
    let summary = all.finish();
    assert_eq!((summary.rows, summary.number("errors"), summary.number("mean")), (6, Some(1.0), Some(2.0)));
    assert_eq!((summary.number("pass_rate"), all.variance()), (Some(0.5), Some(2.0)));
    assert_eq!((summary.number("least"), summary.number("greatest")), (Some(1.0), Some(4.0)));
}

#[test]
fn nothing_has_no_mean() {
    let summary = Tally::new().finish();
    assert_eq!(summary.numbers, [("errors".to_owned(), 0.0)]);
    for name in ["bleu", "chrf", "classification", "absolute_error"] {
        let summary = scorer(name, "{}").aggregate().unwrap().finish();
        assert_eq!((summary.rows, summary.numbers), (0, Vec::new()), "{name}");
    }
}

#[test]
fn aggregates_of_different_scorers_are_kept_apart() {
    let mut bleu = scorer("bleu", "{}").aggregate().unwrap();
    let error = bleu.merge(scorer("chrf", "{}").aggregate().unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "aggregates of different scorers cannot be merged");
}

#[test]
fn texts_that_are_no_classes_are_told_of() {
    let mut report = scorer("classification", "{}").aggregate().unwrap();
    let facts = Facts::default();
    let mut last = Ok(());
    for number in 0..1_001 {
        let label = Value::from(format!("answer {number}"));
        last = report.add(&Row::new(Inputs::Pairs(&[("answer", &label), ("expected", &label)]), &facts));
    }
    let told = last.unwrap_err().to_string();
    assert_eq!(told, "the input `expected` is `answer 1000`, one class more than 1000: are these classes?");
    assert_eq!(report.finish().rows, 1_000);
}

#[test]
fn classes_stand_in_the_order_that_was_given() {
    let mut report =
        scorer("classification", r#"{"labels": ["other", "bug"], "ignore_case": true}"#).aggregate().unwrap();
    for (answer, expected) in [("BUG", "bug"), ("zebra", "Other"), ("ape", "bug")] {
        let (answer, expected) = (Value::from(answer), Value::from(expected));
        report
            .add(&Row::new(Inputs::Pairs(&[("answer", &answer), ("expected", &expected)]), &Facts::default()))
            .unwrap();
    }
    assert_eq!(report.finish().confusion.unwrap().labels, ["other", "bug", "ape", "zebra"]);
}
