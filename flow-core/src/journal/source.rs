use std::path::{Path, PathBuf};

use super::disk::{Disk, DiskFile, Opening};
use super::error::Error;
use super::frame::{self, AROUND, Length, Start};

/// How much is read at once, if not more is needed.
const CHUNK: u64 = 256 << 10;

/// How much of it lies before what is asked for. Rows end in about the order in which they began, and are read in the data's order, so
/// that the next one asked for may stand a little before.
const BEFORE: u64 = 64 << 10;

/// A file, as long as it was when it was opened, from which frames are read at any offset. No more of it is held than a
/// chunk, or the largest record.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    length: u64,
    window: Vec<u8>,
    window_start: u64,
}

/// What stands at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found<'a> {
    Record(&'a [u8]),
    Mark,
    /// The file ends here.
    End,
    Bad,
}

impl Source {
    pub(super) fn open(disk: &dyn Disk, path: &Path, opening: Opening) -> Result<Self, Error> {
        let mut file = disk.open(path, opening).map_err(Error::disk(path, "open"))?;
        let length = file.length().map_err(Error::disk(path, "read"))?;
        Ok(Self { path: path.to_owned(), file, length, window: Vec::new(), window_start: 0 })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn into_file(self) -> Box<dyn DiskFile> {
        self.file
    }

    /// What the first bytes say.
    pub(super) fn start(&mut self) -> Result<Start, Error> {
        let length = self.length;
        Ok(frame::start(self.bytes(0, length.min(frame::header().len() as u64))?, length))
    }

    /// What stands at an offset.
    pub(super) fn at(&mut self, offset: u64) -> Result<Found<'_>, Error> {
        let left = self.length.saturating_sub(offset);
        if left == 0 {
            return Ok(Found::End);
        }
        if left < AROUND as u64 {
            return Ok(Found::Bad);
        }
        let length = match self.bytes(offset, 4)?.first_chunk() {
            Some(bytes) => frame::length(*bytes),
            None => Length::Impossible,
        };
        match length {
            Length::Record(length) if left >= (AROUND + length) as u64 => {
                let whole = self.bytes(offset, (AROUND + length) as u64)?;
                Ok(frame::payload(whole).map_or(Found::Bad, Found::Record))
            }
            Length::Mark if self.bytes(offset, AROUND as u64)? == frame::mark() => Ok(Found::Mark),
            _ => Ok(Found::Bad),
        }
    }

    /// Whether there is a mark at or behind an offset.
    pub(super) fn has_mark_from(&mut self, mut offset: u64) -> Result<bool, Error> {
        let mark = frame::mark();
        while self.length.saturating_sub(offset) >= mark.len() as u64 {
            let bytes = self.bytes(offset, CHUNK.min(self.length - offset))?;
            if memchr::memmem::find(bytes, &mark).is_some() {
                return Ok(true);
            }
            offset += (bytes.len() - mark.len() + 1) as u64;
        }
        Ok(false)
    }

    /// Cuts the file.
    pub(super) fn truncate(&mut self, length: u64) -> Result<(), Error> {
        self.file.truncate(length).map_err(Error::disk(&self.path, "cut"))?;
        self.length = length;
        self.window.clear();
        Ok(())
    }

    /// Writes a stretch of the file again as it is, so that a sync has it to write.
    pub(super) fn rewrite(&mut self, from: u64, to: u64) -> Result<(), Error> {
        let mut offset = from;
        while offset < to {
            let bytes = self.bytes(offset, CHUNK.min(to - offset))?.to_vec();
            self.file.write_at(offset, &bytes).map_err(Error::disk(&self.path, "write"))?;
            offset += bytes.len() as u64;
        }
        Ok(())
    }

    /// Bytes of the file; they must be within it.
    fn bytes(&mut self, offset: u64, count: u64) -> Result<&[u8], Error> {
        let end = self.window_start + self.window.len() as u64;
        if offset < self.window_start || offset + count > end {
            // A frame is at most as long as the largest record, so that this fits into memory.
            let start = offset.saturating_sub(BEFORE);
            let wanted = (offset - start + count).max(CHUNK).min(self.length - start);
            self.window.resize(usize::try_from(wanted).unwrap_or(usize::MAX), 0);
            self.window_start = start;
            if let Err(error) = self.file.read_at(start, &mut self.window) {
                self.window.clear();
                return Err(Error::disk(&self.path, "read")(error));
            }
        }
        let start = usize::try_from(offset - self.window_start).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(&self.window[start..start + count])
    }
}
