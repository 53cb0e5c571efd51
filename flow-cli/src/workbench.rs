//! From arguments to a loaded flow: environment, connections, the mock model, the engine.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use flow_core::cassette::{Cassette, Player, Recorder};
use flow_core::catalogue::Catalogue;
use flow_core::connection::{ConnectionLookup, Connections, Environment};
use flow_core::diag::{self, Code, Diagnostics};
use flow_core::engine::{Engine, Flow, LoadOptions, Loaded};
use flow_core::mock::{MockModel, Rules};
use flow_core::model::Model;
use flow_core::project::ProjectFiles;
use flow_core::secret::Secrets;
use flow_core::source::SourceMap;
use flow_core::template::Strictness;
use flow_core::value::Value;
use flow_tools::Permissions;
use flow_tools::python::{External, ExternalLimits, ExternalUse, Python};

use crate::args::{CheckArgs, ConnectionArgs, EnvironmentArgs, FlowArgs, Language, PermissionArgs, RunArgs};
use crate::command::{Problem, Runners};
use crate::ui;

/// What was read before the flow itself.
struct Ground {
    sources: SourceMap,
    diagnostics: Diagnostics,
    connections: Connections,
    catalogue: Arc<Catalogue>,
}

/// What a flow is loaded with, to run it.
pub(crate) struct Loading<'a> {
    pub(crate) flow: &'a FlowArgs,
    pub(crate) connection: &'a ConnectionArgs,
    pub(crate) environment: &'a EnvironmentArgs,
    pub(crate) permission: PermissionArgs,
    /// Where connections and the like are looked for, if not from the flow's folder.
    pub(crate) beside: Option<&'a Path>,
    pub(crate) json: bool,
    /// What was told of the flow in its other variants.
    pub(crate) told: &'a Told,
}

/// What was told of a flow, which its other variants need not tell again.
#[derive(Debug, Default)]
pub(crate) struct Told(RefCell<BTreeSet<String>>);

impl Told {
    fn is_new(&self, text: &str) -> bool {
        self.0.borrow_mut().insert(text.to_owned())
    }
}

impl<'a> Loading<'a> {
    pub(crate) fn of(args: &'a RunArgs, told: &'a Told) -> Self {
        let RunArgs { flow, connection, environment, permission, json, .. } = args;
        Self { flow, connection, environment, permission: *permission, beside: None, json: *json, told }
    }
}

/// A flow that can run, with the texts that it was made of.
pub(crate) struct Selected {
    pub(crate) flow: Flow,
    pub(crate) sources: SourceMap,
    /// What must not be written down of it.
    pub(crate) secrets: Secrets,
}

/// Loads a flow to run it. Problems are told; `None` where they are errors.
pub(crate) fn load_to_run(args: &RunArgs) -> Result<Option<Flow>, Problem> {
    let told = Told::default();
    Ok(load_selected(Loading::of(args, &told))?.map(|selected| selected.flow))
}

/// As [`load_to_run`], for whoever asks what the flow was made of.
pub(crate) fn load_selected(args: Loading<'_>) -> Result<Option<Selected>, Problem> {
    let folder = folder(&args.flow.flow);
    let mut ground = ground(args.beside.unwrap_or(&folder), args.connection.connections.as_deref());
    if ground.diagnostics.has_errors() {
        // Every connection of the flow would be unknown, for this one reason.
        let Ground { sources, diagnostics, .. } = ground;
        let loaded = Loaded { sources, diagnostics, notes: Vec::new(), axes: Vec::new(), flow: None };
        return Ok(tell(loaded, args.json, args.told));
    }
    let model = mock(args.connection, &folder, &mut ground)?;
    let cassette = cassette(args.connection, &mut ground)?;
    let environment = variables(args.environment, &ground)?;
    let options = LoadOptions { model, cassette, environment, ..options(args.flow)? };
    let secrets = Secrets::new(ground.connections.secrets());
    let mut loaded = load(&args.flow.flow, ground, &options, to_run(args.permission));
    if loaded.flow.is_none() && args.connection.mock == Some(None) && args.flow.flow.is_file() {
        loaded.notes.push(format!("rules of the mock model are given with a `=`: --mock={}", args.flow.flow.display()));
    }
    Ok(tell(loaded, args.json, args.told).map(|selected| Selected { secrets, ..selected }))
}

