//! The files that a flow may refer to: those of its own folder, of its additional includes, and of the project
//! that the folder is part of. Nothing outside of the project is read, also not through links.

use std::path::{Component, Path, PathBuf};

/// A path as messages show it: relative to the current folder where it lies below it.
#[must_use]
pub fn from_here(path: PathBuf) -> PathBuf {
    let here = std::env::current_dir().and_then(|folder| folder.canonicalize());
    match here.ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf)) {
        Some(below) if !below.as_os_str().is_empty() => below,
        _ => path,
    }
}

/// The folders and files that a flow's relative paths are looked up in.
#[derive(Debug, Clone)]
pub struct ProjectFiles {
    folder: PathBuf,
    boundary: PathBuf,
    includes: Vec<Include>,
}

/// A file or folder that `additional_includes` brings in under its own name.
#[derive(Debug, Clone)]
struct Include {
    name: String,
    target: PathBuf,
}

impl ProjectFiles {
    /// The files of a flow in this folder. The project is the nearest folder at or above it that holds `.flow` or
    /// `.git`, else the folder itself.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let marked = |candidate: &&Path| candidate.join(".flow").exists() || candidate.join(".git").exists();
        let boundary = folder.ancestors().find(marked).unwrap_or(&folder).to_path_buf();
        Self { folder, boundary, includes: Vec::new() }
    }

    /// The flow's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The project's folder.
    #[must_use]
    pub fn boundary(&self) -> &Path {
        &self.boundary
    }

    /// The files and folders that were brought in.
    pub fn includes(&self) -> impl Iterator<Item = &Path> {
        self.includes.iter().map(|include| include.target.as_path())
    }

    /// Brings in a file or folder under its own name, as if it lay in the flow's folder; it hides what lies there.
    ///
    /// # Errors
    /// It is not there.
    pub fn include(&mut self, path: &str) -> Result<(), ProjectError> {
        let target = self.folder.join(path);
        let target =
            target.canonicalize().map_err(|_| ProjectError::Missing { path: path.to_owned(), tried: target })?;
        let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.includes.push(Include { name, target });
        Ok(())
    }

    /// The file that a relative path of the flow stands for.
    ///
    /// # Errors
    /// It is not there, or it lies outside of the project and of the includes.
    pub fn resolve(&self, path: &str) -> Result<PathBuf, ProjectError> {
        let outside = || ProjectError::Outside { path: path.to_owned(), boundary: self.boundary.clone() };
        let relative = Path::new(path);
        if path.contains('\0') || relative.has_root() || relative.is_absolute() {
            return Err(outside());
        }
        for include in self.includes.iter().rev() {
            if let Some(found) = include.find(relative) {
                let inside = found.starts_with(&include.target) || found.starts_with(&self.boundary);
                return if inside { Ok(found) } else { Err(outside()) };
            }
        }
        let tried = self.folder.join(relative);
        let found = tried.canonicalize().map_err(|_| ProjectError::Missing { path: path.to_owned(), tried })?;
        if found.starts_with(&self.boundary) { Ok(found) } else { Err(outside()) }
    }
}

impl Include {
    /// The file under the include that a relative path names, links followed.
    fn find(&self, relative: &Path) -> Option<PathBuf> {
        let mut parts = relative.components().filter(|part| !matches!(part, Component::CurDir));
        let first = parts.next()?;
        if first.as_os_str() != self.name.as_str() {
            return None;
        }
        let rest: PathBuf = parts.collect();
        let target = if rest.as_os_str().is_empty() { self.target.clone() } else { self.target.join(rest) };
        target.canonicalize().ok()
    }
}

/// A path as messages show it: relative to the working folder where it lies below it.
#[must_use]
pub fn shown(path: &Path) -> PathBuf {
    let path = plain(path);
    let below = std::env::current_dir().ok().and_then(|here| {
        let here = here.canonicalize().ok()?;
        path.strip_prefix(here).ok().map(Path::to_path_buf)
    });
    below.filter(|path| !path.as_os_str().is_empty()).unwrap_or(path)
}

/// The path with each `..` taken back where the text alone tells what it takes back.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

/// A path that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProjectError {
    /// Nothing is there.
    #[error("`{path}` is not there (looked for {})", shown(tried).display())]
    Missing {
        /// The path as it was written.
        path: String,
        /// Where it was looked for.
        tried: PathBuf,
    },
    /// It leads out of the project.
    #[error("`{path}` lies outside of the project folder {}", shown(boundary).display())]
    Outside {
        /// The path as it was written.
        path: String,
        /// The project's folder.
        boundary: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn paths_stay_inside_of_the_project_and_includes_hide_own_files() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().join("project");
        write(&root.join("flow/a.txt"), "own");
        write(&root.join("lib/a.txt"), "library");
        write(&root.join("lib/deep/b.txt"), "deep");
        write(&temp.path().join("secret.txt"), "secret");
        std::fs::create_dir_all(root.join(".flow")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(temp.path().join("secret.txt"), root.join("flow/link.txt")).unwrap();

        let mut files = ProjectFiles::new(&root.join("flow"));
        let text = |files: &ProjectFiles, path: &str| std::fs::read_to_string(files.resolve(path).unwrap()).unwrap();
        assert_eq!(text(&files, "a.txt"), "own");
        assert_eq!(text(&files, "../lib/a.txt"), "library");
        files.include("../lib/a.txt").unwrap();
        files.include("../lib").unwrap();
        assert_eq!(text(&files, "./a.txt"), "library");
        assert_eq!(text(&files, "lib/deep/b.txt"), "deep");
        for path in ["../../secret.txt", "/etc/hostname", "lib/../../secret.txt", "link.txt", "a\0b"] {
            assert!(matches!(files.resolve(path), Err(ProjectError::Outside { .. })), "{path}");
        }
        assert!(matches!(files.resolve("gone.txt"), Err(ProjectError::Missing { .. })));
        assert!(matches!(files.include("../gone"), Err(ProjectError::Missing { .. })));
    }
}
