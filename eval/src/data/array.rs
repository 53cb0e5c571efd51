//! A JSON list of objects, read object by object.

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

use flow_core::value::Map;

use super::Place;
use super::bytes::{Bytes, LONGEST_ROW};
use super::error::DataError;
use super::json::{self, Names};

/// The rows of a JSON list, one after the other.
pub(super) struct Array {
    bytes: Bytes,
    /// Where the next byte is.
    place: Place,
    /// The start of the current line, for messages.
    line: Vec<u8>,
    buffer: Vec<u8>,
    names: Names,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    AfterOpening,
    AfterRow,
    End,
}

/// The most of a line that is kept for messages.
const KEPT: usize = 4096;

impl Array {
    pub(super) fn new(file: Arc<Path>, bytes: Bytes) -> Self {
        Self {
            bytes,
            place: Place { file, line: 1 },
            line: Vec::new(),
            buffer: Vec::new(),
            names: Names::default(),
            state: State::Start,
        }
    }

    /// The next row and the place where it begins.
    pub(super) fn next(&mut self) -> Result<Option<(Place, Map)>, DataError> {
        loop {
            let Some(byte) = self.peek_sign()? else {
                return match self.state {
                    State::Start | State::End => Ok(None),
                    _ => {
                        Err(self.broken("the list is not closed").with_help("the file is cut off; a list ends with ]"))
                    }
                };
            };
            match (self.state, byte) {
                (State::Start, b'[') => {
                    self.take()?;
                    self.state = State::AfterOpening;
                }
                (State::Start, b'{') => {
                    let message = "this is a single object, where a list of objects is expected";
                    let help =
                        "put it into brackets, [ … ]; if each line is an object, give the file the ending .jsonl";
                    return Err(self.broken(message).with_help(help));
                }
                (State::Start, _) => {
                    return Err(self
                        .broken("a list of objects is expected")
                        .with_help("write [{\"ticket\": \"…\"}, …]"));
                }
                (State::AfterOpening | State::AfterRow, b']') => {
                    self.take()?;
                    self.state = State::End;
                }
                (State::AfterRow, b',') => {
                    self.take()?;
                    return match self.peek_sign()? {
                        Some(b']') => {
                            Err(self.broken("a row is expected after the comma").with_help("remove the comma"))
                        }
                        Some(_) => self.row().map(Some),
                        None => continue,
                    };
                }
                (State::AfterOpening, _) => return self.row().map(Some),
                (State::AfterRow, _) => {
                    return Err(self.broken("`,` or `]` is expected").with_help("put a comma between two rows"));
                }
                (State::End, _) => {
                    return Err(self.broken("the list has ended before").with_help("a file holds one list"));
                }
            }
        }
    }

    /// Reads one element of the list.
    fn row(&mut self) -> Result<(Place, Map), DataError> {
        let place = self.place.clone();
        let before = self.line.clone();
        self.collect()?;
        self.state = State::AfterRow;
        match json::object(&self.buffer, &mut self.names) {
            Ok(values) => Ok((place, values)),
            Err(fault) => {
                let head = self.buffer.get(..fault.offset).unwrap_or_default();
                let rows = head.iter().filter(|byte| **byte == b'\n').count();
                let start = head.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
                let rest = self.buffer.get(start..).unwrap_or_default();
                let rest = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
                let prefix = if rows == 0 { before } else { Vec::new() };
                let line = [&*prefix, rest].concat();
                let place = Place { line: place.line + rows as u64, ..place };
                let error = DataError::broken(place, fault.message);
                let error = error.at(&line, Some(prefix.len() + fault.offset - start));
                Err(match fault.help {
                    Some(help) => error.with_help(help),
                    None => error,
                })
            }
        }
    }

    /// Takes the bytes of one element: up to the bracket that closes it, or to what ends a bare value.
    fn collect(&mut self) -> Result<(), DataError> {
        self.buffer.clear();
        let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
        while let Some(byte) = self.peek()? {
            if depth == 0 && !in_text && matches!(byte, b',' | b']' | b'}') {
                break;
            }
            self.buffer.push(byte);
            self.take()?;
            if self.buffer.len() > LONGEST_ROW {
                let message = format!("a row is longer than {} MiB", LONGEST_ROW >> 20);
                return Err(self.broken(message).with_help("perhaps a quote or a bracket is not closed"));
            }
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if in_text => is_escaped = true,
                b'"' => in_text = !in_text,
                b'{' | b'[' if !in_text => depth += 1,
                b'}' | b']' if !in_text => depth -= 1,
                _ => {}
            }
            if depth == 0 && !in_text && matches!(byte, b'}' | b']') {
                break;
            }
        }
        Ok(())
    }

    /// The next byte that is no white space.
    fn peek_sign(&mut self) -> Result<Option<u8>, DataError> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.take()?;
        }
        Ok(None)
    }

    fn peek(&mut self) -> Result<Option<u8>, DataError> {
        match self.bytes.fill_buf() {
            Ok(buffer) => Ok(buffer.first().copied()),
            Err(error) => Err(DataError::of_reading(self.place.clone(), &error)),
        }
    }

    /// Goes past the byte that was peeked at.
    fn take(&mut self) -> Result<(), DataError> {
        let Some(byte) = self.peek()? else { return Ok(()) };
        self.bytes.consume(1);
        if byte == b'\n' {
            self.place.line += 1;
            self.line.clear();
        } else if self.line.len() < KEPT {
            self.line.push(byte);
        }
        Ok(())
    }

    fn broken(&self, message: impl Into<String>) -> DataError {
        let mut error = DataError::broken(self.place.clone(), message);
        if self.line.len() < KEPT {
            error = error.at(&self.line, Some(self.line.len()));
        }
        error
    }
}
