//! `flow pf`: promptflow's command line.

mod config;
mod connection;
mod flow;
mod quick_start;
mod run;

use insta::assert_snapshot;

use super::TestContext;

/// A flow with a node of Python that fails for one row, and one over all rows, in promptflow's files.
fn graded() -> TestContext {
    TestContext::with(&[
        ("grade/flow.dag.yaml", FLOW),
        ("grade/grade.py", GRADE),
        ("grade/total.py", TOTAL),
        ("rows.jsonl", ROWS),
    ])
}

const FLOW: &str = "\
inputs:
  answer: { type: string }
  truth: { type: string }
outputs:
  grade: { type: string, reference: \"${grade.output}\" }
nodes:
- name: grade
  type: python
  source: { type: code, path: grade.py }
  inputs: { answer: \"${inputs.answer}\", truth: \"${inputs.truth}\" }
- name: total
  type: python
  aggregation: true
  source: { type: code, path: total.py }
  inputs: { grades: \"${grade.output}\" }
";

const GRADE: &str = "\
from promptflow.core import tool


@tool
def grade(answer: str, truth: str):
    if answer == \"boom\":
        raise ValueError(\"no answer\")
    return \"Correct\" if answer == truth else \"Incorrect\"
";

const TOTAL: &str = "\
from promptflow.core import log_metric, tool


@tool
def total(grades: list):
    log_metric(\"count\", len(grades))
    log_metric(\"accuracy\", round(grades.count(\"Correct\") / len(grades), 2))
";

const ROWS: &str = "\
{\"answer\": \"x\", \"truth\": \"x\", \"other\": \"y\"}
{\"answer\": \"y\", \"truth\": \"x\", \"other\": \"y\"}
{\"answer\": \"boom\", \"truth\": \"x\", \"other\": \"z\"}
";

#[test]
fn help_of_the_groups() {
    assert_snapshot!(TestContext::new().session(&[
        "pf --help",
        "pf run --help",
        "pf run create --help",
        "pf flow test --help",
        "pf connection --help",
        "pf connection create --help"
    ]));
}

#[test]
fn every_command_shows_an_example() {
    let commands = [
        ("run", &["create", "update", "stream", "list", "show", "show-details", "show-metrics", "visualize"][..]),
        ("run", &["archive", "restore", "delete"]),
        ("flow", &["init", "test", "serve", "build", "validate"]),
        ("connection", &["create", "update", "show", "list", "delete"]),
        ("config", &["set", "show"]),
    ];
    let context = TestContext::new();
    for (group, names) in commands {
        for line in std::iter::once(group.to_owned()).chain(names.iter().map(|name| format!("{group} {name}"))) {
            let help = context.done(&format!("pf {line} --help"));
            assert!(help.contains(&format!("flow pf {line}")), "{line}: {help}");
            assert!(help.contains("Example"), "{line}: {help}");
        }
        // As with promptflow, a group alone shows what it has and is no error.
        assert_eq!(context.done(&format!("pf {group}")), context.done(&format!("pf {group} -h")), "{group}");
    }
}

#[test]
fn versions_and_what_has_no_counterpart() {
    let context = TestContext::new();
    let version = context.json("pf version", 0);
    assert!(version["flow"].is_string() && version["promptflow"].is_string(), "{version}");
    for line in ["pf --version", "pf -v"] {
        assert!(context.done(line).contains("\nExecutable '"), "{line}");
    }
    assert_snapshot!(context.session(&[
        "pf tool list",
        "pf trace delete --run x",
        "pf service start",
        "pf experiment list",
        "pf upgrade",
        "pf rnu create",
        "pf flow save --entry intent:extract --path x",
        "pf run show",
        "pf run shwo --name x",
        "pf connection create",
    ]));
}
