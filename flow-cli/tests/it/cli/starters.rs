//! The starters of `flow init`.

use insta::assert_snapshot;

use super::TestContext;

const STARTERS: &[&str] = &["chat", "classification", "extraction", "prompty", "rag", "standard", "summarise"];

/// Those in promptflow's layout, whose inputs have no defaults, since a default would go before a column of the data.
const OF_PROMPTFLOW: &[&str] = &["promptflow-chat", "promptflow-evaluation", "promptflow-standard"];

#[test]
fn all_starters_are_named_here() {
    let listed = TestContext::new().json("init --list --json", 0);
    let names: Vec<&str> = listed.as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    let mut known = [STARTERS, OF_PROMPTFLOW].concat();
    known.sort_unstable();
    assert_eq!(names, known);
}

#[test]
fn every_starter_checks_without_a_warning() {
    for name in STARTERS.iter().chain(OF_PROMPTFLOW) {
        let context = TestContext::of_starter(name);
        // Before it stands where Python nodes run.
        let said = context.done("check --mock --deny-warnings");
        assert!(said.ends_with("1 flow checked, nothing wrong\n"), "{name}: {said}");
    }
}

#[test]
fn every_starter_runs_by_its_defaults_and_by_its_data() {
    for name in STARTERS {
        let context = TestContext::of_starter(name);
        assert_snapshot!(format!("{name}_runs"), context.session(&["run --mock", "run --mock --inputs data.jsonl"]));
    }
}

#[test]
fn every_starter_of_promptflow_runs_by_its_data() {
    for name in OF_PROMPTFLOW {
        let context = TestContext::of_starter(name);
        assert_snapshot!(format!("{name}_runs"), context.session(&["run --mock --inputs data.jsonl"]));
        let ran = context.json("batch --mock --data data.jsonl --json", 0);
        assert_eq!(ran["rows"]["failed"], 0, "{name}: {ran}");
    }
}

#[test]
fn a_starter_without_a_key_says_what_to_do() {
    assert_snapshot!(TestContext::of_starter("standard").session(&["run", "check"]));
}
