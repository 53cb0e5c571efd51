//! The commands that the READMEs show: each ends well, and says what the README says that it does.
//!
//! A command is a line `flow …` of a code block: indented, or in a `console` block. Behind `$ `, the lines that follow
//! are what it prints.

use std::fs;
use std::path::Path;

use super::TestContext;
use super::context::{CANARY, Ran, repository};
use crate::conformance::mock::MockServer;

/// A command and, where the README shows it, what it prints.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    line: String,
    output: String,
}

impl Shown {
    /// What the README lets the command end with: an error that it shows is one.
    fn exit(&self) -> i32 {
        if self.output.lines().any(|line| line.starts_with("error")) { 2 } else { 0 }
    }

    /// Whether this is what the README shows, in which a line `…` stands for any lines.
    fn shows(&self, said: &str) -> bool {
        match format!("\n{}\n", self.output.trim()).split_once("\n…\n") {
            _ if self.output.is_empty() => true,
            Some((start, end)) => said.starts_with(start.trim_start()) && said.trim_end().ends_with(end.trim_end()),
            None => said.trim() == self.output.trim(),
        }
    }
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
        let typed = code.strip_prefix("$ ");
        if is_answer
            && typed.is_none()
            && let Some(shown) = found.last_mut()
        {
            shown.output += code;
            shown.output.push('\n');
            continue;
        }
        is_answer = false;
        for part in typed.unwrap_or(code).split(" && ") {
            let part = part.split(" #").next().unwrap_or_default().trim_end();
            let is_known = ["flow ", "cd ", "cargo run -- "].iter().any(|start| part.starts_with(start));
            if is_known {
                let line = part.replace("cargo run -- ", "flow ");
                found.push(Shown { line, output: String::new() });
                is_answer = typed.is_some() && is_fenced;
            }
        }
    }
    found
}

/// Runs the README's commands in the folder of the context, one after the other. `before` is called before each.
fn run_all(mut context: TestContext, readme: &str, at_least: usize, before: impl Fn(&TestContext, &Shown)) {
    let server = MockServer::start();
    let key = [("OPENAI_API_KEY", format!("sk-{CANARY}")), ("OPENAI_BASE_URL", format!("{}/v1", server.url()))];
    let commands = commands(readme);
    assert!(commands.len() >= at_least, "{commands:?}");
    for mut shown in commands {
        if let Some(folder) = shown.line.strip_prefix("cd ") {
            context = context.enter(folder);
            continue;
        }
        before(&context, &shown);
        let line = shown.line.trim_start_matches("flow ");
        let stdin = if line.contains("--chat") { "Can I descale it with vinegar?\n" } else { "" };
        let Ran { exit, stdout, stderr } = context.ran_in(line, stdin, &key);
        assert_eq!(exit, Some(shown.exit()), "flow {line}\n{stdout}{stderr}");
        let said = context.neutral(&format!("{stderr}{stdout}"));
        shown.output = context.neutral(&shown.output);
        assert!(shown.shows(&said), "{}\nthe README shows:\n{}\nbut it is:\n{said}", shown.line, shown.output);
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
    let shown = |line: &str, output: &str| Shown { line: line.to_owned(), output: output.to_owned() };
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
