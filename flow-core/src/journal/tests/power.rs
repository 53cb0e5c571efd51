//! Losses of power: what was promised is there, and what is there has no gap.

use std::path::Path;

use super::memory::{MemoryDisk, Random};
use super::{JOURNAL, frames, payload, read_on};
use crate::journal::log::Log;
use crate::journal::{Error, Tail};

/// Appends, syncs and marks until the disk fails; gives the number of records that were appended and promised.
fn write_on(log: &mut Log, random: &mut Random, first: usize, most: usize) -> (usize, usize) {
    let (mut appended, mut promised) = (first, first);
    while appended < first + most {
        let group: Vec<_> = (0..1 + random.below(4)).map(|more| payload(appended + more)).collect();
        // Even a write that failed may have left records.
        appended += group.len();
        if log.append(&frames(&group)).is_err() {
            break;
        }
        if random.below(3) == 0 {
            if log.sync().is_err() {
                break;
            }
            promised = appended;
            if log.mark().is_err() {
                break;
            }
        }
    }
    (appended, promised)
}

/// Resumes, and looks at what is there. Several losses of power follow each other.
fn lives(seed: u64, is_lost: bool) {
    let mut random = Random(seed);
    let disk = MemoryDisk::default();
    let path = Path::new(JOURNAL);
    let (mut appended, mut promised, mut is_created) = (0, 0, false);
    for life in 0..6 {
        disk.fail_at(Some(1 + random.below(40) as u64), random.below(2) == 0);
        let log = match Log::resume(&disk, path) {
            Ok((log, _)) => Ok(log),
            Err(Error::Disk { cause, .. }) if cause.kind() == std::io::ErrorKind::NotFound && !is_created => {
                Log::create(&disk, path)
            }
            Err(error) => Err(error),
        };
        match log {
            Ok(mut log) => {
                is_created = true;
                let (records, tail) = read_on(&disk, path).unwrap();
                assert_eq!(tail, Tail::Clean);
                // All that a resumed journal holds is promised.
                promised = records.len();
                (appended, promised) = write_on(&mut log, &mut random, promised, 12);
            }
            Err(Error::Disk { .. }) => {}
            Err(error) => panic!("seed {seed}, life {life}: {error}"),
        }
        disk.fail_at(None, false);
        if is_lost || random.below(2) == 0 {
            disk.lose_power(&mut random);
        }
        match read_on(&disk, path) {
            Ok((records, _)) => {
                let all: Vec<_> = (0..appended).map(payload).collect();
                assert!(records.len() >= promised, "seed {seed}, life {life}: {} of {promised}", records.len());
                assert!(all.starts_with(&records), "seed {seed}, life {life}: the first records, in their order");
            }
            Err(Error::Disk { .. }) if !is_created => {}
            Err(error) => panic!("seed {seed}, life {life}: {error}"),
        }
    }
}

#[test]
fn a_promised_record_survives_each_loss_of_power() {
    (0..2_000).for_each(|seed| lives(seed, true));
}

#[test]
fn kills_and_losses_of_power_mix() {
    (10_000..12_000).for_each(|seed| lives(seed, false));
}
