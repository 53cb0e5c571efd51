//! `flow package`: a folder with all that it takes to serve a flow elsewhere.

mod created;
mod files;
mod python;
mod variables;

use std::fs;
use std::path::{Path, PathBuf};

use flow_core::engine::Flow;
use serde_json::json;

use super::Problem;
use crate::args::{PackageArgs, PackageTarget};
use crate::exit::Exit;
use crate::ui::{self, BOLD};
use crate::workbench::{self, Loading, Told};
use variables::Variables;

/// The folder in which the project's files lie.
const PROJECT: &str = "project";

/// Makes the folder.
pub(crate) fn package(args: &PackageArgs) -> Result<Exit, Problem> {
    let loading = Loading {
        flow: &args.flow,
        connection: &args.connection,
        environment: &args.environment,
        permission: args.permission,
        beside: None,
        json: args.json,
        told: &Told::default(),
    };
    let Some(selected) = workbench::load_selected(loading)? else { return Ok(Exit::Usage) };
    refuse_to_overwrite(&args.output)?;
    let binary = binary(args)?;
    let copied = files::gather(&selected)?;
    let variables = Variables::of(&copied, &selected.flow);
    let serving = arguments(args, &copied.flow);
    let python = python::lines(&selected.flow, &copied.flow);
    let words = Words { flow: &selected.flow, variables: &variables, serving, python };
    copied.write(&args.output.join(PROJECT))?;
    let mut written = words.files(args.target);
    for (name, text) in &written {
        write(&args.output.join(name), text.as_bytes())?;
    }
    let target = args.output.join("flow");
    fs::copy(&binary, &target).map_err(|error| Problem::cannot_write(&target, &error))?;
    written.push(("flow", String::new()));
    tell(args, &words, &written);
    Ok(Exit::Done)
}

fn refuse_to_overwrite(output: &Path) -> Result<(), Problem> {
    let is_empty = fs::read_dir(output).map_or(!output.exists(), |mut entries| entries.next().is_none());
    if is_empty {
        return Ok(());
    }
    let message = format!("{} is there already, and not empty; nothing was written", output.display());
    Err(Problem::usage("file-exists", message).help("give a folder that does not exist yet"))
}

/// The program that goes into the image, which runs Linux.
fn binary(args: &PackageArgs) -> Result<PathBuf, Problem> {
    if let Some(path) = &args.binary {
        if path.is_file() {
            return Ok(path.clone());
        }
        return Err(Problem::usage("unreadable-file", format!("there is no program {}", path.display())));
    }
    if !cfg!(target_os = "linux") {
        let message = "this program does not run in a container of Linux";
        return Err(Problem::usage("no-binary", message).help("give one that does: --binary FILE"));
    }
    std::env::current_exe()
        .map_err(|error| Problem::failed("no-binary", format!("this program cannot be found: {error}")))
}

/// What `flow` is called with in the container.
fn arguments(args: &PackageArgs, flow: &Path) -> Vec<String> {
    let flow = if flow.as_os_str().is_empty() { ".".to_owned() } else { flow.display().to_string() };
    let mut words = vec!["serve".to_owned(), flow, "--host".to_owned(), "0.0.0.0".to_owned()];
    match args.target {
        PackageTarget::Container => {
            words.extend(["--keys", "/keys/serve-keys.yaml", "--pre-stop", "5s"].map(str::to_owned));
        }
        PackageTarget::Azureml => words.push("--allow-anonymous".to_owned()),
    }
    for variant in &args.flow.variant {
        words.extend(["--variant".to_owned(), variant.clone()]);
    }
    for change in &args.flow.overrides {
        words.extend(["--set".to_owned(), change.clone()]);
    }
    if args.permission.allow_exec {
        words.push("--allow-exec".to_owned());
    }
    if args.permission.allow_private_network {
        words.push("--allow-private-network".to_owned());
    }
    // Rules that are named lie beside the flow, where they are found.
    if let Some(None) = args.connection.mock {
        words.push("--mock".to_owned());
    }
    words
}

/// What the texts of a package say.
struct Words<'w> {
    flow: &'w Flow,
    variables: &'w Variables,
    serving: Vec<String>,
    /// The lines that make a Python.
    python: String,
}

impl Words<'_> {
    fn files(&self, target: PackageTarget) -> Vec<(&'static str, String)> {
        let dockerfile = ("Dockerfile", self.filled(include_str!("text/Dockerfile")));
        let example = ("request.json", self.body() + "\n");
        match target {
            PackageTarget::Container => vec![
                dockerfile,
                example,
                ("kubernetes.yaml", self.filled(include_str!("text/kubernetes.yaml"))),
                ("README.md", self.filled(include_str!("text/README.md"))),
            ],
            PackageTarget::Azureml => vec![
                dockerfile,
                example,
                ("endpoint.yaml", self.filled(include_str!("text/endpoint.yaml"))),
                ("deployment.yaml", self.filled(include_str!("text/deployment.yaml"))),
                ("README.md", self.filled(include_str!("text/README.azureml.md"))),
            ],
        }
    }

    /// A name that containers, Kubernetes and Azure take.
    fn name(&self) -> String {
        let sign = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' };
        let name: String = self.flow.name.chars().map(sign).take(32).collect();
        let name = name.trim_matches('-');
        if name.starts_with(|sign: char| sign.is_ascii_lowercase()) { name.to_owned() } else { format!("flow-{name}") }
    }

    /// An example of the inputs.
    fn body(&self) -> String {
        let inputs = self.flow.plan.inputs.iter().map(|input| {
            let value = input.default.clone().map_or_else(|| json!("…"), |default| json!(default));
            (input.name.to_string(), value)
        });
        serde_json::Value::Object(inputs.collect()).to_string()
    }

    fn filled(&self, text: &str) -> String {
        let command = serde_json::to_string(&self.serving).unwrap_or_default();
        text.replace("KUBERNETES_SECRET", &self.variables.for_kubernetes(&self.name()))
            .replace("DOCKER_VARIABLES", &self.variables.for_docker())
            .replace("AZURE_VARIABLES", &self.variables.for_azure())
            .replace("VARIABLES", &self.variables.for_people())
            .replace("COMMAND", &command)
            .replace("ARGUMENTS", &command)
            .replace("BODY", &self.body().replace('\'', "'\\''"))
            .replace("NAME", &self.name())
            .replace("PYTHON\n", &self.python)
    }
}

fn tell(args: &PackageArgs, words: &Words<'_>, written: &[(&str, String)]) {
    if args.json {
        let files: Vec<&str> = written.iter().map(|(name, _)| *name).collect();
        let folder = args.output.display().to_string();
        let variables: Vec<&str> = words.variables.names().collect();
        ui::out_json(&json!({ "folder": folder, "name": words.name(), "files": files, "variables": variables }));
        return;
    }
    ui::out(&format!(
        "Made {BOLD}{}{BOLD:#}: {} says how to go on.",
        args.output.display(),
        args.output.join("README.md").display()
    ));
    if python::runs_outside(words.flow) && !python::lists_packages(words.flow) {
        ui::say_note(
            "the Python in the image has no packages: list those that the code imports in requirements.txt beside the flow",
        );
    }
    let names: Vec<&str> = words.variables.names().collect();
    if !names.is_empty() {
        ui::out(&format!("It needs these variables where it runs: {}", names.join(", ")));
    }
}

/// Writes a file, and the folders above it.
fn write(path: &Path, content: &[u8]) -> Result<(), Problem> {
    let failed = |error: std::io::Error| Problem::cannot_write(path, &error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, content).map_err(failed)
}
