//! Data sets: rows of named values, read one by one from files, folders and standard input.
//!
//! | suffix | how it is read |
//! |---|---|
//! | `.jsonl`, `.ndjson`, any other | JSON Lines: one object a line, blank lines skipped |
//! | `.json` | a list of objects, read object by object |
//! | `.csv`, `.tsv` | names in the first line, all values are texts |
//! | `.parquet` | columns with types; dates and times become ISO texts, decimals floats |
//! | a folder | all files below it with one of these suffixes, in the order of their paths |
//!
//! Types are kept, what is missing stays missing, and little is ever held: the first rows, the row at hand (of Parquet a row
//! group), and the sample if one is drawn. Gzip and Zstandard are recognised by their first bytes, whatever the name.

mod array;
mod bytes;
mod cell;
mod delimited;
mod digest;
mod error;
mod filter;
mod format;
mod json;
mod lines;
mod numbers;
mod order;
mod parquet;
mod part;
mod picture;
mod sample;
mod selection;
mod set;
mod stream;
mod unpack;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use flow_core::value::Map;

pub(crate) use cell::value;
pub use error::DataError;
pub use format::Format;
pub use numbers::RowNumbers;
pub use order::place_by_chance;
pub use part::Part;
pub use picture::{PictureError, Pictures};
pub use selection::{Sample, Selection};
pub use set::{DataSet, ReadOptions};
pub use stream::RowStream;

/// A row of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number in the whole set, from 0, whatever is selected: what promptflow calls `line_number`.
    pub line: u64,
    /// Where it was read.
    pub place: Place,
    /// The folder of its file, from which its pictures' paths go; for standard input the current folder.
    pub folder: Arc<Path>,
    /// Its values by the names of their columns.
    pub values: Map,
}

/// Where a row begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it; `-` is standard input.
    pub file: Arc<Path>,
    /// The line, from 1; in Parquet the row.
    pub line: u64,
}

/// `data/tickets.jsonl:12`
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", error::name(&self.file), self.line)
    }
}
