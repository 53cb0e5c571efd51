//! Programs are scripts of `sh`, which only Unix has for certain.
#![cfg(unix)]

use std::sync::Arc;
use std::time::Duration;

use flow_core::project::ProjectFiles;
use flow_core::tool::{Tool, ToolContext, ToolError, Waiting};
use flow_core::value::Value;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::tool::CommandRun;

/// The longest that a test waits for something that happens elsewhere.
const LIMIT: Duration = Duration::from_secs(30);

fn tool() -> Waiting<CommandRun> {
    Waiting::new(CommandRun::new(true))
}

fn context(folder: &std::path::Path) -> ToolContext {
    ToolContext { files: Arc::new(ProjectFiles::new(folder)), cancel: CancellationToken::new() }
}

async fn call(tool: &dyn Tool, folder: &std::path::Path, inputs: serde_json::Value) -> Result<Value, String> {
    tool.call(Value::from(inputs), &context(folder)).await.map_err(|error| match error {
        ToolError::Failed { message, passing: true } => format!("{message} [passing]"),
        other => other.to_string(),
    })
}

/// Whether a process is there and has not ended.
#[cfg(target_os = "linux")]
fn is_running(process: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.trim())).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

/// Waits until it holds, with a look now and then.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < LIMIT, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_program_is_given_json_and_gives_a_value() {
    let temp = tempfile::tempdir().unwrap();
    std::fs::create_dir(temp.path().join("bin")).unwrap();
    std::fs::write(temp.path().join("bin/here.sh"), "#!/bin/sh\npwd\n").unwrap();
    let allow = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(temp.path().join("bin/here.sh"), allow).unwrap();
    let big = "x".repeat(1_000_000);
    let cases = [
        (json!({ "command": "cat", "input": { "a": [1, "ü"] } }), json!({ "a": [1, "ü"] })),
        (json!({ "command": "cat" }), json!(null)),
        (json!({ "command": "cat", "input": "5", "output": "text" }), json!("\"5\"")),
        (json!({ "command": "echo", "args": ["$HOME", "a  b"] }), json!("$HOME a  b")),
        (json!({ "command": "printf", "args": ["12"] }), json!(12)),
        (json!({ "command": "printf", "args": ["12"], "output": "text" }), json!("12")),
        (json!({ "command": "bin/here.sh" }), json!(temp.path().canonicalize().unwrap())),
        // One that does not read what it is given, and one that reads and writes much.
        (json!({ "command": "true", "input": big, "output": "text" }), json!("")),
        (json!({ "command": "cat", "input": big }), json!(big)),
        // What is left behind in the background does not hold anybody up.
        (json!({ "command": "sh", "args": ["-c", "sleep 600 & echo done"] }), json!("done")),
    ];
    let tool = tool();
    for (inputs, expected) in cases {
        let shown = inputs.to_string().chars().take(100).collect::<String>();
        assert_eq!(call(&tool, temp.path(), inputs).await.unwrap().to_serde(), expected, "{shown}");
    }
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    let temp = tempfile::tempdir().unwrap();
    std::fs::write(temp.path().join("notes.txt"), "no program\n").unwrap();
    let sh = |script: &str| json!({ "command": "sh", "args": ["-c", script] });
    let with = |script: &str, key: &str, value: serde_json::Value| {
        let mut inputs = sh(script);
        inputs[key] = value;
        inputs
    };
    let cases = [
        sh("echo first >&2; echo 'no such order' >&2; exit 3"),
        sh("kill -9 $$"),
        json!({ "command": "no-such-program" }),
        json!({ "command": "./notes.txt" }),
        json!({ "command": " " }),
        with("cat /dev/zero", "max_bytes", json!(1000)),
        with("echo working >&2; sleep 600", "timeout", json!(0.3)),
        with("echo hello", "output", json!("json")),
        with("printf '\\377'", "output", json!("text")),
        with("true", "timeout", json!(0)),
        with("true", "workers", json!(0)),
        with("true", "mode", json!("twice")),
    ];
    let tool = tool();
    let mut told = String::new();
    for inputs in cases {
        told += &call(&tool, temp.path(), inputs).await.unwrap_err();
        told.push('\n');
    }
    let refused = Waiting::new(CommandRun::new(false));
    told += &call(&refused, temp.path(), sh("echo hello")).await.unwrap_err();
    insta::assert_snapshot!(told);
    assert_eq!((refused.missing_permission(), tool.missing_permission()), (Some("--allow-exec"), None));
}

