//! Python nodes in a Python of the machine's, as people who run them see them. Where there is none, these tests say so and check
//! nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::TestContext;
use super::context::CANARY;
use crate::http::ask;
use crate::program::{LIMIT, finish};

/// A Python of this machine that is new enough.
fn python() -> Option<&'static Path> {
    static FOUND: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let tell = "import sys; assert sys.version_info >= (3, 9); print(sys.executable)";
        let found = ["python3", "python"].iter().find_map(|name| {
            let said = Command::new(name).args(["-c", tell]).output().ok().filter(|said| said.status.success())?;
            Some(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()))
        });
        if found.is_none() {
            println!("skipped: there is no Python 3.9 or newer on the PATH");
        }
        found
    });
    FOUND.as_deref()
}

/// A folder with files whose code runs in that Python.
fn project(files: &[(&str, &str)]) -> Option<TestContext> {
    Some(TestContext::with(files).set("FLOW_PYTHON", python()?.to_str()?))
}

/// A transcript without what differs from machine to machine.
fn session(context: &TestContext, lines: &[&str]) -> String {
    let python = python().map(|path| path.display().to_string()).unwrap_or_default();
    let text = context.session(lines).replace(&python, "[PYTHON]");
    let version = regex::Regex::new(r"Python 3\.\d+\.\d+").expect("a valid pattern");
    version.replace_all(&text, "Python [VERSION]").into_owned()
}

const FLOW: &str = r#"inputs:
  text: { type: string, default: "b a b" }
outputs:
  out: { type: object, reference: "${count.output}" }
nodes:
- name: clean
  type: python
  source: { type: code, path: clean.py }
  inputs: { text: "${inputs.text}" }
- name: count
  type: python
  source: { type: code, path: count.py }
  inputs: { text: "${clean.output}", limit: "2" }
- name: total
  type: python
  aggregation: true
  source: { type: code, path: total.py }
  inputs: { counts: "${count.output}" }
"#;

const CLEAN: &str = "from promptflow.core import tool\n\n\n@tool\ndef clean(text: str):\n    return text.strip()\n";

const COUNT: &str = r#"import sqlite3
import sys

from promptflow.core import tool
from words import split


@tool
def count(text: str, limit: int = 5):
    print("counting", repr(text))
    print("to the log", file=sys.stderr)
    base = sqlite3.connect(":memory:")
    base.execute("create table words (word text)")
    base.executemany("insert into words values (?)", [(word,) for word in split(text)])
    return dict(base.execute("select word, count(*) from words group by word order by word limit ?", [limit]))
"#;

const WORDS: &str = r#"def split(text):
    if "!" in text:
        raise ValueError(f"no shouting: {text}")
    return text.split()
"#;

const TOTAL: &str = r#"import fractions

from promptflow import log_metric, tool


@tool
def total(counts: list):
    log_metric("words", sum(sum(count.values()) for count in counts))
    log_metric("share", float(fractions.Fraction(1, 4)), variant_id="v1")
"#;

const COUNTING: &[(&str, &str)] =
    &[("flow.dag.yaml", FLOW), ("clean.py", CLEAN), ("count.py", COUNT), ("words.py", WORDS), ("total.py", TOTAL)];

#[test]
fn code_that_needs_more_runs_if_that_is_allowed() {
    let Some(context) = project(COUNTING) else { return };
    assert_snapshot!(session(
        &context,
        &[
            "check",
            "check --deny-warnings --allow-exec",
            "run",
            "run --allow-exec --trace",
            "run --allow-exec -i text='stop!'",
            "run --allow-exec --json",
            "graph --format text",
        ]
    ));
    let python = context.json("check --allow-exec --json", 0)["flows"][0]["python"].clone();
    assert_eq!(python[0], serde_json::json!({ "node": "clean", "interpreter": "embedded" }));
    assert_eq!(python[1]["lacking"], serde_json::json!(["sqlite3"]));
}

#[test]
fn a_flow_may_ask_for_it() {
    let flow = |interpreter: &str| {
        format!(
            "interpreter: external\noutputs:\n  out: {{ type: list, reference: \"${{look.output}}\" }}\nnodes:\n  - name: look\n    \
             type: python\n    {interpreter}code: |\n      import sys\n      from promptflow.core import tool\n\n      @tool\n      \
             def look():\n          return [sys.version_info >= (3, 9), hasattr(sys, 'getswitchinterval')]\n"
        )
    };
    let files = [("all/flow.yaml", flow("")), ("but/flow.yaml", flow("interpreter: embedded\n    "))];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    let Some(context) = project(&files) else { return };
    assert_snapshot!(session(
        &context,
        &["check all", "check all but --allow-exec", "run all --allow-exec", "run all", "schema --help"]
    ));
}

