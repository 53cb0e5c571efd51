//! Connections as the code of nodes sees them: promptflow's classes with promptflow's attributes (spec section 6.1).

use std::sync::Arc;

use flow_core::connection::{Connection, ConnectionKind};
use flow_core::value::{Map, Value};
use secrecy::ExposeSecret;

/// A connection as an object, with its secrets.
pub(super) struct Seen {
    /// The name of its class.
    pub(super) class: String,
    /// Its attributes.
    pub(super) fields: Map,
    /// What it is as a mapping: the fields and secrets that it was given.
    pub(super) own: Map,
}

/// What code sees of a connection. `class` is what the parameter takes first.
pub(super) fn seen(connection: &Connection, class: Option<String>) -> Seen {
    let class = match connection.kind {
        ConnectionKind::Azure => "AzureOpenAIConnection".to_owned(),
        ConnectionKind::Serverless => "ServerlessConnection".to_owned(),
        ConnectionKind::Custom => class.unwrap_or_else(|| "CustomConnection".to_owned()),
        ConnectionKind::Mock => class.unwrap_or_else(|| "OpenAIConnection".to_owned()),
        _ => "OpenAIConnection".to_owned(),
    };
    let mut fields = vec![("name", text(&connection.name))];
    let address = connection.text("base_url").or(connection.text("endpoint")).or(connection.text("api_base"));
    if let Some(address) = address {
        fields.extend([("api_base", text(address)), ("base_url", text(address)), ("endpoint", text(address))]);
    }
    let is_azure = connection.kind == ConnectionKind::Azure;
    if is_azure {
        fields.push(("api_type", text(connection.text("api_type").unwrap_or("azure"))));
        fields.push(("api_version", text(connection.text("api_version").unwrap_or("2024-02-01"))));
        fields.push(("auth_mode", text(connection.text("auth_mode").unwrap_or("key"))));
        fields.push(("azure_endpoint", text(address.unwrap_or_default())));
    }
    if connection.kind == ConnectionKind::OpenAi {
        fields.push(("organization", connection.text("organization").map_or(Value::Null, text)));
    }
    if connection.kind != ConnectionKind::Custom && !connection.secrets.contains_key("api_key") {
        fields.push(("api_key", text("")));
    }
    let open = connection.fields.iter().map(|(name, value)| (&**name, value.clone()));
    let secrets = connection.secrets.iter().map(|(name, secret)| (&**name, text(secret.expose_secret())));
    if connection.kind == ConnectionKind::Custom {
        fields.push(("configs", map(open.clone())));
        fields.push(("secrets", map(secrets.clone())));
    }
    let own = entries(open.clone().chain(secrets.clone()));
    let fields = entries(fields.into_iter().chain(open).chain(secrets));
    Seen { class, fields, own }
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Map(Arc::new(entries(fields)))
}

fn entries<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Map {
    fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect()
}
