//! Programs of the user's that tools run: started without a shell and with a small environment, held to limits of time and
//! size, and ended with everything that they started themselves.

mod once;
mod pool;
mod program;
mod tail;
#[cfg(test)]
mod tests;
mod worker;

use std::time::Duration;

pub(crate) use once::once;
pub(crate) use pool::{Asked, Pools};
pub(crate) use program::{Program, Running, end_words};
pub(crate) use tail::Tail;

/// What is allowed to a call of a program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The longest time.
    pub(crate) time: Duration,
    /// The longest answer, in bytes.
    pub(crate) bytes: usize,
}

/// A program that did not do what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("there is no program `{command}`; give a name that is found in PATH, or a path from the flow's folder on")]
    NotFound { command: String },
    #[error("`{command}` cannot be started: {why}")]
    NotStarted { command: String, why: String },
    #[error("`{command}` cannot be talked to: {why}")]
    Broken { command: String, why: String },
    #[error("`{command}` {how}{}", said(notes))]
    Ended { command: String, how: String, notes: String },
    #[error("`{command}` gave no answer within {} s and was ended; raise `timeout`{}", time.as_secs_f64(), said(notes))]
    TooSlow { command: String, time: Duration, notes: String },
    #[error("`{command}` answered with more than {bytes} bytes; raise `max_bytes` to take it")]
    TooLarge { command: String, bytes: usize },
}

/// What stood on standard error, where something did.
fn said(notes: &str) -> String {
    if notes.is_empty() { String::new() } else { format!("; it said: {notes}") }
}
