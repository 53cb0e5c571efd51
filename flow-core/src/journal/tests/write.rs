//! Writers on the file system of the machine.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{payload, payloads, quiet, read};
use crate::journal::{Error, MAX_RECORD, Settings, Tail, Writer, repair};

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.log");
    (folder, path)
}

#[tokio::test]
async fn records_are_read_as_they_were_appended() {
    let (_folder, path) = place();
    let writer = Writer::create(&path, &Settings::default()).unwrap();
    for number in 0..50 {
        writer.append(payload(number)).await.unwrap();
    }
    writer.close().await.unwrap();
    let (writer, tail) = Writer::resume(&path, &Settings::default()).unwrap();
    assert_eq!(tail, Tail::Clean);
    for number in 50..100 {
        writer.append_durable(payload(number)).await.unwrap();
        assert_eq!(read(&path).unwrap().0.len(), number + 1, "readers need no lock");
    }
    writer.close().await.unwrap();
    assert_eq!(read(&path).unwrap(), (payloads(100), Tail::Clean));
}

#[tokio::test]
async fn one_writes_at_a_time() {
    let (_folder, path) = place();
    let writer = Writer::create(&path, &quiet()).unwrap();
    assert!(matches!(Writer::resume(&path, &quiet()), Err(Error::Locked { .. })));
    assert!(matches!(Writer::create(&path, &quiet()), Err(Error::Locked { .. })));
    assert!(matches!(repair(&path), Err(Error::Locked { .. })));
    writer.close().await.unwrap();
    assert!(matches!(Writer::create(&path, &quiet()), Err(Error::Exists { .. })));
    drop(Writer::resume(&path, &quiet()).unwrap());
    drop(Writer::resume(&path, &quiet()).unwrap());
}

#[tokio::test]
async fn after_closing_nothing_is_appended() {
    let (_folder, path) = place();
    let writer = Writer::create(&path, &quiet()).unwrap();
    writer.append(payload(0)).await.unwrap();
    writer.close().await.unwrap();
    assert!(matches!(writer.append(payload(1)).await, Err(Error::Closed { .. })));
    assert!(matches!(writer.append_durable(payload(1)).await, Err(Error::Closed { .. })));
    assert!(matches!(writer.flush().await, Err(Error::Closed { .. })));
    writer.close().await.unwrap();
    assert_eq!(read(&path).unwrap(), (payloads(1), Tail::Clean));
}

#[tokio::test]
async fn a_writer_that_is_dropped_writes_what_was_appended() {
    let (_folder, path) = place();
    let writer = Writer::create(&path, &quiet()).unwrap();
    for number in 0..20 {
        writer.append(payload(number)).await.unwrap();
    }
    drop(writer);
    assert_eq!(read(&path).unwrap(), (payloads(20), Tail::Clean));
}

#[tokio::test]
async fn records_have_a_largest_size() {
    let (_folder, path) = place();
    let settings = Settings { capacity_bytes: 1_000, ..quiet() };
    let writer = Writer::create(&path, &settings).unwrap();
    let error = writer.append(vec![7; MAX_RECORD + 1]).await.unwrap_err().to_string();
    assert!(error.starts_with("a record of 67108865 bytes is too large for `"), "{error}");
    // Larger than the queue, and than what is read at once.
    let large = vec![payload(4), vec![7; 3 << 20], payload(2), vec![8; 300_000], payload(1)];
    for record in &large {
        writer.append(record.clone()).await.unwrap();
    }
    writer.close().await.unwrap();
    assert_eq!(read(&path).unwrap(), (large, Tail::Clean));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_share_a_small_queue() {
    let (_folder, path) = place();
    let settings = Settings { capacity_records: 2, capacity_bytes: 64, ..quiet() };
    let writer = Arc::new(Writer::create(&path, &settings).unwrap());
    let callers: Vec<_> = (0..16_u8)
        .map(|caller| {
            let writer = Arc::clone(&writer);
            tokio::spawn(async move {
                for number in 0..50 {
                    writer.append(vec![caller, number]).await.unwrap();
                }
                writer.flush().await.unwrap();
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let (records, _) = read(&path).unwrap();
    for caller in 0..16 {
        let own: Vec<u8> = records.iter().filter(|record| record[0] == caller).map(|record| record[1]).collect();
        assert_eq!(own, (0..50).collect::<Vec<u8>>(), "each caller's in its order");
    }
}

#[tokio::test]
async fn syncs_come_by_time_and_by_size() {
    // A mark is written after a sync, and is seen as bytes behind the records.
    let by_time = Settings { sync_every: Duration::from_millis(1), ..quiet() };
    let by_size = Settings { sync_bytes: 10, ..quiet() };
    for settings in [by_time, by_size] {
        let (_folder, path) = place();
        let writer = Writer::create(&path, &settings).unwrap();
        writer.append(vec![1; 10]).await.unwrap();
        let begun = Instant::now();
        while std::fs::metadata(&path).unwrap().len() < 16 + 18 + 8 {
            assert!(begun.elapsed() < Duration::from_secs(30), "no sync came");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(writer);
    }
}

/// How fast records are appended, on the disk that `FLOW_JOURNAL_FOLDER` names.
#[tokio::test]
#[ignore = "measures"]
async fn speed() {
    let folder = std::env::var_os("FLOW_JOURNAL_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(folder).unwrap();
    let path = folder.path().join("journal.log");
    let writer = Writer::create(&path, &Settings::default()).unwrap();
    let begun = Instant::now();
    for _ in 0..500_000 {
        writer.append(vec![b'x'; 200]).await.unwrap();
    }
    writer.close().await.unwrap();
    println!("appended: {:.0} records a second", 500_000.0 / begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    assert_eq!(read(&path).unwrap().0.len(), 500_000);
    println!("read: {:.0} records a second", 500_000.0 / begun.elapsed().as_secs_f64());
}
