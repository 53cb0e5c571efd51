//! Connections whose fields stand where they are used, as prompties have them.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use super::kind::{Kind, Role, sounds_secret};
use super::{Connection, ConnectionKind, ConnectionProblem, Environment, provided};
use crate::diag::{Code, did_you_mean};
use crate::value::{Value, python_str};

impl ConnectionKind {
    /// The kind with this name, in any of its spellings: `azure_openai`, `AzureOpenAI`, `open_ai`, ….
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Kind::named(name).map(|kind| kind.kind)
    }
}

/// Whether the value of a field may not be shown: by the kind, or where that is not known by the name. A field that the
/// kind does not have may well be a mistyped `api_key`.
#[must_use]
pub fn hides_field(kind: Option<ConnectionKind>, name: &str) -> bool {
    let by_kind = kind.and_then(Kind::of).map(|kind| kind.field(name).is_none_or(|field| field.role.is_hidden()));
    by_kind.unwrap_or(true) || sounds_secret(name)
}

impl Connection {
    /// A connection of these fields. Without any it is the one that the environment gives; else the environment gives
    /// what the libraries of the provider take from there.
    ///
    /// # Errors
    /// A field that the kind does not have, and nothing in the environment where it should give everything. With it
    /// comes the position of the field.
    pub fn inline(
        kind: ConnectionKind,
        fields: &[(Arc<str>, Value)],
        environment: Option<&Environment>,
    ) -> Result<Self, (Option<usize>, ConnectionProblem)> {
        let known = Kind::of(kind);
        let mut connection = Self {
            name: Arc::from(kind.name()),
            kind,
            fields: BTreeMap::new(),
            secrets: BTreeMap::new(),
            origin: Arc::from(if fields.is_empty() { Self::ENVIRONMENT } else { "the prompty" }),
        };
        for (position, (name, value)) in fields.iter().enumerate() {
            let Some(field) = known.and_then(|known| known.field(name)) else {
                let message = format!("a connection of kind {} has no field `{name}`", kind.name());
                let names: Vec<&str> = known.into_iter().flat_map(Kind::all_fields).map(|field| field.name).collect();
                let help =
                    did_you_mean(name, names.iter().copied()).unwrap_or_else(|| format!("it has {}", names.join(", ")));
                return Err((Some(position), ConnectionProblem::new(Code::InvalidConnection, message, help)));
            };
            match (field.role, value) {
                (Role::Secrets, Value::Map(entries)) => {
                    let entries = entries.iter().map(|(key, value)| {
                        (Arc::from(format!("{}.{key}", field.name)), SecretString::from(python_str(value)))
                    });
                    connection.secrets.extend(entries);
                }
                (role, value) if role.is_hidden() => {
                    connection.secrets.insert(Arc::from(field.name), SecretString::from(python_str(value)));
                }
                (_, value) => drop(connection.fields.insert(Arc::from(field.name), value.clone())),
            }
        }
        if let Some(environment) = environment {
            provided::complete_inline(&mut connection, fields.is_empty(), environment);
        }
        if fields.is_empty()
            && let Some(variables) = provided::unset(&connection)
        {
            let message = format!("the prompty names no connection, and {variables} is not set");
            let help = format!("set {variables}, name a connection, or try the prompty with `--mock`");
            return Err((None, ConnectionProblem::new(Code::MissingConnection, message, help)));
        }
        Ok(connection)
    }
}
