//! Each target as a property test, for a toolchain without coverage: the first inputs, changed by chance, for `FUZZ_SECONDS` (2 without it).
//! A failing input is made smaller, and told as bytes.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use flow_fuzz::{TARGETS, Target};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

const LONGEST: usize = 1 << 16;

/// Pieces that mean something to one reader or another.
const PIECES: [&str; 40] = [
    "${", "}", "{{", "}}", "{%", "%}", "{#", "\n", "\r\n", "\r", "\t", ": ", "- ", "|", ">", "&a ", "*a", "\"", "'", "\\", ",", "[", "]", "{", "data: ", "event: ", "\n\n",
    "user:", "system:\n", "# assistant:\n", "```json\n", "\u{feff}", "\u{fdd0}", "inputs.", ".output", "[0]", "1e999", "\\ud800", "nul", "é",
];

#[derive(Debug, Clone)]
enum Change {
    Remove(u16, u8),
    Piece(u16, usize),
    Bytes(u16, Vec<u8>),
    Double(u16, u8),
    Flip(u16, u8),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<u16>(), any::<u8>()).prop_map(|(at, length)| Change::Remove(at, length)),
        (any::<u16>(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Piece(at, piece)),
        (any::<u16>(), prop::collection::vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Change::Bytes(at, bytes)),
        (any::<u16>(), any::<u8>()).prop_map(|(at, length)| Change::Double(at, length)),
        (any::<u16>(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let at = |place: u16, bytes: &[u8]| usize::from(place) * (bytes.len() + 1) / (usize::from(u16::MAX) + 1);
    match change {
        Change::Remove(place, length) => {
            let start = at(*place, bytes);
            bytes.drain(start..(start + usize::from(*length)).min(bytes.len()));
        }
        Change::Piece(place, piece) => {
            let start = at(*place, bytes);
            bytes.splice(start..start, PIECES[*piece].bytes());
        }
        Change::Bytes(place, new) => {
            let start = at(*place, bytes);
            bytes.splice(start..start, new.iter().copied());
        }
        Change::Double(place, length) => {
            let start = at(*place, bytes);
            let part = bytes[start..(start + usize::from(*length)).min(bytes.len())].to_vec();
            bytes.splice(start..start, part);
        }
        Change::Flip(place, bit) => {
            let start = at(*place, bytes);
            if let Some(byte) = bytes.get_mut(start) {
                *byte ^= 1 << bit;
            }
        }
    }
    bytes.truncate(LONGEST);
}

/// The files of a folder and those below it.
fn seeds(folder: &Path, endings: &[&str], found: &mut Vec<Vec<u8>>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).expect("the folder of first inputs is there").flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            seeds(&path, endings, found);
        } else if path.extension().is_some_and(|ending| endings.iter().any(|one| *one == ending)) {
            found.push(std::fs::read(&path).expect("a first input can be read"));
        }
    }
}

fn try_out(name: &str) {
    let (_, target, folder, endings) = TARGETS.iter().find(|(known, ..)| *known == name).expect("a target");
    let mut first = Vec::new();
    seeds(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder), endings, &mut first);
    assert!(!first.is_empty(), "{folder} has no first inputs");
    first.iter().for_each(|bytes| target(bytes));
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let end = Instant::now() + Duration::from_secs(seconds);
    let strategy = (0..first.len(), prop::collection::vec(change(), 0..12));
    let mutated = |seed: usize, changes: &[Change]| {
        let mut bytes = first[seed].clone();
        changes.iter().for_each(|change| apply(&mut bytes, change));
        bytes
    };
    let count = Cell::new(0_u64);
    while Instant::now() < end {
        // A runner stops for good after its number of cases, so that each round has one of its own.
        let mut runner = TestRunner::new(Config { cases: 256, failure_persistence: None, ..Config::default() });
        let result = runner.run(&strategy, |(seed, changes)| {
            count.set(count.get() + 1);
            ends_well(*target, &mutated(seed, &changes))
        });
        if let Err(TestError::Fail(reason, (seed, changes))) = result {
            panic!("{name}, after {} inputs: {reason}\n{}", count.get(), mutated(seed, &changes).escape_ascii());
        }
    }
    println!("{name}: {} first inputs, {} changed ones in {seconds} s", first.len(), count.get());
}

fn ends_well(target: Target, bytes: &[u8]) -> Result<(), TestCaseError> {
    catch_unwind(AssertUnwindSafe(|| target(bytes))).map_err(|panic| {
        let said = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        TestCaseError::fail(said.unwrap_or_else(|| "a panic".to_owned()))
    })
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            try_out(stringify!($name));
        })*

        #[test]
        fn each_target_has_a_test() {
            let names: Vec<_> = TARGETS.iter().map(|(name, ..)| *name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

targets! { flow_file reference template prompt_roles journal event_stream answer_json data_rows }
