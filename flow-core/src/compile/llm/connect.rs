use std::sync::Arc;

use super::super::Workbench;
use crate::cassette::Cassette;
use crate::connection::{Connection, ConnectionKind};
use crate::diag::Code;
use crate::doc::{NodeDoc, Report};
use crate::model::{Dialect, Model, WithAzureRules};

/// The model that the node calls: what its connection leads to, or what stands in for it or goes between.
pub(super) fn connect(doc: &NodeDoc, bench: &Workbench<'_>, report: &mut Report) -> Option<(Arc<str>, Arc<dyn Model>)> {
    let (name, model) = called(doc, bench, report)?;
    let model = match bench.cassette {
        Some(Cassette::Record(recorder)) => recorder.model(&name, model),
        Some(Cassette::Replay(_)) | None => model,
    };
    Some((name, model))
}

fn called(doc: &NodeDoc, bench: &Workbench<'_>, report: &mut Report) -> Option<(Arc<str>, Arc<dyn Model>)> {
    if let Some(model) = bench.model {
        let name = doc.connection.as_ref().map_or_else(|| Arc::from("mock"), |name| Arc::clone(&name.value));
        return Some((name, substitute(doc, model, bench)));
    }
    let Some(name) = &doc.connection else {
        let message = format!("node `{}` names no connection", doc.name.value);
        let help = "add `connection: NAME`; `flow connections` lists what there is";
        report.error(Code::MissingConnection, doc.name.span, message, help);
        return None;
    };
    if let Some(Cassette::Replay(player)) = bench.cassette {
        return Some((Arc::clone(&name.value), player.model(&name.value, usual_dialect(doc, bench))));
    }
    let resolved = match bench.connections.connection(&name.value) {
        Ok(resolved) => resolved,
        Err(problem) => {
            report.push(problem.to_diagnostic(name.span));
            return None;
        }
    };
    if let Some(note) = resolved.note {
        report.notes.push(note);
    }
    let connection: &Connection = &resolved.connection;
    let Some(maker) = bench.connect.iter().find(|maker| maker.serves(connection.kind)) else {
        let message =
            format!("connection `{}` is of kind {}, which leads to no model", name.value, connection.kind.name());
        let help = "name a connection of kind openai, azure or mock";
        report.error(Code::WrongConnection, name.span, message, help);
        return None;
    };
    match maker.connect(connection) {
        Ok(model) => Some((Arc::clone(&name.value), model)),
        Err(message) => {
            let message = format!("connection `{}` cannot be used: {message}", name.value);
            report.error(Code::InvalidConnection, name.span, message, format!("it comes from {}", connection.origin));
            None
        }
    }
}

/// The model in place of a connection, with the rules that the connection would have.
fn substitute(doc: &NodeDoc, model: &Arc<dyn Model>, bench: &Workbench<'_>) -> Arc<dyn Model> {
    match usual_dialect(doc, bench) {
        Dialect::Azure => Arc::new(WithAzureRules(Arc::clone(model))),
        Dialect::OpenAi => Arc::clone(model),
    }
}

/// Whose rules the connection would have: Azure's if it is one, or if the node names a deployment and no model.
fn usual_dialect(doc: &NodeDoc, bench: &Workbench<'_>) -> Dialect {
    let resolved = doc.connection.as_ref().and_then(|name| bench.connections.connection(&name.value).ok());
    let names = |parameter: &str| doc.arguments.iter().any(|argument| &*argument.name.text == parameter);
    let is_azure = match resolved {
        Some(resolved) if resolved.note.is_none() => resolved.connection.kind == ConnectionKind::Azure,
        _ => names("deployment_name") && !names("model"),
    };
    if is_azure { Dialect::Azure } else { Dialect::OpenAi }
}
