//! Parquet, by row groups.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use flow_core::value::Map;
use polars_core::prelude::{DataFrame, PolarsError};
use polars_io::SerReader;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};

use super::Place;
use super::cell::value;
use super::error::DataError;

/// About so many bytes are unpacked at a time.
const CHUNK: usize = 64 << 20;

/// The rows of a Parquet file, one after the other. A place's line is the number of the row in the file, from 1.
pub(super) struct Parquet {
    file: File,
    path: Arc<Path>,
    about: FileMetadataRef,
    /// Row groups, or parts of large ones, that are still to be read: start and length.
    parts: std::vec::IntoIter<(usize, usize)>,
    frame: DataFrame,
    names: Vec<Arc<str>>,
    /// The next row of the frame, and of the file.
    next: usize,
    line: u64,
}

impl Parquet {
    pub(super) fn open(path: Arc<Path>, place: &Path) -> Result<Self, DataError> {
        if place == Path::new("-") {
            return Err(DataError::Unreadable {
                path: path.to_path_buf(),
                message: "Parquet cannot be read from standard input, as it begins at its end".to_owned(),
                help: Some("save it to a file with the ending .parquet".to_owned()),
            });
        }
        let unreadable = |error: std::io::Error| DataError::of_system(&path, &error);
        let file = File::open(place).map_err(unreadable)?;
        let copy = file.try_clone().map_err(unreadable)?;
        let about = guarded(|| ParquetReader::new(copy).get_metadata().cloned());
        let about = about.map_err(|error| no_parquet(&path, &error))?;
        let mut parts = Vec::new();
        let mut start = 0;
        for group in &about.row_groups {
            let rows = group.num_rows();
            let most = (CHUNK / (group.total_byte_size() / rows.max(1)).max(1)).max(1024);
            let end = start + rows;
            while start < end {
                let length = most.min(end - start);
                parts.push((start, length));
                start += length;
            }
        }
        let parts = parts.into_iter();
        Ok(Self { file, path, about, parts, frame: DataFrame::empty(), names: Vec::new(), next: 0, line: 0 })
    }

    /// The next row and its place.
    pub(super) fn next(&mut self) -> Result<Option<(Place, Map)>, DataError> {
        while self.next >= self.frame.height() {
            let Some((start, length)) = self.parts.next() else { return Ok(None) };
            self.frame = self.read(start, length)?;
            self.names = self.frame.columns().iter().map(|column| Arc::from(column.name().as_str())).collect();
            self.next = 0;
        }
        self.line += 1;
        let place = Place { file: Arc::clone(&self.path), line: self.line };
        let mut values = Map::with_capacity(self.names.len());
        for (name, column) in self.names.iter().zip(self.frame.columns()) {
            let cell = column.get(self.next).map_err(|error| no_parquet(&self.path, &error.to_string()))?;
            let value = value(cell).map_err(|what| {
                DataError::broken(place.clone(), format!("column `{name}` holds {what}"))
                    .with_help("leave the column out, or write it as text")
            })?;
            values.insert(Arc::clone(name), value);
        }
        self.next += 1;
        Ok(Some((place, values)))
    }

    fn read(&self, start: usize, length: usize) -> Result<DataFrame, DataError> {
        let file = self.file.try_clone().map_err(|error| DataError::of_system(&self.path, &error))?;
        let frame = guarded(|| {
            let mut reader =
                ParquetReader::new(file).with_slice(Some((start, length))).read_parallel(ParallelStrategy::None);
            reader.set_metadata(Arc::clone(&self.about));
            reader.finish()
        });
        let frame = frame.map_err(|error| no_parquet(&self.path, &error))?;
        if frame.height() == length {
            return Ok(frame);
        }
        Err(no_parquet(&self.path, &format!("{length} rows are announced, and {} are there", frame.height())))
    }
}

/// What polars says of a damaged file, be it by an error or a panic.
fn guarded<T>(read: impl FnOnce() -> Result<T, PolarsError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("its parts do not fit together".to_owned()),
    }
}

fn no_parquet(path: &Path, said: &str) -> DataError {
    let said = said.lines().next().unwrap_or_default();
    DataError::Unreadable {
        path: path.to_owned(),
        message: format!("it cannot be read as Parquet: {said}"),
        help: Some("the file is damaged, cut off, or no Parquet file".to_owned()),
    }
}
