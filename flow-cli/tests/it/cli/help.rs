use insta::assert_snapshot;

use super::TestContext;

#[test]
fn help_of_the_program() {
    assert_snapshot!(TestContext::new().session(&["--help", "--version"]));
}

#[test]
fn help_of_run() {
    assert_snapshot!(TestContext::new().session(&["run --help", "run -h"]));
}

#[test]
fn help_of_runs_over_many_rows() {
    assert_snapshot!(TestContext::new().session(&["batch --help", "eval --help"]));
}

#[test]
fn help_of_runs() {
    let lines = ["runs", "runs list", "runs rows", "runs query", "runs diff", "runs archive"]
        .map(|line| format!("{line} --help"));
    assert_snapshot!(TestContext::new().session(&lines.each_ref().map(String::as_str)));
}

#[test]
fn help_of_the_other_commands() {
    let lines = [
        "init",
        "check",
        "plan",
        "graph",
        "tools",
        "connections",
        "connections show",
        "migrate",
        "explain",
        "schema",
        "completions",
    ];
    let lines: Vec<String> = lines.iter().map(|command| format!("{command} --help")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_snapshot!(TestContext::new().session(&lines));
}

#[test]
fn no_command_and_unknown_commands() {
    assert_snapshot!(TestContext::new().session(&["", "chek .", "test .", "run --hlep"]));
}
