//! A file that appears under its name when it is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A file that is written beside its place. It is removed if it is dropped before [`Pending::finish`].
#[derive(Debug)]
pub(super) struct Pending {
    path: PathBuf,
    beside: PathBuf,
    is_done: bool,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Pending {
    /// Makes the file, in the folder in which it is to be.
    pub(super) fn create(path: &Path) -> io::Result<(Self, BufWriter<File>)> {
        if path.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let beside = format!(".{}.{}-{number}.part", name.to_string_lossy(), std::process::id());
        let beside = path.with_file_name(beside);
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&beside)?;
        Ok((Self { path: path.to_owned(), beside, is_done: false }, BufWriter::with_capacity(128 << 10, file)))
    }

    /// Writes what is left to the disk, and gives the file its name.
    pub(super) fn finish(mut self, mut file: BufWriter<File>) -> io::Result<()> {
        file.flush()?;
        file.get_ref().sync_all()?;
        drop(file);
        std::fs::rename(&self.beside, &self.path)?;
        self.is_done = true;
        Ok(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}
