//! Python code that means harm, or goes wrong as badly as such code: each case is stopped within its limits and fails its own
//! call alone.
//!
//! A case is a file below `tests/python/hostile`; its first line may lower limits, in seconds and MiB of memory and output, and requests:
//! `# limits: time=0.3,memory=32,output=1,requests=500`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flow_core::project::ProjectFiles;
use flow_core::script::{CompiledScript, Interpreter, Script, ScriptCall, ScriptError, ScriptOutcome, ScriptSource};
use flow_core::value::{Map, Value};
use flow_tools::python::{Python, Settings};
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

/// How much longer than it may compute a call may take: several run at the same time, unoptimized.
const GRACE: Duration = Duration::from_secs(40);

static PEAK: AtomicUsize = AtomicUsize::new(0);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_code_is_stopped_and_fails_alone() {
    let project = Project::new();
    let innocent = project.innocent();
    let chosen = &*std::env::var("HOSTILE").unwrap_or_default();
    if !chosen.is_empty() {
        std::thread::spawn(|| {
            loop {
                PEAK.fetch_max(monty_types::LIVE_MEMORY.load(Ordering::Relaxed), Ordering::Relaxed);
                std::thread::sleep(Duration::from_micros(200));
            }
        });
    }
    let run = |path: PathBuf| {
        let (project, innocent) = (&project, Arc::clone(&innocent));
        async move {
            let began = Instant::now();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect("the case can be read");
            let settings = settings(&text);
            let call = tokio::spawn(hostile(project.source(&name, &text), settings));
            let beside = add(&*innocent).await;
            assert_eq!(beside.result.expect("an innocent call beside it works"), Value::Int(3), "{name}");
            let told = tokio::time::timeout(settings.compute + GRACE, call).await;
            let told = told.unwrap_or_else(|_| panic!("{name} ran on")).expect("no panic");
            if !chosen.is_empty() {
                eprintln!("{name} {:?} {} MiB\n{told}", began.elapsed(), PEAK.load(Ordering::Relaxed) >> 20);
            }
            (name, told)
        }
    };
    let cases = cases().into_iter().filter(|path| path.to_string_lossy().contains(chosen));
    let results: BTreeMap<String, String> =
        futures_util::stream::iter(cases).map(run).buffer_unordered(4).collect().await;
    assert_eq!(add(&*innocent).await.result.expect("a call after all that works"), Value::Int(3));
    project.is_untouched();
    for (name, told) in results {
        insta::with_settings!({ snapshot_path => folder(), prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, told);
        });
    }
}

/// Where the cases and their snapshots lie; whole, so that insta names the snapshots as git does.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/hostile")
}

fn cases() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the cases are there");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    cases.sort();
    assert!(cases.len() >= 40, "{}", cases.len());
    cases
}

/// The limits of a case; where it names none it may take its time, since it is to end otherwise.
fn settings(text: &str) -> Settings {
    let mut settings = Settings { compute: Duration::from_secs(30), memory: 256 << 20, ..Settings::default() };
    let limits = text.lines().next().and_then(|line| line.strip_prefix("# limits: ")).unwrap_or_default();
    for limit in limits.split(',').filter(|limit| !limit.is_empty()) {
        let (name, value) = limit.split_once('=').expect("name=value");
        let whole = || value.parse::<usize>().expect("a number");
        match name {
            "time" => settings.compute = Duration::from_secs_f64(value.parse().expect("seconds")),
            "memory" => settings.memory = whole() << 20,
            "output" => settings.output = whole() << 20,
            "requests" => settings.requests = whole(),
            other => panic!("no limit {other}"),
        }
    }
    settings
}

async fn hostile(source: ScriptSource, settings: Settings) -> String {
    let CompiledScript { script, problems } = Python::new(settings).compile(&source);
    let mut told = String::new();
    for problem in problems {
        let kind = if problem.is_warning { "warning" } else { "error" };
        let line = source.text[..problem.range.start].matches('\n').count() + 1;
        told.push_str(&format!("check: {kind} {:?}, line {line}: {}\n", problem.kind, problem.message));
    }
    let Some(script) = script else { return told };
    let outcome = script.call(call(&[])).await;
    match outcome.result {
        Ok(value) => told.push_str(&format!("result: {}\n", short(&flow_core::value::python_repr(&value)))),
        Err(error) => {
            let kind = match error {
                ScriptError::Raised { .. } => "raised",
                ScriptError::Limit { .. } => "limit",
                ScriptError::Broken { .. } => "broken",
            };
            told.push_str(&format!("{kind}: {}\n", short(&error.to_string())));
        }
    }
    if !outcome.printed.is_empty() {
        told.push_str(&format!("printed: {} bytes\n", outcome.printed.len()));
    }
    if !outcome.metrics.is_empty() {
        told.push_str(&format!("metrics: {}\n", outcome.metrics.len()));
    }
    told
}

fn short(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

fn call(arguments: &[(&str, Value)]) -> ScriptCall {
    let environment = BTreeMap::from([(Arc::from("GIVEN"), Arc::from("yes"))]);
    ScriptCall {
        arguments: arguments.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect::<Map>(),
        connections: BTreeMap::new(),
        environment: Arc::new(environment),
        seed: 7,
        timeout: None,
        cancel: CancellationToken::new(),
    }
}

async fn add(script: &dyn Script) -> ScriptOutcome {
    script.call(call(&[("one", Value::Int(1)), ("two", Value::Int(2))])).await
}

/// A project with things to steal and to break.
struct Project {
    folder: tempfile::TempDir,
    files: Arc<ProjectFiles>,
}

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let flow = folder.path().join("project/flow");
        std::fs::create_dir_all(&flow).expect("folders");
        std::fs::create_dir_all(folder.path().join("project/.git/hooks")).expect("folders");
        let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).expect("a file");
        write("secret.txt", "a secret");
        write("project/.git/config", "a secret");
        write("project/flow/connections.yaml", "a secret");
        write("project/flow/data.txt", "data");
        #[cfg(unix)]
        std::os::unix::fs::symlink("../../secret.txt", flow.join("link.txt")).expect("a link");
        #[cfg(not(unix))]
        write("project/flow/link.txt", "no links here");
        let files = Arc::new(ProjectFiles::new(&flow));
        Self { folder, files }
    }

    fn source(&self, name: &str, text: &str) -> ScriptSource {
        ScriptSource {
            path: self.files.folder().join(format!("{name}.py")),
            shown: Arc::from(format!("{name}.py")),
            text: Arc::from(text),
            files: Arc::clone(&self.files),
            wish: None,
            entry: None,
        }
    }

    fn innocent(&self) -> Arc<dyn Script> {
        let text = "from promptflow.core import tool\n\n\n@tool\ndef run(one: int, two: int):\n    return one + two\n";
        let compiled = Python::default().compile(&self.source("innocent", text));
        compiled.script.unwrap_or_else(|| panic!("{:?}", compiled.problems))
    }

    /// Nothing was written, in or outside of the project.
    fn is_untouched(&self) {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path.clone());
                }
                found.push(path.strip_prefix(self.folder.path()).expect("below").to_path_buf());
            }
        }
        found.sort();
        let expected = [
            "project",
            "project/.git",
            "project/.git/config",
            "project/.git/hooks",
            "project/flow",
            "project/flow/connections.yaml",
            "project/flow/data.txt",
            "project/flow/link.txt",
            "secret.txt",
        ];
        assert_eq!(found, expected.map(PathBuf::from));
        assert!(!Path::new("/tmp/owned").exists());
    }
}
