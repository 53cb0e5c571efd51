//! Commands that a document shows, and what it shows that they print.

use super::TestContext;
use super::context::{CANARY, Ran};
use crate::conformance::mock::MockServer;

/// A command and, where the document shows it, what it prints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shown {
    /// What is typed.
    pub(crate) line: String,
    /// What is printed; where the exit code is asked for, without it.
    pub(crate) output: String,
    /// The exit code that the document shows, where `; echo $?` stands behind the command.
    pub(crate) told_exit: Option<i32>,
    /// The file that standard output goes to, behind ` > `.
    pub(crate) into: Option<String>,
}

/// What is typed behind a command to see its exit code.
const ASKS_FOR_EXIT: &str = "; echo $?";

impl Shown {
    /// What the document lets the command end with: an error that it shows is one.
    pub(crate) fn exit(&self) -> i32 {
        let is_error = self.output.lines().any(|line| line.starts_with("error"));
        self.told_exit.unwrap_or(if is_error { 2 } else { 0 })
    }

    /// Whether this is what the document shows, in which a line `…` stands for any lines.
    pub(crate) fn shows(&self, said: &str) -> bool {
        if self.output.is_empty() {
            return true;
        }
        let (shown, said) = (format!("\n{}\n", self.output.trim()), format!("\n{}\n", said.trim()));
        let mut pieces = shown.split("\n…\n");
        let Some(mut rest) = pieces.next().and_then(|first| said.strip_prefix(first)) else { return false };
        let pieces: Vec<&str> = pieces.collect();
        let Some((last, between)) = pieces.split_last() else { return rest.is_empty() };
        for piece in between {
            let Some((_, behind)) = rest.split_once(piece) else { return false };
            rest = behind;
        }
        rest.ends_with(last)
    }

    /// Takes apart what stands behind the command itself, and the exit code from the end of what is shown if it is asked for.
    fn without_shell(mut self) -> Self {
        if let Some(line) = self.line.strip_suffix(ASKS_FOR_EXIT) {
            let (output, code) = match self.output.trim_end().rsplit_once('\n') {
                Some((output, code)) => (output.to_owned(), code.to_owned()),
                None => (String::new(), self.output.trim().to_owned()),
            };
            self.told_exit = Some(code.parse().unwrap_or_else(|_| panic!("no exit code is shown for: {line}")));
            self.line = line.to_owned();
            self.output = output;
        }
        if let Some((line, file)) = self.line.rsplit_once(" > ") {
            (self.line, self.into) = (line.to_owned(), Some(file.to_owned()));
        }
        self
    }

    /// Runs the command, which has to end and to print as the document says.
    pub(crate) fn run(&self, context: &TestContext, server: &MockServer) {
        let key = [("OPENAI_API_KEY", format!("sk-{CANARY}")), ("OPENAI_BASE_URL", format!("{}/v1", server.url()))];
        let line = self.line.trim_start_matches("flow ");
        let stdin = if line.contains("--chat") { "Can I descale it with vinegar?\n" } else { "" };
        let Ran { exit, mut stdout, stderr } = context.ran_in(line, stdin, &key);
        if let Some(file) = self.into.as_ref().filter(|file| *file != "/dev/null") {
            context.write(file, &stdout);
        }
        if self.into.is_some() {
            stdout.clear();
        }
        let said = context.neutral(&format!("{stderr}{stdout}"));
        let shown = Self { output: context.neutral(&self.output), ..self.clone() };
        assert_eq!(exit, Some(self.exit()), "flow {line}\n{said}");
        assert!(shown.shows(&said), "{}\nthe document shows:\n{}\nbut it is:\n{said}", self.line, shown.output);
    }
}

/// The commands of code that is typed in a terminal: lines `flow …` and `cargo run -- …`, and `cd …`. Behind `$ `, the lines that follow are
/// what the command prints.
pub(crate) fn typed(code: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut is_answer = false;
    for line in code.lines() {
        let typed = line.strip_prefix("$ ");
        if is_answer
            && typed.is_none()
            && let Some(shown) = found.last_mut()
        {
            shown.output += line;
            shown.output.push('\n');
            continue;
        }
        is_answer = false;
        for part in typed.unwrap_or(line).split(" && ") {
            let part = part.split(" #").next().unwrap_or_default().trim_end();
            let is_known = ["flow ", "cd ", "cargo run -- "].iter().any(|start| part.starts_with(start));
            if is_known {
                let line = part.replace("cargo run -- ", "flow ");
                found.push(Shown { line, ..Shown::default() });
                is_answer = typed.is_some();
            }
        }
    }
    found.into_iter().map(Shown::without_shell).collect()
}

#[test]
fn a_line_of_dots_stands_for_any_lines() {
    let shown = |output: &str| Shown { output: output.to_owned(), ..Shown::default() };
    let said = "a\nb\nc\nd\n";
    for right in ["", "a\nb\nc\nd", "…", "a\n…", "…\nd", "a\n…\nc\n…", "a\n…\nd", "…\nb\n…\nd"] {
        assert!(shown(right).shows(said), "{right}");
    }
    for wrong in ["a", "a\nb\nc", "b\n…", "…\nc", "…\nc\n…\nb\n…", "a\n…\nx\n…\nd"] {
        assert!(!shown(wrong).shows(said), "{wrong}");
    }
}

#[test]
fn an_exit_code_that_is_asked_for_is_no_output() {
    let commands = typed("$ flow eval eval.yaml; echo $?\nundecided\n3\n$ flow check\n");
    let shown = |line: &str, output: &str, told_exit: Option<i32>| Shown {
        line: line.to_owned(),
        output: output.to_owned(),
        told_exit,
        into: None,
    };
    assert_eq!(commands, [shown("flow eval eval.yaml", "undecided", Some(3)), shown("flow check", "", None)]);
}
