//! The commands that the READMEs show: each ends well, and says what the README says that it does.
//!
//! A command is a line `flow …` of a code block: indented, or in a `console` block. Behind `$ `, the lines that follow
//! are what it prints.

use std::fs;
use std::path::Path;

use super::TestContext;
use super::context::repository;
use super::shown::{Shown, typed};
use crate::conformance::mock::MockServer;

/// The commands of a README: those of indented code and of `console` blocks.
fn commands(readme: &str) -> Vec<Shown> {
    let (mut found, mut code, mut is_fenced) = (Vec::new(), String::new(), false);
    for line in readme.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced && line.starts_with("```console");
            found.extend(typed(&std::mem::take(&mut code)));
        } else if is_fenced {
            code += line;
            code.push('\n');
        } else if let Some(indented) = line.strip_prefix("    ") {
            found.extend(typed(indented));
        }
    }
    found
}

/// Runs the README's commands in the folder of the context, one after the other. `before` is called before each.
fn run_all(mut context: TestContext, readme: &str, at_least: usize, before: impl Fn(&TestContext, &Shown)) {
    let server = MockServer::start();
    let commands = commands(readme);
    assert!(commands.len() >= at_least, "{commands:?}");
    for shown in commands {
        if let Some(folder) = shown.line.strip_prefix("cd ") {
            context = context.enter(folder);
            continue;
        }
        before(&context, &shown);
        shown.run(&context, &server);
    }
}

fn nothing(_: &TestContext, _: &Shown) {}

fn readme(path: impl AsRef<Path>) -> String {
    let path = repository().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn commands_are_found() {
    let text = "Text flow run\n\n    flow run . -i a=b\n    export A=1\n\n```console\n$ flow init x && cd x\n$ flow check\nall well\nflow is fine\n$ ls\nx\n```\n";
    let shown =
        |line: &str, output: &str| Shown { line: line.to_owned(), output: output.to_owned(), ..Shown::default() };
    assert_eq!(
        commands(text),
        [
            shown("flow run . -i a=b", ""),
            shown("flow init x", ""),
            shown("cd x", ""),
            shown("flow check", "all well\nflow is fine\n")
        ]
    );
}

#[test]
fn commands_of_the_examples() {
    for name in [
        "contract-review",
        "docs-assistant",
        "meeting-minutes",
        "product-chat",
        "support-triage",
        "tool-calling",
        "web-classification",
    ] {
        run_all(TestContext::of_example(name), &readme(format!("examples/{name}/README.md")), 2, nothing);
    }
    // The tour's commands are typed in the folder of the repository.
    run_all(TestContext::of_example("").enter(".."), &readme("examples/language-tour/README.md"), 5, nothing);
}

#[test]
fn commands_of_the_starters() {
    for name in [
        "chat",
        "classification",
        "extraction",
        "promptflow-chat",
        "promptflow-evaluation",
        "promptflow-standard",
        "rag",
        "standard",
        "summarise",
    ] {
        run_all(TestContext::of_starter(name), &readme(format!("flows/starters/{name}/README.md")), 3, nothing);
    }
}

/// The guide's commands are typed in the folder of the project that it moves.
#[test]
fn commands_of_the_guide_from_prompt_flow() {
    let context = TestContext::of_folder("docs/prompt-flow-project");
    run_all(context, &readme("docs/from-prompt-flow.md"), 8, nothing);
}

/// The reader is asked to misspell a reference before one of the commands.
#[test]
fn commands_of_the_main_readme() {
    let misspell = |context: &TestContext, shown: &Shown| {
        if context.folder().join("flow.yaml").exists() {
            let right = context.read("flow.yaml").replace("${clasify.output}", "${classify.output}");
            let wrong = right.replace("${classify.output}", "${clasify.output}");
            context.write("flow.yaml", if shown.output.contains("clasify") { &wrong } else { &right });
        }
    };
    run_all(TestContext::of_example("").enter(".."), &readme("README.md"), 1, misspell);
}
