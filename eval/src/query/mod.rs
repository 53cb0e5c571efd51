//! SQL over the tables of runs: `rows`, `calls`, and of runs that were scored `scores`, `aggregates`, `confusion`, `comparisons` and `pairs`.
//!
//! The way of a query: `statement` reads it, refuses what is no reading of these tables, and lets names of columns with
//! a point stand without quotes; `scan` gives polars the rows of a table, row group by row group, with the columns that the
//! query needs and the rows that its conditions let through; `answer` holds what came of it.
//!
//! polars is built without its readers of files, so that a query can name none, and `statement` says so in words.

mod answer;
mod error;
mod explain;
mod scan;
mod statement;
mod tables;

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_sql::SQLContext;

pub use answer::Answer;
pub use error::{QueryError, QueryPlace};
pub use tables::{OF_EVALUATIONS, RunTables};

use statement::Statement;
use tables::Table;

/// Runs a query over the tables of runs. Of several runs the rows stand behind one another, and the column `run` tells whose they
/// are.
///
/// # Errors
/// The query is no SQL, does anything but read these tables, or names what is not there; or a table cannot be read.
pub fn query(sql: &str, runs: &[RunTables]) -> Result<Answer, QueryError> {
    let tables = Table::open_all(runs)?;
    let statement = Statement::read(sql, &tables)?;
    let mut context = SQLContext::new();
    for table in &tables {
        let frame = table.frame().map_err(|error| statement.explain(&error, &tables))?;
        context.register(table.name(), frame);
    }
    let done = catch_unwind(AssertUnwindSafe(|| context.execute(statement.text()).and_then(|frame| frame.collect())));
    match done {
        Ok(Ok(frame)) => Ok(Answer::new(frame)),
        Ok(Err(error)) => Err(statement.explain(&error, &tables)),
        Err(_) => Err(QueryError::unsupported()),
    }
}
