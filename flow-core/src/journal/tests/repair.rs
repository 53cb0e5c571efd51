use std::path::Path;

use super::memory::{MemoryDisk, Random};
use super::{JOURNAL, payloads, read_on, write_groups};
use crate::journal::repair::{Repaired, repair_on};
use crate::journal::{Error, Tail, frame};

/// A disk with a damaged journal, and what it held before.
fn damaged(damage: impl FnOnce(&mut Vec<u8>)) -> (MemoryDisk, Vec<u8>) {
    let source = MemoryDisk::default();
    let records = payloads(20);
    write_groups(&source, Path::new(JOURNAL), &[&records[..5], &records[5..]]);
    let mut bytes = source.content(JOURNAL).unwrap();
    damage(&mut bytes);
    let disk = MemoryDisk::default();
    disk.put(JOURNAL, &bytes);
    (disk, bytes)
}

/// Where a record's frame begins.
fn start_of(number: usize) -> usize {
    let marks = if number >= 5 { 8 } else { 0 };
    16 + marks + payloads(number).iter().map(|payload| payload.len() + 8).sum::<usize>()
}

fn repaired(disk: &MemoryDisk) -> Repaired {
    let repaired = repair_on(disk, Path::new(JOURNAL)).unwrap();
    let (records, tail) = read_on(disk, Path::new(JOURNAL)).unwrap();
    assert_eq!((records.len() as u64, tail), (repaired.kept_records, Tail::Clean));
    repaired
}

#[test]
fn all_whole_records_are_kept_and_the_rest_is_told() {
    let (disk, bytes) = damaged(|bytes| {
        bytes[start_of(3) + 9] ^= 1;
        bytes[start_of(7)..start_of(9)].fill(0xee);
        bytes.truncate(start_of(19) + 2);
    });
    let repaired = repaired(&disk);
    let lost = [start_of(3)..start_of(4), start_of(7)..start_of(9), start_of(19)..start_of(19) + 2];
    assert_eq!(repaired.lost_ranges, lost.clone().map(|range| range.start as u64..range.end as u64));
    assert_eq!(repaired.lost_bytes(), lost.iter().map(|range| range.len() as u64).sum::<u64>());
    let kept: Vec<_> = payloads(20).into_iter().enumerate().filter(|(at, _)| ![3, 7, 8, 19].contains(at)).collect();
    let kept: Vec<_> = kept.into_iter().map(|(_, payload)| payload).collect();
    assert_eq!(read_on(&disk, Path::new(JOURNAL)).unwrap().0, kept);
    assert_eq!(disk.content("run/journal.log.damaged").unwrap(), bytes);
    assert_eq!(disk.content("run/journal.log.repaired"), None);
}

#[test]
fn a_sound_journal_is_left_alone_and_earlier_damage_is_kept() {
    let (disk, bytes) = damaged(|_| ());
    let sound = Repaired { kept_records: 20, lost_ranges: Vec::new(), damaged: None };
    assert_eq!(repaired(&disk), sound);
    assert_eq!(disk.content(JOURNAL).unwrap(), bytes);
    for name in ["run/journal.log.damaged", "run/journal.log.damaged-2", "run/journal.log.damaged-3"] {
        let mut bytes = disk.content(JOURNAL).unwrap();
        bytes[20] ^= 1;
        disk.put(JOURNAL, &bytes);
        assert_eq!(repaired(&disk).damaged.as_deref(), Some(Path::new(name)));
        assert_eq!(disk.content(name).unwrap(), bytes);
    }
}

#[test]
fn journals_without_their_header_are_salvaged_and_other_files_refused() {
    let header = 0..16;
    for damage in [0..1, 0..16, 8..12] {
        let (disk, _) = damaged(|bytes| bytes[damage].iter_mut().for_each(|byte| *byte ^= 0x21));
        let repaired = repaired(&disk);
        assert_eq!((repaired.kept_records, repaired.lost_ranges), (20, vec![header.clone()]));
    }
    let (disk, _) = damaged(|bytes| bytes[..16].copy_from_slice(&frame::header_of(2)));
    assert!(matches!(repair_on(&disk, Path::new(JOURNAL)), Err(Error::OtherVersion { version: 2, .. })));
    disk.put(JOURNAL, b"no journal, but a text that somebody needs");
    assert!(matches!(repair_on(&disk, Path::new(JOURNAL)), Err(Error::NotJournal { .. })));
    disk.put(JOURNAL, b"");
    assert_eq!(repaired(&disk).lost_bytes(), 0);
}

#[test]
fn a_failure_on_the_way_loses_nothing() {
    for seed in 0..200 {
        for at in 1.. {
            let (disk, bytes) = damaged(|bytes| bytes[start_of(11) + 5] ^= 1);
            disk.fail_at(Some(at), true);
            let outcome = repair_on(&disk, Path::new(JOURNAL));
            disk.fail_at(None, false);
            disk.lose_power(&mut Random(seed));
            let left = disk.content(JOURNAL).unwrap();
            if outcome.is_ok() {
                assert_ne!(left, bytes);
                break;
            }
            assert!(left == bytes || disk.content("run/journal.log.damaged").unwrap() == bytes, "at {at}, seed {seed}");
            let _ = repair_on(&disk, Path::new(JOURNAL)).unwrap();
            assert_eq!(read_on(&disk, Path::new(JOURNAL)).unwrap().0.len(), 19, "at {at}, seed {seed}");
        }
    }
}
