//! The tests of the crate as its users see it, in one binary.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod corpus;
mod exec;
mod faults;
mod language;
mod layers;
mod reading;
mod schema;
mod scripts;
mod template;
