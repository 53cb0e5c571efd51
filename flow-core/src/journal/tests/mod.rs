mod crash;
mod damage;
mod failure;
mod memory;
mod power;
mod repair;
mod write;

use std::path::Path;
use std::time::Duration;

use super::disk::{Disk, Opening};
use super::log::Log;
use super::{Error, Reader, Settings, Tail, frame};

/// Where the journals of disks in memory lie.
const JOURNAL: &str = "run/journal.log";

/// Settings with which only callers ask for syncs.
fn quiet() -> Settings {
    Settings { sync_every: Duration::from_hours(1), sync_bytes: u64::MAX, ..Settings::default() }
}

/// The payload of a record by its number: from empty to a few hundred bytes, some of them zeros.
fn payload(number: usize) -> Vec<u8> {
    let length = [0, 1, 7, 40, 300][number % 5];
    let text = format!("{{\"record\":{number}}}");
    text.bytes().chain(std::iter::repeat(0)).take(length).chain((number as u32).to_le_bytes()).collect()
}

fn payloads(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(payload).collect()
}

/// What reading gives: all payloads and how the journal ends.
type Read = Result<(Vec<Vec<u8>>, Tail), Error>;

fn read_on(disk: &dyn Disk, path: &Path) -> Read {
    let mut reader = Reader::open_on(disk, path, Opening::Read)?;
    let records: Result<Vec<_>, _> = reader.by_ref().map(|record| record.map(|record| record.payload)).collect();
    Ok((records?, reader.tail().unwrap()))
}

fn read(path: &Path) -> Read {
    read_on(&super::system::SystemDisk::default(), path)
}

/// One frame for each payload.
fn frames(payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut group = Vec::new();
    payloads.iter().for_each(|payload| frame::push(&mut group, payload));
    group
}

/// Writes a journal as a writer does that syncs after each group.
fn write_groups(disk: &dyn Disk, path: &Path, groups: &[&[Vec<u8>]]) {
    let mut log = Log::create(disk, path).unwrap();
    for group in groups {
        log.append(&frames(group)).unwrap();
        log.sync().unwrap();
        log.mark().unwrap();
    }
}
