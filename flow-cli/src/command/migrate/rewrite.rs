use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::connections::ConnectionFile;
use crate::command::Problem;

const FILE: &str = "connections.yaml";

/// Copies a project and rewrites the copy; says what was written.
pub(super) fn copy(project: &Path, copy: &Path, connections: &[ConnectionFile]) -> Result<Vec<PathBuf>, Problem> {
    if copy.exists() {
        let message = format!("{} is there already", copy.display());
        return Err(Problem::usage("folder-exists", message).help("name a folder that is not there yet"));
    }
    if copy.starts_with(project) && project != Path::new(".") {
        let message = format!("{} lies in the project that is copied", copy.display());
        return Err(Problem::usage("folder-inside", message).help("name a folder beside it"));
    }
    copy_folder(project, copy, copy)?;
    in_place(copy, connections)
}

/// Writes a connections file for the connections that files of the project describe, unless there is one; says what was written.
pub(super) fn in_place(project: &Path, connections: &[ConnectionFile]) -> Result<Vec<PathBuf>, Problem> {
    let path = project.join(FILE);
    if connections.is_empty() || path.exists() {
        return Ok(Vec::new());
    }
    let named: Map<String, Json> =
        connections.iter().map(|one| (one.name.clone(), Json::Object(one.fields.clone()))).collect();
    let body = serde_yaml::to_string(&named).unwrap_or_default();
    let text = format!("# Secrets stand in variables of the environment, or of a file `.env` beside this one.\n{body}");
    fs::write(&path, text).map_err(|error| Problem::cannot_write(&path, &error))?;
    Ok(vec![path])
}

fn copy_folder(from: &Path, to: &Path, whole: &Path) -> Result<(), Problem> {
    fs::create_dir_all(to).map_err(|error| Problem::cannot_write(to, &error))?;
    for path in fs::read_dir(from).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let Some(name) = path.file_name() else { continue };
        let left_out = [".git", ".flow", ".promptflow", ".runs", "__pycache__", ".venv"];
        // The copy may lie in what is copied.
        let is_copy = fs::canonicalize(&path).ok() == fs::canonicalize(whole).ok();
        if left_out.iter().any(|left_out| name == *left_out) || is_copy || path.is_symlink() {
            continue;
        }
        let target = to.join(name);
        if path.is_dir() {
            copy_folder(&path, &target, whole)?;
        } else {
            fs::copy(&path, &target).map_err(|error| Problem::cannot_write(&target, &error))?;
        }
    }
    Ok(())
}
