//! Parquet, by row groups.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use flow_core::value::{Map, Value};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use polars_core::prelude::{AnyValue, DataFrame, PolarsError, TimeUnit};
use polars_io::SerReader;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};

use super::Place;
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

/// A cell as a value: dates and times as ISO texts, decimals as floats, unsigned numbers above `i64` as floats.
#[expect(clippy::cast_precision_loss, reason = "numbers outside of i64 become floats, as everywhere")]
fn value(cell: AnyValue<'_>) -> Result<Value, String> {
    Ok(match cell {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(flag) => Value::Bool(flag),
        AnyValue::Int8(number) => Value::Int(number.into()),
        AnyValue::Int16(number) => Value::Int(number.into()),
        AnyValue::Int32(number) => Value::Int(number.into()),
        AnyValue::Int64(number) => Value::Int(number),
        AnyValue::UInt8(number) => Value::Int(number.into()),
        AnyValue::UInt16(number) => Value::Int(number.into()),
        AnyValue::UInt32(number) => Value::Int(number.into()),
        AnyValue::UInt64(number) => i64::try_from(number).map_or(Value::Float(number as f64), Value::Int),
        AnyValue::Float32(number) => Value::Float(number.into()),
        AnyValue::Float64(number) => Value::Float(number),
        AnyValue::Decimal(number, _, scale) => {
            let exponent = i32::try_from(scale).unwrap_or(i32::MAX);
            Value::Float(format!("{number}e-{exponent}").parse().unwrap_or(f64::NAN))
        }
        AnyValue::Date(days) => text(date(days))?,
        AnyValue::Time(nanos) => {
            text(Time::midnight().checked_add(SignedDuration::from_nanos(nanos)).ok().map(|time| time.to_string()))?
        }
        AnyValue::Datetime(number, unit, zone) => moment(number, unit, zone.is_some())?,
        AnyValue::DatetimeOwned(number, unit, zone) => moment(number, unit, zone.is_some())?,
        AnyValue::Duration(number, unit) => Value::from(span(number, unit).to_string()),
        AnyValue::List(series) => {
            let items: Result<Vec<Value>, String> = series.iter().map(value).collect();
            Value::list(items?)
        }
        cell @ AnyValue::Struct(..) => value(cell.into_static())?,
        AnyValue::StructOwned(parts) => {
            let (values, fields) = *parts;
            let mut entries = Map::with_capacity(fields.len());
            for (cell, field) in values.into_iter().zip(&fields) {
                entries.insert(Arc::from(field.name.as_str()), value(cell)?);
            }
            Value::Map(Arc::new(entries))
        }
        AnyValue::Binary(bytes) => bytes_as_text(bytes)?,
        AnyValue::BinaryOwned(bytes) => bytes_as_text(&bytes)?,
        other => match other.get_str() {
            Some(text) => Value::from(text),
            None => return Err(format!("values of the type {}, which are not read", other.dtype())),
        },
    })
}

fn bytes_as_text(bytes: &[u8]) -> Result<Value, String> {
    std::str::from_utf8(bytes).map(Value::from).map_err(|_| "bytes that are no text".to_owned())
}

fn text(text: Option<String>) -> Result<Value, String> {
    text.map(Value::from).ok_or_else(|| "a date or time that is out of range".to_owned())
}

fn date(days: i32) -> Option<String> {
    let days = SignedDuration::from_hours(i64::from(days) * 24);
    Date::new(1970, 1, 1).ok()?.checked_add(days).ok().map(|date| date.to_string())
}

fn span(number: i64, unit: TimeUnit) -> SignedDuration {
    match unit {
        TimeUnit::Nanoseconds => SignedDuration::from_nanos(number),
        TimeUnit::Microseconds => SignedDuration::from_micros(number),
        TimeUnit::Milliseconds => SignedDuration::from_millis(number),
    }
}

/// `2024-05-01T10:00:00`, with `Z` behind it where a time zone is known.
fn moment(number: i64, unit: TimeUnit, has_zone: bool) -> Result<Value, String> {
    let moment = Timestamp::from_duration(span(number, unit)).ok();
    text(moment.map(|moment| if has_zone { moment.to_string() } else { TimeZone::UTC.to_datetime(moment).to_string() }))
}
