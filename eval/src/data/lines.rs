//! JSON Lines.

use std::io::{BufRead, Read};
use std::path::Path;
use std::sync::Arc;

use flow_core::value::Map;

use super::Place;
use super::bytes::{Bytes, LONGEST_ROW};
use super::error::DataError;
use super::json::{self, Names};

/// The rows of JSON Lines, one after the other.
pub(super) struct Lines {
    bytes: Bytes,
    place: Place,
    buffer: Vec<u8>,
    names: Names,
}

impl Lines {
    pub(super) fn new(file: Arc<Path>, bytes: Bytes) -> Self {
        Self { bytes, place: Place { file, line: 0 }, buffer: Vec::new(), names: Names::default() }
    }

    /// The next row and its place.
    pub(super) fn next(&mut self) -> Result<Option<(Place, Map)>, DataError> {
        loop {
            self.buffer.clear();
            self.place.line += 1;
            let most = LONGEST_ROW as u64 + 1;
            let read = (&mut self.bytes).take(most).read_until(b'\n', &mut self.buffer);
            if read.map_err(|error| DataError::of_reading(self.place.clone(), &error))? == 0 {
                return Ok(None);
            }
            let line = self.buffer.trim_ascii_end();
            if line.len() > LONGEST_ROW {
                let message = format!("the line is longer than {} MiB", LONGEST_ROW >> 20);
                return Err(
                    DataError::broken(self.place.clone(), message).with_help("JSON Lines has a row on each line")
                );
            }
            if line.is_empty() {
                continue;
            }
            return match json::object(line, &mut self.names) {
                Ok(values) => Ok(Some((self.place.clone(), values))),
                Err(fault) => {
                    let error = DataError::broken(self.place.clone(), fault.message);
                    let is_list = line.starts_with(b"[");
                    let help =
                        if is_list { Some("a list of objects needs a file with the ending .json") } else { fault.help };
                    let error = error.at(line, Some(fault.offset));
                    Err(match help {
                        Some(help) => error.with_help(help),
                        None => error,
                    })
                }
            };
        }
    }
}
