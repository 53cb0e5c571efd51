//! Connections that were created by a command: they lie in their user's settings, and a package takes those that its flow names, with
//! variables in the places of their secrets.

use std::path::{Path, PathBuf};

use flow_core::connection::{CreatedConnection, CreatedConnections, Environment};
use serde_json::{Map, Value as Json};

use crate::command::Problem;

/// The user's file of created connections, which itself goes into no package.
pub(super) fn place() -> Option<PathBuf> {
    CreatedConnections::place(&Environment::of_process())?.canonicalize().ok()
}

/// A connections file with the created connections that one of these texts names; `None` where none is named.
pub(super) fn named_in<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> Result<Option<String>, Problem> {
    let Some(path) = place() else { return Ok(None) };
    let created =
        CreatedConnections::read(path).map_err(|error| Problem::failed("connections-unusable", error.to_string()))?;
    let is_named = |name: &str| texts.clone().any(|text| names(text, name));
    let entries: Map<String, Json> = created
        .iter()
        .filter(|(name, _)| is_named(name))
        .map(|(name, connection)| (name.to_owned(), Json::Object(without_secrets(name, connection))))
        .collect();
    Ok((!entries.is_empty()).then(|| serde_json::to_string_pretty(&entries).unwrap_or_default() + "\n"))
}

/// Whether a word of a text is this name.
fn names(text: &str, name: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || "_-".contains(letter));
    text.match_indices(name)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next()))
}

/// The fields, with `${env:NAME_FIELD}` in the place of each secret that is no reference already.
fn without_secrets(name: &str, connection: &CreatedConnection) -> Map<String, Json> {
    let hidden = |field: &str, value: &Json| match value.as_str() {
        Some(text) if text.starts_with("${env:") => value.clone(),
        _ => Json::String(format!("${{env:{}}}", variable(name, field))),
    };
    let field = |(field, value): (&String, &Json)| {
        let shown = match value {
            Json::Object(inner) => {
                let entry = |(key, value): (&String, &Json)| {
                    let is_secret = connection.hides(field) || flow_core::connection::sounds_secret(key);
                    (key.clone(), if is_secret { hidden(key, value) } else { value.clone() })
                };
                inner.iter().map(entry).collect()
            }
            _ if connection.hides(field) => hidden(field, value),
            _ => value.clone(),
        };
        (field.clone(), shown)
    };
    connection.fields.iter().map(field).collect()
}

/// A variable as promptflow calls it: `MY_CONNECTION_API_KEY`.
fn variable(name: &str, field: &str) -> String {
    let letters = format!("{name}_{field}");
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    letters.chars().map(letter).collect()
}

/// Where the connections file of a package stands: in the folder of the flow.
pub(super) fn file_beside(flow: &Path) -> PathBuf {
    let folder = if flow.extension().is_some() { flow.parent().unwrap_or(Path::new("")) } else { flow };
    folder.join("connections.json")
}
