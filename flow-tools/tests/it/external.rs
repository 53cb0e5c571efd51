//! Python nodes in a Python of the machine's. Where there is none, these tests say so and check nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use flow_core::project::ProjectFiles;
use flow_core::script::{
    CompiledScript, Interpreter, LimitKind, RunnerWish, Script, ScriptCall, ScriptError, ScriptOutcome, ScriptSource,
};
use flow_core::value::{Image, ImageContent, Value, python_json};
use flow_tools::python::{External, ExternalLimits, ExternalUse, Python};
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

/// A Python of this machine that is new enough.
pub(crate) fn python() -> Option<&'static Path> {
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

/// A folder with code.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).expect("the folder is ours");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap_or_default()
    }

    fn source(&self, code: &str) -> ScriptSource {
        self.write("node.py", code);
        let folder = self.0.path().canonicalize().expect("it is there");
        ScriptSource {
            path: folder.join("node.py"),
            shown: Arc::from("node.py"),
            text: Arc::from(code),
            files: Arc::new(ProjectFiles::new(&folder)),
            wish: Some(RunnerWish::External),
            entry: None,
        }
    }

    fn script(&self, python: &Path, code: &str, limits: ExternalLimits) -> Arc<dyn Script> {
        let CompiledScript { script, problems } = interpreter(python, limits).compile(&self.source(code));
        script.unwrap_or_else(|| panic!("{problems:#?}"))
    }
}

fn interpreter(python: &Path, limits: ExternalLimits) -> Python {
    let external = External::new(ExternalUse::Allowed, limits).with_python(python.to_path_buf());
    Python::default().with_external(external)
}

fn limits() -> ExternalLimits {
    ExternalLimits { workers: 2, ..ExternalLimits::default() }
}

fn call(arguments: impl IntoIterator<Item = (&'static str, Value)>) -> ScriptCall {
    ScriptCall {
        arguments: arguments.into_iter().map(|(name, value)| (Arc::from(name), value)).collect(),
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

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads")
}

/// The programs whose output the embedded interpreter has to meet give the same here.
#[tokio::test]
async fn programs_do_what_they_do_in_the_embedded_interpreter() {
    let Some(python) = python() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/run");
    let interpreter = interpreter(python, limits());
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the corpus is there") {
        let path = entry.expect("it can be listed").path();
        if path.extension().is_none_or(|extension| extension != "py") {
            continue;
        }
        let source = ScriptSource {
            shown: Arc::from(path.file_name().expect("a name").to_string_lossy()),
            text: Arc::from(std::fs::read_to_string(&path).expect("it can be read")),
            files: Arc::new(ProjectFiles::new(&folder)),
            path: path.clone(),
            wish: Some(RunnerWish::External),
            entry: None,
        };
        let CompiledScript { script, problems } = interpreter.compile(&source);
        let Some(script) = script else { panic!("{}: {problems:#?}", path.display()) };
        let found = told(&script.call(call([])).await);
        let expected = std::fs::read_to_string(path.with_extension("out")).expect("it was recorded");
        if found != expected {
            wrong.push(format!("{}:\n{found}\nexpected:\n{expected}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const ECHO: &str = "from promptflow.core import tool\n\n\n@tool\ndef echo(value):\n    return value\n";

/// Values with everything that JSON lacks.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0)].prop_map(Value::Float),
        ".*".prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 1..20).prop_map(|bytes| {
            Value::Image(Arc::new(Image::new("image/png", ImageContent::Bytes(Arc::from(bytes)))))
        }),
        Just(Value::Image(Arc::new(Image::new("image/*", ImageContent::Url(Arc::from("https://pictures.example/1")))))),
    ];
    let key = prop_oneof![".{0,5}", Just("__flow__".to_owned()), Just("pairs".to_owned())];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::list),
            proptest::collection::vec((key.clone(), inner), 0..6).prop_map(Value::map),
        ]
    })
}

/// Equal, also where NaN is.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan(),
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| same(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one.iter().zip(other.iter()).all(|(one, other)| one.0 == other.0 && same(one.1, other.1))
        }
        (one, other) => one == other,
    }
}

