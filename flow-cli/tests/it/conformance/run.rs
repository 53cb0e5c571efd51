//! Every case in scope, run by the real binary and compared with what promptflow did.
//!
//! `CONFORMANCE_ONLY=role-` runs only the cases whose names contain that.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use serde::Deserialize;
use serde_json::{Value, json};

use super::case::{Case, ModelRequest, all_cases, corpus};
use super::compare::{output_difference, request_difference};
use super::mock::MockServer;
use super::place::Place;
use super::scope::is_in_scope;
use super::table::table;
use crate::program::{copy_folder, finish};

/// How the engine differs from promptflow in a case. The first that applies, in this order, is the one that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// It fails where promptflow ends well.
    Fails,
    /// It ends well where promptflow fails.
    Succeeds,
    /// It asks the model something else.
    Requests,
    /// Its outputs are others.
    Outputs,
    /// Its metrics are others.
    Metrics,
    /// A node ended in another way.
    Nodes,
    /// It says nothing that can be compared. Never on purpose, so `differences.json` cannot name it.
    #[serde(skip)]
    Breaks,
}

struct Mismatch {
    kind: Kind,
    reason: String,
}

/// An entry of `differences.json`: a case in which the engine differs on purpose.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Intended {
    kind: Kind,
    reason: String,
    /// Of a case that is served: the exchanges that differ, from 0, if all others are as recorded.
    #[serde(default)]
    exchanges: Vec<usize>,
}

/// What the engine said at its end.
enum Outcome {
    Done(Done),
    Error(String),
}

/// What a run that ended well gave.
struct Done {
    outputs: Value,
    /// By name.
    metrics: Value,
    /// How each node ended.
    nodes: BTreeMap<String, String>,
}

#[test]
fn the_engine_does_what_promptflow_did() {
    let intended = intended_differences();
    let only = env::var("CONFORMANCE_ONLY").unwrap_or_default();
    let cases: Vec<_> = all_cases().into_iter().filter(|case| is_in_scope(case) && case.id.contains(&only)).collect();
    let mismatches = run_all(&cases, &intended);
    let differs: Vec<bool> = mismatches.iter().map(Option::is_some).collect();
    println!("{}", table(&cases, &differs));

    let lines: Vec<_> = cases
        .iter()
        .zip(mismatches)
        .filter_map(|(case, mismatch)| Some((case, unintended(mismatch, intended.get(&case.id))?)))
        .map(|(case, complaint)| format!("{:<28} {complaint}\n{:<28} about: {}\n", case.id, "", case.about))
        .collect();
    assert!(
        lines.is_empty(),
        "{} of {} cases are not as they should be:\n\n{}",
        lines.len(),
        cases.len(),
        lines.concat()
    );
}

#[test]
fn every_intended_difference_is_about_a_case_in_scope() {
    let cases = all_cases();
    for (id, difference) in intended_differences() {
        assert!(
            cases.iter().any(|case| case.id == id && is_in_scope(case)),
            "differences.json: {id} is no case in scope"
        );
        assert!(!difference.reason.trim().is_empty(), "differences.json: {id} gives no reason");
    }
}

fn intended_differences() -> BTreeMap<String, Intended> {
    let text = fs::read_to_string(corpus().join("differences.json")).expect("differences.json stands beside the cases");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("differences.json: {error}"))
}

/// What to complain about, given what was found and what is meant to be.
fn unintended(mismatch: Option<Mismatch>, intended: Option<&Intended>) -> Option<String> {
    match (mismatch, intended) {
        (None, None) => None,
        (None, Some(intended)) if !intended.exchanges.is_empty() => None,
        (None, Some(intended)) => Some(format!(
            "STALE: differences.json says {:?} ({}), but all is as promptflow does it",
            intended.kind, intended.reason
        )),
        (Some(found), Some(intended)) if found.kind == intended.kind => None,
        (Some(found), Some(intended)) => {
            Some(format!("{:?} (differences.json says {:?}): {}", found.kind, intended.kind, found.reason))
        }
        (Some(found), None) => Some(format!("{:?}: {}", found.kind, found.reason)),
    }
}