#[tokio::test]
async fn the_environment_holds_no_more_than_is_named() {
    let temp = tempfile::tempdir().unwrap();
    // Cargo sets this for tests, as a user would set a key.
    let ours = "CARGO_MANIFEST_DIR";
    assert!(std::env::var_os(ours).is_some());
    let inputs = json!({ "command": "env", "env": { "GIVEN": "yes" } });
    let shown = call(&tool(), temp.path(), inputs).await.unwrap();
    let lines: Vec<&str> = shown.as_str().unwrap().lines().collect();
    assert!(lines.contains(&"GIVEN=yes") && lines.iter().any(|line| line.starts_with("PATH=")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("CARGO")), "{lines:?}");
    let script = format!("echo \"${ours}\"; echo \"key is ${ours}\" >&2; exit ${{END:-0}}");
    let passed =
        |end: &str| json!({ "command": "sh", "args": ["-c", script], "pass_env": [ours], "env": { "END": end } });
    let value = std::env::var(ours).unwrap();
    assert_eq!(call(&tool(), temp.path(), passed("0")).await.unwrap().as_str(), Some(&*value));
    let error = call(&tool(), temp.path(), passed("1")).await.unwrap_err();
    assert!(error.ends_with("it said: key is <secret>"), "{error}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn nothing_is_left_running() {
    let temp = tempfile::tempdir().unwrap();
    let pids = temp.path().join("pids");
    let script = "sleep 600 & echo $! > pids; echo $$ >> pids; cat > /dev/null; wait";
    let ended = |pids: &str| !pids.lines().any(is_running);
    let read = || std::fs::read_to_string(&pids).unwrap_or_default();
    for mode in ["once", "pool"] {
        // By its time.
        let _ = std::fs::remove_file(&pids);
        let mut inputs = json!({ "command": "sh", "args": ["-c", script], "mode": mode, "timeout": 0.5 });
        let error = call(&tool(), temp.path(), inputs.clone()).await.unwrap_err();
        assert!(error.contains("within 0.5 s"), "{error}");
        let left = read();
        assert_eq!(left.lines().count(), 2);
        until(&format!("{mode}: a timeout leaves something"), || ended(&left)).await;
        // By whoever waits for it.
        let _ = std::fs::remove_file(&pids);
        inputs["timeout"] = json!(600);
        let tool = tool();
        {
            let call = call(&tool, temp.path(), inputs);
            tokio::pin!(call);
            let started = until("it does not start", || read().lines().count() == 2);
            tokio::select! {
                ended = &mut call => panic!("it waits: {ended:?}"),
                () = started => {}
            }
        }
        let left = read();
        until(&format!("{mode}: a call that is given up leaves something"), || ended(&left)).await;
    }
}

/// A worker that tells its process and counts its requests.
const WORKER: &str = r#"n=0
while read -r line; do
  n=$((n + 1))
  case "$line" in
    '"pid"') echo "{\"result\": $$}" ;;
    '"fail"') echo '{"error": {"message": "no such order", "code": 7}}' ;;
    '"noise"') echo 'loading the model ...' ;;
    '"odd"') echo '{"answer": 1}' ;;
    '"die"') echo 'out of memory' >&2; exit 4 ;;
    '"hang"') sleep 600 ;;
    '"long"') printf '%02000d\n' 1 ;;
    *) echo "{\"result\": {\"n\": $n, \"line\": $line}}" ;;
  esac
done"#;

fn worker(input: &str) -> serde_json::Value {
    json!({ "command": "sh", "args": ["-c", WORKER], "mode": "pool", "input": input, "timeout": 20 })
}

#[tokio::test]
async fn a_worker_answers_one_request_after_the_other() {
    let temp = tempfile::tempdir().unwrap();
    let tool = tool();
    for n in 1..=3 {
        let inputs = worker("hello");
        let answer = call(&tool, temp.path(), inputs).await.unwrap();
        assert_eq!(answer.to_serde(), json!({ "n": n, "line": "hello" }));
    }
    let mut told = String::new();
    // Those that the worker survives, and those after which there is another.
    for (input, left) in [("fail", 5), ("odd", 1), ("noise", 1), ("die", 1), ("long", 1), ("hang", 1)] {
        let mut inputs = worker(input);
        inputs["max_bytes"] = json!(1000);
        inputs["timeout"] = json!(if input == "hang" { 0.3 } else { 20.0 });
        told += &call(&tool, temp.path(), inputs).await.unwrap_err();
        told.push('\n');
        let answer = call(&tool, temp.path(), worker("hello")).await.unwrap();
        assert_eq!(answer.get("n"), Some(&Value::from(left)), "{input}");
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn a_pool_has_as_many_workers_as_it_may() {
    let temp = tempfile::tempdir().unwrap();
    let tool = tool();
    let asked = |workers: usize| {
        let mut inputs = worker("pid");
        inputs["workers"] = json!(workers);
        call(&tool, temp.path(), inputs)
    };
    for workers in [1, 3] {
        let pids = futures_util::future::join_all((0..12).map(|_| asked(workers))).await;
        let pids: std::collections::BTreeSet<i64> =
            pids.into_iter().map(|pid| pid.unwrap().as_int().unwrap()).collect();
        assert!((1..=workers).contains(&pids.len()), "{pids:?}");
    }
}
