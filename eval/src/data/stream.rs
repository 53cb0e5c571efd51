use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use flow_core::diag::did_you_mean;
use flow_core::value::Map;

use super::array::Array;
use super::delimited::Delimited;
use super::error::{DataError, name};
use super::filter::Filter;
use super::lines::Lines;
use super::parquet::Parquet;
use super::sample::Reservoir;
use super::set::{DataFile, DataSet};
use super::{Format, Place, Row, Selection, bytes};

/// So many rows are read ahead, so that mistakes show before anything is run.
const AHEAD: usize = 64;

/// The selected rows of a data set, one after the other. After an error there are no more.
pub struct RowStream {
    ahead: VecDeque<Row>,
    /// What came after the rows ahead.
    error: Option<DataError>,
    rows: Selected,
    columns: Vec<Arc<str>>,
    looked_at: usize,
}

impl RowStream {
    /// Reads the first rows. Broken ones after the first are told in their turn.
    pub(super) fn begin(set: DataSet, selection: &Selection) -> Result<Self, DataError> {
        let mut rows = Selected::new(set, selection)?;
        let mut stream = match rows.next() {
            Some(Ok(first)) => {
                Self { ahead: VecDeque::from([first]), error: None, rows, columns: Vec::new(), looked_at: 0 }
            }
            Some(Err(error)) => return Err(error),
            None => return Err(rows.nothing()),
        };
        while stream.ahead.len() < AHEAD && stream.error.is_none() {
            match stream.rows.next() {
                Some(Ok(row)) => stream.ahead.push_back(row),
                Some(Err(error)) => stream.error = Some(error),
                None => break,
            }
        }
        stream.looked_at = stream.ahead.len();
        let mut columns = std::collections::HashSet::new();
        for column in stream.ahead.iter().flat_map(|row| row.values.keys()) {
            if columns.insert(Arc::clone(column)) {
                stream.columns.push(Arc::clone(column));
            }
        }
        Ok(stream)
    }

    /// The columns that occur in the first rows (see [`RowStream::looked_at`]), in the order in which they came.
    #[must_use]
    pub fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    /// How many rows were looked at for the columns: 64, or all if there are fewer.
    #[must_use]
    pub fn looked_at(&self) -> usize {
        self.looked_at
    }
}

impl Iterator for RowStream {
    type Item = Result<Row, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(row) = self.ahead.pop_front() {
            return Some(Ok(row));
        }
        match self.error.take() {
            Some(error) => Some(Err(error)),
            None => self.rows.next(),
        }
    }
}

impl fmt::Debug for RowStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RowStream").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// The rows that a selection takes.
struct Selected {
    all: AllRows,
    selection: Selection,
    filter: Option<Filter>,
    sample: Option<std::vec::IntoIter<Row>>,
    given: u64,
    /// Rows that were read, and those of them that the numbers let through.
    read: u64,
    numbered: u64,
    /// Some columns that were seen, for help.
    columns: Vec<Arc<str>>,
    is_over: bool,
}

impl Selected {
    fn new(set: DataSet, selection: &Selection) -> Result<Self, DataError> {
        let filter = selection.filter.as_deref().map(Filter::compile).transpose()?;
        let all = AllRows { set, position: 0, file: None, line: 0 };
        let selection = selection.clone();
        let columns = Vec::new();
        Ok(Self { all, selection, filter, sample: None, given: 0, read: 0, numbered: 0, columns, is_over: false })
    }

    fn step(&mut self) -> Result<Option<Row>, DataError> {
        if self.selection.limit.is_some_and(|limit| self.given >= limit) {
            return Ok(None);
        }
        let Some(sample) = self.selection.sample else { return self.filtered() };
        if self.sample.is_none() {
            let mut reservoir = Reservoir::new(sample);
            while let Some(row) = self.filtered()? {
                reservoir.offer(row);
            }
            self.sample = Some(reservoir.into_rows().into_iter());
        }
        Ok(self.sample.as_mut().and_then(Iterator::next))
    }

    fn filtered(&mut self) -> Result<Option<Row>, DataError> {
        loop {
            let last = self.selection.rows.as_ref().and_then(super::RowNumbers::last);
            if last.is_some_and(|last| self.all.line > last) {
                return Ok(None);
            }
            let Some(row) = self.all.next()? else { return Ok(None) };
            self.read += 1;
            if self.selection.rows.as_ref().is_some_and(|rows| !rows.contains(row.line)) {
                continue;
            }
            self.numbered += 1;
            if self.numbered == 1 {
                self.columns = row.values.keys().cloned().collect();
            }
            let is_of_part = self.selection.part.is_none_or(|(part, seed)| part.has(seed, row.line));
            if is_of_part && self.filter.as_mut().map_or(Ok(true), |filter| filter.takes(&row))? {
                return Ok(Some(row));
            }
        }
    }

