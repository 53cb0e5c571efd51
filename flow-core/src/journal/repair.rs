use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::disk::{Disk, Opening};
use super::error::Error;
use super::frame::{self, AROUND, Start};
use super::log::{lock, with_ending};
use super::reader::{Reader, Tail};
use super::source::{Found, Source};
use super::system::SystemDisk;

/// Frames are written in groups of about this many bytes.
const GROUP: usize = 1 << 20;

/// What became of a damaged journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// How many records are in the journal now.
    pub kept_records: u64,
    /// The stretches of the damaged file in which no whole record was found, in bytes. Each held a record at least, or
    /// a part of one, or marks of the writer's.
    pub lost_ranges: Vec<Range<u64>>,
    /// The damaged file; `None` if the journal was sound, and was left as it is.
    pub damaged: Option<PathBuf>,
}

impl Repaired {
    /// How many bytes of the damaged file are lost.
    #[must_use]
    pub fn lost_bytes(&self) -> u64 {
        self.lost_ranges.iter().map(|range| range.end - range.start).sum()
    }
}

/// Makes a sound journal of a damaged one: all whole records, in their order. The damaged file is kept beside it with the
/// ending `.damaged` (or `.damaged-2`, …, where that is taken). A crash on the way leaves the damaged journal as it was.
///
/// Behind damage, a record is looked for at every byte, and known by its checksum. Where a payload holds the bytes of a
/// frame, which no JSON and no other text without NUL does, a part of a lost record may be taken for one.
///
/// # Errors
/// The file cannot be read, is not a journal, or one of another version; it is locked; or the disk fails.
pub fn repair(path: &Path) -> Result<Repaired, Error> {
    repair_on(&SystemDisk::default(), path)
}

pub(super) fn repair_on(disk: &dyn Disk, path: &Path) -> Result<Repaired, Error> {
    let _lock = lock(disk, path)?;
    if let Some(kept_records) = count_if_sound(disk, path)? {
        return Ok(Repaired { kept_records, lost_ranges: Vec::new(), damaged: None });
    }
    let mut source = Source::open(disk, path, Opening::Read)?;
    let beside = with_ending(path, ".repaired");
    let (kept_records, lost_ranges) = salvage(disk, &mut source, &beside)?;
    let damaged = keep(disk, path)?;
    disk.rename(&beside, path).map_err(Error::disk(path, "replace"))?;
    disk.sync_folder(path).map_err(Error::disk(path, "sync the folder of"))?;
    Ok(Repaired { kept_records, lost_ranges, damaged: Some(damaged) })
}

/// The number of records of a journal that is sound.
fn count_if_sound(disk: &dyn Disk, path: &Path) -> Result<Option<u64>, Error> {
    let damage = |error| if matches!(error, Error::Corrupt { .. }) { Ok(None) } else { Err(error) };
    let mut reader = match Reader::open_on(disk, path, Opening::Read) {
        Ok(reader) => reader,
        Err(error) => return damage(error),
    };
    match reader.by_ref().try_fold(0, |count, record| record.map(|_| count + 1)) {
        Ok(count) => Ok((reader.tail() == Some(Tail::Clean)).then_some(count)),
        Err(error) => damage(error),
    }
}

/// Copies all whole records into a new file, which is on disk when this returns.
fn salvage(disk: &dyn Disk, source: &mut Source, beside: &Path) -> Result<(u64, Vec<Range<u64>>), Error> {
    let mut file = disk.open(beside, Opening::Over).map_err(Error::disk(beside, "create"))?;
    let mut end = 0;
    let mut write = |group: &mut Vec<u8>| {
        let written = file.write_at(end, group).map_err(Error::disk(beside, "write"));
        end += group.len() as u64;
        group.clear();
        written
    };
    let mut group = frame::header().to_vec();
    let mut records = 0;
    let mut lost: Vec<Range<u64>> = Vec::new();
    let header = frame::header().len() as u64;
    let mut offset = header.min(source.length());
    if offset > 0 && source.start()? != Start::Whole {
        lost.push(0..offset);
    }
    loop {
        match source.at(offset)? {
            Found::Record(payload) => {
                frame::push(&mut group, payload);
                records += 1;
                offset += (AROUND + payload.len()) as u64;
                if group.len() >= GROUP {
                    write(&mut group)?;
                }
            }
            Found::Mark => offset += AROUND as u64,
            Found::End => break,
            Found::Bad => {
                match lost.last_mut() {
                    Some(range) if range.end == offset => range.end += 1,
                    _ => lost.push(offset..offset + 1),
                }
                offset += 1;
            }
        }
    }
    // All of it is on disk before it takes the journal's place, which is what the mark says.
    group.extend_from_slice(&frame::mark());
    write(&mut group)?;
    file.sync().map_err(Error::disk(beside, "sync"))?;
    Ok((records, lost))
}

/// Gives the damaged journal a second name that is free.
fn keep(disk: &dyn Disk, path: &Path) -> Result<PathBuf, Error> {
    let mut number = 1;
    loop {
        let ending = if number == 1 { ".damaged".to_owned() } else { format!(".damaged-{number}") };
        let name = with_ending(path, &ending);
        match disk.keep(path, &name) {
            Ok(()) => return Ok(name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(Error::disk(&name, "keep the damaged journal as")(error)),
        }
    }
}
