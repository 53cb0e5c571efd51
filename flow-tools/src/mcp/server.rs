//! How a flow names a server: in place, or by the name that a file gives it. The file is the one that other programs
//! know, `.mcp.json` with `mcpServers`, or the same as YAML.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow_core::diag::{Diagnostics, did_you_mean};
use flow_core::project::{ProjectFiles, shown};
use flow_core::source::{SourceMap, read_text};
use flow_core::value::Value;
use flow_core::yaml;

use super::Fault;
use super::expand::expand;
use crate::process::Program;

/// The files that are looked for beside the flow and above it, within the project.
const FILES: &[&str] = &["mcp.yaml", "mcp.yml", ".mcp.json", "mcp.json"];
/// What a server may be called in place of a name.
const FORMS: &str = "a server is its name, `{command: …, args: […], env: {…}}` or `{url: …, headers: {…}}`";

/// A server, and what it is called in messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) server: Server,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Server {
    /// A program that speaks over its standard input and output.
    Program(Program),
    /// An address that speaks streamable HTTP.
    Address { url: String, headers: BTreeMap<String, String> },
}

impl Named {
    /// The server that an input of a flow in these files stands for.
    pub(crate) fn find(given: &Value, files: &ProjectFiles) -> Result<Self, Fault> {
        match given {
            Value::Text(name) => by_name(name, files),
            Value::Map(_) => {
                let server = server(given, files.folder(), &|text| Ok(text.to_owned()))?;
                let name = match &server {
                    Server::Program(program) => format!("`{}`", program.command),
                    Server::Address { url, .. } => plain(url),
                };
                Ok(Self { name, server })
            }
            _ => Err(Fault::Naming(FORMS.to_owned())),
        }
    }
}

/// An address as messages show it: without what may be a key.
fn plain(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (scheme, rest) = url[..end].split_once("://").unwrap_or(("", &url[..end]));
    let (server, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let server = server.rsplit('@').next().unwrap_or(server);
    format!("{scheme}://{server}{path}")
}

/// The server of this name in the nearest file that has any.
fn by_name(name: &str, files: &ProjectFiles) -> Result<Named, Fault> {
    let inside = files.folder().ancestors().take_while(|folder| folder.starts_with(files.boundary()));
    let found = inside.flat_map(|folder| FILES.iter().map(|file| folder.join(file))).find(|path| path.is_file());
    let Some(path) = found else {
        let names = FILES.join(", ");
        let message =
            format!("there is no file that says what MCP server `{name}` is; write one of {names}, or {FORMS}");
        return Err(Fault::Naming(message));
    };
    let servers = read(&path)?;
    let place = shown(&path);
    let Some(found) = servers.get(name) else {
        let names: Vec<&str> = servers.as_map().into_iter().flat_map(|map| map.keys().map(|key| &**key)).collect();
        let near = did_you_mean(name, names.iter().copied());
        let help = near.unwrap_or_else(|| format!("it has {}", names.join(", ")));
        return Err(Fault::Naming(format!("{} has no MCP server `{name}`; {help}", place.display())));
    };
    let expanded = |text: &str| {
        expand(text, &|variable| std::env::var(variable).ok()).map_err(|variable| {
            let file = place.display();
            Fault::Naming(format!("MCP server `{name}` of {file} needs the variable {variable}, which is not set"))
        })
    };
    let folder: PathBuf = path.parent().unwrap_or(files.folder()).to_path_buf();
    let server = server(found, &folder, &expanded).map_err(|fault| match fault {
        Fault::Naming(message) if message == FORMS => {
            Fault::Naming(format!("`{name}` in {} is no MCP server: {FORMS}", place.display()))
        }
        other => other,
    })?;
    Ok(Named { name: format!("`{name}`"), server })
}

/// The servers of a file by name.
fn read(path: &Path) -> Result<Value, Fault> {
    let place = shown(path);
    let text = read_text(path).map_err(|error| Fault::Naming(error.to_string()))?;
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let file = sources.add(&place, text);
    let root = yaml::read(&sources, file, &mut diagnostics);
    if let Some(problem) = diagnostics.sorted().first() {
        let at = problem.primary.as_ref().map(|label| sources.line_column(label.span));
        let at = at.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        return Err(Fault::Naming(format!("{}{at}: {}", place.display(), problem.message)));
    }
    let servers = root.and_then(|root| root.to_value().get("mcpServers").cloned());
    servers
        .filter(|servers| servers.as_map().is_some())
        .ok_or_else(|| Fault::Naming(format!("{}: servers stand below `mcpServers:`, by name", place.display())))
}

/// Reads what describes a server. Keys that other programs put there do not matter.
fn server(given: &Value, folder: &Path, expanded: &dyn Fn(&str) -> Result<String, Fault>) -> Result<Server, Fault> {
    let text = |value: &Value| match value {
        Value::Text(text) => expanded(text),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => Ok(value.to_json()),
        _ => Err(Fault::Naming(FORMS.to_owned())),
    };
    let texts = |key: &str| match given.get(key) {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Map(map)) => map.iter().map(|(name, value)| Ok((name.to_string(), text(value)?))).collect(),
        Some(_) => Err(Fault::Naming(FORMS.to_owned())),
    };
    match (given.get("command"), given.get("url")) {
        (Some(command), None) => {
            let args = match given.get("args") {
                None | Some(Value::Null) => Vec::new(),
                Some(Value::List(args)) => args.iter().map(text).collect::<Result<_, _>>()?,
                Some(_) => return Err(Fault::Naming(FORMS.to_owned())),
            };
            let pass_env = Vec::new();
            let folder = folder.to_path_buf();
            Ok(Server::Program(Program { command: text(command)?, args, env: texts("env")?, pass_env, folder }))
        }
        (None, Some(url)) => Ok(Server::Address { url: text(url)?, headers: texts("headers")? }),
        _ => Err(Fault::Naming(FORMS.to_owned())),
    }
}
