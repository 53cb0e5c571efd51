//! Values between commas or tabs. All are texts, an empty one as well: nothing is taken for a missing value.

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use flow_core::value::{Map, Value};

use super::Place;
use super::bytes::{Bytes, LONGEST_ROW};
use super::error::DataError;

/// The rows of a CSV or TSV file, one after the other.
pub(super) struct Delimited {
    bytes: Bytes,
    reader: Reader,
    /// Where the next byte is.
    place: Place,
    names: Option<Vec<Arc<str>>>,
    record: Record,
}

/// The values of a row, one behind the other.
#[derive(Default)]
struct Record {
    text: Vec<u8>,
    ends: Vec<usize>,
    /// How much of the two is filled.
    length: usize,
    count: usize,
}

impl Record {
    fn get(&self, position: usize) -> &[u8] {
        let start = position.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(position).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or_default()
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).map(|position| self.get(position))
    }

    /// The record, roughly as it was written.
    fn shown(&self) -> Vec<u8> {
        self.iter().collect::<Vec<_>>().join(&b","[..])
    }
}

impl Delimited {
    pub(super) fn new(file: Arc<Path>, bytes: Bytes, delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { bytes, reader, place: Place { file, line: 1 }, names: None, record: Record::default() }
    }

    /// The next row and the place where it begins.
    pub(super) fn next(&mut self) -> Result<Option<(Place, Map)>, DataError> {
        let names = match self.names.take() {
            Some(names) => names,
            None => match self.read()? {
                Some(place) => self.header(&place)?,
                None => return Ok(None),
            },
        };
        let row = self.row(&names);
        self.names = Some(names);
        row
    }

    fn row(&mut self, names: &[Arc<str>]) -> Result<Option<(Place, Map)>, DataError> {
        let Some(place) = self.read()? else { return Ok(None) };
        if self.record.count != names.len() {
            let message =
                format!("the row has {}, and the first line has {} names", count(self.record.count), names.len());
            let help = "quote values that hold the delimiter or a quote: \"a, b\"";
            return Err(DataError::broken(place, message).at(&self.record.shown(), None).with_help(help));
        }
        let mut values = Map::with_capacity(names.len());
        for (position, name) in names.iter().enumerate() {
            values.insert(Arc::clone(name), Value::from(self.text(&place, position)?));
        }
        Ok(Some((place, values)))
    }

    fn header(&self, place: &Place) -> Result<Vec<Arc<str>>, DataError> {
        let mut names: Vec<Arc<str>> = Vec::with_capacity(self.record.count);
        for position in 0..self.record.count {
            let name = self.text(place, position)?;
            let problem = if name.trim().is_empty() {
                format!("column {} has no name", position + 1)
            } else if names.iter().any(|known| **known == *name) {
                format!("two columns are called `{name}`")
            } else {
                names.push(Arc::from(name));
                continue;
            };
            let help = "the first line names the columns, each with a name of its own";
            return Err(DataError::broken(place.clone(), problem).at(&self.record.shown(), None).with_help(help));
        }
        Ok(names)
    }

    /// Reads the next record, and says where it begins.
    fn read(&mut self) -> Result<Option<Place>, DataError> {
        if !self.skip_blank_lines()? {
            return Ok(None);
        }
        let begin = self.place.clone();
        self.record.length = 0;
        self.record.count = 0;
        let mut taken = 0;
        loop {
            let input = self.bytes.fill_buf().map_err(|error| DataError::of_reading(self.place.clone(), &error))?;
            let is_end = input.is_empty();
            // A row that the file's end closes is one that a line's end closes: else it ends inside of quotes.
            let input = if is_end { &b"\n"[..] } else { input };
            let Record { text, ends, length, count } = &mut self.record;
            let (result, read, written, ended) = self.reader.read_record(
                input,
                text.get_mut(*length..).unwrap_or_default(),
                ends.get_mut(*count..).unwrap_or_default(),
            );
            *length += written;
            *count += ended;
            taken += read;
            self.place.line += memchr::memchr_iter(b'\n', input.get(..read).unwrap_or_default()).count() as u64;
            if !is_end {
                self.bytes.consume(read);
            }
            if taken > LONGEST_ROW {
                let message = format!("the row that begins here is longer than {} MiB", LONGEST_ROW >> 20);
                return Err(DataError::broken(begin, message).with_help("perhaps a quote is not closed"));
            }
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => return Ok(Some(begin)),
                ReadRecordResult::OutputFull => self.record.text.resize((self.record.text.len() * 2).max(1024), 0),
                ReadRecordResult::OutputEndsFull => self.record.ends.resize((self.record.ends.len() * 2).max(64), 0),
                ReadRecordResult::InputEmpty if is_end => {
                    let message = "a quote in the row that begins here is not closed";
                    let help = "close it; a quote inside of a quoted value is written twice: \"\"";
                    // The value that is not closed has no end yet.
                    self.record.ends.truncate(self.record.count);
                    self.record.ends.push(self.record.length);
                    self.record.count += 1;
                    let shown = self.record.shown();
                    let first = shown.split(|byte| *byte == b'\n').next().unwrap_or_default();
                    return Err(DataError::broken(begin, message).at(first, None).with_help(help));
                }
                ReadRecordResult::InputEmpty => {}
            }
        }
    }

    /// Goes to the start of the next record, if there is one.
    fn skip_blank_lines(&mut self) -> Result<bool, DataError> {
        loop {
            let input = self.bytes.fill_buf().map_err(|error| DataError::of_reading(self.place.clone(), &error))?;
            match input.first() {
                None => return Ok(false),
                Some(b'\n') => self.place.line += 1,
                Some(b'\r') => {}
                Some(_) => return Ok(true),
            }
            self.bytes.consume(1);
        }
    }

    fn text(&self, place: &Place, position: usize) -> Result<&str, DataError> {
        let bytes = self.record.get(position);
        std::str::from_utf8(bytes).map_err(|error| {
            let lines = self.record.iter().take(position).chain([&bytes[..error.valid_up_to()]]);
            let further = lines.map(|part| memchr::memchr_iter(b'\n', part).count() as u64).sum::<u64>();
            let place = Place { line: place.line + further, ..place.clone() };
            DataError::broken(place, format!("value {} is not UTF-8", position + 1))
                .at(&self.record.shown(), None)
                .with_help("save the file as UTF-8; spreadsheets offer “CSV UTF-8”")
        })
    }
}

fn count(values: usize) -> String {
    if values == 1 { "1 value".to_owned() } else { format!("{values} values") }
}