/// Loads a flow to draw it: connections and models do not matter.
pub(crate) fn load_to_look(args: &FlowArgs, json: bool) -> Result<Option<Flow>, Problem> {
    let folder = folder(&args.flow);
    let model: Arc<dyn Model> = Arc::new(MockModel::new(Rules::default()));
    let options = LoadOptions { model: Some(model), ..options(args)? };
    let environment = Arc::new(Environment::default());
    let connections = Connections::of_environment(environment, &folder);
    let (sources, diagnostics) = (SourceMap::default(), Diagnostics::default());
    let ground = Ground { sources, diagnostics, connections, catalogue: Catalogue::builtin() };
    let mut loaded = load(&args.flow, ground, &options, (Permissions::default(), ExternalUse::Drawn));
    if loaded.flow.is_some() {
        // A drawing is no check.
        loaded.diagnostics = Diagnostics::default();
    }
    Ok(tell(loaded, json, &Told::default()).map(|selected| selected.flow))
}

/// Loads a flow of which nothing is asked: the connections in force say in which form requests are made, and those that are missing do not
/// matter. Code that needs a Python of the user's own passes without leave, and is not to be run then. Problems are told where they are errors.
pub(crate) fn load_to_verify(
    args: &FlowArgs,
    environment: &EnvironmentArgs,
    allow_exec: bool,
    json: bool,
) -> Result<Option<Selected>, Problem> {
    let ground = ground(&folder(&args.flow), None);
    let environment = variables(environment, &ground)?;
    let model: Arc<dyn Model> = Arc::new(MockModel::new(Rules::default()));
    let options = LoadOptions { model: Some(model), environment, ..options(args)? };
    let usage = if allow_exec { ExternalUse::Allowed } else { ExternalUse::Drawn };
    let mut loaded = load(&args.flow, ground, &options, (Permissions::default(), usage));
    if loaded.flow.is_some() {
        (loaded.diagnostics, loaded.notes) = (Diagnostics::default(), Vec::new());
    }
    Ok(tell(loaded, json, &Told::default()))
}

/// Loads a flow in all its variants, one axis at a time, to tell what is wrong with it.
pub(crate) fn load_to_check(args: &CheckArgs, path: &Path) -> Result<(Loaded, Runners), Problem> {
    /// What another variant may well use.
    const NOT_OF_ONE_VARIANT: &[Code] = &[Code::UnusedInput, Code::UnusedNode, Code::UnusedNodeInput];
    let ground = ground(&folder(path), args.connections.as_deref());
    let model: Option<Arc<dyn Model>> = if args.mock { Some(Arc::new(MockModel::new(Rules::default()))) } else { None };
    let environment = variables(&args.environment, &ground)?;
    let Ground { sources, diagnostics, connections, catalogue } = ground;
    let with = |variants: Vec<String>| LoadOptions {
        variants,
        strictness: strictness(args.language),
        model: model.clone(),
        environment: environment.clone(),
        catalogue: Arc::clone(&catalogue),
        ..LoadOptions::default()
    };
    let engine = engine(to_run(args.permission));
    let mut loaded = engine.load_with(path, &connections, &with(args.variant.clone()), sources, diagnostics);
    let mut runners = Runners::default();
    loaded.flow.iter().for_each(|flow| runners.add(&flow.plan));
    if !args.variant.is_empty() {
        return Ok((loaded, runners));
    }
    for axis in std::mem::take(&mut loaded.axes) {
        for variant in axis.variants.iter().filter(|variant| Some(&variant.name) != axis.default.as_ref()) {
            let options = with(vec![format!("{}={}", axis.node, variant.name)]);
            let mut other = engine.load_with(path, &connections, &options, loaded.sources, Diagnostics::default());
            for diagnostic in other.diagnostics.iter().filter(|found| !NOT_OF_ONE_VARIANT.contains(&found.code)) {
                loaded.diagnostics.push(diagnostic.clone());
            }
            loaded.sources = std::mem::take(&mut other.sources);
            other.flow.iter().for_each(|flow| runners.add(&flow.plan));
        }
    }
    Ok((loaded, runners))
}

/// The connections that are in force for a flow.
pub(crate) fn connections(flow: &Path, given: Option<&Path>) -> Result<Connections, Problem> {
    if !flow.exists() {
        return Err(Problem::usage("flow-not-found", format!("no such file or folder: {}", flow.display())));
    }
    let ground = ground(&folder(flow), given);
    ui::say_diagnostics(&ground.diagnostics, &ground.sources);
    if ground.diagnostics.has_errors() {
        let file = ground.connections.file().unwrap_or(Path::new("")).display();
        return Err(Problem::usage("invalid-connections", format!("the connections file {file} cannot be used")));
    }
    Ok(ground.connections)
}

