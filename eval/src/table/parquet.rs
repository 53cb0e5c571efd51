//! Parquet, row group by row group.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flow_core::value::Value;
use polars_core::prelude::PolarsError;
use polars_io::parquet::write::{BatchedWriter, ParquetWriter};

use super::error::TableError;
use super::frame::{Frame, polars_schema};
use super::schema::Schema;

/// A row group ends after so many rows or bytes, whichever comes first. A server makes tables while it answers, so that they are small.
const GROUP_ROWS: usize = 16_384;
const GROUP_BYTES: usize = 16 << 20;

/// Writes rows as Parquet. Only one row group is held.
pub(super) struct ParquetRows {
    path: PathBuf,
    file: Shared,
    writer: BatchedWriter<Shared>,
    frame: Frame,
}

impl ParquetRows {
    pub(super) fn begin(path: &Path, file: BufWriter<File>, schema: &Schema) -> Result<Self, TableError> {
        let file = Shared(Arc::new(Mutex::new(Some(file))));
        let writer = ParquetWriter::new(file.clone())
            .set_parallel(false)
            .batched(&polars_schema(schema))
            .map_err(|error| encoding(path, error))?;
        Ok(Self { path: path.to_owned(), file, writer, frame: Frame::new(schema) })
    }

    pub(super) fn write(&mut self, cells: &[Value]) -> Result<(), TableError> {
        self.frame.push(cells).map_err(|column| TableError::Misfit { path: self.path.clone(), column })?;
        if self.frame.rows >= GROUP_ROWS || self.frame.bytes >= GROUP_BYTES { self.end_group() } else { Ok(()) }
    }

    /// Writes what is left and the footer.
    pub(super) fn finish(mut self) -> Result<BufWriter<File>, TableError> {
        self.end_group()?;
        self.writer.finish().map_err(|error| encoding(&self.path, error))?;
        let file = self.file.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        file.ok_or_else(|| TableError::file(&self.path)(closed()))
    }

    fn end_group(&mut self) -> Result<(), TableError> {
        if self.frame.rows == 0 {
            return Ok(());
        }
        let group = self.frame.take().and_then(|frame| self.writer.write_batch(&frame));
        group.map_err(|error| encoding(&self.path, error))
    }
}

fn encoding(path: &Path, error: PolarsError) -> TableError {
    let path = path.to_owned();
    match error {
        PolarsError::IO { error, .. } => {
            TableError::File { path, source: io::Error::new(error.kind(), error.to_string()) }
        }
        other => TableError::Encoding { path, message: other.to_string() },
    }
}

/// The file, which polars does not give back.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<BufWriter<File>>>>);

fn closed() -> io::Error {
    io::Error::other("the file is closed")
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().ok_or_else(closed)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().ok_or_else(closed)?.flush()
    }
}
