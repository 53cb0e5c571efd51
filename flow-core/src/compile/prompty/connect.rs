use std::sync::Arc;

use super::super::Workbench;
use super::super::llm::connect::{self, Wanted, Way};
use crate::connection::{Connection, ConnectionKind};
use crate::diag::Code;
use crate::doc::{ConfigurationDoc, NodeDoc, PromptyDoc, Report};
use crate::llm::ModelTool;
use crate::model::Dialect;
use crate::prompty::unset_variable;
use crate::source::Span;
use crate::value::Value;

/// The model of a prompty: that of the connection which the node or the prompty names, else of one whose fields stand in
/// the prompty, else of the environment.
pub(super) fn connect(doc: &NodeDoc, prompty: &PromptyDoc, bench: &Workbench<'_>, report: &mut Report) -> Option<Way> {
    let configuration = prompty.configuration.as_ref().filter(|configuration| !configuration.is_refused)?;
    let name = doc.connection.as_ref().or(configuration.connection.as_ref());
    let kind = configuration.kind.as_ref().map(|kind| kind.value);
    let wanted = Wanted {
        doc,
        name,
        names_deployment: kind == Some(ConnectionKind::Azure),
        dialect: None,
        tool: ModelTool::Prompty,
    };
    if name.is_some() {
        return connect::connect(wanted, bench, report);
    }
    let Some(kind) = kind else {
        let message = "the prompty names neither a connection nor a type";
        let help = "add `type: openai`, `type: azure_openai` or `connection: NAME` below `configuration`";
        report.error(Code::MissingConnection, configuration.span, message, help);
        return None;
    };
    let dialect = if kind == ConnectionKind::Azure { Dialect::Azure } else { Dialect::OpenAi };
    let name: Arc<str> = Arc::from(kind.name());
    connect::of_inline((&name, dialect), bench, report, |report| connection(kind, configuration, bench, report))
}

/// The connection whose fields stand in the prompty.
fn connection(
    kind: ConnectionKind,
    configuration: &ConfigurationDoc,
    bench: &Workbench<'_>,
    report: &mut Report,
) -> Option<(Connection, Span)> {
    let mut fields = Vec::new();
    for (key, node) in &configuration.fields {
        let value = node.to_value();
        if let Some(variable) = value.as_str().and_then(unset_variable) {
            let message = format!("`{}` is the environment variable {variable}, which is not set", key.text);
            let help = format!("set {variable}, for example in a file `.env` beside the prompty: {variable}=…");
            report.error(Code::MissingVariable, node.span, message, help);
            return None;
        }
        fields.push((Arc::clone(&key.text), value));
    }
    let fields: Vec<(Arc<str>, Value)> = fields;
    match Connection::inline(kind, &fields, bench.connections.variables()) {
        Ok(connection) => Some((connection, configuration.span)),
        Err((position, problem)) => {
            let key = position.and_then(|position| configuration.fields.get(position)).map(|(key, _)| key.span);
            let kind = configuration.kind.as_ref().map_or(configuration.span, |kind| kind.span);
            report.push(problem.to_diagnostic(key.unwrap_or(kind)));
            None
        }
    }
}
