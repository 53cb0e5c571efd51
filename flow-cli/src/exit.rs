//! How the program ends.

use std::process::ExitCode;

/// The exit codes that scripts can rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done: 0.
    Done,
    /// The run or the work failed: 1.
    Failed,
    /// Wrong usage, or a flow that is not valid: 2.
    Usage,
    /// A comparison that was asked for is undecided: 3.
    Undecided,
    /// A gate does not hold: 100.
    GateFailed,
    /// Stopped by the user: 130.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Undecided => 3,
            Exit::GateFailed => 100,
            Exit::Interrupted => 130,
        })
    }
}