/// What is known of models, with the words of the `models.yaml` that is in force for a flow.
pub(crate) fn catalogue(flow: &Path) -> Result<Arc<Catalogue>, Problem> {
    if !flow.exists() {
        return Err(Problem::usage("flow-not-found", format!("no such file or folder: {}", flow.display())));
    }
    let files = ProjectFiles::new(&folder(flow));
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let settings = Environment::of_process().settings_folder();
    let catalogue = Catalogue::load(files.folder(), files.boundary(), settings, &mut sources, &mut diagnostics);
    ui::say_diagnostics(&diagnostics, &sources);
    if diagnostics.has_errors() {
        return Err(Problem::usage("invalid-models", "the models file cannot be used"));
    }
    Ok(catalogue)
}

/// What tools may do, and what becomes of code that needs a Python of the user's own.
type Allowed = (Permissions, ExternalUse);

fn to_run(args: PermissionArgs) -> Allowed {
    (args.permissions(), if args.allow_exec { ExternalUse::Allowed } else { ExternalUse::Refused })
}

fn engine((permissions, usage): Allowed) -> Engine {
    /// The most workers of one flow, where it is not as many as cores.
    const WORKERS: &str = "FLOW_PYTHON_WORKERS";
    // Variants of a flow share the workers that run its code.
    static EXTERNAL: LazyLock<External> = LazyLock::new(|| {
        let given = std::env::var(WORKERS).ok().and_then(|count| count.parse().ok());
        let limits = ExternalLimits::default();
        let workers = given.filter(|count| *count > 0).unwrap_or(limits.workers);
        External::new(ExternalUse::Refused, ExternalLimits { workers, ..limits })
    });
    Engine::new(flow_tools::tools(permissions), flow_tools::providers())
        .with_interpreter(Arc::new(Python::default().with_external(EXTERNAL.used(usage))))
}

/// The folder that a path of a flow lies in.
fn folder(flow: &Path) -> PathBuf {
    let folder = if flow.is_dir() { flow } else { flow.parent().unwrap_or(flow) };
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_path_buf() }
}

fn ground(folder: &Path, given: Option<&Path>) -> Ground {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let files = ProjectFiles::new(folder);
    let mut environment = Environment::of_process();
    environment.add_file(files.folder(), files.boundary(), &mut diagnostics);
    let lookup = ConnectionLookup { given, folder: files.folder(), boundary: files.boundary() };
    let settings = environment.settings_folder();
    let connections = Connections::load(lookup, Arc::new(environment), &mut sources, &mut diagnostics);
    let catalogue = Catalogue::load(files.folder(), files.boundary(), settings, &mut sources, &mut diagnostics);
    Ground { sources, diagnostics, connections, catalogue }
}

fn load(flow: &Path, ground: Ground, options: &LoadOptions, allowed: Allowed) -> Loaded {
    let options = LoadOptions { catalogue: ground.catalogue, ..options.clone() };
    engine(allowed).load_with(flow, &ground.connections, &options, ground.sources, ground.diagnostics)
}

fn options(args: &FlowArgs) -> Result<LoadOptions, Problem> {
    let overrides = args.overrides.iter().map(|text| parse_override(text)).collect::<Result<_, _>>()?;
    Ok(LoadOptions {
        variants: args.variant.clone(),
        strictness: strictness(args.language),
        overrides,
        ..LoadOptions::default()
    })
}

fn strictness(language: Language) -> Option<Strictness> {
    match language {
        Language { compat: true, .. } => Some(Strictness::Compatible),
        Language { strict: true, .. } => Some(Strictness::Strict),
        _ => None,
    }
}

/// `node.key=value`; the value is JSON where it is valid JSON, else text.
fn parse_override(text: &str) -> Result<(String, Value), Problem> {
    let (path, value) = text.split_once('=').ok_or_else(|| {
        Problem::usage("invalid-override", format!("`--set {text}` is no NODE.KEY=VALUE"))
            .help("for example: --set classify.temperature=0.2")
    })?;
    let value = Value::from_json(value).unwrap_or_else(|_| Value::from(value));
    Ok((path.trim().to_owned(), value))
}

