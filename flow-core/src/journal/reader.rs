use std::path::Path;

use super::disk::{Disk, Opening};
use super::error::Error;
use super::frame::{self, AROUND, Start};
use super::source::{Found, Source};
use super::system::SystemDisk;

/// Reads the records of a journal in their order, without holding more than one of them. A journal that is being
/// written may be read: its records are those that were written when it was opened.
///
/// The first record that is bad ends the journal, or is an error, as the module says; nothing comes after an error.
#[derive(Debug)]
pub struct Reader {
    source: Source,
    offset: u64,
    /// Where the last mark stands: up to there everything was synced.
    synced: u64,
    /// How the journal ends, once that is known.
    tail: Option<Tail>,
    /// Whether nothing more is read.
    ended: bool,
}

/// A record of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where its frame begins, in bytes from the start of the file.
    pub offset: u64,
    /// What was appended.
    pub payload: Vec<u8>,
}

/// How a journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// With a whole record.
    Clean,
    /// With what a crash left of records that nobody was promised.
    Torn {
        /// Where the first of them begins, in bytes from the start of the file; zero if the header itself is torn.
        offset: u64,
        /// How many bytes stand there.
        bytes: u64,
    },
}

impl Reader {
    /// Opens a journal.
    ///
    /// # Errors
    /// The file cannot be read, is no journal, is one of another version, or has a damaged header.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::open_on(&SystemDisk::default(), path, Opening::Read)
    }

    pub(super) fn open_on(disk: &dyn Disk, path: &Path, opening: Opening) -> Result<Self, Error> {
        let mut source = Source::open(disk, path, opening)?;
        let path = || path.to_owned();
        let tail = match source.start()? {
            Start::Whole => None,
            Start::Torn => Some(Tail::Torn { offset: 0, bytes: source.length() }),
            Start::Damaged => return Err(Error::Corrupt { path: path(), offset: 0 }),
            Start::Other(version) => return Err(Error::OtherVersion { path: path(), version }),
            // Where the first sector is lost, the marks still tell what the file is.
            Start::Foreign if source.has_mark_from(0)? => return Err(Error::Corrupt { path: path(), offset: 0 }),
            Start::Foreign => return Err(Error::NotJournal { path: path() }),
        };
        let offset = frame::header().len() as u64;
        Ok(Self { source, offset, synced: 0, ended: tail.is_some(), tail })
    }

    /// The record whose frame begins at an offset that this or another reader gave. What is read one after the other goes on as before.
    ///
    /// # Errors
    /// The file cannot be read, or there is no whole record.
    pub fn at(&mut self, offset: u64) -> Result<Record, Error> {
        match self.source.at(offset)? {
            Found::Record(payload) => Ok(Record { offset, payload: payload.to_vec() }),
            _ => Err(Error::Corrupt { path: self.source.path().to_owned(), offset }),
        }
    }

    /// How the journal ends; `None` before its end was reached, and where an error came in between.
    #[must_use]
    pub fn tail(&self) -> Option<Tail> {
        self.tail
    }

    /// Where the next record begins, or the records end.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Up to where everything was synced, as the last mark says.
    pub(super) fn synced(&self) -> u64 {
        self.synced
    }

    pub(super) fn into_source(self) -> Source {
        self.source
    }

    /// Goes on to the next record.
    fn step(&mut self) -> Result<Option<Record>, Error> {
        loop {
            let offset = self.offset;
            match self.source.at(offset)? {
                Found::Record(payload) => {
                    self.offset += (AROUND + payload.len()) as u64;
                    return Ok(Some(Record { offset, payload: payload.to_vec() }));
                }
                Found::Mark => {
                    self.synced = offset;
                    self.offset += AROUND as u64;
                }
                Found::End => {
                    self.tail = Some(Tail::Clean);
                    return Ok(None);
                }
                Found::Bad => break,
            }
        }
        let offset = self.offset;
        if self.source.has_mark_from(offset)? {
            return Err(Error::Corrupt { path: self.source.path().to_owned(), offset });
        }
        self.tail = Some(Tail::Torn { offset, bytes: self.source.length() - offset });
        Ok(None)
    }
}

impl Iterator for Reader {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let step = self.step();
        self.ended = !matches!(step, Ok(Some(_)));
        step.transpose()
    }
}
