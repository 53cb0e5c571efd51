//! A disk in memory that loses power, or fails at its n-th operation.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::journal::disk::{Disk, DiskFile, Opening};

/// Numbers that look random and are the same for a seed.
#[derive(Debug, Clone)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct MemoryDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    /// What happened to names since the last sync of the folder: a name got a file, or lost it.
    unsynced_names: Vec<Vec<(PathBuf, Option<usize>)>>,
    locked: BTreeSet<PathBuf>,
    operations: u64,
    fail_at: Option<u64>,
    fails_for_ever: bool,
    /// How many operations were tried at and after the first that failed.
    after_failure: u64,
}

#[derive(Debug, Default)]
struct Content {
    seen: Vec<u8>,
    synced: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

fn write(bytes: &mut Vec<u8>, offset: usize, written: &[u8]) {
    let end = offset + written.len();
    bytes.resize(bytes.len().max(end), 0);
    bytes[offset..end].copy_from_slice(written);
}

impl State {
    /// Counts an operation, which may be one that fails.
    fn operate(&mut self) -> io::Result<()> {
        self.operations += 1;
        let fails = self.fail_at.is_some_and(|at| self.operations == at || self.fails_for_ever && self.operations > at);
        self.after_failure += u64::from(fails || self.after_failure > 0);
        if fails { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn rename(&mut self, changes: Vec<(PathBuf, Option<usize>)>) {
        apply(&mut self.names, &changes);
        self.unsynced_names.push(changes);
    }
}

fn apply(names: &mut BTreeMap<PathBuf, usize>, changes: &[(PathBuf, Option<usize>)]) {
    for (name, file) in changes {
        match file {
            Some(file) => names.insert(name.clone(), *file),
            None => names.remove(name),
        };
    }
}

impl MemoryDisk {
    /// Lets the n-th operation from now on fail, and those after it too, if so told.
    pub(super) fn fail_at(&self, at: Option<u64>, for_ever: bool) {
        let mut state = self.0.lock().unwrap();
        (state.operations, state.after_failure) = (0, 0);
        (state.fail_at, state.fails_for_ever) = (at, for_ever);
    }

    /// How many operations were tried at and after the first that failed.
    pub(super) fn after_failure(&self) -> u64 {
        self.0.lock().unwrap().after_failure
    }

    pub(super) fn content(&self, path: &str) -> Option<Vec<u8>> {
        let state = self.0.lock().unwrap();
        state.names.get(Path::new(path)).map(|file| state.files[*file].seen.clone())
    }

    /// Puts a file in its place, safely.
    pub(super) fn put(&self, path: &str, bytes: &[u8]) {
        let mut state = self.0.lock().unwrap();
        let file = state.files.len();
        state.files.push(Content { seen: bytes.to_vec(), synced: bytes.to_vec(), unsynced: Vec::new() });
        state.names.insert(path.into(), file);
        state.synced_names.insert(path.into(), file);
    }

    /// The machine loses its power: of what was not synced, anything may be there or not.
    pub(super) fn lose_power(&self, random: &mut Random) {
        let mut state = self.0.lock().unwrap();
        let state = &mut *state;
        let kept = random.below(state.unsynced_names.len() + 1);
        for changes in state.unsynced_names.drain(..).take(kept) {
            apply(&mut state.synced_names, &changes);
        }
        state.names = state.synced_names.clone();
        state.locked.clear();
        for file in &mut state.files {
            let sector = [1, 8, 64, 512][random.below(4)];
            let lost_of_ten = [0, 1, 5, 10][random.below(4)];
            let end = file.seen.len();
            for change in file.unsynced.drain(..) {
                match change {
                    Change::Truncate(length) if random.below(2) == 0 => file.synced.truncate(length),
                    Change::Truncate(_) => {}
                    Change::Write(offset, bytes) => {
                        for (number, part) in bytes.chunks(sector).enumerate() {
                            if random.below(10) >= lost_of_ten {
                                write(&mut file.synced, offset + number * sector, part);
                            }
                        }
                    }
                }
            }
            if random.below(2) == 0 {
                // The length got to the disk, the content did not.
                file.synced.resize(file.synced.len().max(end), 0);
            }
            file.seen = file.synced.clone();
        }
    }
}

impl Disk for MemoryDisk {
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.0.lock().unwrap();
        let found = state.names.get(path).copied();
        let file = match (opening, found) {
            (Opening::Read | Opening::Existing, Some(file)) => file,
            (Opening::Read | Opening::Existing, None) => return Err(io::ErrorKind::NotFound.into()),
            (Opening::New, Some(_)) => return Err(io::ErrorKind::AlreadyExists.into()),
            (Opening::New, None) | (Opening::Over, _) => {
                state.operate()?;
                let file = state.files.len();
                state.files.push(Content::default());
                state.rename(vec![(path.into(), Some(file))]);
                file
            }
        };
        drop(state);
        Ok(Box::new(MemoryFile { disk: self.clone(), file }))
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        let mut state = self.0.lock().unwrap();
        state.operate()?;
        let is_free = state.locked.insert(path.into());
        Ok(is_free.then(|| Box::new(Guard { disk: self.clone(), path: path.into() }) as _))
    }

    fn keep(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        if state.names.contains_key(to) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.operate()?;
        let file = state.names[from];
        state.rename(vec![(to.into(), Some(file))]);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.operate()?;
        let file = state.names[from];
        state.rename(vec![(to.into(), Some(file)), (from.into(), None)]);
        Ok(())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.operate()?;
        state.unsynced_names.clear();
        state.synced_names = state.names.clone();
        Ok(())
    }
}

#[derive(Debug)]
struct Guard {
    disk: MemoryDisk,
    path: PathBuf,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.disk.0.lock().unwrap().locked.remove(&self.path);
    }
}

#[derive(Debug)]
struct MemoryFile {
    disk: MemoryDisk,
    file: usize,
}

impl DiskFile for MemoryFile {
    fn length(&mut self) -> io::Result<u64> {
        Ok(self.disk.0.lock().unwrap().files[self.file].seen.len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let state = self.disk.0.lock().unwrap();
        let bytes = state.files[self.file].seen.get(offset as usize..).and_then(|bytes| bytes.get(..buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.0.lock().unwrap();
        let outcome = state.operate();
        // A disk that is full took a part.
        let bytes = if outcome.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        let file = &mut state.files[self.file];
        write(&mut file.seen, offset as usize, bytes);
        file.unsynced.push(Change::Write(offset as usize, bytes.to_vec()));
        outcome
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.0.lock().unwrap();
        let outcome = state.operate();
        if outcome.is_err() && state.fails_for_ever {
            // The machine is going down: a part may still get there.
            return outcome;
        }
        let file = &mut state.files[self.file];
        for change in file.unsynced.drain(..) {
            match change {
                // As on Linux: what could not be written counts as written from now on, and is still seen.
                Change::Write(..) if outcome.is_err() => {}
                Change::Write(offset, bytes) => write(&mut file.synced, offset, &bytes),
                Change::Truncate(length) => file.synced.truncate(length),
            }
        }
        outcome
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        let mut state = self.disk.0.lock().unwrap();
        state.operate()?;
        let file = &mut state.files[self.file];
        file.seen.truncate(length as usize);
        file.unsynced.push(Change::Truncate(length as usize));
        Ok(())
    }
}