#[test]
fn what_is_missing_is_said_with_the_way_to_install_it() {
    let Some(context) = project(COUNTING) else { return };
    context.write("count.py", "import no_such_package.part\nfrom promptflow.core import tool\n\n\n@tool\ndef count(text, limit):\n    import sklearn_no_such\n    return 1\n");
    let late = "import importlib, sqlite3\nfrom promptflow.core import tool\n\n\n@tool\ndef count(text, limit):\n    return importlib.import_module('yaml_no_such')\n";
    let first = session(&context, &["check --allow-exec", "run --allow-exec"]);
    context.write("count.py", late);
    let second = session(&context, &["run --allow-exec"]);
    let context = context.set("FLOW_PYTHON", "no/python");
    assert_snapshot!(format!(
        "{first}\n{second}\n{}",
        session(&context, &["check", "check --allow-exec", "explain python-program"])
    ));
}

#[cfg(unix)]
#[test]
fn the_environment_beside_the_flow_goes_first() {
    let Some(python) = python() else { return };
    let context = TestContext::with(COUNTING);
    std::fs::create_dir_all(context.folder().join(".venv/bin")).expect("writable");
    std::os::unix::fs::symlink(python, context.folder().join(".venv/bin/python")).expect("writable");
    let said = context.done("check --allow-exec");
    assert!(said.contains("`count` runs in .venv/bin/python (Python 3."), "{said}");
    assert!(context.done("run --allow-exec").contains("\"a\": 1"));
}

const VALUES: &str = r#"inputs:
  picture: { type: image, default: { "data:image/png;base64": "aGVsbG8=" } }
outputs:
  out: { type: object, reference: "${last.output}" }
environment_variables: { MODE: fast, KEY: "${search.token}" }
additional_includes: [../shared/more.py, ../shared/pack]
nodes:
- name: make
  type: python
  source: { type: code, path: make.py }
  inputs: { picture: "${inputs.picture}", search: search, factor: "3" }
- name: parts
  type: python
  source: { type: code, path: parts.py }
- name: last
  type: python
  source: { type: code, path: last.py }
  inputs: { made: "${make.output}", text: "${parts.output}" }
"#;

const MAKE: &str = r#"import asyncio
import os
import sqlite3
import subprocess
from dataclasses import dataclass
from decimal import Decimal

from promptflow.connections import CustomConnection
from promptflow.contracts.multimedia import Image
from promptflow.core import tool, ToolProvider
from more import doubled
from pack.inner import halved


@dataclass
class Made:
    number: int


class Maker(ToolProvider):
    def __init__(self, factor: int):
        super().__init__()
        self.factor = factor

    @tool
    async def make(self, picture: Image, search: CustomConnection):
        await asyncio.sleep(0)
        assert search.token == os.environ["KEY"] == search.secrets["token"]
        print("the token is", search.token)
        seen = open("/proc/self/environ").read() + open("/proc/self/cmdline").read() if os.path.exists("/proc/self") else ""
        assert search.token not in seen and "GITHUB_TOKEN" not in os.environ
        names = {name: os.environ.get(name) for name in ("MODE", "UNRELATED_TOKEN")}
        made = [Made(doubled(self.factor)), Decimal("1.5"), halved(8)]
        return {"made": made, "names": names, "picture": picture, "size": len(picture), "nan": float("nan")}
"#;

const PARTS: &str = r#"import sqlite3
from promptflow.core import tool


@tool
async def parts():
    for part in ["a", "b", 3]:
        yield part
"#;

const LAST: &str = r#"import sqlite3
from promptflow.core import tool


@tool
def last(made: dict, text: str):
    one, half, four = made["made"]
    return [type(one).__name__, one.number, half * 2 == 3, four, made["names"], made["picture"], made["size"], str(made["nan"]), text]
"#;

#[test]
fn all_kinds_of_functions_and_values() {
    let files = [
        ("flow/flow.dag.yaml", VALUES),
        ("flow/make.py", MAKE),
        ("flow/parts.py", PARTS),
        ("flow/last.py", LAST),
        ("shared/more.py", "import sqlite3\n\n\ndef doubled(number):\n    return number * 2\n"),
        ("shared/pack/inner.py", "def halved(number):\n    return number / 2\n"),
        (
            "connections.yaml",
            "search: { kind: custom, secrets: { token: \"${env:SEARCH_TOKEN}\" }, configs: { index: docs } }\n",
        ),
    ];
    let Some(context) = project(&files) else { return };
    std::fs::create_dir_all(context.folder().join(".git")).expect("writable");
    let context = context.set("SEARCH_TOKEN", CANARY);
    assert_snapshot!(session(&context, &["run flow --allow-exec"]));
}

