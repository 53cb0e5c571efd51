//! The façade: loading a flow, with everything that is found wrong on the way.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cassette::Cassette;
use crate::catalogue::Catalogue;
use crate::compile::{Alone, SubFlows, Workbench, compile};
use crate::connection::{Connect, ConnectionSource};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::doc::{Cursor, FlowDoc, Report, Spanned, lower_includes};
use crate::flex::{self, Flex};
use crate::model::Model;
use crate::plan::{Plan, PromptyPlan};
use crate::project::{self, ProjectFiles};
use crate::prompty::{self, Prompty, Surroundings};
use crate::script::Interpreter;
use crate::source::{FileId, SourceMap, read_text};
use crate::template::{self, Strictness};
use crate::tool::ToolRegistry;
use crate::value::Value;
use crate::variant::{self, Axis, Choice};
use crate::yaml::{self, Node};

mod environment;
mod find;
mod flow;
mod overrides;

pub use find::{FLOW_FILES, prompties};
pub use flow::{Flow, NodePlace};

/// How deep flows may call flows.
const MAX_DEPTH: usize = 16;

/// Loads flows. Holds what flows may call; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    tools: ToolRegistry,
    connect: Vec<Arc<dyn Connect>>,
    interpreter: Option<Arc<dyn Interpreter>>,
}

impl Engine {
    /// An engine that knows these tools and makers of model providers.
    #[must_use]
    pub fn new(tools: ToolRegistry, connect: Vec<Arc<dyn Connect>>) -> Self {
        Self { tools, connect, interpreter: None }
    }

    /// The same engine with something that compiles the code of Python nodes.
    #[must_use]
    pub fn with_interpreter(self, interpreter: Arc<dyn Interpreter>) -> Self {
        Self { interpreter: Some(interpreter), ..self }
    }
}

/// How a flow is loaded.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Variants that are picked: `node=variant` or `${node.variant}`.
    pub variants: Vec<String>,
    /// How strictly the flow is read; by default its file's name decides.
    pub strictness: Option<Strictness>,
    /// Values that are changed for this once: `node.key`, `node.inputs.key` or `inputs.name.default`.
    pub overrides: Vec<(String, Value)>,
    /// Variables for the code of nodes; they go before those that flows have for themselves. A value `${connection.field}`
    /// is taken from a connection.
    pub environment: Vec<(Arc<str>, Arc<str>)>,
    /// A model in place of every connection.
    pub model: Option<Arc<dyn Model>>,
    /// Recordings that are made, or that answer in place of every connection.
    pub cassette: Option<Cassette>,
    /// What is known of models.
    pub catalogue: Arc<Catalogue>,
}

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// The texts that were read.
    pub sources: SourceMap,
    /// What was found wrong or odd.
    pub diagnostics: Diagnostics,
    /// What its user should be told once.
    pub notes: Vec<String>,
    /// The nodes of the flow that have variants, also where the flow cannot run.
    pub axes: Vec<Axis>,
    /// The flow; `None` with errors among the diagnostics.
    pub flow: Option<Flow>,
}

impl Engine {
    /// Loads the flow at a path: a folder, or a file.
    #[must_use]
    pub fn load(&self, path: &Path, connections: &dyn ConnectionSource, options: &LoadOptions) -> Loaded {
        self.load_with(path, connections, options, SourceMap::default(), Diagnostics::default())
    }

    /// As [`Engine::load`], going on with texts and problems that are there already, such as those of the
    /// connections file.
    #[must_use]
    pub fn load_with(
        &self,
        path: &Path,
        connections: &dyn ConnectionSource,
        options: &LoadOptions,
        mut sources: SourceMap,
        mut diagnostics: Diagnostics,
    ) -> Loaded {
        let loader = Loader {
            engine: self,
            connections,
            options,
            stack: RefCell::default(),
            called: RefCell::default(),
            notes: RefCell::default(),
            axes: RefCell::default(),
        };
        let flow = loader.flow(path, options, &mut sources, &mut diagnostics);
        diagnostics.drop_repeated_warnings();
        let flow = flow.filter(|_| !diagnostics.has_errors());
        let mut notes = loader.notes.into_inner();
        notes.dedup();
        Loaded { sources, diagnostics, notes, axes: loader.axes.into_inner(), flow }
    }
}

/// One loading, with the flows that are being loaded at the moment.
struct Loader<'a> {
    engine: &'a Engine,
    connections: &'a dyn ConnectionSource,
    options: &'a LoadOptions,
    stack: RefCell<Vec<PathBuf>>,
    /// Flows that were called already: flows that share others would be loaded once for each way to them.
    called: RefCell<HashMap<PathBuf, Option<Arc<Plan>>>>,
    notes: RefCell<Vec<String>>,
    axes: RefCell<Vec<Axis>>,
}

