//! Disks that fail at their n-th operation.

use std::path::Path;

use super::memory::{MemoryDisk, Random};
use super::{JOURNAL, payload, quiet, read_on};
use crate::journal::{Error, Writer};

/// Writes until an error, which comes again and again; gives how many records were promised and tried.
async fn write(disk: &MemoryDisk) -> Result<usize, (usize, Error)> {
    let writer = Writer::create_on(disk, Path::new(JOURNAL), &quiet()).map_err(|error| (0, error))?;
    for number in 0..10 {
        let appended = match number % 3 {
            0 => writer.append(payload(number)).await,
            _ => writer.append_durable(payload(number)).await,
        };
        if let Err(error) = appended {
            for _ in 0..3 {
                assert_eq!(writer.append(payload(99)).await.unwrap_err().to_string(), error.to_string());
                assert_eq!(writer.append_durable(payload(99)).await.unwrap_err().to_string(), error.to_string());
                assert_eq!(writer.flush().await.unwrap_err().to_string(), error.to_string());
            }
            assert_eq!(writer.failure().unwrap().to_string(), error.to_string());
            assert_eq!(writer.close().await.unwrap_err().to_string(), error.to_string());
            // An append that only took its place is not promised.
            return Err((if number % 3 == 1 { number - 1 } else { number }, error));
        }
    }
    writer.close().await.map_err(|error| (9, error))?;
    Ok(10)
}

/// Lets the disk fail at an operation, and power go after that; whether the disk failed at all.
async fn fails_at(at: u64, for_ever: bool, seed: u64) -> bool {
    let path = Path::new(JOURNAL);
    let disk = MemoryDisk::default();
    disk.fail_at(Some(at), for_ever);
    let Err((promised, error)) = write(&disk).await else {
        assert_eq!(read_on(&disk, path).unwrap().0.len(), 10);
        return false;
    };
    assert_eq!(disk.after_failure(), 1, "nothing is tried after operation {at}");
    assert!(error.to_string().ends_with("; make room, then resume"), "{error}");
    disk.fail_at(None, false);
    disk.lose_power(&mut Random(seed));
    if promised == 0 && disk.content(JOURNAL).is_none() {
        Writer::create_on(&disk, path, &quiet()).unwrap().close().await.unwrap();
    }
    let (writer, _) = Writer::resume_on(&disk, path, &quiet()).unwrap();
    let (records, _) = read_on(&disk, path).unwrap();
    assert!(records.len() >= promised, "at {at}, seed {seed}: {} of {promised}", records.len());
    for number in records.len()..10 {
        writer.append(payload(number)).await.unwrap();
    }
    writer.close().await.unwrap();
    assert_eq!(read_on(&disk, path).unwrap().0, super::payloads(10), "at {at}, seed {seed}");
    true
}

#[tokio::test]
async fn after_a_failure_nothing_is_written_and_what_was_promised_is_there() {
    for (for_ever, seed) in (0..50).flat_map(|seed| [(false, seed), (true, seed)]) {
        let mut at = 1;
        while fails_at(at, for_ever, seed).await {
            at += 1;
        }
        assert!(at > 15, "{at}");
    }
}

#[tokio::test]
async fn a_resume_that_fails_can_be_tried_again() {
    for at in 1.. {
        let disk = MemoryDisk::default();
        super::write_groups(&disk, Path::new(JOURNAL), &[&super::payloads(4)]);
        let torn = [&*disk.content(JOURNAL).unwrap(), &[9, 9, 9]].concat();
        disk.put(JOURNAL, &torn);
        disk.fail_at(Some(at), true);
        let outcome = Writer::resume_on(&disk, Path::new(JOURNAL), &quiet());
        let is_done = outcome.is_ok();
        drop(outcome);
        disk.fail_at(None, false);
        disk.lose_power(&mut Random(at));
        let (writer, _) = Writer::resume_on(&disk, Path::new(JOURNAL), &quiet()).unwrap();
        assert_eq!(read_on(&disk, Path::new(JOURNAL)).unwrap().0, super::payloads(4));
        drop(writer);
        if is_done {
            assert!(at > 5);
            break;
        }
    }
}

#[test]
fn messages_name_the_file_and_what_the_system_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no/journal.log");
    let error = Writer::create(&path, &quiet()).unwrap_err().to_string();
    let error = error.replace(&*folder.path().to_string_lossy(), "FOLDER");
    assert!(error.starts_with("cannot open `FOLDER/no/journal.log`: "), "{error}");
}
