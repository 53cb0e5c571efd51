//! The inputs of a run: from a file and from the command line.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use flow_core::diag::{Diagnostics, did_you_mean};
use flow_core::engine::Flow;
use flow_core::image;
use flow_core::plan::PlanNode;
use flow_core::source::{SourceMap, read_text};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use flow_core::yaml;

use super::Problem;
use crate::args::RunArgs;
use crate::ui;

/// The inputs that were given: those of `--inputs`, then those of `-i` on top. Values of `-i` are texts, which the
/// flow's inputs bring to their types.
pub(crate) fn given(args: &RunArgs) -> Result<Map, Problem> {
    let mut inputs = match &args.inputs {
        Some(path) => from_file(path)?,
        None => Map::new(),
    };
    for pair in &args.input {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Problem::usage("invalid-input", format!("`-i {pair}` is no name=value pair"))
                .help(format!("write -i {pair}=VALUE; quote it if the value holds spaces"))
        })?;
        inputs.insert(Arc::from(name.trim()), Value::from(value));
    }
    Ok(inputs)
}

/// Reads the pictures that `-i` names by their files, `@photo.png` or plainly, from where the user stands. All else that
/// may stand for a picture is left to the flow.
pub(crate) fn read_pictures(args: &RunArgs, flow: &Flow, given: &mut Map) -> Result<(), Problem> {
    for pair in &args.input {
        let name = pair.split('=').next().unwrap_or_default().trim();
        let bare = name.strip_prefix("inputs.").or_else(|| name.strip_prefix("flow.")).unwrap_or(name);
        let is_picture = flow.plan.input(bare).is_some_and(|(_, input)| input.ty == Ty::Image);
        let Some(text) = given.get(name).and_then(Value::as_str).filter(|_| is_picture) else { continue };
        let path = match text.strip_prefix('@') {
            Some(path) => Path::new(path),
            None if Path::new(text).is_file() => Path::new(text),
            None => continue,
        };
        let image = image::read_file(path).map_err(|error| {
            Problem::usage("invalid-input", format!("`-i {name}=…`: {error}"))
                .help(format!("write -i {name}=@FILE with the path of a picture, or its address"))
        })?;
        given.insert(Arc::from(name), Value::Image(Arc::new(image)));
    }
    Ok(())
}

/// A conversation that nobody began has an empty history, as `pf flow test` has it (spec section 3.10).
pub(crate) fn start_history(flow: &Flow, given: &mut Map) {
    let Some(history) = flow.plan.chat.and_then(|chat| chat.history) else { return };
    let input = &flow.plan.inputs[history.index()];
    if input.default.is_none() && !given.contains_key(&input.name) {
        given.insert(Arc::clone(&input.name), Value::list([]));
    }
}

/// A prompty or a flex flow that is given nothing takes its sample.
pub(crate) fn take_sample(flow: &Flow, given: &mut Map) {
    if let Some(sample) = flow.plan.sample().filter(|_| given.is_empty()) {
        given.clone_from(sample);
        let names = flow.plan.inputs.iter().map(|input| &input.name);
        // What the sample has beside the inputs is told when the prompty is read.
        let unknown: Vec<Arc<str>> =
            given.keys().filter(|name| !names.clone().any(|known| known == *name)).cloned().collect();
        given.retain(|name, _| !unknown.contains(name));
    }
}

/// Names that the flow does not take: an error where they are given by `-i`. A prompty drops them, as promptflow does,
/// which is told.
pub(crate) fn check_names(args: &RunArgs, flow: &Flow, given: &Map) -> Result<(), Problem> {
    let known: Vec<&str> = flow.plan.inputs.iter().map(|input| &*input.name).collect();
    let what = if flow.plan.prompty.is_some() { "prompty" } else { "flow" };
    if flow.plan.prompty.is_none() && !args.is_of_promptflow {
        return refuse_unknown(args, &known);
    }
    for name in given.keys().filter(|name| !known.contains(&&***name)) {
        let help = did_you_mean(name, known.iter().copied()).unwrap_or_else(|| match known[..] {
            [] => "it takes no inputs".to_owned(),
            _ => format!("it takes {}", known.join(", ")),
        });
        ui::say_warning(&format!("the {what} declares no input `{name}`, so that it is left out; {help}"));
    }
    Ok(())
}

