use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_core::run::ErrorEntry;
use flow_core::value::Map;

use super::RowsError;

/// Rows, one by one.
pub type RowIterator<'a> = Box<dyn Iterator<Item = Result<Row, RowsError>> + 'a>;

/// Where a report takes its rows from: a run, or several that are compared.
pub trait Rows {
    /// All rows that count, in the data's order.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    fn all(&self) -> Result<RowIterator<'_>, RowsError>;

    /// Some rows by their lines, without scores and columns of the data: for summaries, which take a few of very many.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    fn texts(&self, lines: &BTreeSet<u64>) -> Result<BTreeMap<u64, Row>, RowsError>;

    /// The command that shows the whole texts of a row, with `LINE` in the place of its line.
    fn command(&self) -> String;
}

/// A row of the data with what all variants made of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its line in the data.
    pub line: u64,
    /// What the flow was given.
    pub inputs: Map,
    /// Columns of the data that scores look at.
    pub data: Map,
    /// Its values in the columns by which results are told apart; in the order of those columns, empty where one is missing.
    pub slices: Vec<Arc<str>>,
    /// By variant and repetition.
    pub answers: Vec<Answer>,
}

/// What a variant made of a row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The variant's position in the outcome.
    pub variant: usize,
    /// The repetition, from 0.
    pub repeat: u32,
    /// The flow's outputs; empty if the row failed.
    pub outputs: Map,
    /// Why it failed.
    pub error: Option<ErrorEntry>,
    /// By score, in the outcome's order.
    pub scores: Vec<RowScore>,
    /// Seconds.
    pub latency: Option<f64>,
    /// US dollars.
    pub cost: Option<f64>,
}

/// A score of an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowScore {
    /// The score; `None` where there is none.
    pub value: Option<f64>,
    /// Its verdict.
    pub passed: Option<bool>,
    /// What the scorer found.
    pub label: Option<Arc<str>>,
    /// Why it scored so.
    pub explanation: Option<Arc<str>>,
    /// Why there is no score.
    pub error: Option<Arc<str>>,
}

impl Row {
    /// The first answer of a variant.
    #[must_use]
    pub fn answer(&self, variant: usize) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.variant == variant)
    }
}
