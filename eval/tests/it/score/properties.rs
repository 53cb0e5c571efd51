use flow_core::value::Value;
use flow_eval::score::{Combination, Facts, Inputs, Judgement, Registry, Row, Score, Tally, Threshold, Unit};
use proptest::prelude::*;

use super::{compare, scorer};

/// Texts of few words, so that some are shared, and of all of Unicode.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(prop::sample::select(vec!["the", "cat", "Cat.", "sat", "日本", "é", "🙂", "12", "-", "runs"]), 0..12)
            .prop_map(|words| words.join(" ")),
        1 => "\\PC{0,40}",
    ]
}

const OF_TEXTS: [(&str, &str); 10] = [
    ("exact_match", "{}"),
    ("edit_similarity", "{}"),
    ("edit_similarity", r#"{"of": "words", "transpositions": true}"#),
    ("token_f1", "{}"),
    ("bleu", "{}"),
    ("bleu", r#"{"tokenize": "intl", "smoothing": "floor"}"#),
    ("rouge1", "{}"),
    ("rougeL", r#"{"stemmer": true}"#),
    ("rougeLsum", "{}"),
    ("chrf++", "{}"),
];

const SYMMETRIC: [(&str, &str); 7] = [
    ("exact_match", "{}"),
    ("equals", "{}"),
    ("edit_similarity", "{}"),
    ("edit_distance", "{}"),
    ("token_f1", "{}"),
    ("rouge2", "{}"),
    ("chrf", r#"{"beta": 1}"#),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn fractions_lie_between_0_and_1(answer in text(), expected in prop::collection::vec(text(), 1..3)) {
        for (name, parameters) in OF_TEXTS {
            let references = Value::list(expected.iter().map(|text| Value::from(text.as_str())));
            let score = compare(&*scorer(name, parameters), answer.as_str(), references).unwrap();
            let value = score.value.unwrap();
            prop_assert!((0.0..=1.0 + 1e-12).contains(&value), "{}: {}", name, value);
        }
    }

    #[test]
    fn a_text_is_like_itself(words in prop::collection::vec("[a-z]{1,8}", 4..12)) {
        let text = words.join(" ");
        for (name, parameters) in OF_TEXTS {
            let value = compare(&*scorer(name, parameters), text.as_str(), text.as_str()).unwrap().value.unwrap();
            prop_assert!((value - 1.0).abs() < 1e-12, "{}: {}", name, value);
        }
    }

    #[test]
    fn the_order_of_two_does_not_matter(one in text(), other in text()) {
        for (name, parameters) in SYMMETRIC {
            let scorer = scorer(name, parameters);
            let there = compare(&*scorer, one.as_str(), other.as_str()).unwrap().value.unwrap();
            let back = compare(&*scorer, other.as_str(), one.as_str()).unwrap().value.unwrap();
            prop_assert!((there - back).abs() < 1e-12, "{}: {} and {}", name, there, back);
        }
    }

    #[test]
    fn not_twice_is_nothing(value in 0.0..=1.0_f64, bound in 0.0..=1.0_f64) {
        let judgement = |not| Judgement { threshold: Some(Threshold::AtLeast(bound)), not, unit: Unit::Fraction };
        let plain = judgement(false).apply(Score::of(value));
        let turned = judgement(true).apply(Score::of(value));
        prop_assert_eq!(plain.passed, turned.passed.map(|passed| !passed));
        prop_assert!((plain.value.unwrap() + turned.value.unwrap() - 1.0).abs() < 1e-12);
        let back = Judgement { threshold: None, not: true, unit: Unit::Fraction }.apply(turned);
        prop_assert_eq!(back.passed, plain.passed);
        prop_assert!((back.value.unwrap() - value).abs() < 1e-12);
    }

    #[test]
    fn a_combination_lies_between_its_parts(scores in prop::collection::vec((0.01..10.0_f64, 0.0..=1.0_f64), 1..10)) {
        let mut all = Combination::new();
        for (weight, value) in &scores {
            all.add(*weight, Some(&Score::of(*value)));
        }
        let value = all.finish().value.unwrap();
        let least = scores.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
        let most = scores.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
        prop_assert!(value >= least - 1e-12 && value <= most + 1e-12);
    }

    #[test]
    fn merged_tallies_are_one(values in prop::collection::vec(-1e6..1e6_f64, 0..60), cut in 0_usize..60) {
        let fold = |values: &[f64]| {
            let mut tally = Tally::new();
            for value in values {
                tally.add(Some(&Score::of(*value)));
            }
            tally
        };
        let whole = fold(&values);
        let (one, other) = values.split_at(cut.min(values.len()));
        let mut merged = fold(one);
        merged.merge(&fold(other));
        let near = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * (1.0 + one.abs()),
            (one, other) => one == other,
        };
        prop_assert!(near(whole.mean(), merged.mean()));
        prop_assert!(near(whole.variance(), merged.variance()));
        prop_assert_eq!((whole.rows, whole.valued), (merged.rows, merged.valued));
    }

    #[test]
    fn merged_aggregates_are_one(rows in prop::collection::vec((0_i64..4, 0_i64..4), 0..40), cut in 0_usize..40) {
        for name in ["classification", "absolute_error", "bleu", "chrf"] {
            let scorer = scorer(name, "{}");
            let fold = |rows: &[(i64, i64)]| {
                let mut aggregate = scorer.aggregate().unwrap();
                for (answer, expected) in rows {
                    let (answer, expected) = (Value::Int(*answer), Value::Int(*expected));
                    aggregate.add(&Row::new(Inputs::Pairs(&[("answer", &answer), ("expected", &expected)]), &Facts::default())).unwrap();
                }
                aggregate
            };
            let whole = fold(&rows).finish();
            let (one, other) = rows.split_at(cut.min(rows.len()));
            let mut merged = fold(one);
            merged.merge(fold(other)).unwrap();
            let merged = merged.finish();
            prop_assert_eq!(&whole.confusion, &merged.confusion);
            prop_assert_eq!(whole.numbers.len(), merged.numbers.len());
            for ((name, one), (_, other)) in whole.numbers.iter().zip(&merged.numbers) {
                prop_assert!((one - other).abs() <= 1e-9 * one.abs().max(1.0), "{}: {} and {}", name, one, other);
            }
        }
    }

    #[test]
    fn lists_of_numbers_are_like_themselves(items in prop::collection::vec(-1000_i64..1000, 1..20)) {
        let list = Value::list(items.iter().map(|item| Value::Int(*item)));
        for name in ["list_overlap", "jaccard", "set_equals", "recall_at_k", "ndcg", "average_precision", "mrr"] {
            let parameters = if name == "recall_at_k" { r#"{"k": null}"# } else { "{}" };
            let value = compare(&*scorer(name, parameters), list.clone(), list.clone()).unwrap().value.unwrap();
            prop_assert!((value - 1.0).abs() < 1e-12, "{}: {}", name, value);
        }
    }
}

#[test]
fn every_scorer_of_texts_is_in_the_registry() {
    for (name, _) in OF_TEXTS.iter().chain(&SYMMETRIC) {
        assert!(Registry::built_in().find(name).is_ok());
    }
}
