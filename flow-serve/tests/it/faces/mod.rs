//! What the faces of served flows answer, request by request.

mod described;
mod openai;
mod page;
mod run;

use std::fmt::Write;

use flow_serve::{ServerOptions, SiteOptions};

use crate::client::Came;
use crate::flows::{CHAT, Flows};

/// Says what it was given; as a chat.
const ECHO: &str = "\
description: Says what it was given.
inputs:
  question: { type: string, is_chat_input: true }
  history: { type: list, is_chat_history: true, default: [] }
  tone: { type: string, default: plain, description: How it speaks. }
  times: { type: int, default: 1 }
outputs:
  answer: { type: string, reference: \"${say.output}\", is_chat_output: true }
  times: { type: int, reference: \"${inputs.times}\" }
  inner: { type: string, reference: \"${say.output}\", evaluation_only: true }
nodes:
  - name: say
    type: prompt
    prompt: \"{{ history | tojson }} {{ question }} ({{ tone }}, {{ times }})\"
    inputs: { question: \"${inputs.question}\", history: \"${inputs.history}\", tone: \"${inputs.tone}\", times: \"${inputs.times}\" }
";

/// An input of each type, no chat, two texts.
const TYPED: &str = "\
inputs:
  word: { type: string }
  whole: { type: int, default: 1 }
  number: { type: double, default: 1.5 }
  flag: { type: bool, default: false }
  items: { type: list, default: [] }
  entry: { type: object, default: {} }
  picture: { type: image, default: \"https://example.com/a.png\" }
  secret: { type: secret, default: hush }
  note: { type: string, default: none }
outputs:
  said: { type: string, reference: \"${say.output}\" }
nodes:
  - name: say
    type: prompt
    prompt: \"{{ word }} {{ whole }} {{ number }} {{ flag }} {{ items }} {{ entry }} {{ note }}\"
    inputs: { word: \"${inputs.word}\", whole: \"${inputs.whole}\", number: \"${inputs.number}\", flag: \"${inputs.flag}\", items: \"${inputs.items}\", entry: \"${inputs.entry}\", note: \"${inputs.note}\" }
";

/// A flow of one text, that takes instructions, and is not declared as a chat.
const FORM: &str = "\
inputs:
  text: { type: string }
  instructions: { type: string, default: be brief }
outputs:
  shout: { type: string, reference: \"${say.output}\" }
nodes:
  - name: say
    type: prompt
    prompt: \"{{ instructions }}: {{ text | upper }}\"
    inputs: { text: \"${inputs.text}\", instructions: \"${inputs.instructions}\" }
";

/// A flow of one text and one picture.
const LOOK: &str = "\
inputs:
  picture: { type: image }
  text: { type: string, default: What is it? }
outputs:
  seen: { type: string, reference: \"${say.output}\" }
nodes:
  - name: say
    type: prompt
    prompt: \"{{ text }} {{ 'It is a picture.' if picture }}\"
    inputs: { text: \"${inputs.text}\", picture: \"${inputs.picture}\" }
";

/// A chat whose input takes texts and pictures.
const PICTURES: &str = "\
inputs:
  question: { type: list, is_chat_input: true }
  history: { type: list, is_chat_history: true, default: [] }
outputs:
  answer: { type: string, reference: \"${say.output}\", is_chat_output: true }
nodes:
  - name: say
    type: prompt
    prompt: \"{{ history | length }} before, now {{ question | length }} parts: {{ question[0] }}\"
    inputs: { question: \"${inputs.question}\", history: \"${inputs.history}\" }
";

/// Speaks, and then fails.
const BREAKS: &str = "\
inputs:
  question: { type: string, is_chat_input: true }
outputs:
  answer: { type: string, reference: \"${speak.output}\", is_chat_output: true }
  length: { type: string, reference: \"${measure.output}\" }
nodes:
  - name: speak
    type: llm
    connection: any
    prompt: \"user:\\n{{ question }}\"
    inputs: { model: gpt-4o-mini, question: \"${inputs.question}\" }
  - name: measure
    type: prompt
    prompt: \"{{ text.length.of.it }}\"
    inputs: { text: \"${speak.output}\" }
  - name: aside
    type: prompt
    if: inputs.question == 'nothing'
    prompt: never
";

const RULES: &str = "
usage: { prompt_tokens: 11, completion_tokens: 3 }
rules:
  - { when: { text: forbidden }, faults: { fault: 400 } }
  - { when: { text: cut }, faults: { fault: truncated }, reply: one two three four }
  - reply: 'You said: {{ text }}'
";

/// All of these flows, each under its name.
async fn several() -> Flows {
    let flows = [
        ("chat", CHAT),
        ("echo", ECHO),
        ("typed", TYPED),
        ("form", FORM),
        ("look", LOOK),
        ("pictures", PICTURES),
        ("breaks", BREAKS),
    ];
    let options = SiteOptions { max_body: 4000, ..SiteOptions::default() };
    Flows::of(&flows, RULES, options, ServerOptions::default()).await
}

/// A request: what it is about, method and path, headers that end with a line break each, and the body.
type Case<'c> = (&'c str, &'c str, &'c str, &'c str);

/// Makes the requests, and writes down what came.
async fn told(flows: &Flows, cases: &[Case<'_>]) -> String {
    let mut seen = String::new();
    for (about, line, headers, body) in cases {
        let (method, path) = line.split_once(' ').unwrap();
        let headers = format!("x-request-id: r-1\r\n{headers}");
        let came = flows.ask(method, path, &headers, body).await;
        let shown: String = body.chars().take(200).collect();
        write!(seen, "## {about}\n{line} {shown}\n{}\n", answer(&came)).unwrap();
    }
    seen
}

/// Status, the headers that matter, and the body without what differs from run to run.
fn answer(came: &Came) -> String {
    let mut text = format!("=> {}", came.status());
    for name in ["content-type", "allow", "retry-after", "x-should-retry", "x-flow-ignored"] {
        if let Some(value) = came.header(name) {
            write!(text, " [{name}: {value}]").unwrap();
        }
    }
    let body = came.body.trim_end();
    let times = ["\"time_ms\":", "\"elapsed_ms\":", "\"created\":"];
    let mut body = body.to_owned();
    for key in times {
        let mut from = 0;
        while let Some(found) = body[from..].find(key) {
            let begin = from + found + key.len();
            let end =
                begin + body[begin..].find(|sign: char| !(sign.is_ascii_digit() || ".e-".contains(sign))).unwrap();
            body.replace_range(begin..end, "0");
            from = begin;
        }
    }
    format!("{text}\n{body}\n")
}