const TROUBLE: &str = r#"inputs:
  kind: { type: string }
outputs:
  out: { type: string, reference: "${trouble.output}" }
nodes:
- name: trouble
  type: python
  timeout: 3s
  source: { type: code, path: trouble.py }
  inputs: { kind: "${inputs.kind}" }
"#;

const TROUBLE_CODE: &str = r#"import os
import signal
import time

from promptflow.core import tool


@tool
def trouble(kind: str):
    if kind == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    if kind == "exit":
        os._exit(3)
    if kind == "hang":
        with open("pids", "a") as file:
            print(os.getpid(), file=file)
        time.sleep(600)
    if kind == "busy":
        with open("pids", "a") as file:
            print(os.getpid(), file=file)
        while True:
            pass
    if kind == "noise":
        os.write(1, b"noise\n")
    if kind == "set":
        return {1, 2}
    return "well"
"#;

#[cfg(unix)]
#[test]
fn one_row_fails_and_the_others_go_on() {
    let kinds = ["well", "signal", "well", "exit", "hang", "noise", "set", "busy", "well", "well"];
    let rows: String = kinds.iter().map(|kind| format!("{{\"kind\": \"{kind}\"}}\n")).collect();
    let Some(context) = project(&[("flow.dag.yaml", TROUBLE), ("trouble.py", TROUBLE_CODE), ("rows.jsonl", &rows)])
    else {
        return;
    };
    let said = context.json("batch . --data rows.jsonl --allow-exec --json", 1);
    let (well, failed) = (said["rows"]["completed"].as_u64(), said["rows"]["failed"].as_u64());
    assert_eq!((well, failed), (Some(5), Some(5)), "{said:#}");
}

/// Starts a run that hangs in code, and gives the process that does once it is there.
#[cfg(unix)]
fn hanging(context: &TestContext, kind: &str) -> (std::process::Child, String) {
    let pids = context.folder().join("pids");
    let mut child = context.start(&format!("run --allow-exec -i kind={kind}"));
    drop(child.stdin.take());
    let read = || std::fs::read_to_string(&pids).unwrap_or_default();
    until("the code does not start", &|| read().ends_with('\n'));
    (child, read().trim().to_owned())
}

#[cfg(unix)]
fn until(what: &str, holds: &dyn Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < LIMIT, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn workers_end_with_the_program() {
    let flow = TROUBLE.replace("  timeout: 3s\n", "");
    for (kind, signal, exit) in
        [("hang", "-INT", Some(130)), ("hang", "-KILL", None), ("busy", "-KILL", None), ("busy", "-TERM", Some(130))]
    {
        let Some(context) = project(&[("flow.dag.yaml", &flow), ("trouble.py", TROUBLE_CODE)]) else { return };
        let (child, process) = hanging(&context, kind);
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.expect("kill is there").success());
        let (ended, _, stderr) = finish(child).expect("it ends");
        if exit.is_some() && signal == "-INT" {
            assert_eq!(ended, exit, "{stderr}");
        }
        let stat = format!("/proc/{process}/stat");
        until("a worker is left", &|| {
            let stat = std::fs::read_to_string(&stat).unwrap_or_default();
            !stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
        });
    }
}

