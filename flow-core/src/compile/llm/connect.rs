use std::sync::Arc;

use super::super::Workbench;
use super::open_model;
use crate::cassette::Cassette;
use crate::connection::{Connection, ConnectionKind};
use crate::diag::Code;
use crate::doc::{NodeDoc, Report, Spanned};
use crate::gate::Limits;
use crate::llm::ModelTool;
use crate::model::{Dialect, Model, WithAzureRules};
use crate::source::Span;

/// A connection that is wanted.
#[derive(Clone, Copy)]
pub(in crate::compile) struct Wanted<'d> {
    /// The node.
    pub doc: &'d NodeDoc,
    /// The connection's name, if one is given.
    pub name: Option<&'d Spanned<Arc<str>>>,
    /// Whether a deployment is named and no model, as only Azure has them.
    pub names_deployment: bool,
    /// Whose connection it must be, if the node calls a package tool for one provider only.
    pub dialect: Option<Dialect>,
    /// As which tool the model is called.
    pub tool: ModelTool,
}

/// The way to a model.
pub(in crate::compile) struct Way {
    /// The connection's name.
    pub connection: Arc<str>,
    pub model: Arc<dyn Model>,
    /// What the connection allows.
    pub limits: Limits,
}

/// The model that is called: what the connection leads to, or what stands in for it or goes between.
pub(in crate::compile) fn connect(wanted: Wanted<'_>, bench: &Workbench<'_>, report: &mut Report) -> Option<Way> {
    recorded(called(wanted, bench, report)?, bench)
}

/// The model of a connection that has no name of its own: `make` gives it, and its place for messages.
pub(in crate::compile) fn of_inline(
    (name, dialect): (&Arc<str>, Dialect),
    bench: &Workbench<'_>,
    report: &mut Report,
    make: impl FnOnce(&mut Report) -> Option<(Connection, Span)>,
) -> Option<Way> {
    let connection = Arc::clone(name);
    if let Some(model) = bench.model {
        let model: Arc<dyn Model> = match dialect {
            Dialect::Azure => Arc::new(WithAzureRules(Arc::clone(model))),
            Dialect::OpenAi => Arc::clone(model),
        };
        return recorded(Way { connection, model, limits: Limits::default() }, bench);
    }
    if let Some(Cassette::Replay(player)) = bench.cassette {
        let model = player.model(name, dialect);
        return Some(Way { connection, model, limits: Limits::default() });
    }
    let (made, span) = make(report)?;
    let Some(maker) = bench.connect.iter().find(|maker| maker.serves(made.kind)) else {
        let message = format!("a connection of kind {} leads to no model", made.kind.name());
        report.error(Code::WrongConnection, span, message, "name one of kind openai or azure");
        return None;
    };
    match maker.connect(&made).and_then(|model| Ok((model, made.limits()?))) {
        Ok((model, limits)) => recorded(Way { connection, model, limits }, bench),
        Err(message) => {
            let message = format!("the connection of the prompty cannot be used: {message}");
            report.error(Code::InvalidConnection, span, message, format!("it comes from {}", made.origin));
            None
        }
    }
}

/// The same way, recorded where recordings are made.
fn recorded(way: Way, bench: &Workbench<'_>) -> Option<Way> {
    let model = match bench.cassette {
        Some(Cassette::Record(recorder)) => recorder.model(&way.connection, way.model),
        Some(Cassette::Replay(_)) | None => way.model,
    };
    Some(Way { model, ..way })
}

fn called(wanted: Wanted<'_>, bench: &Workbench<'_>, report: &mut Report) -> Option<Way> {
    if let Some(model) = bench.model {
        let connection = wanted.name.map_or_else(|| Arc::from("mock"), |name| Arc::clone(&name.value));
        // The limits are those of the connection that it stands in for; it has none itself.
        return Some(Way { connection, model: substitute(wanted, model, bench), limits: Limits::default() });
    }
    let Some(name) = wanted.name else {
        let message = format!("node `{}` names no connection", wanted.doc.name.value);
        let help = "add `connection: NAME`; `flow connections` lists what there is";
        report.error(Code::MissingConnection, wanted.doc.name.span, message, help);
        return None;
    };
    if let Some(Cassette::Replay(player)) = bench.cassette {
        let model = player.model(&name.value, usual_dialect(wanted, bench));
        return Some(Way { connection: Arc::clone(&name.value), model, limits: Limits::default() });
    }
    if open_model::refuse_lookup(wanted.doc, name, report) {
        return None;
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
    let is_open_model = wanted.tool == ModelTool::OpenModel;
    if is_open_model && open_model::refuse_kind(name, connection, report) {
        return None;
    }
    // A custom connection leads to an open model only.
    let leads = is_open_model || connection.kind != ConnectionKind::Custom;
    let Some(maker) = bench.connect.iter().find(|maker| leads && maker.serves(connection.kind)) else {
        let message =
            format!("connection `{}` is of kind {}, which leads to no model", name.value, connection.kind.name());
        let help = "name a connection of kind openai, azure or mock";
        report.error(Code::WrongConnection, name.span, message, help);
        return None;
    };
    match maker.connect(connection).and_then(|model| Ok((model, connection.limits()?))) {
        Ok((model, limits)) => {
            let is_mock = connection.kind == ConnectionKind::Mock;
            if let Some(dialect) = wanted.dialect.filter(|dialect| !is_mock && *dialect != model.dialect()) {
                refuse_dialect(wanted, name, connection, dialect, report);
                return None;
            }
            Some(Way { connection: Arc::clone(&name.value), model, limits })
        }
        Err(message) => {
            let message = format!("connection `{}` cannot be used: {message}", name.value);
            report.error(Code::InvalidConnection, name.span, message, format!("it comes from {}", connection.origin));
            None
        }
    }
}

fn refuse_dialect(
    wanted: Wanted<'_>,
    name: &Spanned<Arc<str>>,
    connection: &Connection,
    dialect: Dialect,
    report: &mut Report,
) {
    let tool = wanted.doc.package.as_ref().map_or("", |package| &*package.name);
    let message = format!(
        "connection `{}` is of kind {}, but `{tool}` takes one of {}",
        name.value,
        connection.kind.name(),
        dialect.title()
    );
    let help = "`promptflow.tools.llm.llm` and `promptflow.tools.llm_vision.llm_vision` take both";
    report.error(Code::WrongConnection, name.span, message, help);
}

/// The model in place of a connection, with the rules that the connection would have.
fn substitute(wanted: Wanted<'_>, model: &Arc<dyn Model>, bench: &Workbench<'_>) -> Arc<dyn Model> {
    match usual_dialect(wanted, bench) {
        Dialect::Azure => Arc::new(WithAzureRules(Arc::clone(model))),
        Dialect::OpenAi => Arc::clone(model),
    }
}

/// Whose rules the connection would have: Azure's if it is one, or if only Azure could have what is asked.
fn usual_dialect(wanted: Wanted<'_>, bench: &Workbench<'_>) -> Dialect {
    let resolved = wanted.name.and_then(|name| bench.connections.connection(&name.value).ok());
    let is_azure = match resolved {
        Some(resolved) if resolved.note.is_none() => resolved.connection.kind == ConnectionKind::Azure,
        _ => wanted.dialect.map_or(wanted.names_deployment, |dialect| dialect == Dialect::Azure),
    };
    if is_azure { Dialect::Azure } else { Dialect::OpenAi }
}
