//! A case of the corpus, as its `case.json` tells it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// What `case.json` holds; the README of the corpus explains each key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) about: String,
    #[serde(default)]
    pub(crate) kind: Kind,
    /// The sub folder of the flow, if it is not the case's own folder.
    pub(crate) flow: Option<PathBuf>,
    pub(crate) prompty: Option<PathBuf>,
    #[serde(default)]
    pub(crate) inputs: Map<String, Value>,
    pub(crate) variant: Option<String>,
    pub(crate) node: Option<String>,
    #[serde(rename = "override")]
    pub(crate) overriding: Option<Value>,
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) run_env: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) steps: Vec<Step>,
    #[serde(default)]
    pub(crate) requests: Vec<Exchange>,
    #[serde(default)]
    pub(crate) unordered: bool,
    pub(crate) expect: Expectation,
    /// The case's folder in the corpus.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

/// What is run, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    #[default]
    Flow,
    Prompty,
    Batch,
    Serve,
}

/// A run of a batch case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) flow: PathBuf,
    #[serde(default)]
    pub(crate) rows: Vec<Value>,
    pub(crate) column_mapping: Option<Map<String, Value>>,
    pub(crate) variant: Option<String>,
    /// The step whose outputs this one sees.
    pub(crate) run: Option<String>,
    /// The step that this one takes up again.
    pub(crate) resume_from: Option<String>,
}

/// A request to the server of a serve case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) body: Option<Value>,
    pub(crate) raw: Option<String>,
}

/// What promptflow did.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    #[serde(default, deserialize_with = "present")]
    pub(crate) outputs: Option<Value>,
    pub(crate) error: Option<ExpectedError>,
    pub(crate) metrics: Option<Map<String, Value>>,
    /// The status of each node.
    #[serde(default)]
    pub(crate) nodes: BTreeMap<String, String>,
    pub(crate) requests: Vec<ModelRequest>,
    #[serde(default)]
    pub(crate) streamed: bool,
    #[serde(default)]
    pub(crate) steps: Vec<StepResult>,
    #[serde(default)]
    pub(crate) responses: Vec<Response>,
    /// The exit status of a server that did not start.
    pub(crate) exit: Option<i32>,
}

/// An exception. Only that there was one counts: an engine may word its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedError {
    #[serde(rename = "type")]
    pub(crate) exception: String,
    pub(crate) message: String,
    pub(crate) code: Option<String>,
}

/// A request that reached the model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelRequest {
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) query: String,
    pub(crate) body: Value,
}

/// What came of a step of a batch case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepResult {
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) details: Value,
    pub(crate) summary: Value,
    #[serde(default)]
    pub(crate) metrics: Map<String, Value>,
    pub(crate) metrics_error: Option<Value>,
    #[serde(default)]
    pub(crate) outputs: Vec<Map<String, Value>>,
    pub(crate) exception: Option<Value>,
}

/// What the server of a serve case answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) body: Option<Value>,
    pub(crate) events: Option<Vec<String>>,
    pub(crate) text: Option<String>,
    /// Whether the connection ended before the body did.
    #[serde(default)]
    pub(crate) cut: bool,
}

/// Tells a null from a missing key.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let file = folder.join("case.json");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let case: Self = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self { folder, ..case }
    }
}

/// The folder of the corpus.
pub(crate) fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// All cases, by their names.
pub(crate) fn all_cases() -> Vec<Case> {
    let folder = corpus().join("cases");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut folders: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    folders.sort();
    folders.into_iter().map(Case::read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_read_and_has_its_folders_name() {
        let cases = all_cases();
        for case in &cases {
            assert_eq!(case.folder.file_name().and_then(|name| name.to_str()), Some(&*case.id));
        }
        let count = |kind| cases.iter().filter(|case| case.kind == kind).count();
        let counts = [Kind::Flow, Kind::Prompty, Kind::Batch, Kind::Serve].map(count);
        assert_eq!(counts, [388, 53, 19, 12]);
    }

    #[test]
    fn every_flow_either_ends_well_or_fails() {
        for case in all_cases().iter().filter(|case| case.kind == Kind::Flow) {
            assert_ne!(case.expect.outputs.is_some(), case.expect.error.is_some(), "{}", case.id);
        }
    }
}
