use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::engine::Flow;
use flow_serve::{Endpoint, EndpointVariant};

use super::super::Problem;
use crate::args::ServeArgs;
use crate::workbench::{self, Loading};

/// Names that mean something else at the root of a server.
const RESERVED: &[&str] = &[
    "score",
    "feedback",
    "health",
    "healthz",
    "livez",
    "readyz",
    "version",
    "swagger.json",
    "openapi.json",
    "docs",
    "metrics",
    "run",
    "v1",
    "v2",
    "assets",
];

/// The flows that are to be served, each under a name of its own; `None` if one has errors, which were told.
pub(super) fn load(args: &ServeArgs) -> Result<Option<Vec<Endpoint>>, Problem> {
    let mut endpoints: Vec<Endpoint> = Vec::new();
    for given in &args.flows {
        let (name, path) = split(given);
        let Some(endpoint) = endpoint(args, name, &path)? else { return Ok(None) };
        check_name(&endpoint.name)?;
        if endpoints.iter().any(|other| other.name == endpoint.name) {
            let message = format!("two flows would be served as `{}`", endpoint.name);
            let help = format!("give one another name: other={}", path.display());
            return Err(Problem::usage("name-taken", message).help(help));
        }
        endpoints.push(endpoint);
    }
    Ok(Some(endpoints))
}

/// A flow as it is on disk now; `None` if it has errors, which were told.
fn endpoint(args: &ServeArgs, name: Option<&str>, path: &Path) -> Result<Option<Endpoint>, Problem> {
    let flow_args = args.flow(path.to_path_buf());
    let loading = Loading {
        flow: &flow_args,
        connection: &args.connection,
        environment: &args.environment,
        permission: args.permission,
        beside: None,
        json: args.json,
    };
    let Some(selected) = workbench::load_selected(loading)? else { return Ok(None) };
    let flow = selected.flow;
    let sample = sample(&flow)?;
    let name = name.map_or_else(|| name_of(&flow), Arc::from);
    let label = if flow.selection.is_empty() { Arc::from("base") } else { flow.selection.join(",").into() };
    let variant = EndpointVariant { label, flow, weight: 1.0, shadow: false };
    Ok(Some(Endpoint { name, variants: vec![variant], sample }))
}

/// The example of inputs that promptflow shows: `samples.json` beside the flow.
fn sample(flow: &Flow) -> Result<Option<serde_json::Value>, Problem> {
    let path = flow.files.folder().join("samples.json");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let sample: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| Problem::usage("invalid-sample", format!("{} is not JSON: {error}", path.display())))?;
    Ok(match sample {
        serde_json::Value::Array(items) => items.into_iter().next(),
        other => Some(other),
    })
}

/// `NAME=FLOW`, or a flow alone.
fn split(given: &str) -> (Option<&str>, PathBuf) {
    match given.split_once('=') {
        Some((name, path)) if !Path::new(given).exists() => (Some(name), PathBuf::from(path)),
        _ => (None, PathBuf::from(given)),
    }
}

/// A flow's name as a part of an address: its own, or its folder's.
fn name_of(flow: &Flow) -> Arc<str> {
    let folder = flow.files.folder();
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let folder = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // A flow that says nothing has its folder's name, in which only letters and digits are left.
    let plain = |name: &str| name.replace(|sign: char| !sign.is_ascii_alphanumeric(), "_");
    let name = if plain(&folder) == *flow.name { &folder } else { &*flow.name };
    let sign = |sign: char| if sign.is_ascii_alphanumeric() || "-_.".contains(sign) { sign } else { '-' };
    name.chars().map(sign).collect::<String>().into()
}

fn check_name(name: &str) -> Result<(), Problem> {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let help = "write NAME=FLOW with a name of letters, digits, `-`, `_` and `.`";
    if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
        return Err(Problem::usage("invalid-name", format!("no flow can be served as `{name}`")).help(help));
    }
    if RESERVED.contains(&name) {
        let message = format!("no flow can be served as `{name}`, which is an address of the server's own");
        return Err(Problem::usage("invalid-name", message).help(help));
    }
    Ok(())
}
