//! `flow pf flow`: flows by promptflow's options.

use std::path::{Path, PathBuf};

use clap::Parser;
use flow_core::diag;
use serde_json::{Value as Json, json};

use super::{Idle, confirmed, pairs};
use crate::args::pf::{PfBuildArgs, PfBuildForm, PfFlowCommand, PfFlowType, PfInitArgs, PfServeArgs, PfTestArgs};
use crate::args::{CheckArgs, Cli, Command, InitArgs, PackageArgs, RunArgs, ServeArgs};
use crate::command::{Problem, init, package, run, serve};
use crate::exit::Exit;
use crate::{ui, workbench};

/// `flow pf flow`.
pub(super) fn flow(command: PfFlowCommand, says_more: bool, mut idle: Idle) -> Result<Exit, Problem> {
    match command {
        PfFlowCommand::Init(args) => {
            idle.tell();
            make(&args)
        }
        PfFlowCommand::Test(args) => {
            idle.add("--collection", args.collection.is_some());
            idle.add("--detail", args.detail.is_some());
            idle.add("--config", !args.config.is_empty());
            idle.add("--url-params", !args.url_params.is_empty());
            idle.add("--port", args.port.is_some() && !(args.ui || args.multi_modal));
            idle.tell();
            test(&args, says_more)
        }
        PfFlowCommand::Serve(args) => {
            idle.add("--engine", args.engine.is_some());
            idle.add("--static_folder", args.static_folder.is_some());
            idle.add("--config", !args.config.is_empty());
            idle.tell();
            serve_flow(&args)
        }
        PfFlowCommand::Build(args) => {
            idle.add("--flow-only", args.flow_only);
            idle.tell();
            build(&args)
        }
        PfFlowCommand::Validate { source } => {
            idle.tell();
            validate(&source)
        }
        PfFlowCommand::Save { .. } => Err(Problem::usage("no-counterpart", "`pf flow save` has no counterpart here")
            .help("write flow.flex.yaml beside the code by hand: `entry: module:function`")),
    }
}

/// A flow from one of the starters that are laid out as promptflow's.
fn make(args: &PfInitArgs) -> Result<Exit, Problem> {
    if args.entry.is_some() || args.function.is_some() || !args.prompt_template.is_empty() {
        let message = "a flow is not made of a Python file here";
        return Err(Problem::usage("no-counterpart", message)
            .help("write a flow.dag.yaml with a node of `type: python` whose source is the file"));
    }
    let is_there = args.flow.exists();
    let question = "The flow folder already exists, do you want to create the flow in this existing folder?";
    if is_there && !confirmed(question, args.yes)? {
        ui::out("The 'pf init' command has been cancelled.");
        return Ok(Exit::Done);
    }
    let template = match args.kind {
        PfFlowType::Standard => "promptflow-standard",
        PfFlowType::Evaluation => "promptflow-evaluation",
        PfFlowType::Chat => "promptflow-chat",
    };
    let init = InitArgs {
        dir: args.flow.clone(),
        template: template.to_owned(),
        overwrite: is_there,
        list: false,
        json: false,
    };
    init::write(&init)?;
    let connection = args.connection.as_ref().map(|name| ("open_ai_connection", name.clone()));
    let deployment = args.deployment.as_ref();
    let deployment = deployment.map(|name| ("deployment_name: gpt-4o-mini", format!("deployment_name: {name}")));
    let replaced: Vec<_> = connection.into_iter().chain(deployment).collect();
    for file in ["flow.dag.yaml", "openai.yaml", "azure_openai.yaml"].iter().filter(|_| !replaced.is_empty()) {
        put_in(&args.flow.join(file), &replaced)?;
    }
    let flow = args.flow.display();
    let test = match args.kind {
        PfFlowType::Chat => format!("flow pf flow test --flow {flow} --interactive"),
        _ => format!("flow pf flow test --flow {flow} --inputs {}", args.flow.join("data.jsonl").display()),
    };
    let kind = template.trim_start_matches("promptflow-");
    ui::out(&format!(
        "Done. Created {kind} flow folder: {flow}.\nYou can execute this command to test the flow, {test}"
    ));
    Ok(Exit::Done)
}

/// Puts other names into a file that was made.
fn put_in(path: &Path, names: &[(&str, String)]) -> Result<(), Problem> {
    let Ok(mut text) = std::fs::read_to_string(path) else { return Ok(()) };
    for (name, other) in names {
        text = text.replace(name, other);
    }
    std::fs::write(path, text).map_err(|error| Problem::cannot_write(path, &error))
}

