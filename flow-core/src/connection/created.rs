//! The connections that a user creates by a command, as promptflow has it: in a file of the program's own in the folder of the user's
//! settings, which all flows share. It is not encrypted; on Unix nobody but its owner may read it.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::Environment;
use super::kind::{Kind, sounds_secret};
use crate::diag::Diagnostics;
#[cfg(unix)]
use crate::diag::{Code, Diagnostic, Severity};

/// A connection by its fields, as promptflow writes them. Its `Debug` form shows no values, which may be secret.
#[derive(Clone, Default, PartialEq)]
pub struct CreatedConnection {
    /// The fields, in their order.
    pub fields: Map<String, Json>,
}

impl CreatedConnection {
    /// A field that is a text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }

    /// Whether the value of a field may not be shown, by the connection's type. Of one that nobody knows, nothing may be but what
    /// promptflow tells of every connection.
    #[must_use]
    pub fn hides(&self, field: &str) -> bool {
        const OPEN: &[&str] = &[
            "$schema",
            "name",
            "type",
            "kind",
            "module",
            "custom_type",
            "package",
            "package_version",
            "created_date",
            "last_modified_date",
            "expiry_time",
        ];
        if OPEN.contains(&field) {
            return false;
        }
        let kind = self.text("type").or_else(|| self.text("kind")).and_then(Kind::named);
        match kind {
            Some(kind) if kind.fields.is_empty() => field != "configs",
            Some(kind) => kind.field(field).is_none_or(|field| field.role.is_hidden()) || sounds_secret(field),
            None => true,
        }
    }
}

impl fmt::Debug for CreatedConnection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.fields.keys()).finish()
    }
}

/// All connections that were created, by name, in the order in which they were.
#[derive(Debug, Clone)]
pub struct CreatedConnections {
    path: PathBuf,
    connections: Vec<(String, CreatedConnection)>,
}

impl CreatedConnections {
    /// Where they lie: `flow/created-connections.json` in the folder of the user's settings, if the user has one.
    #[must_use]
    pub fn place(environment: &Environment) -> Option<PathBuf> {
        Some(environment.settings_folder()?.join("flow").join("created-connections.json"))
    }

    /// Reads them; none where there is no file.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else.
    pub fn read(path: PathBuf) -> Result<Self, CreatedError> {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self { path, connections: Vec::new() }),
            Err(error) => return Err(CreatedError::new(&path, "cannot be read", &error)),
        };
        // What the reader of JSON says quotes nothing of the file.
        let entries: Map<String, Json> = serde_json::from_str(&text).map_err(|error| CreatedError {
            path: path.clone(),
            message: format!("is not what this program writes: see line {}", error.line()),
        })?;
        let connection = |(name, fields)| match fields {
            Json::Object(fields) => Some((name, CreatedConnection { fields })),
            _ => None,
        };
        Ok(Self { path, connections: entries.into_iter().filter_map(connection).collect() })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &CreatedConnection)> {
        self.connections.iter().map(|(name, connection)| (&**name, connection))
    }

    /// The one with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&CreatedConnection> {
        self.iter().find_map(|(known, connection)| (known == name).then_some(connection))
    }

    /// Puts a connection in the place of the one with its name, or behind all others.
    pub fn put(&mut self, name: &str, connection: CreatedConnection) {
        match self.connections.iter_mut().find(|(known, _)| known == name) {
            Some((_, there)) => *there = connection,
            None => self.connections.push((name.to_owned(), connection)),
        }
    }

    /// Takes a connection away; whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.connections.len();
        self.connections.retain(|(known, _)| known != name);
        self.connections.len() < before
    }

    /// Writes them to their file, whole or not at all. On Unix its owner alone can read it, from the first byte on.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn write(&self) -> Result<(), CreatedError> {
        let failed = |error: io::Error| CreatedError::new(&self.path, "cannot be written", &error);
        let entries: Map<String, Json> =
            self.iter().map(|(name, connection)| (name.to_owned(), Json::Object(connection.fields.clone()))).collect();
        let text = serde_json::to_string_pretty(&entries).unwrap_or_default() + "\n";
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let beside = self.path.with_extension(format!("{}.new", std::process::id()));
        let written = write_private(&beside, &text).and_then(|()| fs::rename(&beside, &self.path));
        if written.is_err() {
            // A half written file of secrets is left nowhere.
            let _ = fs::remove_file(&beside);
        }
        written.map_err(failed)
    }

    /// Warns where others than the owner may read the file.
    pub(super) fn warn_of_readers(path: &Path, diagnostics: &mut Diagnostics) {
        if let Some(diagnostic) = readers(path) {
            diagnostics.push(diagnostic);
        }
    }
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn readers(path: &Path) -> Option<Diagnostic> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).ok()?.permissions().mode();
    if mode & 0o077 == 0 {
        return None;
    }
    let message = format!("{} holds secrets, and others than you can read it", path.display());
    let diagnostic = Diagnostic {
        severity: Severity::Warning,
        code: Code::InvalidConnection,
        message,
        primary: None,
        related: Vec::new(),
        help: None,
    };
    Some(diagnostic.help(format!("chmod 600 {}", path.display())))
}

#[cfg(not(unix))]
fn readers(_: &Path) -> Option<crate::diag::Diagnostic> {
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn connection(fields: Json) -> CreatedConnection {
        CreatedConnection { fields: fields.as_object().cloned().unwrap_or_default() }
    }

    #[test]
    fn secrets_are_known_by_the_type() {
        for (fields, field, is_hidden) in [
            (json!({ "type": "open_ai" }), "api_key", true),
            (json!({ "type": "open_ai" }), "base_url", false),
            (json!({ "type": "open_ai" }), "api_kye", true),
            (json!({ "type": "serp" }), "api_key", true),
            (json!({ "type": "cognitive_search" }), "api_base", false),
            (json!({ "type": "custom" }), "secrets", true),
            (json!({ "type": "custom" }), "configs", false),
            (json!({ "type": "nobody knows" }), "endpoint", true),
            (json!({ "type": "nobody knows" }), "module", false),
        ] {
            assert_eq!(connection(fields.clone()).hides(field), is_hidden, "{fields} {field}");
        }
    }

    #[test]
    fn what_was_written_is_read_and_told_to_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flow/created-connections.json");
        let mut all = CreatedConnections::read(path.clone()).unwrap();
        all.put("a", connection(json!({ "type": "open_ai", "api_key": "sk-1" })));
        all.put("b", connection(json!({ "type": "custom", "secrets": { "pin": "12" } })));
        all.put("a", connection(json!({ "type": "open_ai", "api_key": "sk-2" })));
        all.write().unwrap();
        let mut again = CreatedConnections::read(path.clone()).unwrap();
        assert_eq!(again.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(again.get("a").and_then(|one| one.text("api_key")), Some("sk-2"));
        assert!(!format!("{again:?}").contains("sk-2"));
        assert!(again.remove("a") && !again.remove("a"));
        fs::write(&path, "{ \"a\": sk-3 }").unwrap();
        let error = CreatedConnections::read(path).unwrap_err().to_string();
        assert!(error.contains("see line 1") && !error.contains("sk-3"), "{error}");
    }
}

/// Why the file of created connections cannot be used. It quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {message}", path.display())]
pub struct CreatedError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, in words.
    pub message: String,
}

impl CreatedError {
    fn new(path: &Path, what: &str, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
            io::ErrorKind::StorageFull => "the disk is full".to_owned(),
            _ => error.to_string(),
        };
        Self { path: path.to_path_buf(), message: format!("{what}: {why}") }
    }
}
