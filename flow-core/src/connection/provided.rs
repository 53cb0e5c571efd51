//! The connections that environment variables give where there is no connections file, and the fields that they give
//! to those of a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use super::kind::Kind;
use super::preset::{PRESETS, Preset};
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
    ("ad_token", true, &["AZURE_OPENAI_AD_TOKEN"]),
    ("endpoint", false, &["AZURE_OPENAI_ENDPOINT"]),
    ("api_version", false, &["OPENAI_API_VERSION", "AZURE_OPENAI_API_VERSION"]),
];

/// SerpApi, which the tool web.search asks.
const SERP: Variables = &[("api_key", true, &["SERPAPI_API_KEY", "SERP_API_KEY"])];

const AZURE_VERSION: Variables = &[("api_version", false, &["OPENAI_API_VERSION", "AZURE_OPENAI_API_VERSION"])];

/// Who asks for a token of Azure's, where a connection does not say.
const IDENTITY: Variables = &[
    ("ad_token", true, &["AZURE_OPENAI_AD_TOKEN"]),
    ("tenant_id", false, &["AZURE_TENANT_ID"]),
    ("client_id", false, &["AZURE_CLIENT_ID"]),
    ("client_secret", true, &["AZURE_CLIENT_SECRET"]),
    ("federated_token_file", false, &["AZURE_FEDERATED_TOKEN_FILE"]),
    ("authority_host", false, &["AZURE_AUTHORITY_HOST"]),
    // Sent to the managed identity's endpoint; here so that no message repeats it.
    ("identity_header", true, &["IDENTITY_HEADER"]),
];

fn has_openai(environment: &Environment) -> bool {
    environment.get("OPENAI_API_KEY").or_else(|| environment.get("OPENAI_BASE_URL")).is_some()
}

fn has_azure(environment: &Environment) -> bool {
    environment.get("AZURE_OPENAI_ENDPOINT").is_some()
}

fn has_serp(environment: &Environment) -> bool {
    SERP.iter().any(|(_, _, names)| names.iter().any(|name| environment.get(name).is_some()))
}

fn has_preset(preset: &Preset, environment: &Environment) -> bool {
    preset.keys.iter().chain(preset.addresses).any(|variable| environment.get(variable).is_some())
}

/// The names under which the environment's providers are listed.
pub(super) fn names(environment: &Environment) -> Vec<Arc<str>> {
    let openai = has_openai(environment).then_some("openai");
    let azure = has_azure(environment).then_some("azure");
    let presets = PRESETS.iter().filter(|preset| has_preset(preset, environment)).map(|preset| preset.name);
    let serp = has_serp(environment).then_some("serp");
    openai.into_iter().chain(azure).chain(presets).chain(serp).map(Arc::from).collect()
}

/// The environment's provider for a connection of this name: the one that it names, be its key there or not; else Azure
/// or SerpApi if the name speaks of it, else OpenAI.
pub(super) fn connection(name: &str, environment: &Environment) -> Option<Connection> {
    let mut connection = Connection {
        name: name.into(),
        kind: ConnectionKind::OpenAi,
        fields: BTreeMap::new(),
        secrets: BTreeMap::new(),
        origin: Connection::ENVIRONMENT.into(),
    };
    if let Some(named) = Kind::named(name).filter(|kind| kind.kind.preset().is_some()) {
        connection.kind = named.kind;
        complete(&mut connection, environment);
        return Some(connection);
    }
    if name.to_lowercase().contains("serp") && has_serp(environment) {
        connection.kind = ConnectionKind::Custom;
        fill(&mut connection, SERP, environment);
        return Some(connection);
    }
    let (openai, azure) = (has_openai(environment), has_azure(environment));
    let lower = name.to_lowercase();
    let is_azure = azure && (!openai || lower.contains("azure") || lower.contains("aoai"));
    let (kind, variables) = match (is_azure, openai) {
        (true, _) => (ConnectionKind::Azure, AZURE),
        (false, true) => (ConnectionKind::OpenAi, OPENAI),
        (false, false) => return None,
    };
    connection.kind = kind;
    fill(&mut connection, variables, environment);
    Some(connection)
}

/// Adds what a connection leaves to its provider and to the environment.
pub(super) fn complete(connection: &mut Connection, environment: &Environment) {
    if connection.kind == ConnectionKind::Azure && connection.text("auth_mode").is_some_and(|mode| mode != "key") {
        fill(connection, IDENTITY, environment);
    }
    let Some(preset) = connection.kind.preset() else { return };
    if connection.secret("api_key").is_none()
        && let Some(key) = preset.keys.iter().find_map(|variable| environment.get(variable))
    {
        connection.secrets.insert("api_key".into(), SecretString::from(key.to_owned()));
    }
    if connection.text("base_url").is_none() {
        let given = preset.addresses.iter().find_map(|variable| environment.get(variable));
        let address = given.map_or_else(|| preset.base_url.to_owned(), |given| preset.address(given));
        connection.fields.insert("base_url".into(), Value::from(&*address));
    }
}

/// Adds to a connection whose fields stand where it is used what the provider's libraries take from the environment: all
/// where no field stands there, else what leads to no other place than the one that is named.
pub(super) fn complete_inline(connection: &mut Connection, is_empty: bool, environment: &Environment) {
    match connection.kind {
        ConnectionKind::OpenAi => fill(connection, OPENAI, environment),
        ConnectionKind::Azure if is_empty => fill(connection, AZURE, environment),
        ConnectionKind::Azure => {
            if connection.secret("api_key").is_none() {
                connection.fields.entry("auth_mode".into()).or_insert_with(|| Value::from("meid_token"));
            }
            fill(connection, AZURE_VERSION, environment);
        }
        _ => {}
    }
    complete(connection, environment);
}

/// The variable without which the environment gives no connection of this kind.
pub(super) fn unset(connection: &Connection) -> Option<&'static str> {
    match connection.kind {
        ConnectionKind::OpenAi => {
            let is_there = connection.secret("api_key").is_some() || connection.text("base_url").is_some();
            (!is_there).then_some("OPENAI_API_KEY")
        }
        ConnectionKind::Azure => connection.text("endpoint").is_none().then_some("AZURE_OPENAI_ENDPOINT"),
        _ => None,
    }
}

/// The variable that should hold the key of a connection, and does not.
pub(super) fn missing_key(kind: ConnectionKind, environment: &Environment) -> Option<&'static str> {
    let preset = kind.preset().filter(|preset| preset.needs_key)?;
    let is_set = preset.keys.iter().any(|variable| environment.get(variable).is_some());
    preset.keys.first().copied().filter(|_| !is_set)
}

fn fill(connection: &mut Connection, variables: Variables, environment: &Environment) {
    for (field, is_secret, names) in variables {
        let Some(value) = names.iter().find_map(|name| environment.get(name)) else { continue };
        let field = Arc::from(*field);
        if *is_secret {
            connection.secrets.entry(field).or_insert_with(|| SecretString::from(value.to_owned()));
        } else {
            connection.fields.entry(field).or_insert_with(|| Value::from(value));
        }
    }
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