/// Runs the cases, as many at a time as the machine has processors, each of these with a mock of its own.
fn run_all(cases: &[Case], intended: &BTreeMap<String, Intended>) -> Vec<Option<Mismatch>> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mock = MockServer::start();
        let mut done = Vec::new();
        while let Some((index, case)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, cases.get(i)?)))
        {
            let exchanges = intended.get(&case.id).map_or(&[][..], |intended| &intended.exchanges);
            done.push((index, mismatch(case, exchanges, &mock)));
        }
        done
    };
    let mut done: Vec<_> = thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(2, usize::from);
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("a worker ends well")).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, mismatch)| mismatch).collect()
}

fn mismatch(case: &Case, exchanges: &[usize], mock: &MockServer) -> Option<Mismatch> {
    mock.clear();
    // A copy, so that whatever the engine keeps beside a flow stays out of the corpus.
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let temporary = temporary.path().canonicalize().expect("the temporary folder exists");
    let root = temporary.join(&case.id);
    copy_folder(&case.folder, &root);
    let place = Place::new(&mock.url(), &root.to_string_lossy(), &temporary.to_string_lossy());

    if case.kind == super::case::Kind::Batch {
        let difference = super::batch::difference(case, &place, &root, &temporary, &mock.url());
        let reason = difference.or_else(|| super::pf::difference(case, &place, &root, &temporary, &mock.url()))?;
        return Some(Mismatch { kind: Kind::Outputs, reason });
    }
    if case.kind == super::case::Kind::Serve {
        let difference = super::serve::difference((case, exchanges), &place, &root, &temporary, &mock.url());
        return difference.map(|reason| Mismatch { kind: Kind::Outputs, reason }).or_else(|| {
            let reason = set_difference(&case.expect.requests, asked(mock, &place))?;
            Some(Mismatch { kind: Kind::Requests, reason })
        });
    }
    let outcome = match run(case, &place, &mock.url(), &root, &temporary) {
        Ok(outcome) => outcome,
        Err(reason) => return Some(Mismatch { kind: Kind::Breaks, reason }),
    };
    let requests = asked(mock, &place);
    let asked_wrong = || {
        let reason = request_difference(&case.expect.requests, &requests)?;
        Some(Mismatch { kind: Kind::Requests, reason })
    };
    match (&case.expect.outputs, outcome) {
        (Some(_), Outcome::Error(reason)) => Some(Mismatch { kind: Kind::Fails, reason }),
        (None, Outcome::Done(Done { outputs, .. })) => {
            let error = case.expect.error.as_ref().map_or("", |error| &error.message);
            Some(Mismatch { kind: Kind::Succeeds, reason: format!("{outputs}, where promptflow says: {error}") })
        }
        (None, Outcome::Error(_)) => asked_wrong(),
        (Some(expected), Outcome::Done(done)) => asked_wrong()
            .or_else(|| {
                let reason = output_difference(expected, &place.neutralize(&done.outputs))?;
                Some(Mismatch { kind: Kind::Outputs, reason })
            })
            .or_else(|| {
                let expected = json!(case.expect.metrics.clone().unwrap_or_default());
                let reason = output_difference(&expected, &done.metrics)?;
                Some(Mismatch { kind: Kind::Metrics, reason })
            })
            .or_else(|| {
                let reason = node_difference(&case.expect.nodes, &done.nodes)?;
                Some(Mismatch { kind: Kind::Nodes, reason })
            }),
    }
}

/// What reached the model.
fn asked(mock: &MockServer, place: &Place) -> Vec<ModelRequest> {
    let neutral = |body: &Value| place.neutralize(body);
    mock.log()
        .into_iter()
        .map(|request| ModelRequest { path: request.path, query: request.query, body: neutral(&request.body) })
        .collect()
}

/// The difference between what was asked, however often: an answer that nobody could take is refused before its flow has run.
fn set_difference(expected: &[ModelRequest], mut asked: Vec<ModelRequest>) -> Option<String> {
    let once = |requests: &mut Vec<ModelRequest>| {
        let mut seen: Vec<ModelRequest> = Vec::new();
        requests.retain(|request| {
            let is_new = !seen.contains(request);
            seen.push(request.clone());
            is_new
        });
    };
    let mut expected = expected.to_vec();
    once(&mut expected);
    once(&mut asked);
    request_difference(&expected, &asked)
}

