//! Files as crashes, disks and people leave them.

use std::path::Path;

use super::memory::MemoryDisk;
use super::{JOURNAL, Read, frames, payloads, read_on, write_groups};
use crate::journal::log::Log;
use crate::journal::{Error, Tail, frame};

/// A closed journal of ten records in groups of one, two and seven, and where its frames begin.
fn closed() -> (Vec<u8>, Vec<usize>) {
    let disk = MemoryDisk::default();
    let records = payloads(10);
    write_groups(&disk, Path::new(JOURNAL), &[&records[..1], &records[1..3], &records[3..]]);
    let bytes = disk.content(JOURNAL).unwrap();
    let reader = crate::journal::Reader::open_on(&disk, Path::new(JOURNAL), crate::journal::disk::Opening::Read);
    (bytes, reader.unwrap().map(|record| record.unwrap().offset as usize).collect())
}

/// What reading gives, and what resuming leaves.
fn outcome(bytes: &[u8]) -> (Read, MemoryDisk) {
    let disk = MemoryDisk::default();
    disk.put(JOURNAL, bytes);
    let read = read_on(&disk, Path::new(JOURNAL));
    match (&read, Log::resume(&disk, Path::new(JOURNAL))) {
        (Ok((records, tail)), Ok((_, resumed))) => {
            assert_eq!(resumed, *tail, "both judge alike");
            assert_eq!(read_on(&disk, Path::new(JOURNAL)).unwrap(), (records.clone(), Tail::Clean));
        }
        (Err(error), Err(resumed)) => {
            assert_eq!(resumed.to_string(), error.to_string());
            assert_eq!(disk.content(JOURNAL).unwrap(), bytes, "what is refused stays as it is");
        }
        (read, resumed) => panic!("{read:?} but {resumed:?}"),
    }
    (read, disk)
}

#[test]
fn whatever_a_cut_leaves_is_read_and_the_rest_is_counted() {
    let (bytes, starts) = closed();
    for cut in 0..bytes.len() {
        let (records, tail) = outcome(&bytes[..cut]).0.unwrap();
        let whole =
            starts.iter().zip(payloads(10)).filter(|(start, payload)| **start + 8 + payload.len() <= cut).count();
        assert_eq!(records, payloads(whole), "cut at {cut}");
        match tail {
            Tail::Clean => assert!(cut >= 16),
            Tail::Torn { offset, bytes } => assert_eq!(offset + bytes, cut as u64),
        }
    }
}

#[test]
fn a_changed_byte_in_any_record_of_a_closed_journal_is_found_and_placed() {
    let (bytes, starts) = closed();
    let end = bytes.len() - frame::mark().len();
    for place in starts[0]..end {
        for change in [0x01, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[place] ^= change;
            let error = outcome(&changed).0.unwrap_err();
            let Error::Corrupt { offset, .. } = &error else { panic!("{place}: {error}") };
            // The byte lies in a record, or in a mark between two of them.
            let offset = *offset as usize;
            assert!(offset <= place && bytes[offset..=place].len() <= 320, "{place} told as {offset}");
        }
    }
    for place in end..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x10;
        let torn = Tail::Torn { offset: end as u64, bytes: 8 };
        assert_eq!(outcome(&changed).0.unwrap(), (payloads(10), torn), "no record is touched");
    }
}

#[test]
fn what_was_not_synced_may_be_anything() {
    let (bytes, _) = closed();
    let group = frames(&payloads(3));
    for place in 0..group.len() {
        let mut torn = group.clone();
        torn[place] ^= 0x55;
        let (records, tail) = outcome(&[&*bytes, &torn].concat()).0.unwrap();
        assert!(records.len() >= 10 && matches!(tail, Tail::Torn { .. }), "good records behind a bad one are torn too");
    }
    let garbage: [&[u8]; 7] =
        [&[0; 1], &[0; 7], &[0; 4096], &[0xff; 100], b"\n", b"{\"a\": 1}\n", &[3, 0, 0, 0, 1, 2, 3]];
    for garbage in garbage {
        let (records, tail) = outcome(&[&*bytes, garbage].concat()).0.unwrap();
        assert_eq!(records, payloads(10));
        assert_eq!(tail, Tail::Torn { offset: bytes.len() as u64, bytes: garbage.len() as u64 });
    }
}

#[test]
fn missing_and_doubled_stretches_are_damage() {
    let (bytes, starts) = closed();
    let without = [&bytes[..starts[2] + 3], &bytes[starts[3] + 5..]].concat();
    assert!(matches!(outcome(&without).0, Err(Error::Corrupt { offset, .. }) if offset == starts[2] as u64));
    let with = [&bytes[..starts[2] + 3], b"more", &bytes[starts[2] + 3..]].concat();
    assert!(matches!(outcome(&with).0, Err(Error::Corrupt { .. })));
}

#[test]
fn the_start_of_a_file_says_what_it_is() {
    let message = |bytes: &[u8]| outcome(bytes).0.map(drop).unwrap_err().to_string();
    let (bytes, _) = closed();
    let mut other = bytes.clone();
    other[..16].copy_from_slice(&frame::header_of(7));
    let other_version = "`run/journal.log` is a journal of format 7, and this flow reads format 1; use the version of flow \
                         that wrote it";
    assert_eq!(message(&other), other_version);
    assert_eq!(message(&other[..16]), other_version);
    for place in 0..16 {
        let mut changed = bytes.clone();
        changed[place] ^= 0x04;
        let damaged = "`run/journal.log` is damaged at byte 0, inside of what had been safely written; `flow runs rebuild \
                       --repair` salvages all records that are whole and keeps the damaged file beside";
        assert_eq!(message(&changed), damaged, "byte {place}");
    }
    assert_eq!(message(&[&[0; 16], &bytes[16..]].concat()), message(&[&[1; 16], &bytes[16..]].concat()));
    for foreign in [&b"{\"a\": 1}\n"[..], b"PAR1 and more bytes than a header", &[0; 17]] {
        assert_eq!(message(foreign), "`run/journal.log` is not a journal of flow");
    }
}

#[test]
fn a_file_that_was_being_created_is_begun_anew() {
    let header = frame::header();
    let zeros = |kept: usize| [&header[..kept], &vec![0; 16 - kept]].concat();
    let starts = (0..16).map(|cut| header[..cut].to_vec()).chain((0..16).map(zeros));
    for start in starts {
        let (read, disk) = outcome(&start);
        assert_eq!(read.unwrap(), (Vec::new(), Tail::Torn { offset: 0, bytes: start.len() as u64 }));
        assert_eq!(disk.content(JOURNAL).unwrap(), header);
    }
}
