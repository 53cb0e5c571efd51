use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use flow_core::run::{RunFolder, RunStore};

use crate::command::Problem;

/// The name of standard input's copy in a run's folder.
const NAME: &str = "standard-input";

/// Standard input, copied to a file before anything is run: so it can be counted and checked, and the run can go on after a crash. It is
/// removed where it gets no run's folder.
pub(crate) struct Spool {
    path: PathBuf,
    is_kept: bool,
}

impl Spool {
    /// Reads standard input to its end.
    pub(super) fn read(store: &RunStore) -> Result<Self, Problem> {
        store.prepare().map_err(|error| Problem::failed("run-folder", error.to_string()))?;
        let folder = store.folder();
        std::fs::create_dir_all(&folder).map_err(|error| Problem::cannot_write(&folder, &error))?;
        let path = folder.join(format!(".{NAME}-{}", std::process::id()));
        let cannot_write = |error: io::Error| Problem::cannot_write(&path, &error);
        let mut file = File::create(&path).map_err(cannot_write)?;
        let spool = Self { path: path.clone(), is_kept: false };
        io::copy(&mut io::stdin().lock(), &mut file).and_then(|_| file.sync_all()).map_err(cannot_write)?;
        Ok(spool)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the copy lies in a run's folder.
    pub(super) fn place(folder: &RunFolder) -> PathBuf {
        folder.path().join(NAME)
    }

    /// Puts the copy into a run's folder. Files that are open stay so.
    pub(super) fn keep(mut self, folder: &RunFolder) -> Result<(), Problem> {
        let place = Self::place(folder);
        std::fs::rename(&self.path, &place).map_err(|error| Problem::cannot_write(&place, &error))?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether a path stands for standard input.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}
