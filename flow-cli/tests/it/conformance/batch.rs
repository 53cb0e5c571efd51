//! Cases of kind batch: runs in order, each over its rows, some over what others gave out. Compared are the rows that ended well with
//! their outputs, the numbers of those that failed, and the metrics; of a run that failed as a whole only that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::{Value, json};

use super::case::{Case, Step, StepResult};
use super::compare::output_difference;
use super::place::Place;
use super::run::{connections_file, environment};
use crate::program::finish;

/// What a run gave.
struct Ran {
    id: String,
    /// The outputs of the rows that ended well, by line.
    outputs: BTreeMap<u64, Value>,
    failed: BTreeSet<u64>,
    metrics: Value,
}

/// How `flow batch` does otherwise than promptflow did.
pub(super) fn difference(case: &Case, place: &Place, root: &Path, temporary: &Path, mock: &str) -> Option<String> {
    let mut ran: BTreeMap<&str, Ran> = BTreeMap::new();
    for (step, expected) in case.steps.iter().zip(&case.expect.steps) {
        let said = match run(step, &ran, root, temporary, mock) {
            Ok(said) => said,
            Err(why) if expected.status == "Failed" => {
                if why.starts_with("exit 2: ") {
                    continue;
                }
                return Some(format!("step {}: it fails otherwise than by a message: {why}", step.name));
            }
            Err(why) => return Some(format!("step {}: {why}", step.name)),
        };
        if let Some(difference) = step_difference(expected, &said, place) {
            return Some(format!("step {}: {difference}", step.name));
        }
        if let Some(difference) = evaluated_difference(step, expected, &ran, root, (temporary, mock)) {
            return Some(format!("step {} by flow eval: {difference}", step.name));
        }
        ran.insert(&step.name, said);
    }
    None
}

/// The same evaluation flow over the same run by `flow eval`: it gives the same metrics.
fn evaluated_difference(
    step: &Step,
    expected: &StepResult,
    earlier: &BTreeMap<&str, Ran>,
    root: &Path,
    (temporary, mock): (&Path, &str),
) -> Option<String> {
    let run = earlier.get(step.run.as_deref()?)?;
    if step.variant.is_some() || step.resume_from.is_some() {
        return None;
    }
    let mut command = command(step, root, temporary, mock);
    command.args(["eval", "--json", "--retries", "0", "--run", &run.id, "--connections"]);
    command.arg(temporary.join("connections.yaml")).arg("--flow").arg(root.join(&step.flow));
    rows(step, temporary, &mut command);
    let said = match said(command) {
        Ok((_, said)) => said,
        Err(why) => return Some(why),
    };
    let metrics = match &said["variants"][0]["metrics"] {
        Value::Null => json!({}),
        metrics => metrics.clone(),
    };
    output_difference(&json!(expected.metrics), &metrics).map(|difference| format!("metrics: {difference}"))
}

/// The program in the folder of a step's flow.
fn command(step: &Step, root: &Path, temporary: &Path, mock: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.current_dir(root.join(&step.flow)).env_clear().env("HOME", temporary);
    command.env("FLOW_HOME", temporary.join("home")).envs(environment(mock));
    command.envs(env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// Names a step's data, and where its inputs come from.
fn rows(step: &Step, temporary: &Path, command: &mut Command) {
    if !step.rows.is_empty() {
        command.arg("--data").arg(temporary.join(format!("{}.jsonl", step.name)));
    }
    for (input, value) in step.column_mapping.iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        command.arg("--map").arg(format!("{input}={value}"));
    }
}

/// Runs the program, and reads the document that it prints.
fn said(mut command: Command) -> Result<(Option<i32>, Value), String> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let (code, stdout, stderr) = finish(child.map_err(|error| format!("the binary does not start: {error}"))?)?;
    let said: Value = serde_json::from_str(&stdout).map_err(|_| format!("exit {code:?}: {stdout} {stderr}"))?;
    if !said["error"].is_null() || said["run"].is_null() {
        return Err(format!("exit {}: {}", code.unwrap_or(-1), said["error"]["message"]));
    }
    Ok((code, said))
}

fn step_difference(expected: &StepResult, said: &Ran, place: &Place) -> Option<String> {
    if expected.status == "Failed" {
        return Some("it runs, where promptflow fails as a whole".to_owned());
    }
    let mut outputs = BTreeMap::new();
    for row in &expected.outputs {
        let mut row = row.clone();
        let line = row.remove("line_number").and_then(|line| line.as_u64()).expect("rows have numbers");
        outputs.insert(line, Value::Object(row));
    }
    let (wanted, found): (Vec<_>, Vec<_>) = (outputs.keys().collect(), said.outputs.keys().collect());
    if wanted != found {
        return Some(format!("rows {found:?} end well, not {wanted:?}; failed are {:?}", said.failed));
    }
    let differs = |line: &u64| output_difference(&outputs[line], &place.neutralize(&said.outputs[line]));
    if let Some((line, difference)) = outputs.keys().find_map(|line| Some((line, differs(line)?))) {
        return Some(format!("row {line}: {difference}"));
    }
    let errors = expected.exception.as_ref().and_then(|error| error["line_errors"].as_array().cloned());
    let failed: BTreeSet<u64> = errors.iter().flatten().filter_map(|error| error["line"].as_u64()).collect();
    if failed != said.failed {
        return Some(format!("rows {:?} fail, not {failed:?}", said.failed));
    }
    output_difference(&json!(expected.metrics), &said.metrics).map(|difference| format!("metrics: {difference}"))
}

fn run(step: &Step, earlier: &BTreeMap<&str, Ran>, root: &Path, temporary: &Path, mock: &str) -> Result<Ran, String> {
    let data = temporary.join(format!("{}.jsonl", step.name));
    let rows: String = step.rows.iter().map(|row| format!("{row}\n")).collect();
    fs::write(&data, rows).expect("the temporary folder is writable");
    let connections = temporary.join("connections.yaml");
    fs::write(&connections, connections_file(mock)).expect("the temporary folder is writable");
    let mut command = command(step, root, temporary, mock);
    command.arg("batch").args(["--json", "--retries", "0"]).arg("--connections").arg(&connections);
    let id = |name: &String| earlier.get(&**name).map(|ran| ran.id.clone()).expect("the step ran before");
    match &step.resume_from {
        Some(name) => {
            command.args(["--retry-failed", "--allow-changes", "--resume"]).arg(id(name));
        }
        None => {
            command.arg(root.join(&step.flow));
            self::rows(step, temporary, &mut command);
            if let Some(name) = &step.run {
                command.arg("--run").arg(id(name));
            }
            if let Some(variant) = &step.variant {
                command.args(["--variant", variant]);
            }
        }
    }
    let (_, said) = said(command)?;
    let id = said["run"].as_str().expect("an id").to_owned();
    let text = fs::read_to_string(temporary.join("home/runs").join(&id).join("rows.jsonl"))
        .map_err(|error| error.to_string())?;
    let (mut outputs, mut failed) = (BTreeMap::new(), BTreeSet::new());
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let number = row["line_number"].as_u64().ok_or("a row without a number")?;
        if row["status"] == "completed" {
            outputs.insert(number, row["outputs"].clone());
        } else {
            failed.insert(number);
        }
    }
    Ok(Ran { id, outputs, failed, metrics: said["metrics"].clone() })
}
