//! Servers of the Model Context Protocol: how they are named, how they are reached, and calls of their tools. The crate `rmcp`
//! speaks the protocol; a server is a program of the user's, or an address.

mod client;
mod clients;
mod expand;
mod server;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

use flow_core::project::ProjectFiles;
use flow_core::value::Value;

pub use client::ServerTool;
pub(crate) use clients::Clients;
pub(crate) use server::{Named, Server};

use crate::Permissions;
use crate::process::Fault as ProcessFault;

/// How long a server may take to tell its tools.
const LOOK: Duration = Duration::from_secs(60);

/// The tools of a server: one that a file in or above the folder names, or the one at an address.
///
/// # Errors
/// Why it cannot be asked, in words for its user.
pub async fn server_tools(server: &str, folder: &Path, permissions: Permissions) -> Result<Vec<ServerTool>, String> {
    let is_address = server.contains("://");
    let given = if is_address { Value::map([("url", Value::from(server))]) } else { Value::from(server) };
    let found = Named::find(&given, &ProjectFiles::new(folder)).map_err(|fault| fault.to_string())?;
    let tools = Clients::new(permissions).tools(&found, LOOK).await;
    tools.map_err(|fault| fault.to_string())
}

/// A call of a server that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// What names the server cannot be understood.
    #[error("{0}")]
    Naming(String),
    /// A program, and programs may not run.
    #[error("MCP server {server} is a program, and programs run only with --allow-exec")]
    NotAllowed { server: String },
    /// The program cannot be used.
    #[error("MCP server {server}: {fault}")]
    Program { server: String, fault: ProcessFault },
    /// The server was not reached, or broke the rules.
    #[error("MCP server {server} cannot be used: {why}")]
    Unreachable { server: String, why: String },
    /// The connection broke off.
    #[error("MCP server {server} went away{}", said(notes))]
    Gone { server: String, notes: String },
    /// It refused.
    #[error("MCP server {server}: {message}")]
    Refused { server: String, message: String },
    /// It took too long.
    #[error("MCP server {server} gave no answer within {} s; raise `timeout`", time.as_secs_f64())]
    TooSlow { server: String, time: Duration },
}

impl Fault {
    /// Whether the same call may succeed later.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Fault::Unreachable { .. } | Fault::Gone { .. } | Fault::TooSlow { .. })
    }
}

/// What stood on standard error, where something did.
fn said(notes: &str) -> String {
    if notes.is_empty() { String::new() } else { format!("; it said: {notes}") }
}
