use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Digest, Manifest, digest_of};
use crate::journal;

/// Where the texts of prompts lie.
pub(super) const PROMPTS: &str = "prompts";

/// The folder of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    id: String,
    path: PathBuf,
}

impl RunFolder {
    pub(super) fn new(id: String, path: PathBuf) -> Self {
        Self { id, path }
    }

    /// The run's name, which is the folder's.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The journal's file.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal.log")
    }

    /// The inputs of requests, of a flow that was served: the data set of the run.
    #[must_use]
    pub fn requests(&self) -> PathBuf {
        std::path::absolute(self.path.join("requests.jsonl")).unwrap_or_else(|_| self.path.join("requests.jsonl"))
    }

    /// Whether a process works on the run right now.
    #[must_use]
    pub fn is_running(&self) -> bool {
        journal::is_being_written(&self.journal())
    }

    /// Keeps the text of a prompt under its digest.
    ///
    /// # Errors
    ///
    /// If the disk does not take it.
    pub fn write_prompt(&self, digest: &Digest, text: &str) -> Result<(), RunError> {
        let folder = self.path.join(PROMPTS);
        fs::create_dir_all(&folder).map_err(|error| RunError::new(&folder, "cannot be made", &error))?;
        self.write(&format!("{PROMPTS}/{digest}.txt"), text.as_bytes())
    }

    /// The text of a prompt; `None` if the folder does not hold it, or another text under its digest.
    #[must_use]
    pub fn prompt(&self, digest: &Digest) -> Option<String> {
        let text = fs::read_to_string(self.path.join(PROMPTS).join(format!("{digest}.txt"))).ok()?;
        (digest_of(text.as_bytes()) == *digest).then_some(text)
    }

    /// Reads the manifest.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is none that this program knows.
    pub fn manifest(&self) -> Result<Manifest, RunError> {
        let path = self.path.join("manifest.json");
        let text = fs::read_to_string(&path).map_err(|error| RunError::new(&path, "cannot be read", &error))?;
        Manifest::read(&text).map_err(|why| RunError { path, message: why })
    }

    /// Writes the manifest.
    ///
    /// # Errors
    ///
    /// If the disk does not take it.
    pub fn write_manifest(&self, manifest: &Manifest) -> Result<(), RunError> {
        self.write("manifest.json", manifest.text().as_bytes())
    }

    /// Writes a file of the folder, whole or not at all.
    ///
    /// # Errors
    ///
    /// If the disk does not take it.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), RunError> {
        let path = self.path.join(name);
        write_whole(&path, content).map_err(|error| RunError::new(&path, "cannot be written", &error))
    }
}

/// Writes beside, then moves into place, so that nobody ever sees half of a file.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = fs::File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

/// Why a run's folder cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", crate::project::shown(path).display())]
pub struct RunError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it, in words.
    pub message: String,
}

impl RunError {
    pub(super) fn new(path: &Path, what: &str, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "it does not exist".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            io::ErrorKind::StorageFull => "the disk is full".to_owned(),
            io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
            _ => error.to_string(),
        };
        Self { path: path.to_path_buf(), message: format!("{what}: {why}") }
    }
}
