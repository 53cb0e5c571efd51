//! What all rows together say.

use std::any::Any;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Row, ScoreError};

/// What is to be said of many rows together. Rows are added one by one, in memory that does not grow with their number.
pub trait Aggregate: Send + fmt::Debug {
    /// Adds a row.
    ///
    /// # Errors
    /// As the scorer's; a row with an error is not in the result.
    fn add(&mut self, row: &Row<'_>) -> Result<(), ScoreError>;

    /// Takes over what another aggregate of the same scorer was given: of a slice, or a thread.
    ///
    /// # Errors
    /// It is an aggregate of another kind.
    fn merge(&mut self, other: Box<dyn Aggregate>) -> Result<(), AggregateError>;

    /// What the rows so far say.
    fn finish(&self) -> Summary;

    /// The aggregate as itself, for [`Aggregate::merge`].
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// The other aggregate, if it is of the same kind.
pub(super) fn same<A: Aggregate + 'static>(other: Box<dyn Aggregate>) -> Result<A, AggregateError> {
    other.into_any().downcast::<A>().map(|other| *other).map_err(|_| AggregateError)
}

/// What all rows together say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many rows are in it.
    pub rows: u64,
    /// Numbers by name, in the order in which a report shows them. What is not defined for these rows is left out.
    pub numbers: Vec<(String, f64)>,
    /// Which class was taken for which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
}

impl Summary {
    /// No numbers yet.
    #[must_use]
    pub fn of(rows: u64) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Adds a number; one that is not finite is left out.
    pub fn push(&mut self, name: impl Into<String>, value: f64) {
        if value.is_finite() {
            self.numbers.push((name.into(), value));
        }
    }

    /// The number of this name.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.numbers.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}

/// Which class was taken for which, and how well each was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// The classes, in the order of rows and columns.
    pub labels: Vec<String>,
    /// How many rows of the class (first index) were given which class (second index).
    pub counts: Vec<Vec<u64>>,
}

/// Two aggregates of different scorers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("aggregates of different scorers cannot be merged")]
pub struct AggregateError;
