//! What is said of small flows: what goes together, and what is left unsaid because it would only follow from it.

mod given_prompt;
mod injection;
mod known_shapes;
mod looks;
mod meant;
mod mutation;
mod names;
mod quiet;
mod roles;

use std::path::Path;
use std::sync::Arc;

use flow_core::connection::{Connections, Environment};
use flow_core::diag::Diagnostics;
use flow_core::engine::{Engine, LoadOptions, Loaded};
use flow_core::mock::{MockModel, Rules};
use flow_core::model::Model;
use flow_core::source::SourceMap;
use flow_core::tool::{ToolContext, ToolError, ToolRegistry, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// Loads files of a folder, the flow in `flow.yaml`, with the mock model in place of every connection.
fn load(files: &[(&str, &str)]) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    load_path(&folder.path().join("flow.yaml"))
}

/// What is said of a text as a `flow.dag.yaml`.
fn said_compatible(flow: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.dag.yaml");
    std::fs::write(&path, flow).unwrap();
    said(&load_path(&path))
}

pub(crate) fn load_path(path: &Path) -> Loaded {
    load_with(path, Arc::new(MockModel::new(Rules::default())))
}

/// Loads a flow whose models answer by rules of the mock model.
fn load_with_rules(flow: &str, rules: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.yaml");
    std::fs::write(&path, flow).unwrap();
    load_with(&path, Arc::new(mock_model(rules)))
}

/// The mock model with these rules.
fn mock_model(rules: &str) -> MockModel {
    let (mut sources, mut problems) = (SourceMap::default(), Diagnostics::default());
    let file = sources.add("rules.yaml", rules);
    MockModel::new(Rules::read(&sources, file, &mut problems).unwrap())
}

/// Loads a flow with one model in place of every connection.
fn load_with(path: &Path, model: Arc<dyn Model>) -> Loaded {
    let mut tools = ToolRegistry::default();
    tools.add_typed::<Lines>();
    let connections = Connections::of_environment(Arc::new(Environment::default()), Path::new("."));
    let options = LoadOptions { model: Some(model), ..LoadOptions::default() };
    Engine::new(tools, Vec::new()).load(path, &connections, &options)
}

/// The problems of a flow, a line each: `error unknown-node 3:7 message (help)`.
fn said(loaded: &Loaded) -> Vec<String> {
    let line = |diagnostic: &flow_core::diag::Diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| loaded.sources.line_column(label.span));
        let place = place.map_or_else(String::new, |place| format!(" {}:{}", place.line, place.column));
        let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
        let severity = format!("{:?}", diagnostic.severity).to_lowercase();
        format!("{severity} {}{place} {}{help}", diagnostic.code, diagnostic.message)
    };
    loaded.diagnostics.sorted().into_iter().map(line).collect()
}

struct Lines;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinesInputs {
    text: String,
}

impl TypedTool for Lines {
    const NAME: &'static str = "text.lines";
    const SUMMARY: &'static str = "Cuts a text at line ends.";
    const OUTPUT: Ty = Ty::List;
    type Inputs = LinesInputs;

    fn call(inputs: LinesInputs, _: &ToolContext) -> Result<Value, ToolError> {
        Ok(Value::list(inputs.text.lines().map(Value::from)))
    }
}