/// A row, a node or a conversation.
fn test(args: &PfTestArgs, says_more: bool) -> Result<Exit, Problem> {
    let variables = pairs::variables(args.environment_variables.as_deref())?;
    if args.ui || args.multi_modal {
        let mut serve = served(&args.flow, variables)?;
        serve.port = args.port.unwrap_or(0);
        serve.variant.extend(args.variant.clone());
        serve.overrides = pairs::init(&args.init)?;
        return serve::serve(serve);
    }
    let mut run: RunArgs = match parsed(&["run"])? {
        Command::Run(run) => *run,
        _ => return Err(unparsed()),
    };
    run.flow.flow.clone_from(&args.flow);
    run.flow.variant = args.variant.iter().cloned().collect();
    run.flow.overrides = pairs::init(&args.init)?;
    run.node.clone_from(&args.node);
    // A conversation is about the whole flow, whatever node is named.
    if args.interactive {
        (run.chat, run.node) = (true, None);
    }
    run.trace = says_more;
    run.environment.variables = variables;
    run.is_of_promptflow = true;
    run.inputs = args.input.as_deref().map(|path| inputs_file("--input", path)).transpose()?;
    match &args.inputs[..] {
        [file] if !file.contains('=') => {
            if run.inputs.is_some() {
                let message = "both --input and --inputs name a file";
                return Err(Problem::usage("several-files", message).help("put all inputs into one of them"));
            }
            run.inputs = Some(inputs_file("--inputs", Path::new(file))?);
        }
        given => {
            let pairs = pairs::pairs("--inputs", given)?;
            run.input = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        }
    }
    run::run(&run)
}

/// A file of inputs. Without a `=` it was meant as one, also where it is not there.
fn inputs_file(option: &str, path: &Path) -> Result<PathBuf, Problem> {
    if path.is_file() {
        return Ok(path.to_path_buf());
    }
    let message = format!("`{option} {}` is neither NAME=VALUE nor a file that is there", path.display());
    Err(Problem::usage("unreadable-file", message)
        .help("name a .json or .jsonl file, or give inputs: --inputs name=value"))
}

/// What is wrong with a flow: for people on standard error, and in promptflow's form on standard output.
fn validate(source: &Path) -> Result<Exit, Problem> {
    let Command::Check(check) = parsed(&["check"])? else { return Err(unparsed()) };
    let check: CheckArgs = check;
    let (loaded, _) = workbench::load_to_check(&check, source)?;
    ui::say_diagnostics(&loaded.diagnostics, &loaded.sources);
    let of = |severity: &str| -> Vec<Json> {
        let told = diag::to_json(&loaded.diagnostics, &loaded.sources);
        let all = told.as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|one| one["severity"] == severity).collect()
    };
    let (errors, warnings) = (of("error"), of("warning"));
    let passes = errors.is_empty();
    let mut result = json!({ "result": if passes { "Succeeded" } else { "Failed" } });
    for (name, found) in [("errors", errors), ("warnings", warnings)] {
        if let Some(object) = result.as_object_mut().filter(|_| !found.is_empty()) {
            object.insert(name.to_owned(), Json::Array(found));
        }
    }
    ui::out_json(&result);
    Ok(if passes { Exit::Done } else { Exit::Failed })
}

fn serve_flow(args: &PfServeArgs) -> Result<Exit, Problem> {
    let variables = pairs::variables(args.environment_variables.as_deref())?;
    let mut serve = served(&args.source, variables)?;
    serve.port = args.port;
    serve.host.clone_from(&args.host);
    serve.overrides = pairs::init(&args.init)?;
    serve::serve(serve)
}

fn served(flow: &Path, variables: Vec<String>) -> Result<ServeArgs, Problem> {
    let Command::Serve(mut serve) = parsed(&["serve"])? else { return Err(unparsed()) };
    serve.flows = vec![flow.display().to_string()];
    serve.environment.variables = variables;
    Ok(*serve)
}

fn build(args: &PfBuildArgs) -> Result<Exit, Problem> {
    if args.format == PfBuildForm::Executable {
        let message = "there is no executable to build: this program serves the flow as it is";
        return Err(Problem::usage("no-counterpart", message).help(
            "copy the program and the flow's folder, and run: flow serve FLOW; or build an image: --format docker",
        ));
    }
    let output = args.output.display().to_string();
    let Command::Package(package) = parsed(&["package", "--output", &output])? else { return Err(unparsed()) };
    let mut package: PackageArgs = *package;
    package.flow.flow.clone_from(&args.source);
    package.flow.variant = args.variant.iter().cloned().collect();
    package::package(&package)
}

/// A command as it is where nothing is typed behind it.
fn parsed(words: &[&str]) -> Result<Command, Problem> {
    let words = std::iter::once("flow").chain(words.iter().copied());
    Cli::try_parse_from(words).map(|cli| cli.command).map_err(|_| unparsed())
}

/// What variables of the environment say of a command may be unreadable.
fn unparsed() -> Problem {
    Problem::usage("invalid-variable", "a variable of the environment that stands for an option cannot be read")
        .help("look at variables whose names begin with FLOW_ or PROMPTFLOW_")
}