/// How the nodes ended otherwise than recorded. promptflow does not record the nodes of a run of one node.
fn node_difference(expected: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> Option<String> {
    expected.iter().find_map(|(node, expected)| {
        let found = found.get(node).map_or("not there", String::as_str);
        (!expected.eq_ignore_ascii_case(found)).then(|| format!("node {node} is {found}, not {expected}"))
    })
}

/// Runs `flow run` on the case; an error tells in what way the binary did not even answer.
fn run(case: &Case, place: &Place, mock: &str, root: &Path, temporary: &Path) -> Result<Outcome, String> {
    let folder = case.flow.as_ref().map_or_else(|| root.to_owned(), |flow| root.join(flow));
    let flow = case.prompty.as_ref().map_or_else(|| folder.clone(), |prompty| root.join(prompty));
    let inputs = temporary.join("inputs.json");
    fs::write(&inputs, place.fill(&json!(case.inputs)).to_string()).expect("the temporary folder is writable");
    let connections = temporary.join("connections.yaml");
    fs::write(&connections, connections_file(mock)).expect("the temporary folder is writable");

    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command
        .arg("run")
        .arg(&flow)
        .arg("--inputs")
        .arg(&inputs)
        .args(["--json", "--trace"])
        .arg("--connections")
        .arg(&connections);
    // As often as a case needs; models that always fail should not take long.
    command.args(["--retries", "2"]);
    for (name, value) in &case.run_env {
        command.arg("--env").arg(format!("{name}={}", place.filled(value)));
    }
    if let Some(variant) = &case.variant {
        command.args(["--variant", variant]);
    }
    for (path, value) in case.overriding.iter().flat_map(|value| leaves("", value)) {
        command.arg("--set").arg(format!("{path}={}", place.fill(value)));
    }
    if let Some(node) = &case.node {
        command.args(["--node", node]);
    }
    command.current_dir(&folder).env_clear().env("HOME", temporary).envs(environment(mock));
    command.envs(env::var_os("PATH").map(|path| ("PATH", path)));
    command.envs(case.env.iter().map(|(name, value)| (name, place.filled(value))));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let (code, stdout, stderr) = finish(child.map_err(|error| format!("the binary does not start: {error}"))?)?;
    outcome(code, &stdout, case.prompty.is_some()).ok_or_else(|| {
        let code = code.map_or("a signal".to_owned(), |code| code.to_string());
        format!("exit {code}, stdout {:?}, stderr {:?}", shortened(&stdout), shortened(&stderr))
    })
}

/// The values of an override that are no mappings, each with its path.
fn leaves<'v>(path: &str, value: &'v Value) -> Vec<(String, &'v Value)> {
    let Some(entries) = value.as_object() else { return vec![(path.trim_start_matches('.').to_owned(), value)] };
    entries.iter().flat_map(|(key, value)| leaves(&format!("{path}.{key}"), value)).collect()
}

fn outcome(code: Option<i32>, stdout: &str, is_prompty: bool) -> Option<Outcome> {
    let said: Value = serde_json::from_str(stdout).ok()?;
    if code == Some(0) {
        let status = |node: &Value| Some((node["node"].as_str()?.to_owned(), node["status"].as_str()?.to_owned()));
        let outputs = said.get("outputs")?;
        return Some(Outcome::Done(Done {
            // The recorded output of a prompty is that of the call itself.
            outputs: if is_prompty { outputs.get("output")?.clone() } else { outputs.clone() },
            metrics: said.get("metrics").cloned().unwrap_or_else(|| json!({})),
            nodes: said["trace"].as_array()?.iter().filter_map(status).collect(),
        }));
    }
    let error = said.get("error").filter(|_| matches!(code, Some(1 | 2)))?;
    let text = |key: &str| error[key].as_str().filter(|text| !text.is_empty());
    Some(Outcome::Error(format!("{}: {}", text("code")?, text("message")?)))
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(400).collect()
}

pub(super) fn environment(mock: &str) -> [(&'static str, String); 5] {
    [
        ("OPENAI_API_KEY", "sk-test".to_owned()),
        ("OPENAI_BASE_URL", format!("{mock}/v1")),
        ("AZURE_OPENAI_API_KEY", "test".to_owned()),
        ("AZURE_OPENAI_ENDPOINT", mock.to_owned()),
        ("AZURE_OPENAI_API_VERSION", "2024-02-01".to_owned()),
    ]
}

pub(super) fn connections_file(mock: &str) -> String {
    format!(
        "open_ai_connection:\n  type: open_ai\n  api_key: sk-test\n  base_url: {mock}/v1\n\
         azure_open_ai_connection:\n  type: azure_open_ai\n  api_key: test\n  api_base: {mock}\n  api_version: 2024-02-01\n"
    )
}
