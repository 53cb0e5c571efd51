//! The variables that a flow's code sees as its environment: those of the flow, and before them those of the run. The
//! process's own are not among them.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::LoadOptions;
use crate::connection::{ConnectionSource, sounds_secret};
use crate::diag::Diagnostic;
use crate::doc::{FlowDoc, Report};
use crate::secret::Secrets;
use crate::source::Span;
use crate::value::{Value, python_json, python_str};

/// The variables, and which of their values must not leave the engine.
#[derive(Debug, Default)]
pub(super) struct Variables {
    pub(super) variables: BTreeMap<Arc<str>, Arc<str>>,
    pub(super) secrets: Secrets,
}

/// Reads the variables of a flow and of its run.
pub(super) fn read(
    doc: &FlowDoc,
    options: &LoadOptions,
    connections: &dyn ConnectionSource,
    report: &mut Report,
) -> Variables {
    let mut secrets = Vec::new();
    let mut variables: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    let of_flow = doc.environment_variables.iter().map(|(key, node)| {
        let text = match node.to_value() {
            // promptflow writes lists and mappings as JSON and all else as Python prints it.
            value @ (Value::List(_) | Value::Map(_)) => python_json(&value),
            value => python_str(&value),
        };
        (Arc::clone(&key.text), Arc::<str>::from(text), Some(node.span))
    });
    let of_run = options.environment.iter().map(|(name, text)| (Arc::clone(name), Arc::clone(text), None));
    for (name, text, span) in of_flow.chain(of_run) {
        let value = match reference(&text) {
            None => text,
            Some((connection, field)) => {
                let resolver = Resolver { connections, is_mocked: options.model.is_some() };
                match resolver.field(connection, field, span, report) {
                    Field::Open(value) => value,
                    Field::Secret(secret) => {
                        let value: Arc<str> = Arc::from(secret.expose_secret());
                        secrets.push(secret);
                        value
                    }
                    Field::Missing => text,
                }
            }
        };
        if sounds_secret(&name) {
            secrets.push(SecretString::from(value.to_string()));
        }
        variables.insert(name, value);
    }
    Variables { variables, secrets: Secrets::new(secrets) }
}

/// The connection and the field of a value that is `${connection.field}` and nothing else (spec section 6.4).
fn reference(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    let (connection, field) = inside.split_once('.')?;
    (!field.contains('.')).then_some((connection, field))
}

/// What a connection has for a field.
enum Field {
    Open(Arc<str>),
    Secret(SecretString),
    /// It was reported, or promptflow leaves the text as it is.
    Missing,
}

struct Resolver<'a> {
    connections: &'a dyn ConnectionSource,
    is_mocked: bool,
}

impl Resolver<'_> {
    fn field(&self, connection: &str, field: &str, span: Option<Span>, report: &mut Report) -> Field {
        let resolved = match self.connections.connection(connection) {
            Ok(resolved) => resolved.connection,
            // The mock model stands in for every connection.
            Err(_) if self.is_mocked => return Field::Open(Arc::from("mock")),
            Err(problem) => {
                let diagnostic = match span {
                    Some(span) => problem.to_diagnostic(span),
                    None => Diagnostic::error_without_place(problem.code, &problem.message).help(&problem.help),
                };
                report.push(diagnostic);
                return Field::Missing;
            }
        };
        if let Some(secret) = resolved.secret(field) {
            return Field::Secret(secret.clone());
        }
        // promptflow's names of what we call otherwise.
        let ours = match field {
            "api_base" => &["base_url", "endpoint"][..],
            other => &[other][..],
        };
        let open = std::iter::once(field).chain(ours.iter().copied()).find_map(|name| resolved.fields.get(name));
        open.map_or(Field::Missing, |value| Field::Open(Arc::from(python_str(value))))
    }
}
