//! Connections as arguments of code.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use super::Workbench;
use super::arguments::Argument;
use crate::connection::{Connection, ConnectionKind};
use crate::diag::Code;
use crate::doc::{NodeDoc, Report};
use crate::value::Value;

/// A connection that a parameter takes.
pub(super) struct Wanted<'d> {
    pub(super) node: &'d NodeDoc,
    pub(super) argument: &'d Argument,
    /// The name that stands in the flow file.
    pub(super) name: Arc<str>,
    /// The classes that the parameter takes.
    pub(super) classes: &'d [Arc<str>],
}

/// The connection. Where the mock model stands in for all of them, one that is not there is made up.
pub(super) fn find(wanted: &Wanted<'_>, bench: &Workbench<'_>, report: &mut Report) -> Option<Arc<Connection>> {
    let resolved = match bench.connections.connection(&wanted.name) {
        Ok(resolved) => resolved,
        Err(_) if bench.model.is_some() => return Some(Arc::new(made_up(wanted))),
        Err(problem) => {
            report.push(problem.to_diagnostic(wanted.argument.span));
            return None;
        }
    };
    if let Some(note) = resolved.note.clone() {
        report.notes.push(note);
    }
    let kind = resolved.connection.kind;
    if !wanted.classes.iter().any(|class| fits(class, kind)) {
        let message = format!(
            "connection `{}` is of kind {}, but parameter `{}` of node `{}` takes {}",
            wanted.name,
            kind.name(),
            wanted.argument.name,
            wanted.node.name.value,
            wanted.classes.join(" or ")
        );
        report.error(Code::WrongConnection, wanted.argument.span, message, "`flow connections` lists what there is");
        return None;
    }
    Some(resolved.connection)
}

/// Whether a connection of a kind can be an instance of a class of promptflow's.
fn fits(class: &str, kind: ConnectionKind) -> bool {
    match class {
        "AzureOpenAIConnection" => matches!(kind, ConnectionKind::Azure | ConnectionKind::Mock),
        "OpenAIConnection" => {
            !matches!(kind, ConnectionKind::Azure | ConnectionKind::Serverless | ConnectionKind::Custom)
        }
        "ServerlessConnection" => matches!(kind, ConnectionKind::Serverless | ConnectionKind::Mock),
        _ => matches!(kind, ConnectionKind::Custom | ConnectionKind::Mock),
    }
}

fn made_up(wanted: &Wanted<'_>) -> Connection {
    let kind = match wanted.classes.first().map(|class| &**class) {
        Some("AzureOpenAIConnection") => ConnectionKind::Azure,
        Some("OpenAIConnection") => ConnectionKind::OpenAi,
        Some("ServerlessConnection") => ConnectionKind::Serverless,
        _ => ConnectionKind::Custom,
    };
    let address = if kind == ConnectionKind::Azure { "endpoint" } else { "base_url" };
    Connection {
        name: Arc::clone(&wanted.name),
        kind,
        fields: BTreeMap::from([(Arc::from(address), Value::from("http://mock.invalid"))]),
        secrets: BTreeMap::from([(Arc::from("api_key"), SecretString::from("mock"))]),
        origin: Arc::from(Connection::MADE_UP),
    }
}
