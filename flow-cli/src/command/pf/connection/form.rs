//! promptflow's form of connections: its files, the fields of each type, and how they are shown.

use std::path::Path;

use flow_core::connection::{ConnectionKind, CreatedConnection};
use flow_core::diag::{Diagnostics, did_you_mean};
use flow_core::source::{SourceMap, read_text};
use flow_core::value::python_str;
use flow_core::yaml;
use serde_json::{Map, Value as Json};

use crate::command::Problem;
use crate::command::batch::now;

/// What promptflow shows in the place of a secret.
pub(super) const HIDDEN: &str = "******";

/// A type of connections of promptflow's.
pub(super) struct Type {
    pub(super) name: &'static str,
    /// What it must have beside its key.
    needed: &'static [&'static str],
    /// What it has where nothing is said.
    defaults: &'static [(&'static str, &'static str)],
    /// Whether it may do without a key, by `auth_mode: meid_token`.
    can_be_keyless: bool,
}

const fn kind(
    name: &'static str,
    needed: &'static [&'static str],
    defaults: &'static [(&'static str, &'static str)],
    can_be_keyless: bool,
) -> Type {
    Type { name, needed, defaults, can_be_keyless }
}

const TYPES: &[Type] = &[
    kind(
        "azure_open_ai",
        &["api_base"],
        &[("api_type", "azure"), ("api_version", "2024-02-01"), ("auth_mode", "key")],
        true,
    ),
    kind("open_ai", &[], &[], false),
    kind("serverless", &["api_base"], &[], false),
    kind("serp", &[], &[], false),
    kind("cognitive_search", &["api_base"], &[("api_version", "2023-11-01"), ("auth_mode", "key")], true),
    kind("azure_ai_services", &["endpoint"], &[("auth_mode", "key")], true),
    kind(
        "azure_content_safety",
        &["endpoint"],
        &[("api_version", "2023-10-01"), ("api_type", "Content Safety")],
        false,
    ),
    kind("form_recognizer", &["endpoint"], &[("api_version", "2023-07-31"), ("api_type", "Form Recognizer")], false),
    kind("qdrant", &["api_base"], &[], false),
    kind("weaviate", &["api_base"], &[], false),
    kind("custom", &[], &[], false),
];

/// The type with this name, whatever its spelling: `AzureOpenAI`, `azure_open_ai`, `OpenAIConnection`.
pub(super) fn named(name: &str) -> Option<&'static Type> {
    let plain = |name: &str| name.to_lowercase().replace(['_', '-', ' '], "");
    let name = plain(name);
    let name = name.strip_suffix("connection").unwrap_or(&name);
    TYPES.iter().find(|kind| plain(kind.name) == name)
}

/// A connection as a file describes it.
pub(super) fn of_file(path: &Path) -> Result<CreatedConnection, Problem> {
    let unusable = |why: &str| {
        Problem::usage("invalid-connection-file", format!("{} describes no connection: {why}", path.display()))
            .help("write `name`, `type` and the fields of the type, such as `api_key`")
    };
    let text = read_text(path).map_err(|error| Problem::usage("unreadable-file", error.to_string()))?;
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let file = sources.add(path, text);
    // What is wrong with it is not quoted, since it may hold secrets.
    let root = yaml::read(&sources, file, &mut diagnostics).filter(|_| !diagnostics.has_errors());
    let root = root.ok_or_else(|| unusable("it is not valid YAML"))?;
    let keys = root.as_mapping().ok_or_else(|| unusable("it is no mapping"))?;
    let mut fields = Map::new();
    for entry in &keys.entries {
        let (name, node) = (entry.key.text.to_string(), &entry.value);
        let value = match node.as_mapping() {
            Some(inner) => {
                inner.entries.iter().map(|entry| (entry.key.text.to_string(), text_of(&entry.value))).collect()
            }
            None => text_of(node),
        };
        fields.insert(name, value);
    }
    Ok(CreatedConnection { fields })
}

/// A field's text as it is written: `2024-02-01` and `12` are texts here, whatever YAML makes of them.
fn text_of(node: &yaml::Node) -> Json {
    let value = node.to_value();
    match node.as_scalar() {
        _ if value.is_null() => Json::Null,
        Some(scalar) => Json::String(scalar.text.to_string()),
        None => Json::String(python_str(&value)),
    }
}

/// A custom connection whose secrets are these variables.
pub(super) fn of_variables(variables: Vec<(String, String)>) -> CreatedConnection {
    let secrets: Json = variables.into_iter().map(|(name, value)| (name, Json::String(value))).collect();
    let mut fields = Map::new();
    fields.insert("type".to_owned(), "custom".into());
    fields.insert("secrets".to_owned(), secrets);
    CreatedConnection { fields }
}

