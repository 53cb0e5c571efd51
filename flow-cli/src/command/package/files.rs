use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{created, write};
use crate::command::Problem;
use crate::ui;
use crate::workbench::Selected;

/// Folders that are no part of a flow.
const MADE: &[&str] = &[".flow", ".git", ".runs", "target", "node_modules", "__pycache__", ".venv", "venv"];
/// The largest file that is looked through for secrets, in bytes.
const TEXT: u64 = 16 << 20;

/// The files of a flow, as they lie below the folder that holds them all.
#[derive(Debug)]
pub(super) struct Copied {
    files: BTreeMap<PathBuf, PathBuf>,
    /// Files that are made for the package, with their texts.
    made: BTreeMap<PathBuf, String>,
    /// Where the flow lies in it.
    pub(super) flow: PathBuf,
}

/// Gathers all that a flow is made of: its folder, what it includes, and what was read for it elsewhere in the project.
pub(super) fn gather(selected: &Selected) -> Result<Copied, Problem> {
    let flow = &selected.flow;
    let mut found = Vec::new();
    below(flow.files.folder(), &mut found)?;
    for included in flow.files.includes() {
        if included.is_dir() { below(included, &mut found)? } else { found.push(included.to_path_buf()) }
    }
    found.extend(selected.sources.iter().filter_map(|source| source.path.canonicalize().ok()));
    let created = created::place();
    found.retain(|path| path.is_file() && !is_environment(path) && Some(path) != created.as_ref());
    found.sort();
    found.dedup();
    let folder = flow.files.folder();
    let root = found.iter().fold(folder.to_path_buf(), |root, path| common(&root, path.parent().unwrap_or(path)));
    for path in &found {
        refuse_secrets(selected, path)?;
    }
    let below_root = |path: &Path| path.strip_prefix(&root).map(Path::to_path_buf).ok();
    let path = flow.path.canonicalize().unwrap_or_else(|_| flow.path.clone());
    // A folder with one flow is named by itself, so that its name is the flow's.
    let is_alone = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("flow."));
    let place = below_root(if is_alone { folder } else { &path }).unwrap_or_default();
    let files = found.iter().filter_map(|path| Some((below_root(path)?, path.clone()))).collect();
    let mut copied = Copied { files, made: BTreeMap::new(), flow: place };
    copied.add_created()?;
    Ok(copied)
}

impl Copied {
    /// The texts of files, as far as they are texts.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&Path, String)> {
        let copied =
            self.files.iter().filter_map(|(place, path)| Some((place.as_path(), fs::read_to_string(path).ok()?)));
        copied.chain(self.made.iter().map(|(place, text)| (place.as_path(), text.clone())))
    }

    /// Adds a file with the created connections that the flow names. A file of connections that is there already is the only one in
    /// force in a package, and has to have them.
    fn add_created(&mut self) -> Result<(), Problem> {
        let texts: Vec<String> = self.texts().map(|(_, text)| text).collect();
        let Some(text) = created::named_in(texts.iter().map(String::as_str))? else { return Ok(()) };
        let is_connections = |place: &&PathBuf| place.file_stem().is_some_and(|stem| stem == "connections");
        if let Some(file) = self.files.keys().find(is_connections) {
            ui::say_warning(&format!(
                "the flow names connections that were created by a command; what {} does not have of them is not in the package",
                file.display()
            ));
            return Ok(());
        }
        self.made.insert(created::file_beside(&self.flow), text);
        Ok(())
    }

    /// Writes them below a folder.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Problem> {
        for (place, path) in &self.files {
            let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
            write(&folder.join(place), &bytes)?;
        }
        for (place, text) in &self.made {
            write(&folder.join(place), text.as_bytes())?;
        }
        Ok(())
    }
}

/// All files below a folder, but those that are made or hidden.
fn below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Problem> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_symlink() || name.starts_with('.') || MADE.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() { below(&path, found)? } else { found.push(path) }
    }
    Ok(())
}

/// Files of variables hold secrets, and are given where the package runs.
fn is_environment(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".env"))
}

fn refuse_secrets(selected: &Selected, path: &Path) -> Result<(), Problem> {
    if fs::metadata(path).is_ok_and(|file| file.len() > TEXT) {
        return Ok(());
    }
    let Ok(text) = fs::read_to_string(path) else { return Ok(()) };
    if selected.secrets.blot(&text) == text {
        return Ok(());
    }
    let shown = flow_core::project::shown(path);
    let message = format!("{} holds a secret in clear, which would go into the package", shown.display());
    Err(Problem::usage("secret-in-file", message)
        .help("write ${env:NAME} in its place, and give the variable where the package runs"))
}

/// The folder that both lie in.
fn common(one: &Path, other: &Path) -> PathBuf {
    one.components().zip(other.components()).take_while(|(one, other)| one == other).map(|(part, _)| part).collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::failed("unreadable-file", format!("{} cannot be read: {error}", path.display()))
}