#[test]
fn it_works_wherever_flows_run() {
    let chat = r#"inputs:
  question: { type: string, is_chat_input: true }
  chat_history: { type: list, is_chat_history: true, default: [] }
outputs:
  answer: { type: string, reference: "${say.output}", is_chat_output: true }
nodes:
- name: say
  type: python
  source: { type: code, path: say.py }
  inputs: { question: "${inputs.question}", history: "${inputs.chat_history}" }
"#;
    let say = "import sqlite3\nfrom promptflow.core import tool\n\ncalls = 0\n\n\n@tool\ndef say(question, history):\n    \
               global calls\n    calls += 1\n    return f'{question} {len(history)} {calls}'\n";
    let evaluation = "flow: flow\ndata: rows.jsonl\nscore:\n  - name: same\n    metric: exact_match\n    inputs: { answer: \"${run.outputs.answer}\", expected: \"${data.expected}\" }\n";
    let rows = "{\"question\": \"a\", \"expected\": \"a 0 1\"}\n";
    let files = [("flow/flow.dag.yaml", chat), ("flow/say.py", say), ("eval.yaml", evaluation), ("rows.jsonl", rows)];
    let Some(context) = project(&files) else { return };
    let context = context.set("FLOW_PYTHON_WORKERS", "1");
    assert_eq!(context.transcript("run flow --chat --allow-exec --json", "x\ny\n").matches("y 1 2").count(), 1);
    let score = context.json("eval eval.yaml --allow-exec --json", 0);
    assert!(score.to_string().contains("same"), "{score:#}");
    let serving = context.serve("serve flow --allow-exec");
    for count in 1..=2 {
        let body = br#"{"question": "q"}"#;
        let came = ask(serving.address, "POST", "/score", &[], Some(body));
        assert_eq!(came.json().expect("JSON")["answer"], format!("q 0 {count}"));
    }
}

#[test]
fn a_package_has_a_python_for_it() {
    let Some(context) = project(COUNTING) else { return };
    context.write("../program", "");
    let without = context.ran("package . --output ../made --allow-exec --binary ../program");
    assert!(without.stderr.contains("list those that the code imports in requirements.txt"), "{without:?}");
    context.write("requirements.txt", "numpy\n");
    context.done("package . --output ../again --allow-exec --binary ../program");
    let context = context.enter("../again");
    assert_snapshot!(context.read("Dockerfile"));
}

#[test]
fn a_flex_flow_may_run_there() {
    let code = r#"import sqlite3
from dataclasses import dataclass

from promptflow.core import Prompty


@dataclass
class Score:
    score: float
    call: int


class Judge:
    def __init__(self, base: int):
        self.base = base
        self.calls = 0

    async def __call__(self, answer: str, prompty: bool = False) -> Score:
        if prompty:
            Prompty.load(source="ask.prompty")
        self.calls += 1
        return Score(len(answer) / self.base, self.calls)

    def __aggregate__(self, line_results: list):
        return {"mean": sum(line["score"] for line in line_results) / len(line_results)}
"#;
    let flow = "entry: judge:Judge\ninit: { base: 2 }\n";
    let rows = "{\"answer\": \"a\"}\n{\"answer\": \"abc\"}\n";
    let Some(context) = project(&[("flow.flex.yaml", flow), ("judge.py", code), ("rows.jsonl", rows)]) else { return };
    let context = context.set("FLOW_PYTHON_WORKERS", "1");
    assert_snapshot!(session(
        &context,
        &[
            "check",
            "check --allow-exec",
            "run --allow-exec -i answer=ab",
            "run --allow-exec -i answer=ab -i prompty=true",
            "batch --data rows.jsonl --allow-exec --jobs 1 --no-times",
            "runs query 'select line_number, outputs.score, outputs.call from rows order by line_number'",
        ]
    ));
}

/// A plan asks nobody, and code that runs outside may ask anybody.
#[test]
fn what_is_foreseen_runs_no_code_outside() {
    let flow = "inputs:\n  text: { type: string }\noutputs:\n  reply: { type: string, reference: \"${say.output}\" }\nnodes:\n- name: noted\n  type: python\n  source: { type: code, path: noted.py }\n  inputs: { text: \"${inputs.text}\" }\n- name: say\n  type: llm\n  source: { type: code, path: say.jinja2 }\n  inputs: { model: gpt-4o-mini, noted: \"${noted.output}\" }\n  connection: openai\n  api: chat\n";
    let code = "import sqlite3\n\nfrom promptflow.core import tool\n\n\n@tool\ndef noted(text: str) -> str:\n    with open(\"asked.txt\", \"a\") as file:\n        file.write(text + \"\\n\")\n    return text\n";
    let rows = "{\"text\": \"a\"}\n{\"text\": \"b\"}\n{\"text\": \"c\"}\n";
    let files =
        [("flow.dag.yaml", flow), ("noted.py", code), ("say.jinja2", "# user:\n{{ noted }}\n"), ("rows.jsonl", rows)];
    let Some(context) = project(&files) else { return };
    let planned = context.json("plan --mock --allow-exec --data rows.jsonl --json", 0);
    assert_eq!(planned["nodes"][0]["calls"]["expected"], 3.0, "{planned:#}");
    assert!(!context.folder().join("asked.txt").exists());
    context.done("batch --mock --allow-exec --data rows.jsonl -j 1");
    assert_eq!(context.read("asked.txt"), "a\nb\nc\n");
}
