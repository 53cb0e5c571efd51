//! JSON Lines.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flow_core::value::Value;
use serde::{Serialize, Serializer};

use super::error::TableError;
use super::pending::Pending;

/// Writes named values as one line. NaN and infinities become null.
pub(super) fn write<'v>(file: &mut impl Write, row: impl Iterator<Item = (&'v str, &'v Value)>) -> io::Result<()> {
    serde_json::Serializer::new(&mut *file).collect_map(row)?;
    file.write_all(b"\n")
}

/// Writes documents, one a line. Dropped before [`LineWriter::finish`], it leaves nothing behind.
pub struct LineWriter {
    path: PathBuf,
    file: BufWriter<File>,
    // After the file, which is closed before it is removed.
    pending: Pending,
}

impl LineWriter {
    /// Begins a file. What lies in its place stays until the new one is whole.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn create(path: &Path) -> Result<Self, TableError> {
        let (pending, file) = Pending::create(path).map_err(TableError::file(path))?;
        Ok(Self { path: path.to_owned(), file, pending })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The disk is full.
    pub fn write(&mut self, document: &impl Serialize) -> Result<(), TableError> {
        let written = serde_json::to_writer(&mut self.file, document).map_err(io::Error::from);
        written.and_then(|()| self.file.write_all(b"\n")).map_err(TableError::file(&self.path))
    }

    /// Writes what is left, and puts the file in its place.
    ///
    /// # Errors
    /// The disk is full, or the folder may not be written.
    pub fn finish(self) -> Result<(), TableError> {
        self.pending.finish(self.file).map_err(TableError::file(&self.path))
    }
}
