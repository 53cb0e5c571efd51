//! The commands that the READMEs show: each ends well, and says what the README says that it does.
//!
//! A command is a line `flow …` of a code block: indented, or in a `console` block behind `$ `, where the lines that
//! follow are what it prints.

use std::fs;
use std::path::Path;

use super::TestContext;
use super::context::{Ran, repository};
use crate::conformance::mock::MockServer;

/// A command and, where the README shows it, what it prints.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    line: String,
    output: String,
}

fn commands(readme: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let (mut is_fenced, mut is_answer) = (false, false);
    for line in readme.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced && line.starts_with("```console");
            is_answer = false;
            continue;
        }
        let code = if is_fenced { Some(line) } else { line.strip_prefix("    ") };
        let Some(code) = code else { continue };
        let is_prompt = is_fenced && code.starts_with("$ ");
        let typed = code.strip_prefix("$ ").unwrap_or(code);
        if let Some(line) = typed.strip_prefix("flow ").filter(|_| is_prompt || !is_answer) {
            let line = line.split(" #").next().unwrap_or_default().trim_end();
            found.push(Shown { line: line.to_owned(), output: String::new() });
            is_answer = is_prompt;
        } else if is_prompt {
            is_answer = false;
        } else if is_answer && let Some(shown) = found.last_mut() {
            shown.output += line;
            shown.output.push('\n');
        }
    }
    found
}

/// Runs the README's commands in the folder of the context, one after the other.
fn run_all(context: &TestContext, readme: &str, at_least: usize) {
    let server = MockServer::start();
    let key = [("OPENAI_API_KEY", "sk-test".to_owned()), ("OPENAI_BASE_URL", format!("{}/v1", server.url()))];
    let commands = commands(readme);
    assert!(commands.len() >= at_least, "{commands:?}");
    for Shown { line, output } in commands {
        let stdin = if line.contains("--chat") { "Can I descale it with vinegar?\n" } else { "" };
        let Ran { exit, stdout, stderr } = context.ran_in(&line, stdin, &key);
        assert_eq!(exit, Some(0), "flow {line}\n{stdout}{stderr}");
        if !output.is_empty() {
            let said = context.neutral(&format!("{stderr}{stdout}"));
            assert_eq!(said.trim_end(), context.neutral(&output).trim_end(), "flow {line}");
        }
    }
}

fn readme(path: impl AsRef<Path>) -> String {
    let path = repository().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn commands_are_found() {
    let text = "Text flow run\n\n    flow run . -i a=b\n    export A=1\n\n```console\n$ flow check\nall well\nflow is fine\n$ ls\nx\n```\n";
    let shown = |line: &str, output: &str| Shown { line: line.to_owned(), output: output.to_owned() };
    assert_eq!(commands(text), [shown("run . -i a=b", ""), shown("check", "all well\nflow is fine\n")]);
}

#[test]
fn commands_of_the_examples() {
    for name in ["contract-review", "meeting-minutes", "product-chat", "support-triage", "web-classification"] {
        run_all(&TestContext::of_example(name), &readme(format!("examples/{name}/README.md")), 2);
    }
    // The tour's commands are typed in the folder of the repository.
    run_all(&TestContext::of_example("").enter(".."), &readme("examples/language-tour/README.md"), 5);
}

#[test]
fn commands_of_the_starters() {
    for name in ["chat", "classification", "standard", "summarise"] {
        run_all(&TestContext::of_starter(name), &readme(format!("flows/starters/{name}/README.md")), 3);
    }
}