#[test]
fn each_value_comes_back_as_it_went() {
    let Some(python) = python() else { return };
    let (project, runtime) = (Project::new(), runtime());
    let script = project.script(python, ECHO, limits());
    proptest!(ProptestConfig::with_cases(200), |(value in values())| {
        let outcome = runtime.block_on(script.call(call([("value", value.clone())])));
        let found = outcome.result.expect("echo does not fail");
        prop_assert!(same(&value, &found), "{value:?} came back as {found:?}");
    });
}

/// What may happen to a worker, each in a call between calls that go well.
const TROUBLE: &str = r#"
import ctypes, os, signal, subprocess, sys, threading, time
from promptflow.core import tool, log_metric

calls = 0


@tool
def trouble(kind: str):
    global calls
    calls += 1
    print("about to", kind)
    if kind == "exit":
        os._exit(3)
    if kind == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    if kind == "leave":
        sys.exit("enough")
    if kind == "hang":
        open("hanging", "w").write(str(os.getpid()))
        time.sleep(600)
    if kind == "left behind":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        os._exit(4)
    if kind == "noise":
        os.write(1, b'{"id":1,"result":"forged"}\n' * 3)
        os.write(2, b"\xff\n")
        subprocess.run([sys.executable, "-c", "print('from a child')"])
        sys.stdout.buffer.write(b"bytes\n")
    if kind == "garbage":
        for descriptor in range(3, 30):
            try:
                os.write(descriptor, b"no message\n")
            except OSError:
                pass
    if kind == "close":
        os.closerange(0, 30)
    if kind == "print":
        while True:
            print("x" * 1000)
    if kind == "long":
        return "x" * 3_000_000
    if kind == "holds itself":
        items = []
        items.append(items)
        return items
    if kind == "deep":
        items = []
        for _ in range(500):
            items = [items]
        return items
    if kind == "large":
        return 10 ** 400
    if kind == "function":
        return lambda: 1
    if kind == "thread":
        def later():
            time.sleep(0.05)
            print("from a thread")
        threading.Thread(target=later).start()
    if kind == "streams":
        sys.stdout.close()
        sys.stderr = None
    if kind == "memory":
        log_metric("before", 1)
        raise MemoryError
    return "well"
"#;

#[cfg(unix)]
#[tokio::test]
async fn one_call_fails_and_the_next_runs() {
    let Some(python) = python() else { return };
    let project = Project::new();
    let limits = ExternalLimits { time: Duration::from_secs(20), output: 1 << 20, answer: 1 << 20, workers: 1 };
    let script = project.script(python, TROUBLE, limits);
    let mut all = String::new();
    for kind in [
        "exit",
        "signal",
        "leave",
        "left behind",
        "noise",
        "garbage",
        "close",
        "print",
        "long",
        "holds itself",
        "deep",
        "large",
        "function",
        "thread",
        "streams",
        "memory",
    ] {
        let outcome = script.call(call([("kind", Value::from(kind))])).await;
        let metrics = outcome.metrics.len();
        let outcome = match outcome.printed.len() {
            0..1000 => told(&outcome),
            length => {
                format!("({length} bytes printed)\n{}", told(&ScriptOutcome { printed: String::new(), ..outcome }))
            }
        };
        all += &format!("{kind}: {metrics} metrics, {outcome}");
        let after = script.call(call([("kind", Value::from("nothing"))])).await;
        assert_eq!(after.result.ok(), Some(Value::from("well")), "after {kind}");
    }
    let all =
        all.replace(&*python.to_string_lossy(), "[PYTHON]").replace(&*project.0.path().to_string_lossy(), "[FOLDER]");
    insta::with_settings!({ filters => vec![
        (r"(?m); it said: .*$", "; it said: […]"),
        (r"<function .*>", "<function>"),
    ] }, { insta::assert_snapshot!(all) });
}

