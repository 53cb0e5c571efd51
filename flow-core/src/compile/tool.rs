//! Tool nodes: what the tool's own schema says of the inputs.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Workbench;
use super::arguments::{Argument, given_names};
use super::node::{Accepts, Body};
use super::tool_connection;
use crate::diag::{Code, Diagnostic};
use crate::diag::{did_you_mean, nearest};
use crate::doc::{NodeDoc, Report};
use crate::plan::Op;
use crate::ty::Ty;
use crate::value::Value;

/// Lowers a tool node.
pub(super) fn lower(doc: &NodeDoc, arguments: &[Argument], bench: &Workbench<'_>, report: &mut Report) -> Body {
    let mut body = Body {
        op: None,
        output: Ty::Any,
        properties: None,
        defaulted: Vec::new(),
        accepts: vec![None; arguments.len()],
    };
    let Some(name) = &doc.tool else { return body };
    let Some(tool) = bench.tools.get(&name.value) else {
        let message = format!("there is no tool `{}`", name.value);
        let help = did_you_mean(&name.value, bench.tools.iter().map(|tool| tool.spec().name));
        let help = help.unwrap_or_else(|| "`flow tools` lists all tools".to_owned());
        report.error(Code::UnknownTool, name.span, message, help);
        return body;
    };
    if let Some(flag) = tool.missing_permission() {
        let message = format!("tool `{}` runs only with {flag}", name.value);
        let help = format!("the run fails at node `{}` unless its command line has {flag}", doc.name.value);
        report.warning(Code::NeedsPermission, name.span, message, help);
    }
    let spec = tool.spec();
    let properties = spec.inputs["properties"].as_object();
    let required: Vec<&str> =
        spec.inputs["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let names = || properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str));
    let open = spec.inputs.get("additionalProperties") != Some(&Json::Bool(false));
    let is_given = |name: &str| given_names(doc).any(|given| given == name);
    let mut meant = Vec::new();
    for (position, argument) in arguments.iter().enumerate() {
        match properties.and_then(|properties| properties.get(&*argument.name)) {
            Some(property) => {
                let what = format!("input `{}` of tool `{}`", argument.name, spec.name);
                if let Some(literal) = argument.literal() {
                    check_literal(&what, literal, property, argument, report);
                }
                body.accepts[position] = accepted(property).map(|types| Accepts { types, what });
            }
            None if open => {}
            None => {
                let message = format!("tool `{}` has no input `{}`", spec.name, argument.name);
                let missing = required.iter().copied().filter(|name| !is_given(name));
                meant.extend(nearest(&argument.name, missing));
                let help = did_you_mean(&argument.name, names());
                report.push(Diagnostic::error(Code::UnknownToolInput, argument.name_span, message).maybe_help(help));
            }
        }
    }
    for name in &required {
        if !is_given(name) && !meant.contains(name) {
            let message =
                format!("node `{}` does not give the input `{name}` that tool `{}` needs", doc.name.value, spec.name);
            let about = properties.and_then(|properties| properties[*name]["description"].as_str()).unwrap_or_default();
            let about = about.split(". ").next().unwrap_or_default().trim_end_matches('.');
            report.error(
                Code::MissingToolInput,
                doc.name.span,
                message,
                format!("add `{name}: …` below its `inputs` ({about})"),
            );
        }
    }
    body.op = tool_connection::connect(doc, tool, bench, report).map(Op::Tool);
    body.output = spec.output;
    body.defaulted = names().filter(|name| !required.contains(name)).map(Arc::from).collect();
    body
}

/// The schema's words for a type.
fn type_names(property: &Json) -> Vec<&str> {
    match &property["type"] {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The language's word for a type of JSON Schema.
fn our_name(name: &str) -> &str {
    match name {
        "integer" => Ty::Int.name(),
        "number" => Ty::Double.name(),
        "boolean" => Ty::Bool.name(),
        "array" => Ty::List.name(),
        other => other,
    }
}

fn check_literal(what: &str, literal: &Value, property: &Json, argument: &Argument, report: &mut Report) {
    let names = type_names(property);
    let fits = |name: &&str| match literal {
        Value::Null => *name == "null",
        Value::Bool(_) => *name == "boolean",
        Value::Int(_) => matches!(*name, "integer" | "number"),
        Value::Float(_) => *name == "number",
        Value::Text(_) => *name == "string",
        Value::List(_) => *name == "array",
        Value::Map(_) | Value::Image(_) | Value::Object(_) => *name == "object",
    };
    if !names.is_empty() && !names.iter().any(fits) {
        let names: Vec<&str> = names.into_iter().map(our_name).collect();
        let message = format!("{what} takes {}, here it is {}", names.join(" or "), literal.kind());
        report.push(Diagnostic::error(Code::TypeMismatch, argument.span, message));
        return;
    }
    if let Some(allowed) = property["enum"].as_array()
        && !allowed.contains(&literal.to_serde())
    {
        let words: Vec<String> =
            allowed.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect();
        let given = literal.as_str().map_or_else(|| literal.to_json(), str::to_owned);
        let help = nearest(&given, words.iter().map(String::as_str))
            .map_or_else(|| format!("it takes {}", words.join(", ")), |near| format!("did you mean `{near}`?"));
        report.error(Code::InvalidValue, argument.span, format!("{what} cannot be `{given}`"), help);
    }
}

/// The types of our language that fit a schema; `None` where anything does.
fn accepted(property: &Json) -> Option<Vec<Ty>> {
    let names = type_names(property);
    if names.is_empty() {
        return None;
    }
    let types = names.iter().flat_map(|name| match *name {
        "string" => vec![Ty::String, Ty::Secret, Ty::PromptTemplate, Ty::FilePath],
        "integer" => vec![Ty::Int],
        "number" => vec![Ty::Double, Ty::Int],
        "boolean" => vec![Ty::Bool],
        "array" => vec![Ty::List],
        _ => Vec::new(),
    });
    // An object input of a flow may hold any JSON value, so that it fits wherever a value does.
    Some(types.chain([Ty::Object]).collect())
}
