//! The corpus: flows with something wrong, each with what is said about it, and flows with nothing wrong.
//!
//! A case is a folder below `tests/corpus/broken` or `tests/corpus/good`. Beside the flow it may hold `options.yaml`
//! (`flow`, `variants`, `set`, `strictness`) and a `connections.yaml` of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::connection::{Connect, Connection, ConnectionKind, ConnectionLookup, Connections};
use flow_core::diag::{Code, Diagnostics, RenderOptions, count, render};
use flow_core::engine::{Engine, LoadOptions, Loaded};
use flow_core::mock::{MockModel, MockProvider, Rules};
use flow_core::model::{Dialect, Model};
use flow_core::source::SourceMap;
use flow_core::template::Strictness;
use flow_core::tool::{Effect, ToolContext, ToolError, ToolRegistry, TypedTool, WaitingTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::scripts::Lines;

/// Connections of the corpus that name no file of their own.
const SHARED_CONNECTIONS: &str = "tests/corpus/connections.yaml";

/// The folders of `tests/corpus/KIND`, by name.
pub(crate) fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new("tests/corpus").join(kind);
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    cases
}

/// Loads the flow of a case as its options say.
pub(crate) fn load(case: &Path) -> Loaded {
    let options: CaseOptions = match std::fs::read_to_string(case.join("options.yaml")) {
        Ok(text) => serde_yaml::from_str(&text).expect("options.yaml can be read"),
        Err(_) => CaseOptions::default(),
    };
    let path = options.flow.as_ref().map_or_else(|| case.to_path_buf(), |flow| case.join(flow));
    load_path(&path, case, &options.to_load_options())
}

/// Loads a flow with the connections of a case.
pub(crate) fn load_path(path: &Path, case: &Path, options: &LoadOptions) -> Loaded {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let own = case.join("connections.yaml");
    let file = if own.is_file() { own } else { PathBuf::from(SHARED_CONNECTIONS) };
    let lookup = ConnectionLookup { given: Some(&file), folder: case, boundary: Path::new("tests/corpus") };
    let environment = [("OPENAI_API_KEY".to_owned(), "sk-corpus".to_owned())].into_iter().collect();
    let connections = Connections::load(lookup, Arc::new(environment), &mut sources, &mut diagnostics);
    engine().load_with(path, &connections, options, sources, diagnostics)
}

