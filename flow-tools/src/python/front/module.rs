//! The modules of a program: the node's file, files of the flow that it imports, and our own.

use std::path::PathBuf;
use std::sync::Arc;

use flow_core::project::ProjectFiles;
use flow_core::script::ScriptSource;
use flow_core::source::read_text;

use super::monty;
use crate::python::library;

/// A module.
#[derive(Debug, Clone)]
pub(super) struct Module {
    /// Its name as it is imported: `tools.text`; of the node's file promptflow's word for it.
    pub(super) name: String,
    /// Whose it is.
    pub(super) origin: Origin,
    /// The file as messages show it.
    pub(super) shown: Arc<str>,
    /// Its text.
    pub(super) text: Arc<str>,
    /// Whether other modules lie below it.
    pub(super) is_package: bool,
}

/// Whose a module is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The node's own code, in this file.
    Node(PathBuf),
    /// A file of the flow; `None` for a folder without `__init__.py`.
    File(Option<PathBuf>),
    /// One of ours.
    Library,
}

/// The name that promptflow gives to the module of a node's file.
pub(super) const NODE: &str = "__pf_main__";

/// Where an imported module is.
#[derive(Debug)]
pub(super) enum Found {
    /// It is added to the program.
    Module(Module),
    /// The interpreter has it.
    Monty,
    /// A file that cannot be read.
    Unreadable(String),
    Missing,
}

impl Module {
    /// The module of a node's code.
    pub(super) fn of_node(source: &ScriptSource) -> Self {
        Self {
            name: NODE.to_owned(),
            origin: Origin::Node(source.path.clone()),
            shown: Arc::clone(&source.shown),
            text: Arc::clone(&source.text),
            is_package: false,
        }
    }

    /// Its name as part of other names.
    pub(super) fn identifier(&self) -> String {
        identifier(&self.name)
    }

    /// The file that problems with it stand in, if that is not the node's own code.
    pub(super) fn file(&self) -> Option<PathBuf> {
        match &self.origin {
            Origin::File(path) => path.clone(),
            _ => None,
        }
    }

    /// Its `__file__`.
    pub(super) fn path(&self) -> Option<PathBuf> {
        match &self.origin {
            Origin::Node(path) => Some(path.clone()),
            Origin::File(path) => path.clone(),
            Origin::Library => None,
        }
    }

    /// The absolute name of what a relative import in it means; `None` beyond the top.
    pub(super) fn absolute(&self, level: u32, name: &str) -> Option<String> {
        if level == 0 {
            return Some(name.to_owned());
        }
        let mut parts: Vec<&str> = match self.name.as_str() {
            NODE => Vec::new(),
            name => name.split('.').collect(),
        };
        let up = if self.is_package { level - 1 } else { level };
        for _ in 0..up {
            if parts.pop().is_none() && self.name != NODE {
                return None;
            }
        }
        parts.extend(name.split('.').filter(|part| !part.is_empty()));
        Some(parts.join("."))
    }
}

/// A module's name as part of other names.
pub(super) fn identifier(name: &str) -> String {
    name.replace('.', "__")
}

/// Finds a module by its absolute name: among the flow's files, then ours, then the interpreter's. Our own modules see
/// the interpreter's of the same name below their own.
pub(super) fn find(name: &str, from: &Module, files: &ProjectFiles) -> Found {
    if from.origin == Origin::Library {
        return match library::find(name) {
            Some(text) if name != from.name => Found::Module(of_library(name, text)),
            _ if monty::names(name).is_some() => Found::Monty,
            _ => Found::Missing,
        };
    }
    let path = name.replace('.', "/");
    for (candidate, is_package) in [(format!("{path}/__init__.py"), true), (format!("{path}.py"), false)] {
        let Ok(found) = files.resolve(&candidate) else { continue };
        // On a file system that ignores case, `Json.py` is no module `json`.
        let is_same = found.file_name().is_some_and(|file| candidate.ends_with(&*file.to_string_lossy()));
        if !found.is_file() || !is_same || is_node(&found, from) {
            continue;
        }
        let shown = Arc::from(flow_core::project::shown(&found).display().to_string());
        return match read_text(&found) {
            Ok(text) => {
                let text = Arc::from(text.strip_prefix('\u{feff}').unwrap_or(&text));
                let (name, origin) = (name.to_owned(), Origin::File(Some(found)));
                Found::Module(Module { name, origin, shown, text, is_package })
            }
            Err(error) => Found::Unreadable(error.to_string()),
        };
    }
    if let Some(text) = library::find(name) {
        return Found::Module(of_library(name, text));
    }
    if monty::names(name).is_some() {
        return Found::Monty;
    }
    match files.resolve(&path) {
        Ok(found) if found.is_dir() => {
            let (name, origin) = (name.to_owned(), Origin::File(None));
            Found::Module(Module { name, origin, shown: Arc::from(""), text: Arc::from(""), is_package: true })
        }
        _ => Found::Missing,
    }
}

fn is_node(found: &std::path::Path, from: &Module) -> bool {
    matches!(&from.origin, Origin::Node(path) if path == found)
}

fn of_library(name: &str, text: &'static str) -> Module {
    Module {
        name: name.to_owned(),
        origin: Origin::Library,
        shown: Arc::from(format!("<{name}>")),
        text: Arc::from(text),
        is_package: true,
    }
}
