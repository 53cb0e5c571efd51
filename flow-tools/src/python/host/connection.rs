//! Connections as programs see them: promptflow's classes with promptflow's attributes (spec section 6.1).

use flow_core::connection::{Connection, ConnectionKind};
use flow_core::value::Value;
use monty_types::MontyObject;
use secrecy::ExposeSecret;

/// A connection as a dict that the program makes an instance of. `class` is what the parameter takes first.
pub(in crate::python) fn connection(connection: &Connection, class: Option<String>) -> MontyObject {
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
        fields.push(("organization", connection.text("organization").map_or(MontyObject::None, text)));
    }
    if connection.kind != ConnectionKind::Custom && !connection.secrets.contains_key("api_key") {
        fields.push(("api_key", text("")));
    }
    let open = connection.fields.iter().map(|(name, value)| (&**name, plain(value)));
    let secrets = connection.secrets.iter().map(|(name, secret)| (&**name, text(secret.expose_secret())));
    if connection.kind == ConnectionKind::Custom {
        fields.push(("configs", dict(open.clone())));
        fields.push(("secrets", dict(secrets.clone())));
    }
    let own = dict(open.clone().chain(secrets.clone()));
    let all = fields.into_iter().chain(open).chain(secrets);
    dict([("__flow_connection__", text(&class)), ("own", own), ("fields", dict(all))])
}

fn text(text: &str) -> MontyObject {
    MontyObject::String(text.to_owned())
}

fn plain(value: &Value) -> MontyObject {
    crate::python::machine::given(value)
}

fn dict<'a>(entries: impl IntoIterator<Item = (&'a str, MontyObject)>) -> MontyObject {
    MontyObject::Dict(entries.into_iter().map(|(key, value)| (text(key), value)).collect())
}
