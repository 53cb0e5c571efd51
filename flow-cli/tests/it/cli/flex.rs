//! Flex flows: Python code as a flow, as people who run them see it.

use insta::assert_snapshot;

use super::TestContext;
use crate::http::ask;

const RATE: &str = r#"$schema: https://azuremlschemas.azureedge.net/promptflow/latest/Flow.schema.json
entry: review:rate
environment: { python_requirements_txt: requirements.txt }
environment_variables: { MODE: strict }
sample:
  inputs: { text: Well made. }
"#;

const REVIEW: &str = r#"import os
from typing import TypedDict

from promptflow.tracing import trace
from words import count


class Rated(TypedDict):
    label: str
    score: float


@trace
def rate(text: str, factor: int = 2, note: str = None, tags: list = []) -> Rated:
    """Says how good a review is."""
    print("rating in mode", os.environ["MODE"])
    if not text:
        raise ValueError("there is no text")
    score = count(text) * factor
    return {"label": "long" if score > 3 else "short", "score": float(score), "note": note}
"#;

const WORDS: &str = "def count(text):\n    return len(text.split())\n";

fn rating() -> TestContext {
    TestContext::with(&[
        ("flow.flex.yaml", RATE),
        ("review.py", REVIEW),
        ("words.py", WORDS),
        ("rows.jsonl", "{\"text\": \"a\"}\n{\"text\": \"a b c\", \"factor\": 1}\n{\"text\": \"\"}\n"),
    ])
}

#[test]
fn a_function_is_a_flow() {
    let context = rating();
    assert_snapshot!(context.session(&[
        "check",
        "run",
        "run -i text='a b' -i factor=5 -i note=n --trace",
        "run -i txt=a",
        "run -i text=",
        "graph --format text",
        "batch --data rows.jsonl --no-times",
        "runs query 'select line_number, inputs.factor, outputs.label, outputs.score from rows order by line_number'",
        "run --json",
    ]));
}

const JUDGE: &str = r#"entry: judge:Judge
init:
  strictness: { type: int, default: 2 }
"#;

const JUDGE_CODE: &str = r#"class Result:
    def __init__(self, score, length):
        self.score = score
        self.length = length


class Judge:
    def __init__(self, strictness: int, suffix: str = "!"):
        self.strictness = strictness
        self.suffix = suffix

    def __call__(self, answer: str, expected: str = "yes"):
        score = 1.0 if answer == expected else 1 / self.strictness
        return Result(score, len(answer + self.suffix))

    def __aggregate__(self, line_results: list):
        scores = [line["score"] for line in line_results]
        return {"mean": sum(scores) / len(scores), "rows": len(scores), "strictness": self.strictness}
"#;

#[test]
fn a_class_is_a_flow_with_a_sum_over_all_rows() {
    let context = TestContext::with(&[
        ("flow.flex.yaml", JUDGE),
        ("judge.py", JUDGE_CODE),
        ("rows.jsonl", "{\"answer\": \"yes\"}\n{\"answer\": \"no\"}\n"),
        ("run.yml", "flow: .\ndata: rows.jsonl\ninit: { strictness: 4 }\n"),
    ]);
    assert_snapshot!(context.session(&[
        "check",
        "run -i answer=no",
        "run -i answer=no --set init.strictness=8 --set init.suffix=??",
        "batch --data rows.jsonl --no-times",
        "batch --file run.yml --no-times",
        "run -i answer=no --set init.strict=8",
        "run -i answer=no --set judge.strictness=8",
    ]));
}

#[test]
fn a_class_needs_what_it_is_made_with() {
    let context = TestContext::with(&[("flow.flex.yaml", "entry: judge:Judge\n"), ("judge.py", JUDGE_CODE)]);
    assert_snapshot!(context.session(&["check", "run -i answer=a --set init.strictness=1"]));
}

#[test]
fn mistakes_are_found_before_anything_runs() {
    let flow = |entry: &str| format!("entry: {entry}\n");
    let code = "class Silent:\n    pass\n\n\ndef ask(question: str):\n    return question\n";
    let context = TestContext::with(&[
        ("none/flow.flex.yaml", "entry: ask\n"),
        ("module/flow.flex.yaml", &flow("aks:ask")),
        ("module/ask.py", code),
        ("name/flow.flex.yaml", &flow("ask:answer")),
        ("name/ask.py", code),
        ("call/flow.flex.yaml", &flow("ask:Silent")),
        ("call/ask.py", code),
        ("keys/flow.flex.yaml", "entry: ask:ask\ninputs: { questoin: { type: string } }\nnodes: []\n"),
        ("keys/ask.py", code),
        ("syntax/flow.flex.yaml", &flow("ask:ask")),
        ("syntax/ask.py", "def ask(:\n"),
        ("import/flow.flex.yaml", &flow("ask:ask")),
        ("import/ask.py", &format!("import pandas\n{code}")),
    ]);
    let context = context.set("FLOW_PYTHON", "no/python");
    assert_snapshot!(context.session(&["check", "run keys -i question=a --variant ask=b"]));
}

const TALK: &str = r#"import asyncio


async def talk(question: str, chat_history: list = []):
    await asyncio.sleep(0)
    last = chat_history[-1]["content"] if chat_history else "nothing"
    return f"{question} after {last}"


def stream(question: str):
    for word in question.split():
        yield word + "."
"#;

#[test]
fn it_talks_is_served_scored_and_called() {
    let caller = r#"inputs: { text: { type: string, default: a b } }
outputs: { rated: { type: string, reference: "${rate.output.label}" } }
nodes:
  - { name: rate, type: flow, flow: ../rate, inputs: { text: "${inputs.text}" } }
"#;
    let evaluation = "flow: rate\ndata: rows.jsonl\nmap: { text: \"${data.text}\" }\nscore:\n  - name: same\n    metric: exact_match\n    \
                      inputs: { answer: \"${run.outputs.label}\", expected: \"${data.label}\" }\n";
    let context = TestContext::with(&[
        ("talk/flow.flex.yaml", "entry: talk:talk\n"),
        ("talk/talk.py", TALK),
        ("stream/flow.flex.yaml", "entry: talk:stream\n"),
        ("stream/talk.py", TALK),
        ("rate/flow.flex.yaml", RATE),
        ("rate/review.py", REVIEW),
        ("rate/words.py", WORDS),
        ("caller/flow.yaml", caller),
        ("eval.yaml", evaluation),
        ("rows.jsonl", "{\"text\": \"a\", \"label\": \"short\"}\n{\"text\": \"a b\", \"label\": \"short\"}\n"),
    ]);
    std::fs::create_dir_all(context.folder().join(".git")).expect("writable");
    assert_snapshot!(context.transcript("run talk --chat", "one\ntwo\n"));
    assert_eq!(context.json("run stream -i question='a b' --json", 0)["outputs"]["output"], "a.b.");
    assert_eq!(context.json("run caller --json", 0)["outputs"]["rated"], "long");
    let scored = context.json("eval eval.yaml --json", 0);
    assert!(scored.to_string().contains("0.5"), "{scored:#}");
    let serving = context.serve("serve rate");
    let came = ask(serving.address, "POST", "/score", &[], Some(b"{\"text\": \"a b c\"}"));
    assert_eq!(came.json().expect("JSON")["label"], "long");
}
