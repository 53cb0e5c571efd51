use serde::Serialize;

use super::{EndRecord, EndState};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// A process works on it right now.
    Running,
    /// Each row was run.
    Completed,
    /// Its user stopped it.
    Interrupted,
    /// It stopped itself: too many failures, or the budget was used up.
    Stopped,
    /// It ended without a word: it was killed, or the machine went down.
    BrokenOff,
    /// Its manifest or its journal cannot be read.
    Damaged,
}

impl RunState {
    /// What the last word of a journal means where nobody writes it.
    #[must_use]
    pub fn of_end(end: Option<&EndRecord>) -> Self {
        match end.map(|end| end.state) {
            None => RunState::BrokenOff,
            Some(EndState::Completed) => RunState::Completed,
            Some(EndState::Interrupted) => RunState::Interrupted,
            Some(EndState::Stopped) => RunState::Stopped,
        }
    }

    /// Its name in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            RunState::Running => "running",
            RunState::Completed => "completed",
            RunState::Interrupted => "interrupted",
            RunState::Stopped => "stopped",
            RunState::BrokenOff => "broken-off",
            RunState::Damaged => "damaged",
        }
    }
}
