//! Requests that are kept, so that what users ask becomes data: each a row in the journal of a run, with the same tables as a batch's.
//!
//! A run holds the requests of some hours; then the next one is begun, and old ones are deleted by age and by size.

mod keeper;
mod redact;
mod retention;

pub use keeper::{KeepError, KeepOptions, Keeper};
pub(crate) use keeper::{KeptRow, rfc3339};
pub use redact::{Redact, RedactError};
pub use retention::Retention;
