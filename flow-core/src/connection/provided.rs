//! The connections that environment variables give where there is no connections file.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use super::kind::Kind;
use super::{Connection, ConnectionKind, Environment};
use crate::value::Value;

/// The variables of a provider: field, whether it is secret, and the variables that may give it.
type Variables = &'static [(&'static str, bool, &'static [&'static str])];

const OPENAI: Variables = &[
    ("api_key", true, &["OPENAI_API_KEY"]),
    ("base_url", false, &["OPENAI_BASE_URL"]),
    ("organization", false, &["OPENAI_ORG_ID"]),
];

const AZURE: Variables = &[
    ("api_key", true, &["AZURE_OPENAI_API_KEY"]),
    ("endpoint", false, &["AZURE_OPENAI_ENDPOINT"]),
    ("api_version", false, &["OPENAI_API_VERSION", "AZURE_OPENAI_API_VERSION"]),
];

fn has_openai(environment: &Environment) -> bool {
    environment.get("OPENAI_API_KEY").or_else(|| environment.get("OPENAI_BASE_URL")).is_some()
}

fn has_azure(environment: &Environment) -> bool {
    environment.get("AZURE_OPENAI_ENDPOINT").is_some()
}

/// The names under which the environment's providers are listed.
pub(super) fn names(environment: &Environment) -> Vec<Arc<str>> {
    let openai = has_openai(environment).then(|| Arc::from("openai"));
    let azure = has_azure(environment).then(|| Arc::from("azure"));
    openai.into_iter().chain(azure).collect()
}

/// The environment's provider for a connection of this name: Azure first if the name speaks of it.
pub(super) fn connection(name: &str, environment: &Environment) -> Option<Connection> {
    let (openai, azure) = (has_openai(environment), has_azure(environment));
    let lower = name.to_lowercase();
    let is_azure = azure && (!openai || lower.contains("azure") || lower.contains("aoai"));
    let (kind, variables) = match (is_azure, openai) {
        (true, _) => (ConnectionKind::Azure, AZURE),
        (false, true) => (ConnectionKind::OpenAi, OPENAI),
        (false, false) => return None,
    };
    let mut fields = BTreeMap::new();
    let mut secrets = BTreeMap::new();
    for (field, is_secret, names) in variables {
        let Some(value) = names.iter().find_map(|name| environment.get(name)) else { continue };
        if *is_secret {
            secrets.insert(Arc::from(*field), SecretString::from(value.to_owned()));
        } else {
            fields.insert(Arc::from(*field), Value::from(value));
        }
    }
    Some(Connection { name: name.into(), kind, fields, secrets, origin: Connection::ENVIRONMENT.into() })
}

/// What to tell about a connection that the environment stands in for, unless its name says as much.
pub(super) fn note(connection: &Connection) -> Option<String> {
    let (provider, variable) = match connection.kind {
        ConnectionKind::OpenAi => ("OpenAI", "OPENAI_API_KEY"),
        ConnectionKind::Azure => ("Azure OpenAI", "AZURE_OPENAI_ENDPOINT"),
        _ => return None,
    };
    let is_named_so = Kind::named(&connection.name).is_some_and(|kind| kind.kind == connection.kind);
    (!is_named_so).then(|| {
        format!(
            "there is no connections file; for connection `{}` {provider} from the environment ({variable}, …) is used",
            connection.name
        )
    })
}
