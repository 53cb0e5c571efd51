use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::project::from_here;

/// The environment variables that a flow sees: those of the process, and behind them those of a `.env` file.
///
/// A snapshot, so that tests bring their own. Values may be secrets: the `Debug` form shows names only.
#[derive(Clone, Default)]
pub struct Environment {
    process: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
    path: Option<PathBuf>,
}

impl Environment {
    /// The variables of this process. Those that are not Unicode are left out.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Adds the `.env` file of a flow's folder, or else the nearest one above it up to the project's folder.
    pub fn add_file(&mut self, folder: &Path, boundary: &Path, diagnostics: &mut Diagnostics) {
        let inside = folder.ancestors().take_while(|candidate| candidate.starts_with(boundary));
        let Some(path) = inside.map(|folder| folder.join(".env")).find(|path| path.is_file()) else { return };
        let path = from_here(path);
        match std::fs::read_to_string(&path) {
            Ok(text) => self.add_text(&text, &path, diagnostics),
            Err(error) => diagnostics.push(problem(Code::UnreadableFile, format!("{}: {error}", path.display()))),
        }
    }

    fn add_text(&mut self, text: &str, path: &Path, diagnostics: &mut Diagnostics) {
        for (position, entry) in dotenvy::Iter::new(text.trim_start_matches('\u{feff}').as_bytes()).enumerate() {
            match entry {
                Ok((name, value)) => {
                    self.file.entry(name).or_insert(value);
                }
                // The library's message quotes the line, which may hold a secret.
                Err(_) => {
                    let message = format!("{}: entry {} cannot be read", path.display(), position + 1);
                    diagnostics.push(problem(Code::InvalidValue, message).help("write NAME=value, one a line"));
                }
            }
        }
        self.path = Some(path.to_path_buf());
    }

    /// A variable's value; empty ones count as not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let filled = |value: &&String| !value.is_empty();
        let value = self.process.get(name).filter(filled).or_else(|| self.file.get(name).filter(filled));
        value.map(String::as_str)
    }

    /// The `.env` file that was read.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The names of all variables that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.process.keys().chain(self.file.keys()).map(String::as_str).filter(|name| self.get(name).is_some())
    }

    /// The folder of a user's settings: `XDG_CONFIG_HOME`, else `APPDATA`, else `.config` in the home folder.
    #[must_use]
    pub fn settings_folder(&self) -> Option<PathBuf> {
        let folder = |name: &str| self.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        folder("XDG_CONFIG_HOME").or_else(|| folder("APPDATA")).or_else(|| Some(folder("HOME")?.join(".config")))
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(variables: T) -> Self {
        Self { process: variables.into_iter().collect(), file: BTreeMap::new(), path: None }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names().collect();
        formatter.debug_struct("Environment").field("names", &names).field("path", &self.path).finish()
    }
}

fn problem(code: Code, message: String) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, code, message, primary: None, related: Vec::new(), help: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_wins_over_the_nearest_file_of_the_project() {
        let temp = tempfile::tempdir().unwrap();
        let project = temp.path().join("project");
        let flow = project.join("flows/one");
        std::fs::create_dir_all(&flow).unwrap();
        std::fs::write(temp.path().join(".env"), "OUTSIDE=1\n").unwrap();
        std::fs::write(project.join(".env"), "# keys\nexport A=file\nB='two words'\nC=\nbroken line\nD=last\n")
            .unwrap();
        let mut environment: Environment = [("A", "process"), ("B", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        let mut diagnostics = Diagnostics::default();
        environment.add_file(&flow, &project, &mut diagnostics);
        assert_eq!(environment.get("A"), Some("process"));
        assert_eq!(environment.get("B"), Some("two words"), "an empty variable does not hide the file's");
        assert_eq!(environment.get("C"), None);
        assert_eq!(environment.get("D"), Some("last"));
        assert_eq!(environment.get("OUTSIDE"), None);
        let messages: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
        assert_eq!(messages.len(), 1);
        assert!(messages[0].ends_with(".env: entry 4 cannot be read"), "{messages:?}");
        assert!(!format!("{environment:?}").contains("two words"));
    }
}
