//! The crate as its users see it, in one binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod data;
mod label;
mod mapping;
mod query;
mod score;
mod selection;
mod statistics;
mod table;
