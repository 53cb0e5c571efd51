//! Python nodes: programs whose output was recorded from CPython, and hostile ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use flow_core::project::ProjectFiles;
use flow_core::script::{CompiledScript, Interpreter, ScriptCall, ScriptOutcome, ScriptSource};
use flow_core::value::{Map, python_json};
use flow_tools::python::{Python, Settings};
use tokio_util::sync::CancellationToken;

/// The programs of a folder of the corpus.
fn programs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(folder);
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    found.sort();
    found
}

fn compile(path: &Path, settings: Settings) -> CompiledScript {
    let text = std::fs::read_to_string(path).expect("a program can be read");
    let folder = path.parent().expect("it lies in a folder");
    let shown = path.file_name().expect("it has a name").to_string_lossy();
    let source = ScriptSource {
        path: path.to_path_buf(),
        shown: Arc::from(&*shown),
        text: Arc::from(text),
        files: Arc::new(ProjectFiles::new(folder)),
        wish: None,
        entry: None,
    };
    Python::new(settings).compile(&source)
}

fn call() -> ScriptCall {
    ScriptCall {
        arguments: Map::new(),
        connections: Default::default(),
        environment: Arc::default(),
        seed: 1,
        timeout: None,
        cancel: CancellationToken::new(),
    }
}

fn told(outcome: &ScriptOutcome) -> String {
    match &outcome.result {
        Ok(value) => format!("{}=> {}\n", outcome.printed, python_json(value)),
        Err(error) => format!("{}=> {error}\n", outcome.printed),
    }
}

#[tokio::test]
async fn programs_print_what_they_print_in_python() {
    let mut wrong = Vec::new();
    for path in programs("run") {
        let compiled = compile(&path, Settings::default());
        let Some(script) = compiled.script else { panic!("{}: {:#?}", path.display(), compiled.problems) };
        let found = told(&script.call(call()).await);
        let expected = std::fs::read_to_string(path.with_extension("out")).expect("what Python prints is recorded");
        for (found, expected) in found.lines().zip(expected.lines()).filter(|(found, expected)| found != expected) {
            wrong.push(format!("{}\n  python: {expected}\n  here:   {found}", path.display()));
        }
        if found.lines().count() != expected.lines().count() {
            wrong.push(format!("{}: other lines: {found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_cannot_run_is_told_before_it_runs() {
    for path in programs("problems") {
        let text = std::fs::read_to_string(&path).expect("a program can be read");
        let compiled = compile(&path, Settings::default());
        let told: Vec<String> = compiled
            .problems
            .iter()
            .map(|problem| {
                let before = &text[..problem.range.start];
                let line = before.matches('\n').count() + 1;
                let words = text.get(problem.range.clone()).unwrap_or_default().lines().next().unwrap_or_default();
                let severity = if problem.is_warning { "warning" } else { "error" };
                let help = problem.help.as_deref().unwrap_or_default();
                format!("{severity} {:?} line {line} at `{words}`: {}\n  help: {help}", problem.kind, problem.message)
            })
            .collect();
        let has_errors = compiled.problems.iter().any(|problem| !problem.is_warning);
        assert_eq!(compiled.script.is_none(), has_errors, "{}", path.display());
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(path.parent().expect("it lies in a folder"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        settings.bind(|| insta::assert_snapshot!(name, told.join("\n")));
    }
}

/// What the process has allocated is counted for all of it, so this runs in a process of its own.
#[test]
fn ten_thousand_calls_need_no_more_memory_than_a_thousand() {
    let this = std::env::current_exe().expect("the tests know where they are");
    let alone = ["--exact", "python::many_calls_alone", "--ignored", "--nocapture"];
    let output = std::process::Command::new(this).args(alone).output().expect("the tests run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[tokio::test]
#[ignore = "the test above runs it, alone in a process"]
async fn many_calls_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("label.py");
    let code = "import json\n\nfrom promptflow.core import tool\n\n\n@tool\ndef label(text: str = '{\"label\": \"spam\"}'):\n    \
                print(text)\n    return {**json.loads(text), 'words': [word for word in text.split()]}\n";
    std::fs::write(&path, code).expect("a file");
    let script = compile(&path, Settings::default()).script.expect("it compiles");
    let mut held = Vec::new();
    for number in 1..=10_000 {
        assert!(script.call(call()).await.result.is_ok());
        if number % 1_000 == 0 {
            held.push(monty_types::LIVE_MEMORY.load(Ordering::Relaxed));
        }
    }
    assert!(held[0] > 0, "the allocator counts");
    let grown = held[9].saturating_sub(held[0]);
    assert!(grown < 64 * 1024, "{grown} bytes more after ten thousand calls than after a thousand: {held:?}");
}
