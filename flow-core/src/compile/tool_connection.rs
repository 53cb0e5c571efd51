//! Connections of tools.

use std::sync::Arc;

use super::Workbench;
use crate::connection::ConnectionKind;
use crate::diag::Code;
use crate::doc::{NodeDoc, Report};
use crate::tool::Tool;

/// The tool with the connection that the node names, or what stands in for it. One that needs none is given back.
pub(super) fn connect(
    doc: &NodeDoc,
    tool: &Arc<dyn Tool>,
    bench: &Workbench<'_>,
    report: &mut Report,
) -> Option<Arc<dyn Tool>> {
    let Some(kind) = tool.connection() else { return Some(Arc::clone(tool)) };
    if bench.model.is_some()
        && let Some(stand_in) = tool.stand_in()
    {
        return Some(stand_in);
    }
    let tool_name = tool.spec().name;
    let Some(name) = &doc.connection else {
        let message = format!("node `{}` names no connection, which tool `{tool_name}` needs", doc.name.value);
        let help = format!("add `connection: NAME` to the node, and a connection of kind {kind} of that name");
        report.error(Code::MissingConnection, doc.name.span, message, help);
        return None;
    };
    let resolved = match bench.connections.connection(&name.value) {
        Ok(resolved) => resolved,
        Err(problem) => {
            report.push(problem.to_diagnostic(name.span));
            return None;
        }
    };
    let connection = &resolved.connection;
    if connection.kind != ConnectionKind::Custom {
        let message = format!(
            "connection `{}` is of kind {}, but tool `{tool_name}` takes one of kind {kind}",
            name.value,
            connection.kind.name()
        );
        let help = format!("write `{}: {{ kind: {kind}, api_key: … }}` in a connections file", name.value);
        report.error(Code::WrongConnection, name.span, message, help);
        return None;
    }
    report.notes.extend(resolved.note.clone());
    match tool.connected(connection) {
        Ok(tool) => Some(tool),
        Err(message) => {
            let message = format!("connection `{}` cannot be used: {message}", name.value);
            report.error(Code::InvalidConnection, name.span, message, format!("it comes from {}", connection.origin));
            None
        }
    }
}