/// An engine with a few tools and models that need no network.
pub(crate) fn engine() -> Engine {
    let mut tools = ToolRegistry::default();
    tools.add_typed::<Upper>();
    tools.add_typed::<Take>();
    tools.add_typed::<Parse>();
    tools.add_waiting(Shell);
    Engine::new(tools, vec![Arc::new(MockProvider), Arc::new(Offline)]).with_interpreter(Arc::new(Lines))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CaseOptions {
    flow: Option<String>,
    variants: Vec<String>,
    set: serde_json::Map<String, serde_json::Value>,
    strictness: Option<String>,
}

impl CaseOptions {
    fn to_load_options(&self) -> LoadOptions {
        let overrides = self
            .set
            .iter()
            .map(|(path, value)| (path.clone(), Value::from_json(&value.to_string()).expect("JSON is JSON")));
        LoadOptions {
            variants: self.variants.clone(),
            strictness: self.strictness.as_deref().map(|name| match name {
                "strict" => Strictness::Strict,
                "compatible" => Strictness::Compatible,
                other => unreachable!("there is no strictness {other}"),
            }),
            overrides: overrides.collect(),
            ..LoadOptions::default()
        }
    }
}

/// Stands in for the providers over HTTP: their connections lead to the mock model.
#[derive(Debug)]
struct Offline;

impl Connect for Offline {
    fn serves(&self, kind: ConnectionKind) -> bool {
        matches!(kind, ConnectionKind::OpenAi | ConnectionKind::Azure)
    }

    fn connect(&self, connection: &Connection) -> Result<Arc<dyn Model>, String> {
        if !connection.secrets.contains_key("api_key") {
            return Err("it has no `api_key`".to_owned());
        }
        let dialect = if connection.kind == ConnectionKind::Azure { Dialect::Azure } else { Dialect::OpenAi };
        Ok(Arc::new(MockModel::new(Rules::default()).with_dialect(dialect)))
    }
}

struct Upper;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UpperInputs {
    /// The text to write in upper case.
    text: String,
}

impl TypedTool for Upper {
    const NAME: &'static str = "text.upper";
    const SUMMARY: &'static str = "a text in upper case";
    const OUTPUT: Ty = Ty::String;
    type Inputs = UpperInputs;

    fn call(inputs: UpperInputs, _: &ToolContext) -> Result<Value, ToolError> {
        Ok(Value::from(inputs.text.to_uppercase()))
    }
}

struct Take;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TakeInputs {
    /// The list to take from.
    list: Vec<serde_json::Value>,
    /// How many items are taken.
    #[serde(default)]
    count: usize,
    /// The end of the list to take from.
    #[serde(default)]
    from: End,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum End {
    #[default]
    Start,
    End,
}

impl TypedTool for Take {
    const NAME: &'static str = "list.take";
    const SUMMARY: &'static str = "some items of a list";
    const OUTPUT: Ty = Ty::List;
    type Inputs = TakeInputs;

    fn call(inputs: TakeInputs, _: &ToolContext) -> Result<Value, ToolError> {
        let skipped = match inputs.from {
            End::Start => 0,
            End::End => inputs.list.len().saturating_sub(inputs.count),
        };
        let taken: Vec<_> = inputs.list.into_iter().skip(skipped).take(inputs.count).collect();
        Value::from_json(&serde_json::Value::from(taken).to_string())
            .map_err(|error| ToolError::failed(error.to_string()))
    }
}

struct Parse;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ParseInputs {
    /// The JSON text.
    text: String,
}

impl TypedTool for Parse {
    const NAME: &'static str = "json.parse";
    const SUMMARY: &'static str = "the value of a JSON text";
    const OUTPUT: Ty = Ty::Any;
    type Inputs = ParseInputs;

    fn call(inputs: ParseInputs, _: &ToolContext) -> Result<Value, ToolError> {
        Value::from_json(&inputs.text).map_err(|error| ToolError::failed(error.to_string()))
    }
}

/// A tool that the run does not allow.
struct Shell;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShellInputs {
    /// The program.
    command: String,
}

impl WaitingTool for Shell {
    const NAME: &'static str = "shell.run";
    const SUMMARY: &'static str = "what a program says";
    const OUTPUT: Ty = Ty::String;
    const EFFECT: Effect = Effect::Changes;
    type Inputs = ShellInputs;

    fn missing_permission(&self) -> Option<&'static str> {
        Some("--allow-exec")
    }

    fn call<'a>(&'a self, inputs: ShellInputs, _: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        ready(Err(ToolError::failed(format!("{} may not run", inputs.command)))).boxed()
    }
}

#[test]
fn broken_flows_say_what_is_wrong_where_and_what_to_do() {
    let (mut raised, mut silent) = (BTreeSet::new(), Vec::new());
    for case in cases("broken") {
        let loaded = load(&case);
        if loaded.diagnostics.is_empty() || loaded.flow.is_none() != loaded.diagnostics.has_errors() {
            silent.push(case.clone());
        }
        raised.extend(loaded.diagnostics.iter().map(|diagnostic| diagnostic.code));
        let shown = render(&loaded.diagnostics, &loaded.sources, RenderOptions::default());
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(&case));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("diagnostics", format!("{shown}{}\n", count(&loaded.diagnostics))));
    }
    assert!(silent.is_empty(), "nothing is wrong, or an error leaves a flow: {silent:?}");
    let missed: Vec<_> = Code::ALL.iter().filter(|code| !raised.contains(code)).collect();
    assert!(missed.is_empty(), "no case raises {missed:?}");
}

#[test]
fn good_flows_give_no_diagnostic() {
    let cases = cases("good");
    assert!(cases.len() >= 40, "{} good flows", cases.len());
    let mut wrong = String::new();
    for case in cases {
        let loaded = load(&case);
        wrong += &render(&loaded.diagnostics, &loaded.sources, RenderOptions::default());
        assert!(loaded.flow.is_some() || loaded.diagnostics.has_errors(), "{} has no flow", case.display());
    }
    assert!(wrong.is_empty(), "{wrong}");
}