/// An error for the first name given by `-i` that nothing takes: most probably a slip.
fn refuse_unknown(args: &RunArgs, known: &[&str]) -> Result<(), Problem> {
    for pair in &args.input {
        let name = pair.split('=').next().unwrap_or_default().trim();
        if known.contains(&name) {
            continue;
        }
        let help = did_you_mean(name, known.iter().copied()).unwrap_or_else(|| match known {
            [] => "the flow takes no inputs".to_owned(),
            _ => format!("it takes {}", known.join(", ")),
        });
        return Err(Problem::usage("unknown-input", format!("the flow has no input `{name}`")).help(help));
    }
    Ok(())
}

const EXAMPLE_OF_INPUTS: &str = "write an object with an entry per input: {\"ticket\": \"…\"}";

/// The same for one node: it takes values by its own input names, by those of the flow, and by references.
pub(crate) fn refuse_unknown_of_node(args: &RunArgs, flow: &Flow, node: &PlanNode) -> Result<(), Problem> {
    let plan = &flow.plan;
    for pair in &args.input {
        let name = pair.split('=').next().unwrap_or_default().trim();
        let own = || node.arguments.iter().map(|(name, _)| &**name);
        let inputs = || plan.inputs.iter().map(|input| &*input.name);
        let is_known = match name.split_once('.') {
            None => own().chain(inputs()).any(|known| known == name),
            Some(("inputs" | "flow", input)) => inputs().any(|known| known == input),
            Some((node, _)) => plan.node(node).is_some(),
        };
        if !is_known {
            let help = did_you_mean(name, own()).unwrap_or_else(|| {
                "give what it takes by its own input names, or as inputs.NAME=… and NODE.output=…".to_owned()
            });
            let message = format!("node `{}` takes nothing called `{name}`", node.name);
            return Err(Problem::usage("unknown-input", message).help(help));
        }
    }
    Ok(())
}

/// Outputs of other nodes that are given as JSON objects or lists are read as such; no type says what they are.
pub(crate) fn read_node_outputs(given: &mut Map) {
    for (name, value) in given.iter_mut() {
        let is_reference = name.contains('.') && !name.starts_with("inputs.") && !name.starts_with("flow.");
        let text = value.as_str().filter(|text| is_reference && text.trim_start().starts_with(['{', '[']));
        if let Some(read) = text.and_then(|text| Value::from_json(text).ok()) {
            *value = read;
        }
    }
}

fn from_file(path: &Path) -> Result<Map, Problem> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| {
            Problem::usage("unreadable-file", format!("cannot read inputs from standard input: {error}"))
        })?;
        text
    } else {
        read_text(path).map_err(|error| {
            Problem::usage("unreadable-file", error.to_string())
                .help("--inputs takes a JSON or YAML file of name: value pairs")
        })?
    };
    let value = match path.extension().and_then(|extension| extension.to_str()) {
        Some("yaml" | "yml") => from_yaml(path, &text)?,
        Some("jsonl") => from_json(path, text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default())?,
        _ => from_json(path, &text)?,
    };
    match value {
        Value::Map(entries) => Ok(entries.as_ref().clone()),
        other => Err(Problem::usage(
            "invalid-inputs",
            format!("{} holds a {} where the inputs are expected", path.display(), other.kind()),
        )
        .help(EXAMPLE_OF_INPUTS)),
    }
}

fn from_json(path: &Path, text: &str) -> Result<Value, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    if text.trim().is_empty() {
        return Err(Problem::usage("invalid-inputs", format!("{name} is empty where the inputs are expected"))
            .help(EXAMPLE_OF_INPUTS));
    }
    Value::from_json(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Problem::usage("invalid-inputs", format!("{name} is not valid JSON: see {place}"))
            .help("JSON puts names and texts into double quotes; for YAML give the file the ending .yaml")
    })
}

fn from_yaml(path: &Path, text: &str) -> Result<Value, Problem> {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let file = sources.add(path, text);
    match yaml::read(&sources, file, &mut diagnostics) {
        Some(node) if !diagnostics.has_errors() => Ok(node.to_value()),
        _ => {
            crate::ui::say_diagnostics(&diagnostics, &sources);
            Err(Problem::usage("invalid-inputs", format!("{} is not valid YAML", path.display())))
        }
    }
}
