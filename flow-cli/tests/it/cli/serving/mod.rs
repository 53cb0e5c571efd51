//! `flow serve` as a program: what it keeps, how it shares requests between variants, and how it takes edits.

mod keep;
mod keys;
mod package;
mod reload;
mod split;

use std::process::Command;

use crate::http::{Came, Serving, ask};

/// Two prompts to choose from; each says which it is.
const FLOW: &str = "\
inputs:
  question: { type: string }
  user: { type: object, default: { mail: nobody } }
outputs:
  answer: { type: string, reference: \"${answer.output}\" }
nodes:
  - name: answer
    type: llm
    connection: any
    prompt: \"user:\\nfirst: {{ question }}\"
    inputs: { model: gpt-4o-mini, question: \"${inputs.question}\" }
    variants:
      second: { prompt: \"user:\\nsecond: {{ question }}\" }
";

/// The mock repeats what it is asked.
const RULES: &str = "rules:\n  - when: { text: first }\n    reply: of the first\n  - when: { text: second }\n    reply: of the second\n";

pub(super) fn score(serving: &Serving, body: &str, headers: &[(&str, &str)]) -> Came {
    ask(serving.address, "POST", "/score", headers, Some(body.as_bytes()))
}

/// Sends a signal.
fn signal(serving: &Serving, name: &str) {
    let status = Command::new("kill").arg(name).arg(serving.child.id().to_string()).status().expect("kill is there");
    assert!(status.success());
}

/// Ends the server, and waits for its end.
pub(super) fn end(mut serving: Serving) {
    signal(&serving, "-TERM");
    let status = serving.child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
}