impl Loader<'_> {
    fn flow(
        &self,
        path: &Path,
        options: &LoadOptions,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Option<Flow> {
        let path = match find::find(path) {
            Ok(path) => path,
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                return None;
            }
        };
        let file = open(&path, sources, diagnostics)?;
        if find::is_prompty(&path) {
            let mut report = Report::new(options.strictness.unwrap_or(Strictness::Compatible));
            let flow = self.prompty(&path, file, options, sources, &mut report);
            diagnostics.extend(report.diagnostics);
            self.notes.borrow_mut().extend(report.notes);
            return flow;
        }
        let root = yaml::read(sources, file, diagnostics)?;
        let strictness = options.strictness.unwrap_or_else(|| strictness_of(&path, &root));
        let mut report = Report::new(strictness);
        self.stack.borrow_mut().push(key(&path));
        let flow = if flex::is_flex(&root) {
            self.flex(&path, &root, options, sources, &mut report)
        } else {
            self.lower(&path, &root, options, sources, &mut report)
        };
        self.stack.borrow_mut().pop();
        diagnostics.extend(report.diagnostics);
        self.notes.borrow_mut().extend(report.notes);
        flow
    }

    fn lower(
        &self,
        path: &Path,
        root: &Node,
        options: &LoadOptions,
        sources: &mut SourceMap,
        report: &mut Report,
    ) -> Option<Flow> {
        let choices = choices(options, report);
        let axes = variant::axes(root);
        if self.stack.borrow().len() == 1 {
            self.axes.borrow_mut().clone_from(&axes);
        }
        let picked = variant::apply(root, &choices, report);
        let picked = overrides::apply(picked, &options.overrides, report);
        let doc = FlowDoc::lower(&picked, report)?;
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let files = Arc::new(files(folder, &doc.additional_includes, report));
        let name = doc.name.clone().unwrap_or_else(|| folder_name(files.folder()));
        let flow = self.compiled(path, (doc, name, None), files, sources, report)?;
        let selection = choices.iter().map(Choice::to_string).collect();
        Some(Flow { axes, selection, ..flow })
    }

    /// A prompty as a flow.
    fn prompty(
        &self,
        path: &Path,
        file: FileId,
        options: &LoadOptions,
        sources: &mut SourceMap,
        report: &mut Report,
    ) -> Option<Flow> {
        refuse_variants("a prompty", options, report);
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or_else(|| Path::new("."));
        let files = ProjectFiles::new(folder);
        let around = Surroundings {
            files: &files,
            environment: self.connections.variables(),
            overrides: &options.overrides,
            model: None,
        };
        let Prompty { flow: doc, sample } = prompty::read(file, around, sources, report)?;
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let name = doc.name.clone().unwrap_or_else(|| Arc::from(stem));
        self.compiled(path, (doc, name, Some(Alone::Prompty(PromptyPlan { sample }))), Arc::new(files), sources, report)
    }

    /// A flow that is code.
    fn flex(
        &self,
        path: &Path,
        root: &Node,
        options: &LoadOptions,
        sources: &mut SourceMap,
        report: &mut Report,
    ) -> Option<Flow> {
        refuse_variants("a flex flow", options, report);
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let includes =
            Cursor::open(root, "the flex flow", report).map(|mut cursor| lower_includes(&mut cursor, report));
        let files = Arc::new(files(folder, &includes.unwrap_or_default(), report));
        let interpreter = self.engine.interpreter.as_ref();
        let around = flex::Surroundings { files: &files, interpreter, overrides: &options.overrides };
        let Flex { flow: doc, node, sample, is_open } = flex::read(root, around, sources, report)?;
        let name = doc.name.clone().unwrap_or_else(|| folder_name(files.folder()));
        let alone = Alone::Flex { sample, node, is_open };
        self.compiled(path, (doc, name, Some(alone)), files, sources, report)
    }

    /// Compiles a document.
    fn compiled(
        &self,
        path: &Path,
        (doc, name, alone): (FlowDoc, Arc<str>, Option<Alone>),
        files: Arc<ProjectFiles>,
        sources: &mut SourceMap,
        report: &mut Report,
    ) -> Option<Flow> {
        let environment = environment::read(&doc, self.options, self.connections, report);
        let templates = match report.strictness {
            Strictness::Strict => template::Engine::with_loader(template_loader(Arc::clone(&files))),
            Strictness::Compatible => template::Engine::new(Strictness::Compatible),
        };
        let bench = Workbench {
            tools: &self.engine.tools,
            interpreter: self.engine.interpreter.as_ref(),
            runner: doc.interpreter.as_ref().map(|wish| wish.value),
            environment: Arc::new(environment.variables),
            secrets: environment.secrets,
            connect: &self.engine.connect,
            connections: self.connections,
            model: self.options.model.as_ref(),
            cassette: self.options.cassette.as_ref(),
            catalogue: &self.options.catalogue,
            files: Arc::clone(&files),
            templates: &templates,
            flows: self,
        };
        let plan = compile(&doc, Arc::clone(&name), alone, &bench, sources, report)?;
        Some(Flow {
            name,
            path: path.to_path_buf(),
            description: doc.description,
            kind: doc.kind,
            strictness: report.strictness,
            axes: Vec::new(),
            selection: Vec::new(),
            files,
            catalogue: Arc::clone(&self.options.catalogue),
            places: doc.nodes.iter().map(|node| NodePlace::of(node, sources)).collect(),
            plan,
        })
    }
}

