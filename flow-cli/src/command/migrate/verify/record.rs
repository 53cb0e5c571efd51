//! A run of promptflow's as its folder holds it: what each row and each of its nodes was given, and gave.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::exec::{RecordedEnd, RecordedNode};
use flow_core::value::{Map, Value};

use super::constants;
use crate::command::Problem;

const NODES: &str = "node_artifacts";
const ROWS: &str = "flow_artifacts";

/// A run.
#[derive(Debug)]
pub(super) struct Record {
    /// What it is called.
    pub(super) name: String,
    /// Its folder.
    pub(super) folder: PathBuf,
    /// By line number.
    pub(super) rows: BTreeMap<u64, RowRecord>,
    /// Nodes that ran after all rows.
    pub(super) aggregation: NodeRecords,
    /// What code logged.
    pub(super) metrics: Map,
}

/// What is recorded of nodes, by name.
pub(super) type NodeRecords = BTreeMap<Arc<str>, NodeRecord>;

/// A row.
#[derive(Debug)]
pub(super) struct RowRecord {
    /// The flow's inputs.
    pub(super) inputs: Map,
    /// The flow's outputs; null where it failed.
    pub(super) output: Value,
    /// Why it failed, if it did.
    pub(super) failure: Option<Failure>,
    pub(super) nodes: NodeRecords,
}

/// A node of a row, or after all rows.
#[derive(Debug)]
pub(super) struct NodeRecord {
    pub(super) recorded: RecordedNode,
    /// Why it failed, if it did.
    pub(super) failure: Option<Failure>,
    /// What was called on its way, as a tree; empty where promptflow did not trace.
    pub(super) calls: Value,
}

/// A failure in promptflow's words.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) message: String,
    /// The innermost name of it.
    pub(super) code: String,
}

impl Record {
    /// Reads the folder of a run.
    pub(super) fn read(folder: &Path) -> Result<Self, Problem> {
        if !folder.join(ROWS).is_dir() {
            let message = format!("{} is no folder of a run of promptflow's: it has no `{ROWS}`", folder.display());
            return Err(Problem::usage("no-run-folder", message)
                .help("name a folder such as ~/.promptflow/.runs/NAME, which `pf run create` made"));
        }
        let name =
            fs::canonicalize(folder).ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        let mut record = Self {
            name: name.unwrap_or_else(|| folder.display().to_string()),
            folder: folder.to_path_buf(),
            rows: BTreeMap::new(),
            aggregation: BTreeMap::new(),
            metrics: metrics(folder),
        };
        for line in lines(&folder.join(ROWS))? {
            if let Some(number) = number(&line) {
                record.rows.insert(number, RowRecord::of(&line));
            }
        }
        for line in
            folders(&folder.join(NODES)).iter().map(|folder| lines(folder)).collect::<Result<Vec<_>, _>>()?.concat()
        {
            record.add(&line);
        }
        if record.node_names().is_empty() {
            let message = format!("the run {} holds no records of nodes", folder.display());
            return Err(Problem::usage("no-node-records", message).help(
                "promptflow keeps them of rows of flow.dag.yaml that ended, and not of prompties and flex flows",
            ));
        }
        Ok(record)
    }

    fn add(&mut self, line: &Value) {
        let Some(name) = line.get("NodeName").and_then(Value::as_str).map(Arc::<str>::from) else { return };
        // One that was stopped with its row tells nothing.
        let Some(node) = NodeRecord::of(line) else { return };
        let nodes = match number(line) {
            None => Some(&mut self.aggregation),
            Some(number) => self.rows.get_mut(&number).map(|row| &mut row.nodes),
        };
        nodes.map(|nodes| nodes.insert(name, node));
    }

    /// The names of all nodes that it knows.
    pub(super) fn node_names(&self) -> Vec<Arc<str>> {
        let of_rows = self.rows.values().flat_map(|row| row.nodes.keys());
        let mut names: Vec<Arc<str>> = of_rows.chain(self.aggregation.keys()).cloned().collect();
        names.sort();
        names.dedup();
        names
    }
}

impl RowRecord {
    fn of(line: &Value) -> Self {
        let info = line.get("run_info").unwrap_or(&Value::Null);
        let mut inputs = info.get("inputs").and_then(Value::as_map).cloned().unwrap_or_default();
        // promptflow's own, beside the flow's.
        inputs.shift_remove("line_number");
        Self {
            inputs,
            output: info.get("output").cloned().unwrap_or_default(),
            failure: (status(info) != Some(RecordedEnd::Finished)).then(|| Failure::of(info)),
            nodes: BTreeMap::new(),
        }
    }
}

impl NodeRecord {
    fn of(line: &Value) -> Option<Self> {
        let info = line.get("run_info")?;
        let ended = status(info)?;
        Some(Self {
            recorded: RecordedNode {
                ended,
                inputs: info.get("inputs").and_then(Value::as_map).cloned().unwrap_or_default(),
                output: info.get("output").cloned().unwrap_or_default(),
            },
            failure: (ended == RecordedEnd::Failed).then(|| Failure::of(info)),
            calls: info.get("api_calls").cloned().unwrap_or_default(),
        })
    }
}

impl Failure {
    fn of(info: &Value) -> Self {
        let error = info.get("error").unwrap_or(&Value::Null);
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut code = text(error, "code").unwrap_or_default();
        let mut inner = error.get("innerError");
        while let Some(next) = inner.filter(|inner| !inner.is_null()) {
            code = text(next, "code").unwrap_or(code);
            inner = next.get("innerError");
        }
        Self { message: text(error, "message").unwrap_or_else(|| "it failed".to_owned()), code }
    }

    /// Whether it was the time or the machine, and not the flow.
    pub(super) fn is_of_surroundings(&self) -> bool {
        ["LineExecutionTimeoutError", "BatchExecutionTimeoutError", "ProcessCrashError"].contains(&&*self.code)
    }
}

fn status(info: &Value) -> Option<RecordedEnd> {
    match info.get("status").and_then(Value::as_str)? {
        "Completed" => Some(RecordedEnd::Finished),
        "Failed" => Some(RecordedEnd::Failed),
        "Bypassed" => Some(RecordedEnd::Bypassed),
        _ => None,
    }
}

fn number(line: &Value) -> Option<u64> {
    u64::try_from(line.get("line_number")?.as_int()?).ok()
}

fn metrics(folder: &Path) -> Map {
    let text = fs::read_to_string(folder.join("metrics.json")).unwrap_or_default();
    constants::read(&text).ok().and_then(|metrics| metrics.as_map().cloned()).unwrap_or_default()
}

/// All lines of the JSON Lines files in a folder.
fn lines(folder: &Path) -> Result<Vec<Value>, Problem> {
    let mut lines = Vec::new();
    for path in entries(folder).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "jsonl")) {
        let text = fs::read_to_string(&path).map_err(|error| {
            Problem::usage("unreadable-file", format!("{} cannot be read: {error}", path.display()))
        })?;
        for (position, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            lines.push(constants::read(line).map_err(|error| {
                let message = format!("{} line {} is no JSON: {error}", path.display(), position + 1);
                Problem::usage("invalid-record", message)
                    .help("promptflow writes one JSON object a line; is the run whole?")
            })?);
        }
    }
    Ok(lines)
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}
