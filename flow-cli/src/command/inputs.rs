//! The inputs of a run: from a file and from the command line.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use flow_core::diag::{Diagnostics, did_you_mean};
use flow_core::engine::Flow;
use flow_core::source::{SourceMap, read_text};
use flow_core::value::{Map, Value};
use flow_core::yaml;

use super::Problem;
use crate::args::RunArgs;

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

/// A conversation that nobody began has an empty history, as `pf flow test` has it (spec section 3.10).
pub(crate) fn start_history(flow: &Flow, given: &mut Map) {
    let Some(history) = flow.plan.chat.and_then(|chat| chat.history) else { return };
    let input = &flow.plan.inputs[history.index()];
    if input.default.is_none() && !given.contains_key(&input.name) {
        given.insert(Arc::clone(&input.name), Value::list([]));
    }
}

/// An error for the first name given by `-i` that nothing takes: most probably a slip.
pub(crate) fn refuse_unknown(args: &RunArgs, known: &[&str]) -> Result<(), Problem> {
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
        .help("write an object with an entry per input: {\"ticket\": \"…\"}")),
    }
}

fn from_json(path: &Path, text: &str) -> Result<Value, Problem> {
    Value::from_json(text.trim_start_matches('\u{feff}')).map_err(|error| {
        Problem::usage("invalid-inputs", format!("{} is not valid JSON: {error}", path.display()))
            .help("for YAML give the file the ending .yaml")
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