/// The name and the value of a variable.
type Variable = (Arc<str>, Arc<str>);

/// The variables of `--env`.
fn variables(args: &EnvironmentArgs, ground: &Ground) -> Result<Vec<Variable>, Problem> {
    let variable = |text: &String| {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => {
                let value = ground.connections.environment().get(text).map(str::to_owned).ok_or_else(|| {
                    Problem::usage("missing-variable", format!("`--env {text}` hands over a variable that is not set"))
                        .help(format!("set it, or write --env {text}=VALUE"))
                })?;
                (text.as_str(), value)
            }
        };
        if name.is_empty() {
            return Err(Problem::usage("invalid-variable", format!("`--env {text}` names no variable"))
                .help("write --env NAME=VALUE"));
        }
        Ok((Arc::from(name), Arc::from(value)))
    };
    args.variables.iter().map(variable).collect()
}

/// The mock model of `--mock`: with the rules that are named, else with those of `mock.yaml` beside the flow.
fn mock(args: &ConnectionArgs, folder: &Path, ground: &mut Ground) -> Result<Option<Arc<dyn Model>>, Problem> {
    let Some(given) = &args.mock else { return Ok(None) };
    let path = given.clone().or_else(|| Rules::beside(folder));
    let rules = match path {
        None => Rules::default(),
        // A bare file name may be meant as the user's or as the flow's.
        Some(path) => {
            let beside = folder.join(&path);
            let path = if !path.exists() && beside.exists() { beside } else { path };
            let Some(rules) = Rules::load(&path, &mut ground.sources, &mut ground.diagnostics) else {
                ui::say_diagnostics(&ground.diagnostics, &ground.sources);
                return Err(Problem::usage(
                    "invalid-mock-rules",
                    format!("the mock model's rules {} cannot be used", path.display()),
                )
                .help("`--mock` alone uses mock.yaml beside the flow, or no rules"));
            };
            rules
        }
    };
    let model = MockModel::new(rules);
    Ok(Some(Arc::new(match args.seed {
        Some(seed) => model.with_seed(seed),
        None => model,
    })))
}

/// The recordings of `--record` and `--replay`.
fn cassette(args: &ConnectionArgs, ground: &mut Ground) -> Result<Option<Cassette>, Problem> {
    let secrets = || Secrets::new(ground.connections.secrets());
    if let Some(folder) = &args.record {
        let recorder = Recorder::new(folder, secrets()).map_err(|error| {
            let why = if folder.is_file() { "it is a file".to_owned() } else { error.kind().to_string() };
            let message = format!("{} cannot be a folder for recordings: {why}", folder.display());
            Problem::usage("unusable-folder", message)
        })?;
        return Ok(Some(Cassette::Record(Arc::new(recorder))));
    }
    let Some(folder) = &args.replay else { return Ok(None) };
    let Some(player) = Player::load(folder, secrets(), &mut ground.sources, &mut ground.diagnostics) else {
        ui::say_diagnostics(&ground.diagnostics, &ground.sources);
        let message = format!("the recordings in {} cannot be replayed", folder.display());
        return Err(Problem::usage("invalid-recordings", message));
    };
    Ok(Some(Cassette::Replay(Arc::new(player))))
}

/// Tells what was found and was not told before; the flow, if it can run.
fn tell(loaded: Loaded, json: bool, told: &Told) -> Option<Selected> {
    for note in loaded.notes.iter().filter(|note| told.is_new(note)) {
        ui::say_note(note);
    }
    if loaded.flow.is_none() && json {
        let diagnostics = diag::to_json(&loaded.diagnostics, &loaded.sources);
        let first =
            loaded.diagnostics.sorted().into_iter().find(|found| found.severity == diag::Severity::Error).cloned();
        let (code, message) = first.map_or(("invalid-flow", String::new()), |found| (found.code.name(), found.message));
        ui::out_json(&serde_json::json!({
            "error": { "code": code, "message": message, "diagnostics": diagnostics },
        }));
    } else if let Some(text) = ui::diagnostics_text(&loaded.diagnostics, &loaded.sources)
        && told.is_new(&text)
    {
        ui::say(&text);
    }
    if loaded.flow.is_none() && !json {
        ui::say(&format!("\n{}", diag::count(&loaded.diagnostics)));
    }
    let sources = loaded.sources;
    loaded.flow.map(|flow| Selected { flow, sources, secrets: Secrets::default() })
}
