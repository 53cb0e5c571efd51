//! How a failed run is told.

use std::fmt::Write;
use std::path::Path;

use flow_core::engine::Flow;
use flow_core::exec::{InputError, NodeFailure, RowError};
use flow_core::script::{ScriptError, TraceFrame};
use serde_json::{Value as Json, json};

use crate::args::RunArgs;
use crate::exit::Exit;
use crate::ui;

/// A failed row as JSON.
pub(crate) fn error_json(args: &RunArgs, flow: &Flow, error: &RowError) -> Json {
    let node = error.node().map(|node| node.innermost().node.to_string());
    let place = node.as_ref().and_then(|node| flow.place(node)).map(
        |place| json!({ "file": flow.path.display().to_string(), "line": place.at.line, "column": place.at.column }),
    );
    let mut json = json!({ "code": error.code(), "message": words(args, error), "node": node, "place": place });
    if let (Some(failed), Some(object)) = (script_error(error), json.as_object_mut()) {
        let frame = |frame: &TraceFrame| json!({ "file": frame.file, "line": frame.line, "function": frame.function, "text": frame.text });
        object.insert("traceback".into(), failed.trace().iter().map(frame).collect());
    }
    if let (Some(help), Some(object)) = (help(args, error), json.as_object_mut()) {
        object.insert("help".into(), help.into());
    }
    json
}

/// Tells why a row failed: in words, with the node's place and what to do.
pub(crate) fn say_failure(args: &RunArgs, flow: &Flow, error: &RowError) {
    let place = place_in_code(error).or_else(|| {
        error.node().and_then(|node| flow.place(&node.innermost().node)).map(|place| ui::Place {
            file: flow.path.display().to_string(),
            line: place.at.line,
            column: place.at.column,
            source_line: place.source_line.clone(),
        })
    });
    ui::say_error_at(&words(args, error), place.as_ref(), help(args, error).as_deref());
}

/// Where code failed, if it was code.
fn place_in_code(error: &RowError) -> Option<ui::Place> {
    let frame = script_error(error)?.trace().last()?;
    let (file, line, source_line) = (frame.file.to_string(), frame.line, frame.text.to_string());
    Some(ui::Place { file, line, column: 1, source_line })
}

fn script_error(error: &RowError) -> Option<&ScriptError> {
    match error.node()?.innermost().failure.innermost() {
        NodeFailure::Script(error) => Some(error),
        _ => None,
    }
}

/// A failed row in words; where the user stopped it, in those of the command line.
fn words(args: &RunArgs, error: &RowError) -> String {
    match (error, args.timeout) {
        (RowError::Cancelled, _) => "interrupted".to_owned(),
        (RowError::Deadline { .. }, Some(limit)) => {
            format!("the run was stopped after {}, as `--timeout` says", ui::duration_words(limit))
        }
        _ => error.to_string(),
    }
}

/// What to do about a failed row, where there is something to say beyond its message.
fn help(args: &RunArgs, error: &RowError) -> Option<String> {
    match error {
        RowError::Input(InputError::Missing { names }) if args.is_of_promptflow => {
            let inputs: String = names.0.iter().map(|name| format!(" {name}=…")).collect();
            Some(format!("give a value: flow pf flow test --flow {} --inputs{inputs}", args.flow.flow.display()))
        }
        RowError::Input(InputError::Missing { names }) => {
            let mut line = "flow run".to_owned();
            if args.flow.flow != Path::new(".") {
                let _ = write!(line, " {}", args.flow.flow.display());
            }
            if let Some(node) = &args.node {
                let _ = write!(line, " --node {node}");
            }
            for name in &names.0 {
                let _ = write!(line, " -i {name}=…");
            }
            let default = if args.node.is_none() { ", or add a `default` in the flow file" } else { "" };
            Some(format!("give a value: {line}{default}"))
        }
        RowError::Node(node) => node.innermost().failure.help(),
        RowError::Deadline { .. } => {
            Some("give it more time, or look with `--trace` for the node that is slow".to_owned())
        }
        _ => None,
    }
}

/// How the program ends after a failed row.
pub(crate) fn exit_of(error: &RowError) -> Exit {
    match error {
        RowError::Cancelled => Exit::Interrupted,
        RowError::Input(_) | RowError::UnknownNode { .. } => Exit::Usage,
        RowError::Node(_) | RowError::Output(_) | RowError::Deadline { .. } => Exit::Failed,
    }
}
