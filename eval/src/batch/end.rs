use flow_core::model::Usage;
use flow_core::run::{EndState, RowRecord, RowStatus};
use serde::Serialize;

/// Rows, and what they took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Rows with outputs.
    pub completed: u64,
    /// Rows with an error.
    pub failed: u64,
    /// Tokens and cost.
    pub usage: Usage,
}

impl Counts {
    /// Counts a row.
    pub fn add(&mut self, row: &RowRecord) {
        match row.status {
            RowStatus::Completed => self.completed += 1,
            RowStatus::Failed => self.failed += 1,
        }
        self.usage += row.usage;
    }

    /// Rows that ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.completed + self.failed
    }
}

/// How an attempt at a batch ended.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchEnd {
    /// Whether each row was run.
    pub state: EndState,
    /// Why not, in words.
    pub reason: Option<String>,
    /// Whether it is that the budget was used up.
    pub is_over_budget: bool,
    /// The rows of this attempt.
    pub counts: Counts,
    /// Rows that were there already.
    pub skipped: u64,
}
