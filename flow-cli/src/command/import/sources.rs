//! The files of a configuration: found from its folder, read once, with places.

use std::path::{Path, PathBuf};

use flow_core::diag::Diagnostics;
use flow_core::source::{SourceMap, Span, read_text};
use flow_core::yaml::{self, Node};

use super::report::{Finding, Place, Report};
use crate::command::Problem;
use crate::ui;

/// The names under which promptfoo finds a configuration.
const NAMES: [&str; 3] = ["promptfooconfig.yaml", "promptfooconfig.yml", "promptfooconfig.json"];

/// What is read, and what is told of it.
pub(super) struct Sources {
    /// The folder from which paths go.
    pub(super) folder: PathBuf,
    pub(super) map: SourceMap,
    pub(super) report: Report,
}

/// The configuration of a path: the file itself, or the one in a folder.
pub(super) fn find(path: &Path) -> Result<PathBuf, Problem> {
    if !path.is_dir() {
        if path.is_file() {
            return Ok(path.to_owned());
        }
        let message = format!("there is no file {}", path.display());
        return Err(Problem::usage("file-not-found", message).help("name a promptfooconfig.yaml, or its folder"));
    }
    let inside = |name: &&str| if path == Path::new(".") { PathBuf::from(name) } else { path.join(name) };
    NAMES.iter().map(inside).find(|file| file.is_file()).ok_or_else(|| {
        let message = format!("{} holds no promptfooconfig.yaml", path.display());
        let help = "configurations in JavaScript or TypeScript cannot be read; write the same as YAML";
        Problem::usage("file-not-found", message).help(help)
    })
}

impl Sources {
    /// The files around a configuration.
    pub(super) fn around(config: &Path) -> Self {
        let folder = config.parent().map(Path::to_owned).unwrap_or_default();
        Self { folder, map: SourceMap::default(), report: Report::default() }
    }

    /// The configuration itself.
    pub(super) fn config(&mut self, path: &Path) -> Result<Node, Problem> {
        let text = read_text(path).map_err(|error| Problem::usage("unreadable-file", error.to_string()))?;
        let file = self.map.add(path, text);
        let mut diagnostics = Diagnostics::default();
        let read = yaml::read(&self.map, file, &mut diagnostics);
        match read.filter(|_| !diagnostics.has_errors()) {
            Some(root) if root.as_mapping().is_some() => Ok(root),
            Some(root) => {
                let message = format!("{} is {}, but a configuration is a mapping", path.display(), root.shape());
                Err(Problem::usage("invalid-config", message).help("it has keys such as `prompts:` and `tests:`"))
            }
            None => {
                ui::say_diagnostics(&diagnostics, &self.map);
                Err(Problem::usage("invalid-config", format!("{} cannot be read", path.display())))
            }
        }
    }

    /// Where something stands.
    pub(super) fn place(&self, span: Span) -> Option<Place> {
        Some(Place::of(&self.map, span))
    }

    /// Something that is not carried over.
    pub(super) fn leave_out(&mut self, span: Span, what: impl Into<String>, why: impl Into<String>, help: &str) {
        let finding = Finding::new(self.place(span), what, why);
        self.report.leave_out(if help.is_empty() { finding } else { finding.help(help) });
    }

    /// Something that is carried over with a difference.
    pub(super) fn differs(&mut self, span: Span, what: impl Into<String>, why: impl Into<String>, help: &str) {
        let finding = Finding::new(self.place(span), what, why);
        self.report.differs(if help.is_empty() { finding } else { finding.help(help) });
    }

    /// The path of a `file://` reference, or of a plain path.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        let written = written.strip_prefix("file://").unwrap_or(written);
        let written = written.strip_prefix("./").unwrap_or(written);
        if self.folder.as_os_str().is_empty() { PathBuf::from(written) } else { self.folder.join(written) }
    }

    /// The files that a reference with `*` and `?` names, in order of their names; the one that it names without.
    pub(super) fn files(&self, written: &str) -> Vec<PathBuf> {
        let path = self.path(written);
        if !written.contains(['*', '?']) {
            return vec![path];
        }
        let mut found = vec![PathBuf::new()];
        for part in path.components() {
            let part = part.as_os_str().to_string_lossy().into_owned();
            let mut next = Vec::new();
            for folder in found {
                if part == "**" {
                    folders_below(&folder, &mut next);
                } else if part.contains(['*', '?']) {
                    next.extend(
                        entries(&folder).into_iter().filter(|entry| {
                            entry.file_name().is_some_and(|name| is_like(&part, &name.to_string_lossy()))
                        }),
                    );
                } else {
                    next.push(folder.join(&part));
                }
            }
            found = next;
        }
        found.retain(|path| path.is_file());
        found.sort();
        found.dedup();
        found
    }

    /// The text of a file that something names; what is wrong with it is told.
    pub(super) fn text(&mut self, path: &Path, named: Span, what: &str) -> Option<String> {
        match read_text(path) {
            Ok(text) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) => {
                self.leave_out(named, what.to_owned(), error.to_string(), "paths go from the configuration's folder");
                None
            }
        }
    }

    /// The tree of a YAML or JSON file that something names; what is wrong with it is told.
    pub(super) fn tree(&mut self, path: &Path, named: Span, what: &str) -> Option<Node> {
        let text = self.text(path, named, what)?;
        let file = self.map.add(path, text);
        let mut diagnostics = Diagnostics::default();
        let root = yaml::read(&self.map, file, &mut diagnostics).filter(|_| !diagnostics.has_errors());
        if root.is_none() {
            let sorted = diagnostics.sorted();
            let why = sorted.first().map(|found| found.message.clone()).unwrap_or_default();
            self.leave_out(named, what.to_owned(), format!("{} cannot be read: {why}", path.display()), "");
        }
        root
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).map(|path| path.strip_prefix("./").map(Path::to_owned).unwrap_or(path)).collect()
}

fn folders_below(folder: &Path, found: &mut Vec<PathBuf>) {
    found.push(folder.to_owned());
    for entry in entries(folder) {
        let is_hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if entry.is_dir() && !entry.is_symlink() && !is_hidden && !entry.ends_with("node_modules") {
            folders_below(&entry, found);
        }
    }
}

/// Whether a name is like a pattern with `*` and `?`.
fn is_like(pattern: &str, name: &str) -> bool {
    match pattern.chars().next() {
        None => name.is_empty(),
        Some('*') => {
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| is_like(&pattern[1..], &name[at..]))
        }
        Some(sign) => {
            let mut rest = name.chars();
            let fits = rest.next().is_some_and(|other| sign == '?' || sign == other);
            fits && is_like(&pattern[sign.len_utf8()..], rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn names_are_like_patterns() {
        for (pattern, name, like) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.yml", false),
            ("t?st*", "tests.csv", true),
            ("*", "", true),
            ("a*b*c", "axxbc", true),
            ("a*b", "ac", false),
        ] {
            assert_eq!(is_like(pattern, name), like, "{pattern} {name}");
        }
    }
}
