//! What reference implementations say (`tests/oracles/record.py`).

use std::collections::BTreeMap;
use std::path::Path;

use flow_core::value::{Map, Value};
use flow_eval::score::{Aggregate, Facts, Inputs, Registry, Row};
use serde::Deserialize;

use super::score;

/// How far a number may be off: absolutely, or relative to itself.
const NEAR: f64 = 1e-9;

#[derive(Deserialize)]
struct Recording {
    cases: Vec<Case>,
    sets: Vec<Set>,
}

#[derive(Deserialize)]
struct Case {
    inputs: Value,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    scorer: String,
    #[serde(default)]
    parameters: Value,
    value: f64,
    #[serde(default)]
    numbers: BTreeMap<String, Option<f64>>,
}

#[derive(Deserialize)]
struct Set {
    scorer: String,
    #[serde(default)]
    parameters: Value,
    rows: Vec<Value>,
    numbers: BTreeMap<String, Option<f64>>,
    confusion: Option<Confusion>,
}

#[derive(Deserialize)]
struct Confusion {
    labels: Vec<String>,
    counts: Vec<Vec<u64>>,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    support: Vec<u64>,
}

fn read(name: &str) -> Recording {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles").join(name).with_extension("json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn map(value: &Value) -> Map {
    value.as_map().cloned().unwrap_or_default()
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() <= NEAR.max(NEAR * other.abs())
}

/// Compares all cases; at least a hundred.
fn cases_agree(name: &str) {
    cases_of(name, 100);
}

fn cases_of(name: &str, least: usize) {
    let recording = read(name);
    assert!(recording.cases.len() >= least, "{name} has {} cases", recording.cases.len());
    let registry = Registry::built_in();
    let mut wrong = Vec::new();
    for case in &recording.cases {
        let inputs = map(&case.inputs);
        for check in &case.checks {
            let built = registry.build(&check.scorer, &map(&check.parameters)).unwrap();
            let told = score(&*built.scorer, &inputs).unwrap();
            let numbers = check.numbers.iter().filter_map(|(name, number)| Some((name.as_str(), (*number)?)));
            let mut off = told.value.is_none_or(|value| !is_near(value, check.value));
            for (name, number) in numbers {
                off |= told.number(name).is_none_or(|value| !is_near(value, number));
            }
            if off {
                let (scorer, parameters) = (&check.scorer, check.parameters.to_json());
                wrong.push(format!(
                    "{scorer} {parameters} of {}: {told:?}, not {} {:?}",
                    case.inputs.to_json(),
                    check.value,
                    check.numbers
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {name} differ:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

fn folded(registry: &Registry, set: &Set, rows: &[Value]) -> Box<dyn Aggregate> {
    let built = registry.build(&set.scorer, &map(&set.parameters)).unwrap();
    let mut aggregate = built.scorer.aggregate().unwrap();
    let facts = Facts::default();
    for row in rows {
        aggregate.add(&Row::new(Inputs::Map(&map(row)), &facts)).unwrap();
    }
    aggregate
}

/// Compares all sets, folded as a whole and merged of three parts.
fn sets_agree(name: &str, least: usize) {
    let recording = read(name);
    assert!(recording.sets.len() >= least, "{name} has {} sets", recording.sets.len());
    let registry = Registry::built_in();
    for (index, set) in recording.sets.iter().enumerate() {
        let whole = folded(&registry, set, &set.rows);
        let (first, rest) = set.rows.split_at(set.rows.len() / 3);
        let (second, third) = rest.split_at(rest.len() / 2);
        let mut merged = folded(&registry, set, first);
        merged.merge(folded(&registry, set, second)).unwrap();
        merged.merge(folded(&registry, set, third)).unwrap();
        for (how, summary) in [("whole", whole.finish()), ("merged", merged.finish())] {
            let at = format!("{name}, set {index}, {how}");
            assert_eq!(summary.rows, set.rows.len() as u64, "{at}");
            for (number, expected) in &set.numbers {
                let told = summary.number(number);
                let agrees = match expected {
                    None => told.is_none(),
                    Some(expected) => told.is_some_and(|told| is_near(told, *expected)),
                };
                assert!(agrees, "{at}: {number} is {told:?}, not {expected:?}");
            }
            let Some(expected) = &set.confusion else { continue };
            let told = summary.confusion.unwrap();
            assert_eq!((&told.labels, &told.counts), (&expected.labels, &expected.counts), "{at}");
            for class in 0..expected.labels.len() {
                let found = told.class(class);
                assert!(is_near(found.precision, expected.precision[class]), "{at}: {found:?}");
                assert!(is_near(found.recall, expected.recall[class]), "{at}: {found:?}");
                assert!(is_near(found.f1, expected.f1[class]), "{at}: {found:?}");
                assert_eq!(found.support, expected.support[class], "{at}");
            }
        }
    }
}

#[test]
fn bleu_is_that_of_sacrebleu() {
    cases_agree("bleu");
    sets_agree("bleu", 15);
}

#[test]
fn chrf_is_that_of_sacrebleu() {
    cases_agree("chrf");
    sets_agree("chrf", 8);
}

#[test]
fn rouge_is_that_of_rouge_score() {
    cases_agree("rouge");
}

#[test]
fn token_f1_is_that_of_squad() {
    cases_agree("token_f1");
}

#[test]
fn edit_distances_are_those_of_rapidfuzz() {
    cases_agree("edit");
}

#[test]
fn comparisons_of_texts_are_those_of_python() {
    cases_agree("texts");
    cases_agree("patterns");
}

#[test]
fn comparisons_of_numbers_are_those_of_python() {
    cases_agree("numbers");
}

#[test]
fn json_is_what_python_reads_and_jsonschema_accepts() {
    // Each of these texts is held against eleven schemas, or none.
    cases_of("schemas", 50);
}

#[test]
fn overlaps_are_those_of_scikit_learn() {
    cases_agree("lists");
}

#[test]
fn reports_of_classes_are_those_of_scikit_learn() {
    sets_agree("classification", 100);
}

#[test]
fn errors_of_numbers_are_those_of_scikit_learn() {
    sets_agree("regression", 100);
}

#[test]
fn rankings_are_those_of_scikit_learn() {
    cases_agree("ranking");
}

#[test]
fn similarities_are_those_of_scikit_learn() {
    cases_agree("vectors");
}

#[test]
fn calls_are_matched_as_scipy_matches_them() {
    cases_agree("tool_calls");
}
