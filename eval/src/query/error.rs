use std::path::PathBuf;

use flow_core::project::shown;

/// A place in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryPlace {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The text of that line.
    pub text: String,
}

/// Why a query has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Something is wrong with the query.
    #[error("{message}")]
    Query {
        /// What, in words.
        message: String,
        /// Where, if that is known.
        place: Option<QueryPlace>,
        /// What to do.
        help: Option<String>,
    },
    /// A table cannot be read.
    #[error("{}: {message}", shown(path).display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

impl QueryError {
    /// What to do.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            QueryError::Query { help, .. } => help.as_deref(),
            QueryError::Table { .. } => Some("make the tables again: flow runs rebuild RUN"),
        }
    }

    /// Where in the query.
    #[must_use]
    pub fn place(&self) -> Option<&QueryPlace> {
        match self {
            QueryError::Query { place, .. } => place.as_ref(),
            QueryError::Table { .. } => None,
        }
    }

    /// The engine gave up in its own midst.
    pub(super) fn unsupported() -> Self {
        QueryError::Query {
            message: "the query asks for something that the engine cannot do".to_owned(),
            place: None,
            help: Some("write it otherwise, for example with fewer functions inside of one another".to_owned()),
        }
    }
}
