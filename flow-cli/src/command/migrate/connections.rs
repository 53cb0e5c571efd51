use std::fs;
use std::path::{Path, PathBuf};

use flow_core::diag::Diagnostics;
use flow_core::source::SourceMap;
use flow_core::yaml;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::ui::{self, DIM};

/// A connection that a file of the project describes, as `pf connection create --file` takes it.
#[derive(Debug, Serialize)]
pub(super) struct ConnectionFile {
    /// The file.
    pub(super) path: PathBuf,
    /// The connection's name.
    pub(super) name: String,
    /// What it may say in a connections file: what is no secret as it stands, and of secrets the variables in which they are to be.
    #[serde(skip)]
    pub(super) fields: Map<String, Json>,
    /// The variables in which its secrets are to be put.
    pub(super) secrets: Vec<String>,
}

/// What a YAML file of a project describes.
pub(super) enum Described {
    Connection(ConnectionFile),
    Run,
    Other,
}

const SECRETS: &[&str] = &["api_key", "key", "secret", "password"];

/// Reads what a file describes, by its schema's name or its keys.
pub(super) fn read(path: &Path) -> Described {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut sources = SourceMap::default();
    let file = sources.add(path, text);
    let root = yaml::read(&sources, file, &mut Diagnostics::default());
    let value = root.and_then(|root| serde_json::to_value(root.to_value()).ok());
    let Some(Json::Object(keys)) = value else { return Described::Other };
    let schema = keys.get("$schema").and_then(Json::as_str).unwrap_or_default();
    if schema.ends_with("Run.schema.json") || (keys.contains_key("flow") && keys.contains_key("column_mapping")) {
        return Described::Run;
    }
    let is_connection = schema.ends_with("Connection.schema.json");
    let name = keys.get("name").and_then(Json::as_str);
    match name.filter(|_| is_connection) {
        Some(name) => Described::Connection(connection(path, name, &keys)),
        None => Described::Other,
    }
}

fn connection(path: &Path, name: &str, keys: &Map<String, Json>) -> ConnectionFile {
    let described = keys.iter().filter(|(key, _)| !["$schema", "name"].contains(&&***key));
    let mut fields: Map<String, Json> = described.map(|(key, value)| (key.clone(), value.clone())).collect();
    let secrets = put_variables(name, &mut fields, &|key| SECRETS.contains(&key));
    ConnectionFile { path: path.to_path_buf(), name: name.to_owned(), fields, secrets }
}

/// Puts variables of the environment into the places of a connection's secrets; gives their names.
pub(super) fn put_variables(
    name: &str,
    fields: &mut Map<String, Json>,
    is_secret: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut variable = |key: &str| {
        let words = format!("{name}_{key}");
        let name: String = words
            .chars()
            .map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_uppercase() } else { '_' })
            .collect();
        secrets.push(name.clone());
        Json::String(format!("${{env:{name}}}"))
    };
    for (key, value) in fields.iter_mut() {
        match value {
            // A custom connection's.
            Json::Object(inner) if key == "secrets" => {
                inner.iter_mut().for_each(|(key, value)| *value = variable(key));
            }
            value if is_secret(key) => *value = variable(key),
            _ => {}
        }
    }
    secrets
}

impl ConnectionFile {
    pub(super) fn tell(&self) {
        let secrets = match &self.secrets[..] {
            [] => String::new(),
            secrets => format!("; its secrets go into {}", secrets.join(", ")),
        };
        ui::out(&format!("{}: connection {}{DIM}{secrets}{DIM:#}", self.path.display(), self.name));
    }
}

/// The YAML files below a folder, but for those of hidden folders.
pub(super) fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['.', '_']));
            if path.is_dir() && !is_hidden && !path.is_symlink() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
