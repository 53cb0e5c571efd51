//! What a target does with arbitrary bytes. Each panics where something is wrong; what is wrong with the bytes is no matter.
//!
//! `scripts/fuzz` runs them all; `cargo fuzz run journal` one of them, by coverage; `cargo test --no-default-features` in this folder all of them as
//! property tests, `FUZZ_SECONDS` each, on a toolchain without sanitizers.

mod answer;
mod data;
mod flow;
mod prompt;

use std::path::PathBuf;

pub use answer::{answer_json, event_stream};
pub use data::{data_rows, journal};
pub use flow::{flow_file, reference};
pub use prompt::{prompt_roles, template};

/// A target, by the name of its program.
pub type Target = fn(&[u8]);

/// All targets, each with the folder whose files are its first inputs, relative to the repository, and what their names end in.
pub const TARGETS: [(&str, Target, &str, &[&str]); 8] = [
    ("flow_file", flow_file, "flow-core/tests/corpus", &["yaml"]),
    ("reference", reference, "fuzz/seeds/reference", &["txt"]),
    ("template", template, "flow-core/tests/corpus", &["jinja2", "prompty"]),
    ("prompt_roles", prompt_roles, "flow-core/tests/corpus", &["jinja2", "prompty"]),
    ("journal", journal, "fuzz/seeds/journal", &["bin"]),
    ("event_stream", event_stream, "fuzz/seeds/event_stream", &["txt"]),
    ("answer_json", answer_json, "fuzz/seeds/answer_json", &["txt"]),
    ("data_rows", data_rows, "fuzz/seeds/data_rows", &["csv", "jsonl", "json", "tsv"]),
];

/// A folder for files that a target reads by path; in memory where the system has such a place, as a target writes thousands.
fn folder() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder can be made")
}
