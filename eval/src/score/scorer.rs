//! What a scorer is.

use std::fmt;

use flow_core::value::Value;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{Aggregate, ParameterError, Row, Score, Spec};

/// Scores rows, one at a time. Pure: the same row gives the same score.
pub trait Scorer: Send + Sync + fmt::Debug {
    /// The score of a row.
    ///
    /// # Errors
    /// An input is missing or unfit, or something that is measured is not known.
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError>;

    /// What is to be said of all rows together beyond means of their scores, if anything; empty yet.
    fn aggregate(&self) -> Option<Box<dyn Aggregate>> {
        None
    }

    /// The names of inputs that it reads beyond those of its [`Spec`].
    fn reads(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A scorer as its author writes it: what it is, and how it is built from its parameters.
pub trait Definition: Scorer + Sized + 'static {
    /// What it is.
    const SPEC: Spec;
    /// Its parameters. Deriving gives their documentation and checks; the container needs `#[serde(default, deny_unknown_fields)]`
    /// or defaults at its fields.
    type Parameters: DeserializeOwned + JsonSchema;

    /// Builds it.
    ///
    /// # Errors
    /// A parameter that its type allows, but not its meaning.
    fn new(parameters: Self::Parameters) -> Result<Self, ParameterError>;
}

/// Why a row has no score.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScoreError {
    /// The row lacks an input.
    #[error("the input `{input}` is missing")]
    Missing {
        /// Its name.
        input: &'static str,
    },
    /// An input is of the wrong kind.
    #[error("the input `{input}` is {found}, but {wanted} is wanted")]
    Kind {
        /// Its name.
        input: &'static str,
        /// The kind that it is of.
        found: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
    /// An input is of the right kind, but cannot be scored.
    #[error("the input `{input}` {message}")]
    Unfit {
        /// Its name.
        input: &'static str,
        /// What is wrong, behind its name.
        message: String,
    },
    /// Something that is measured is not known of this row.
    #[error("the {fact} of this row is not known")]
    Unknown {
        /// What.
        fact: &'static str,
    },
    /// An expression failed.
    #[error("the expression failed: {message}")]
    Expression {
        /// Why.
        message: String,
    },
}

impl ScoreError {
    pub(super) fn kind(input: &'static str, value: &Value, wanted: &'static str) -> Self {
        Self::Kind { input, found: value.kind(), wanted }
    }
}