    /// Why there is no row.
    fn nothing(&self) -> DataError {
        let name = name(self.all.set.path());
        let (message, help) = match (&self.selection, &self.filter) {
            _ if self.selection.limit == Some(0) || self.selection.sample.is_some_and(|sample| sample.size == 0) => {
                ("no row is asked for".to_owned(), Some("a limit and a sample have at least 1 row".to_owned()))
            }
            _ if self.read == 0 => {
                (format!("{name}: there is no row in it"), Some("a data set has at least one row".to_owned()))
            }
            (Selection { rows: Some(rows), .. }, _) if self.numbered == 0 => (
                format!("{name}: it has no row of the numbers {rows}"),
                Some(format!("its rows have the numbers 0 to {}", self.read - 1)),
            ),
            (Selection { part: Some((part, _)), .. }, _) => (
                format!("{name}: none of the {} rows falls into the part {part}", self.numbered),
                Some("hold out another share, or take more rows".to_owned()),
            ),
            (_, Some(filter)) => {
                let columns = || self.columns.iter().map(|column| &**column);
                let unknown = filter.names().find(|name| columns().all(|column| column != *name));
                let help = unknown.map(|name| match did_you_mean(name, columns()) {
                    Some(meant) => format!("`{name}` is no column of the first row; {meant}"),
                    None => format!("`{name}` is no column of the first row"),
                });
                let rows = if self.numbered == 1 { "only row".to_owned() } else { format!("{} rows", self.numbered) };
                (format!("{name}: the filter `{}` takes none of the {rows}", filter.text()), help)
            }
            _ => (format!("{name}: there is no row in it"), None),
        };
        DataError::Empty { message, help }
    }
}

impl Iterator for Selected {
    type Item = Result<Row, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let step = self.step().transpose();
        match &step {
            Some(Ok(_)) => self.given += 1,
            Some(Err(_)) | None => self.is_over = true,
        }
        step
    }
}

/// All rows of all files.
struct AllRows {
    set: DataSet,
    position: usize,
    file: Option<OpenFile>,
    line: u64,
}

struct OpenFile {
    folder: Arc<Path>,
    rows: FileRows,
}

enum FileRows {
    Lines(Lines),
    Array(Array),
    Delimited(Box<Delimited>),
    Parquet(Box<Parquet>),
}

impl AllRows {
    fn next(&mut self) -> Result<Option<Row>, DataError> {
        loop {
            if self.file.is_none() {
                let Some(file) = self.set.files.get(self.position) else { return Ok(None) };
                self.file = Some(OpenFile::open(file)?);
                self.position += 1;
            }
            let Some(file) = &mut self.file else { return Ok(None) };
            if let Some((place, values)) = file.next()? {
                let row = Row { line: self.line, place, folder: Arc::clone(&file.folder), values };
                self.line += 1;
                return Ok(Some(row));
            }
            self.file = None;
        }
    }
}

impl OpenFile {
    fn open(file: &DataFile) -> Result<Self, DataError> {
        let path: Arc<Path> = Arc::from(file.path.as_path());
        if file.format == Format::Parquet {
            let rows = FileRows::Parquet(Box::new(Parquet::open(path, file.place())?));
            return Ok(Self { folder: file.folder(), rows });
        }
        let bytes = bytes::open(&path, file.place())?;
        let rows = match file.format {
            Format::Lines | Format::Parquet => FileRows::Lines(Lines::new(path, bytes)),
            Format::Array => FileRows::Array(Array::new(path, bytes)),
            Format::Csv => FileRows::Delimited(Box::new(Delimited::new(path, bytes, b','))),
            Format::Tsv => FileRows::Delimited(Box::new(Delimited::new(path, bytes, b'\t'))),
        };
        Ok(Self { folder: file.folder(), rows })
    }

    fn next(&mut self) -> Result<Option<(Place, Map)>, DataError> {
        match &mut self.rows {
            FileRows::Lines(rows) => rows.next(),
            FileRows::Array(rows) => rows.next(),
            FileRows::Delimited(rows) => rows.next(),
            FileRows::Parquet(rows) => rows.next(),
        }
    }
}