/// Sets fields: `api_key=…`, `configs.NAME=…`.
pub(super) fn set(connection: &mut CreatedConnection, settings: &[(String, String)]) {
    for (key, value) in settings {
        let value = Json::String(value.clone());
        match key.split_once('.') {
            Some((group @ ("configs" | "secrets"), name)) => {
                let group = connection.fields.entry(group).or_insert_with(|| Json::Object(Map::new()));
                if !group.is_object() {
                    *group = Json::Object(Map::new());
                }
                if let Some(group) = group.as_object_mut() {
                    group.insert(name.to_owned(), value);
                }
            }
            _ => drop(connection.fields.insert(key.clone(), value)),
        }
    }
}

/// Gives a connection its name, the type in promptflow's spelling, and what the type has where nothing is said.
pub(super) fn complete(connection: &mut CreatedConnection, name: &str) -> Result<(), Problem> {
    let written = connection.text("type").or_else(|| connection.text("kind")).unwrap_or_default().to_owned();
    let names = || TYPES.iter().map(|kind| kind.name);
    if written.is_empty() {
        let known = names().collect::<Vec<_>>().join(", ");
        return Err(Problem::usage("no-type", format!("connection `{name}` has no type"))
            .help(format!("add `type:` with one of {known}")));
    }
    let fields = &mut connection.fields;
    fields.insert("name".to_owned(), name.into());
    fields.entry("module").or_insert_with(|| "promptflow.connections".into());
    match named(&written) {
        Some(kind) => {
            fields.insert("type".to_owned(), kind.name.into());
            for (field, value) in kind.defaults {
                fields.entry(*field).or_insert_with(|| (*value).into());
            }
        }
        // Those that promptflow does not know are written as in a connections file.
        None if ConnectionKind::named(&written).is_some() => {}
        None => {
            let help = did_you_mean(&written, names())
                .unwrap_or_else(|| format!("the types are {}", names().collect::<Vec<_>>().join(", ")));
            let message = format!("connection `{name}` has the unknown type `{written}`");
            return Err(Problem::usage("unknown-type", message).help(help));
        }
    }
    Ok(())
}

/// The secrets that a connection must have: their places in it.
pub(super) fn secrets(connection: &CreatedConnection) -> Vec<(Option<&'static str>, String)> {
    let kind = connection.text("type").and_then(named);
    let group = connection
        .fields
        .get("secrets")
        .and_then(Json::as_object)
        .filter(|_| kind.is_none_or(|kind| kind.name == "custom"));
    let mut found: Vec<(Option<&'static str>, String)> =
        group.into_iter().flat_map(Map::keys).map(|name| (Some("secrets"), name.clone())).collect();
    let needs_key = kind.is_some_and(|kind| {
        let is_keyless = kind.can_be_keyless && connection.text("auth_mode") == Some("meid_token");
        kind.name != "custom" && !is_keyless
    });
    if needs_key || connection.fields.contains_key("api_key") {
        found.push((None, "api_key".to_owned()));
    }
    found
}

/// What a connection lacks.
pub(super) fn check(connection: &CreatedConnection, name: &str) -> Result<(), Problem> {
    let Some(kind) = connection.text("type").and_then(named) else { return Ok(()) };
    let lacks = |field: &&&str| connection.text(field).is_none_or(|text| text.trim().is_empty());
    if let Some(field) = kind.needed.iter().find(lacks) {
        return Err(Problem::usage("incomplete-connection", format!("connection `{name}` has no `{field}`"))
            .help(format!("add it: --set {field}=…")));
    }
    let has_secrets =
        connection.fields.get("secrets").and_then(Json::as_object).is_some_and(|secrets| !secrets.is_empty());
    if kind.name == "custom" && !has_secrets {
        return Err(Problem::usage("incomplete-connection", format!("custom connection `{name}` has no `secrets`"))
            .help("add one: --set secrets.NAME=…"));
    }
    Ok(())
}

/// Says when a connection was created, and that it changed now.
pub(super) fn date(connection: &mut CreatedConnection, created: String) {
    connection.fields.insert("created_date".to_owned(), created.into());
    connection.fields.insert("last_modified_date".to_owned(), now().into());
}

/// A connection as it is shown: promptflow's order, secrets hidden.
pub(super) fn shown(name: &str, connection: &CreatedConnection) -> Json {
    const FIRST: &[&str] = &["module", "created_date", "last_modified_date", "type"];
    let mut document = Map::new();
    document.insert("name".to_owned(), name.into());
    let first = FIRST.iter().filter_map(|field| connection.fields.get_key_value(*field));
    let others = connection.fields.iter().filter(|(field, _)| !FIRST.contains(&field.as_str()) && *field != "$schema");
    for (field, value) in first.chain(others).filter(|(field, value)| *field != "name" && !value.is_null()) {
        let hides = connection.hides(field);
        let shown = match value {
            Json::Object(inner) if hides => inner.keys().map(|name| (name.clone(), Json::from(HIDDEN))).collect(),
            Json::Object(inner) => inner
                .iter()
                .map(|(name, value)| match flow_core::connection::sounds_secret(name) {
                    true => (name.clone(), Json::from(HIDDEN)),
                    false => (name.clone(), value.clone()),
                })
                .collect(),
            _ if hides => HIDDEN.into(),
            other => other.clone(),
        };
        document.insert(field.clone(), shown);
    }
    Json::Object(document)
}
