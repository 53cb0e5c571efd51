//! Python nodes, as people who run them see them.

use insta::assert_snapshot;

use super::TestContext;
use super::context::CANARY;

const FLOW: &str = r#"inputs:
  text: { type: string, default: "a b a" }
outputs:
  out: { type: object, reference: "${count.output}" }
nodes:
- name: count
  type: python
  source: { type: code, path: count.py }
  inputs: { text: "${inputs.text}", limit: "2" }
- name: total
  type: python
  aggregation: true
  source: { type: code, path: total.py }
  inputs: { counts: "${count.output}" }
"#;

const COUNT: &str = r#"import sys
from collections import Counter

from promptflow.core import tool
from words import clean


@tool
def count(text: str, limit: int = 5):
    print("counting", repr(text))
    print("to the log", file=sys.stderr)
    return dict(Counter(clean(text).split()).most_common(limit))
"#;

const TOTAL: &str = r#"from promptflow.core import log_metric, tool


@tool
def total(counts: list):
    log_metric("rows", len(counts))
    log_metric("words", sum(sum(count.values()) for count in counts))
    log_metric("best", 0.75, variant_id="v1")
"#;

const WORDS: &str = r#"def clean(text):
    if "!" in text:
        raise ValueError(f"no shouting: {text}")
    return text.strip().lower()
"#;

fn project() -> TestContext {
    let files = [("flow.dag.yaml", FLOW), ("count.py", COUNT), ("total.py", TOTAL), ("words.py", WORDS)];
    TestContext::with(&files)
}

#[test]
fn a_project_of_promptflow() {
    assert_snapshot!(project().session(&[
        "check",
        "run",
        "run -i text='x y' --trace",
        "run -i text='stop!'",
        "run --node count -i inputs.text='p q p'",
        "graph",
    ]));
}

#[test]
fn failures_for_programs() {
    let said = project().json("run -i text='stop!' --json", 1);
    let frames: Vec<String> = said["error"]["traceback"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|frame| format!("{} {} {}", frame["file"], frame["line"], frame["function"]))
        .collect();
    assert_eq!(frames, [r#""count.py" 12 "count""#, r#""words.py" 3 "clean""#]);
    assert_eq!(said["error"]["code"], "python-failed");
}

#[test]
fn metrics_for_programs() {
    let said = project().json("run --json", 0);
    assert_eq!(said["metrics"], serde_json::json!({ "rows": 1, "words": 3, "best": { "v1": 0.75 } }));
}

#[test]
fn code_in_the_flow_file() {
    let context = TestContext::with(&[(
        "flow.yaml",
        r#"inputs:
  words: { type: list, default: [b, a] }
outputs:
  sorted: { type: list, reference: "${sort.output}" }
nodes:
  - name: sort
    type: python
    code: |
      from promptflow.core import tool

      @tool
      def sort(words: list, reverse: bool = False):
          if not words:
              raise ValueError("nothing to sort")
          return sorted(words, reverse=reverse)
    inputs: { words: "${inputs.words}" }
"#,
    )]);
    assert_snapshot!(context.session(&["run", "run --set sort.reverse=true", "run -i words=[]"]));
}

#[test]
fn mistakes_are_found_before_anything_runs() {
    // Which Python there is beside ours differs from machine to machine.
    let context = project().set("FLOW_PYTHON", "no/python");
    context.write("count.py", "import requests\nfrom promptflow.core import tool\nfrom words import clean, dirty\n\n\n@tool\ndef count(text: str, limt: int):\n    return clean(text)\n");
    context.write("total.py", "def total(counts:\n    pass\n");
    assert_snapshot!(context.session(&["check", "explain python-import"]));
}

#[test]
fn variables_and_connections_are_what_the_flow_and_the_command_line_give() {
    let files = [
        (
            "flow.yaml",
            r#"outputs:
  seen: { type: object, reference: "${look.output}" }
environment_variables:
  MODE: fast
  LIST: [1, two]
  KEY: "${search.token}"
nodes:
  - name: look
    type: python
    code: |
      import os
      from promptflow.core import tool
      from promptflow.connections import CustomConnection

      @tool
      def look(search: CustomConnection):
          print("the token is", search.token, os.environ["KEY"])
          names = ["MODE", "LIST", "KEY", "EXTRA", "HOME", "GITHUB_TOKEN"]
          assert search.token == os.environ["KEY"] == search.secrets["token"]
          return [search.configs, {name: os.environ.get(name) for name in names}, f"<{search.token}>"]
    inputs: { search: search }
"#,
        ),
        (
            "connections.yaml",
            "search: { kind: custom, secrets: { token: \"${env:SEARCH_TOKEN}\" }, configs: { index: docs } }\n",
        ),
    ];
    let context = TestContext::with(&files).set("SEARCH_TOKEN", CANARY).set("EXTRA", "from the shell");
    assert_snapshot!(context.session(&[
        "run --env EXTRA --env MODE=slow",
        "run --trace",
        "run --env NOT_SET",
        "run --env =x",
        "run --json",
    ]));
}

#[test]
fn code_stays_within_its_limits() {
    let node = |name: &str, code: &str| {
        let code = code.replace('\n', "\n          ");
        format!(
            "outputs: {{ o: {{ type: string, reference: \"${{n.output}}\" }} }}\nnodes:\n  - name: n\n    type: python\n    timeout: 300ms\n    \
             code: |\n      from promptflow.core import tool\n\n      @tool\n      def {name}():\n          {code}\n"
        )
    };
    let context = TestContext::with(&[
        ("loop/flow.yaml", &node("loop", "while True:\n    pass")),
        ("deep/flow.yaml", &node("deep", "return deep()")),
        ("file/flow.yaml", &node("file", "return open('/etc/hostname').read()")),
        ("secret/flow.yaml", &node("secret", "return open('../connections.yaml').read()")),
        ("write/flow.yaml", &node("write", "open('out.txt', 'w').write('x')")),
        ("object/flow.yaml", &node("thing", "return {'a': {1, 2}}")),
        ("connections.yaml", "a: { kind: openai }\n"),
    ]);
    std::fs::create_dir_all(context.folder().join(".git")).expect("writable");
    assert_snapshot!(context.session(&["run loop", "run deep", "run file", "run secret", "run write", "run object"]));
}
