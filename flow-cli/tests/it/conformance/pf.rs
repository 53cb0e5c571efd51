//! Cases of kind batch by promptflow's own commands: `flow pf run` in the place of `pf run`. Compared are exit codes, what the run's document
//! says, the output file, the metrics, and which rows the table of details has.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::{Value, json};

use super::case::{Case, Step, StepResult};
use super::compare::output_difference;
use super::place::Place;
use super::run::{connections_file, environment};
use crate::program::finish;

/// How `flow pf run` does otherwise than `pf run` did.
pub(super) fn difference(case: &Case, place: &Place, root: &Path, temporary: &Path, mock: &str) -> Option<String> {
    let pf = Pf { root, temporary, mock };
    for (step, expected) in case.steps.iter().zip(&case.expect.steps) {
        let created = match pf.create(step) {
            // A run that cannot be begun is an error here, and a record of a failed run there.
            Ok((Some(1), _)) if expected.status == "Failed" => continue,
            Ok((Some(0), said)) => said,
            Ok((code, said)) => return Some(format!("step {} by flow pf: exit {code:?}: {said}", step.name)),
            Err(why) => return Some(format!("step {} by flow pf: {why}", step.name)),
        };
        match pf.step_difference(step, expected, &created, place) {
            Ok(None) => {}
            Ok(Some(difference)) | Err(difference) => {
                return Some(format!("step {} by flow pf: {difference}", step.name));
            }
        }
    }
    None
}

struct Pf<'a> {
    root: &'a Path,
    temporary: &'a Path,
    mock: &'a str,
}

impl Pf<'_> {
    fn run(&self, step: &Step, words: &[String]) -> Result<(Option<i32>, String), String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
        command.current_dir(self.root.join(&step.flow)).env_clear().env("HOME", self.temporary).env("COLUMNS", "400");
        command.env("FLOW_HOME", self.temporary.join("pf-home")).envs(environment(self.mock));
        command.env("FLOW_CONNECTIONS", self.temporary.join("connections.yaml")).env("FLOW_RETRIES", "0");
        command.envs(env::var_os("PATH").map(|path| ("PATH", path)));
        command.args(["pf", "run"]).args(words);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let (code, stdout, stderr) = finish(child.map_err(|error| format!("the binary does not start: {error}"))?)?;
        Ok((code, if code == Some(0) { stdout } else { stdout + &stderr }))
    }

    fn create(&self, step: &Step) -> Result<(Option<i32>, Value), String> {
        let rows: String = step.rows.iter().map(|row| format!("{row}\n")).collect();
        let data = self.temporary.join(format!("{}.jsonl", step.name));
        fs::write(&data, rows).expect("the temporary folder is writable");
        fs::write(self.temporary.join("connections.yaml"), connections_file(self.mock)).expect("it is writable");
        let mut words: Vec<String> = ["create", "--name", &step.name].map(str::to_owned).into();
        match &step.resume_from {
            Some(name) => words.extend(["--resume-from".to_owned(), name.clone()]),
            None => words.extend(["--flow".to_owned(), self.root.join(&step.flow).display().to_string()]),
        }
        if !step.rows.is_empty() {
            words.extend(["--data".to_owned(), data.display().to_string()]);
        }
        if let Some(run) = &step.run {
            words.extend(["--run".to_owned(), run.clone()]);
        }
        if let Some(variant) = &step.variant {
            words.extend(["--variant".to_owned(), variant.clone()]);
        }
        if let Some(mapping) = step.column_mapping.as_ref().filter(|mapping| !mapping.is_empty()) {
            words.push("--column-mapping".to_owned());
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            words.extend(mapping.iter().map(|(input, value)| format!("{input}={}", text(value))));
        }
        let (code, said) = self.run(step, &words)?;
        let document = serde_json::from_str(&said).unwrap_or(Value::String(said));
        Ok((code, document))
    }

    fn step_difference(
        &self,
        step: &Step,
        expected: &StepResult,
        created: &Value,
        place: &Place,
    ) -> Result<Option<String>, String> {
        if created["status"] != expected.status.as_str() {
            return Ok(Some(format!("the status is {}, not {}", created["status"], expected.status)));
        }
        let path = Path::new(created["output"].as_str().unwrap_or_default()).join("output.jsonl");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let rows: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let rows = place.neutralize(&json!(rows));
        if let Some(difference) = output_difference(&json!(expected.outputs), &rows) {
            return Ok(Some(format!("output.jsonl: {difference}")));
        }
        let lines = |errors: &Value, name: &str| -> BTreeSet<u64> {
            errors.as_array().into_iter().flatten().filter_map(|error| error[name].as_u64()).collect()
        };
        let wanted = expected.exception.as_ref().map(|error| lines(&error["line_errors"], "line")).unwrap_or_default();
        let found = lines(&created["error"]["additionalInfo"][0]["info"]["errors"], "line_number");
        if wanted != found {
            return Ok(Some(format!("rows {found:?} fail, not {wanted:?}")));
        }
        let name = ["--name".to_owned(), step.name.clone()];
        let (_, metrics) = self.run(step, &[&["show-metrics".to_owned()][..], &name].concat())?;
        let metrics: Value = serde_json::from_str(&metrics).map_err(|error| format!("{error}: {metrics}"))?;
        if let Some(difference) = output_difference(&json!(expected.metrics), &metrics) {
            return Ok(Some(format!("metrics: {difference}")));
        }
        let (_, table) = self.run(step, &[&["show-details".to_owned()][..], &name].concat())?;
        Ok(table_difference(&expected.details, &table))
    }
}

/// The table has the recorded columns, and a line for each recorded row.
fn table_difference(details: &Value, table: &str) -> Option<String> {
    let head = table.lines().nth(1).unwrap_or_default();
    let found: BTreeSet<&str> = head.split('|').map(str::trim).filter(|name| !name.is_empty()).collect();
    let columns = details["columns"].as_array().into_iter().flatten();
    let wanted: BTreeSet<&str> = columns.filter_map(Value::as_str).collect();
    if found != wanted {
        return Some(format!("the columns of the details are {found:?}, not {wanted:?}"));
    }
    let rows = table.lines().filter(|line| line.starts_with("+-")).count().saturating_sub(1);
    let recorded = details["data"].as_array().map_or(0, Vec::len);
    (rows != recorded).then(|| format!("the details have {rows} rows, not {recorded}"))
}
