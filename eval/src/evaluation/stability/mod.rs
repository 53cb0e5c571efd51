//! Rows that are run several times: which pass always, which never, which now and then, and where the answers of those part.
//!
//! What scores say of all rows stands on the same number of runs of each. Rows whose runs disagree get more, until it is plain how often they
//! pass (Wald's test, [`crate::statistics::RatioTest`]); those further runs tell of their row, and count for no mean, since how many there are depends on how they
//! came out.

mod outcome;
mod repeater;

pub use outcome::{Flakiness, FlakyRow, Stability, VariantStability};
pub use repeater::Repeater;