impl SubFlows for Loader<'_> {
    fn load(
        &self,
        path: &Path,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Arc<Plan>>, Box<Diagnostic>> {
        let found = find::find(&project::shown(path))?;
        let key = key(&found);
        let above = self.stack.borrow().iter().position(|open| *open == key);
        if let Some(above) = above {
            let round: Vec<String> = self.stack.borrow()[above..].iter().map(|open| folder_of(open)).collect();
            let message = match &round[..] {
                [only] => format!("the flow {only} calls itself"),
                several => format!("these flows call each other: {} → {}", several.join(" → "), several[0]),
            };
            let diagnostic = Diagnostic::error_without_place(Code::Cycle, message);
            return Err(Box::new(diagnostic.help("to repeat something, give a node `loop`")));
        }
        if let Some(known) = self.called.borrow().get(&key) {
            return Ok(known.clone());
        }
        if self.stack.borrow().len() >= MAX_DEPTH {
            let message = format!("flows call flows more than {MAX_DEPTH} deep");
            return Err(Box::new(Diagnostic::error_without_place(Code::Cycle, message)));
        }
        // Variants and overrides name nodes of the flow that was asked for, not of those that it calls.
        let options = LoadOptions { model: self.options.model.clone(), ..LoadOptions::default() };
        let plan = self.flow(&found, &options, sources, diagnostics).map(|flow| flow.plan);
        self.called.borrow_mut().insert(key, plan.clone());
        Ok(plan)
    }
}

/// What tells flow files apart.
fn key(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// A flow as messages about its neighbours call it: its folder.
fn folder_of(path: &Path) -> String {
    project::shown(path.parent().unwrap_or(path)).display().to_string()
}

/// Reads a text into the map, unless it is there.
fn open(path: &Path, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Option<FileId> {
    if let Some(file) = sources.find(path) {
        return Some(file);
    }
    match read_text(path) {
        Ok(text) => Some(sources.add(path, text)),
        Err(error) => {
            diagnostics.push(Diagnostic::from(&error));
            None
        }
    }
}

/// A file of promptflow's name, or with its schema, is read as promptflow reads it.
fn strictness_of(path: &Path, root: &Node) -> Strictness {
    let named = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().contains(".dag.") || name.to_string_lossy().contains(".flex."));
    let schema = root.as_mapping().and_then(|flow| flow.get("$schema")).and_then(|entry| entry.value.as_scalar());
    let of_promptflow =
        schema.is_some_and(|schema| schema.text.contains("promptflow") || schema.text.contains("azuremlschemas"));
    if named || of_promptflow { Strictness::Compatible } else { Strictness::Strict }
}

fn refuse_variants(what: &str, options: &LoadOptions, report: &mut Report) {
    for variant in &options.variants {
        let message = format!("`{variant}` picks a variant, but {what} has none");
        report.push(Diagnostic::error_without_place(Code::UnknownVariant, message));
    }
}

fn choices(options: &LoadOptions, report: &mut Report) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for text in &options.variants {
        match variant::parse_selection(text) {
            Ok(choice) => {
                if let Some(first) = choices.iter().find(|first| first.node == choice.node && **first != choice) {
                    let message = format!("two variants are picked for one node: `{first}` and `{choice}`");
                    let diagnostic = Diagnostic::error_without_place(Code::UnknownVariant, message);
                    report.push(diagnostic.help("a run takes one variant of each node"));
                }
                choices.push(choice);
            }
            Err(error) => {
                let diagnostic = Diagnostic::error_without_place(Code::UnknownVariant, error.to_string());
                report.push(diagnostic.help(error.help()));
            }
        }
    }
    choices
}

fn files(folder: &Path, includes: &[Spanned<Arc<str>>], report: &mut Report) -> ProjectFiles {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut files = ProjectFiles::new(folder);
    for include in includes {
        if let Err(error) = files.include(&include.value) {
            let help = "paths are relative to the flow's folder; promptflow copies them beside the flow";
            report.error(Code::MissingInclude, include.span, format!("additional include {error}"), help);
        }
    }
    files
}

/// Templates of a strict flow may include files of the project.
fn template_loader(files: Arc<ProjectFiles>) -> template::Loader {
    Arc::new(move |name: &str| {
        let path = files.resolve(name).map_err(|error| error.to_string())?;
        read_text(&path).map(Some).map_err(|error| error.to_string())
    })
}

/// A folder's name as promptflow makes a flow's name of it (spec section 1.2).
fn folder_name(folder: &Path) -> Arc<str> {
    let stem = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let words: Vec<&str> = stem
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let name = words.join("_");
    let name = if name.starts_with(|first: char| first.is_ascii_digit()) { format!("n{name}") } else { name };
    Arc::from(if name.is_empty() { "flow" } else { &name })
}