#[tokio::test]
async fn a_call_that_hangs_is_ended_and_its_worker_replaced() {
    let Some(python) = python() else { return };
    let project = Project::new();
    let script = project.script(python, TROUBLE, ExternalLimits { time: Duration::from_secs(3), ..limits() });
    let outcome = script.call(call([("kind", Value::from("hang"))])).await;
    assert!(matches!(outcome.result, Err(ScriptError::Limit { kind: LimitKind::Time(_), .. })), "{outcome:?}");
    assert_eq!(outcome.printed, "about to hang\n");
    gone(&project).await;

    // The same by whoever called it.
    let hanging = call([("kind", Value::from("hang"))]);
    let cancel = hanging.cancel.clone();
    let waiting = async {
        until("it hangs", || !project.read("hanging").is_empty()).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(script.call(hanging), waiting);
    assert!(matches!(outcome.result, Err(ScriptError::Limit { kind: LimitKind::Cancelled, .. })), "{outcome:?}");
    gone(&project).await;
    let well = script.call(call([("kind", Value::from("nothing"))])).await;
    assert_eq!(well.result.ok(), Some(Value::from("well")));
}

/// Waits for the end of the process that hangs.
async fn gone(project: &Project) {
    let process = project.read("hanging");
    std::fs::remove_file(project.0.path().join("hanging")).expect("it hung");
    let stat = format!("/proc/{process}/stat");
    let is_running = || {
        let stat = std::fs::read_to_string(&stat).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
    };
    until("it is ended", || !is_running()).await;
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn workers_are_as_many_as_they_may_be_and_keep_what_they_made() {
    let Some(python) = python() else { return };
    let project = Project::new();
    let code = "import os, time\nfrom promptflow.core import tool\n\n\
        imported = time.time()\ncalls = 0\n\n\n@tool\ndef count(_: int = 0):\n    \
        global calls\n    calls += 1\n    time.sleep(0.02)\n    return [os.getpid(), calls]\n";
    let script = project.script(python, code, limits());
    let calls = (0..20).map(|_| script.call(call([])));
    let mut most = std::collections::BTreeMap::new();
    for outcome in futures_util::future::join_all(calls).await {
        let value = outcome.result.expect("it counts");
        let [process, count] = value.as_list().expect("a list") else { panic!("{value:?}") };
        let most: &mut i64 = most.entry(process.as_int()).or_default();
        *most = (*most).max(count.as_int().expect("a number"));
    }
    assert_eq!(most.len(), 2, "{most:?}");
    assert_eq!(most.values().sum::<i64>(), 20, "{most:?}");
}

#[test]
fn what_cannot_run_there_is_told_before_it_runs() {
    let Some(python) = python() else { return };
    let project = Project::new();
    project.write("helper.py", "import no_such_module_two\n");
    let code = "import colorsys, no_such_module_one.part\nimport helper\nfrom promptflow.core import tool\n\n\n@tool\ndef f(a):\n    \
        import yaml_no_such\n    return a\n";
    let source = ScriptSource { wish: None, ..project.source(code) };
    let words = |interpreter: Python, source: &ScriptSource| {
        let CompiledScript { script, problems } = interpreter.compile(source);
        let told: Vec<String> = problems
            .iter()
            .map(|problem| {
                let severity = if problem.is_warning { "warning" } else { "error" };
                let help = problem.help.as_deref().unwrap_or_default();
                format!("{severity} {:?}: {}\n  help: {help}", problem.kind, problem.message)
            })
            .collect();
        format!("runs: {}\n{}", script.is_some(), told.join("\n")).replace(&*python.to_string_lossy(), "[PYTHON]")
    };
    let allowed = words(interpreter(python, limits()), &source);
    project.write("requirements.txt", "pyyaml\n");
    let listed = words(
        interpreter(python, limits()),
        &project
            .source("import no_such_module_one\nfrom promptflow.core import tool\n\n\n@tool\ndef f():\n    return 1\n"),
    );
    let listed = listed.replace(&*project.0.path().canonicalize().expect("it is there").to_string_lossy(), "[FOLDER]");
    let wish = project.source(ECHO);
    let refused = External::new(ExternalUse::Refused, limits()).with_python(python.to_path_buf());
    let refused = words(Python::default().with_external(refused), &wish);
    let embedded = ScriptSource { wish: Some(RunnerWish::Embedded), ..source };
    let embedded = words(interpreter(python, limits()), &embedded);
    let away = words(interpreter(Path::new("/no/such/python"), limits()), &wish);
    insta::assert_snapshot!([allowed, listed, refused, embedded, away].join("\n\n"));
}
