//! The evaluation flows that ship inside of the program.

use std::fs;
use std::path::{Path, PathBuf};

use flow_core::diag::Diagnostics;
use flow_core::run::RunStore;
use flow_core::source::SourceMap;
use flow_core::value::Value;
use flow_core::yaml;
use include_dir::{Dir, DirEntry, File, include_dir};

use crate::command::Problem;

/// The evaluators, as they were when the program was built.
static EVALUATORS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../flows/evaluators");

/// The folder within `.flow` that evaluators are laid into to be run.
const FOLDER: &str = "evaluators";

/// An evaluation flow that ships inside of the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evaluator {
    folder: &'static Dir<'static>,
}

/// All of them, by name.
pub(crate) fn evaluators() -> impl Iterator<Item = Evaluator> {
    EVALUATORS.dirs().map(|folder| Evaluator { folder })
}

/// The one of a name; `-` may stand for `_`.
pub(crate) fn find(name: &str) -> Option<Evaluator> {
    evaluators().find(|evaluator| evaluator.name() == name.replace('-', "_"))
}

impl Evaluator {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.folder.path().to_str().unwrap_or_default()
    }

    /// What its flow file says.
    pub(crate) fn flow(self) -> Value {
        let Some(file) = self.folder.get_file(self.folder.path().join("flow.yaml")) else { return Value::Null };
        let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
        let text = sources.add(file.path(), file.contents_utf8().unwrap_or_default());
        yaml::read(&sources, text, &mut diagnostics).map_or(Value::Null, |root| root.to_value())
    }

    /// Its files, by their path within its folder.
    pub(crate) fn files(self) -> Vec<(&'static str, &'static str)> {
        let named = |file: &'static File<'static>| {
            let path = file.path().strip_prefix(self.folder.path()).ok()?;
            Some((path.to_str()?, file.contents_utf8()?))
        };
        files(self.folder).into_iter().filter_map(named).collect()
    }

    /// Lays its files into the project's `.flow`, where they are a flow like any other: found when its run goes on, and named by
    /// messages.
    pub(crate) fn place(self, store: &RunStore) -> Result<PathBuf, Problem> {
        store.prepare().map_err(|error| Problem::failed("run-folder", error.to_string()))?;
        let home = store.folder().with_file_name(FOLDER);
        for file in files(self.folder) {
            let path = home.join(file.path());
            if fs::read(&path).is_ok_and(|content| content == file.contents()) {
                continue;
            }
            write(&path, file.contents()).map_err(|error| Problem::cannot_write(&path, &error))?;
        }
        Ok(home.join(self.folder.path()))
    }
}

fn files(folder: &'static Dir<'static>) -> Vec<&'static File<'static>> {
    let of = |entry: &'static DirEntry<'static>| match entry {
        DirEntry::Dir(inner) => files(inner),
        DirEntry::File(file) => vec![file],
    };
    folder.entries().iter().flat_map(of).collect()
}

/// Writes beside and moves into place, since another process may read the file meanwhile.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    fs::write(&beside, content)?;
    fs::rename(&beside, path)
}
