//! Calls of Python nodes: `cargo bench -p flow-tools`. One call runs the module's body and the function; the promise is less than 200 µs for
//! a small node.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use divan::Bencher;
use flow_core::project::ProjectFiles;
use flow_core::script::{Interpreter, RunnerWish, Script, ScriptCall, ScriptSource};
use flow_core::value::{Map, Value};
use flow_tools::python::{External, ExternalLimits, ExternalUse, Python};
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: monty_alloc::LimitedAllocator = monty_alloc::LimitedAllocator;

/// A node that gives back what it gets.
const ECHO: &str = "from promptflow.core import tool\n\n\n@tool\ndef echo(text: str):\n    return text\n";

/// Glue as projects have it.
const PARSE: &str = r#"import json
import re

from promptflow.core import tool

FENCE = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)


def clean(text):
    found = FENCE.search(text)
    return found.group(1) if found else text


@tool
def parse(text: str, fields: list = None):
    try:
        value = json.loads(clean(text))
    except json.JSONDecodeError:
        return {"error": "no JSON", "text": text[:100]}
    return {name: value.get(name) for name in fields or sorted(value)}
"#;

fn main() {
    divan::main();
}

fn script(code: &str) -> Arc<dyn Script> {
    compiled(code, Python::default(), None)
}

fn compiled(code: &str, interpreter: Python, wish: Option<RunnerWish>) -> Arc<dyn Script> {
    let source = ScriptSource {
        path: Path::new("node.py").to_path_buf(),
        shown: Arc::from("node.py"),
        text: Arc::from(code),
        files: Arc::new(ProjectFiles::new(Path::new("."))),
        wish,
        entry: None,
    };
    interpreter.compile(&source).script.unwrap_or_else(|| unreachable!("the code compiles"))
}

fn call(text: &str) -> ScriptCall {
    ScriptCall {
        arguments: Map::from_iter([(Arc::from("text"), Value::from(text))]),
        connections: Default::default(),
        environment: Arc::default(),
        seed: 1,
        timeout: None,
        cancel: CancellationToken::new(),
    }
}

fn bench(bencher: Bencher<'_, '_>, code: &str, text: &str) {
    let script = script(code);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| unreachable!("a runtime starts: {error}"));
    bencher.bench_local(|| {
        let outcome = runtime.block_on(script.call(call(black_box(text))));
        assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    });
}

#[divan::bench]
fn echo(bencher: Bencher<'_, '_>) {
    bench(bencher, ECHO, "hello");
}

#[divan::bench]
fn parse_json(bencher: Bencher<'_, '_>) {
    bench(bencher, PARSE, "Sure!\n```json\n{\"label\": \"spam\", \"score\": 0.93, \"words\": [\"win\", \"now\"]}\n```");
}

/// Ten thousand calls in a row, as a batch makes them: what the process has allocated afterwards, beside what it had after a thousand.
/// Its measure is the line that it prints.
#[allow(clippy::print_stderr, reason = "the measure is told to people")]
#[divan::bench(sample_count = 1, sample_size = 1)]
fn ten_thousand_calls(bencher: Bencher<'_, '_>) {
    let script = script(PARSE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| unreachable!("a runtime starts: {error}"));
    bencher.bench_local(|| {
        let mut held = Vec::new();
        for number in 1..=10_000 {
            let outcome = runtime.block_on(script.call(call(r#"{"label": "spam", "score": 0.93}"#)));
            assert!(outcome.result.is_ok(), "{:?}", outcome.result);
            drop(outcome);
            if number % 1_000 == 0 {
                held.push(monty_types::LIVE_MEMORY.load(Ordering::Relaxed) / 1024);
            }
        }
        eprintln!("allocated after each thousand of calls, in KiB: {held:?}");
    });
}

/// Compiling, once per plan.
#[divan::bench]
fn compile(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| script(black_box(PARSE)));
}

/// Calls in a Python of this machine, one after the other (`1`) or in two workers with 16 waiting (`2`).
#[divan::bench(args = [1, 2], sample_count = 5, sample_size = 1)]
fn two_thousand_external_calls(bencher: Bencher<'_, '_>, workers: usize) {
    let external = External::new(ExternalUse::Allowed, ExternalLimits { workers, ..ExternalLimits::default() });
    let script = compiled(PARSE, Python::default().with_external(external), Some(RunnerWish::External));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| unreachable!("a runtime starts: {error}"));
    let run = |calls: usize| {
        runtime.block_on(async {
            let calls = (0..calls).map(|_| script.call(call(r#"{"label": "spam", "score": 0.93}"#)));
            let outcomes = futures_util::stream::iter(calls).buffer_unordered(if workers == 1 { 1 } else { 16 });
            outcomes.for_each(|outcome| async move { assert!(outcome.result.is_ok(), "{:?}", outcome.result) }).await;
        });
    };
    run(16);
    bencher.counter(divan::counter::ItemsCount::new(2_000_usize)).bench_local(|| run(2_000));
}
