//! Processes that die at each operation of the disk in turn, and processes that want the same journal: this test binary,
//! started again.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{payload, payloads, quiet, read};
use crate::journal::{Error, Settings, Writer};

const PLACE: &str = "FLOW_TEST_JOURNAL";
const CRASH_AT: &str = "FLOW_TEST_JOURNAL_CRASH_AT";

fn child(test: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "--test-threads=1", &format!("journal::tests::crash::{test}")]);
    command.env(PLACE, path).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// What a child does: goes on until there are twelve records, and tells of each that is promised.
#[tokio::test]
async fn child_writes() {
    let Some(path) = std::env::var_os(PLACE) else { return };
    let path = Path::new(&path);
    let settings = Settings { crash_at: std::env::var(CRASH_AT).ok().map(|at| at.parse().unwrap()), ..quiet() };
    let writer = if path.exists() {
        Writer::resume(path, &settings).unwrap().0
    } else {
        Writer::create(path, &settings).unwrap()
    };
    for number in read(path).unwrap().0.len()..12 {
        if number % 3 == 0 {
            writer.append(payload(number)).await.unwrap();
        } else {
            writer.append_durable(payload(number)).await.unwrap();
            println!("\npromised={}", number + 1);
        }
    }
    writer.close().await.unwrap();
    println!("\npromised=12");
}

#[test]
fn a_process_dies_at_each_operation_and_another_goes_on() {
    let mut died = 0;
    for at in 1.. {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.log");
        let output = child("child_writes", &path).env(CRASH_AT, at.to_string()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let promised = text.lines().filter_map(|line| line.strip_prefix("promised=")?.parse().ok()).max();
        if output.status.success() {
            assert_eq!(promised, Some(12));
            break;
        }
        died += 1;
        let there = if path.exists() { read(&path).unwrap().0.len() } else { 0 };
        assert!(there >= promised.unwrap_or(0), "at {at}: {there} of {promised:?}");
        assert!(child("child_writes", &path).output().unwrap().status.success(), "at {at}");
        assert_eq!(read(&path).unwrap().0, payloads(12), "at {at}");
    }
    assert!(died > 20, "{died}");
}

/// What a child does that wants the journal: tells whether it got it, and holds it until its input ends.
#[test]
fn child_holds() {
    let Some(path) = std::env::var_os(PLACE) else { return };
    let outcome = Writer::resume(Path::new(&path), &quiet());
    match &outcome {
        Ok(_) => println!("\noutcome=got"),
        Err(Error::Locked { .. }) => println!("\noutcome=locked"),
        Err(error) => println!("\noutcome={error}"),
    }
    // The others see that this one is through by the end of its output, and it lives on until they all are.
    let mut end = String::new();
    std::io::stdin().read_to_string(&mut end).unwrap();
}

#[test]
fn of_eight_processes_one_writes() {
    use std::io::{BufRead as _, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.log");
    drop(Writer::create(&path, &quiet()).unwrap());
    let mut children: Vec<_> =
        (0..8).map(|_| child("child_holds", &path).stdin(Stdio::piped()).spawn().unwrap()).collect();
    let outcome = |child: &mut std::process::Child| {
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix("outcome=").map(str::to_owned)).unwrap()
    };
    let mut outcomes: Vec<String> = children.iter_mut().map(outcome).collect();
    outcomes.sort();
    assert_eq!((&*outcomes[0], outcomes[1..].iter().all(|outcome| outcome == "locked")), ("got", true), "{outcomes:?}");
    // The winner dies, and its lock with it.
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    drop(Writer::resume(&path, &quiet()).unwrap());
}
