//! The bytes of a file as text formats read them: unpacked, without a byte-order mark.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use super::error::DataError;
use super::unpack::unpack;

/// Bytes that are read forward.
pub(super) type Bytes = Box<dyn BufRead + Send>;

/// The longest row, in bytes; a longer one is most probably an unclosed quote.
pub(super) const LONGEST_ROW: usize = 256 << 20;

const BUFFER: usize = 128 << 10;

/// Opens a file by the place where it lies, or standard input for `-`; `path` is its name.
pub(super) fn open(path: &Path, place: &Path) -> Result<Bytes, DataError> {
    let raw: Box<dyn Read + Send> = if place == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let file = File::open(place).map_err(|error| DataError::of_system(path, &error))?;
        Box::new(file)
    };
    text(raw).map_err(|error| match error {
        Start::Unreadable(error) => DataError::of_system(path, &error),
        Start::NoText(what, help) => DataError::Unreadable {
            path: path.to_owned(),
            message: format!("this is {what}"),
            help: Some(help.to_owned()),
        },
    })
}

enum Start {
    Unreadable(io::Error),
    NoText(&'static str, &'static str),
}

impl From<io::Error> for Start {
    fn from(error: io::Error) -> Self {
        Start::Unreadable(error)
    }
}

fn text(mut raw: Box<dyn Read + Send>) -> Result<Bytes, Start> {
    let start = first_bytes(&mut raw)?;
    let whole = BufReader::with_capacity(BUFFER, Cursor::new(start.clone()).chain(raw));
    let mut unpacked = unpack(&start, whole);
    let start = first_bytes(&mut unpacked)?;
    let skipped = match start.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => 3,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            return Err(Start::NoText("UTF-16, not UTF-8", "save the file as UTF-8"));
        }
        b"PAR1" => {
            return Err(Start::NoText("a Parquet file", "save it to a file with the ending .parquet"));
        }
        [b'P', b'K', 3, 4] => {
            return Err(Start::NoText("a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV (UTF-8)"));
        }
        _ => 0,
    };
    let rest = Cursor::new(start[skipped..].to_vec()).chain(unpacked);
    Ok(Box::new(BufReader::with_capacity(BUFFER, rest)))
}

/// Up to four bytes.
fn first_bytes(bytes: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(4);
    bytes.take(4).read_to_end(&mut start)?;
    Ok(start)
}
