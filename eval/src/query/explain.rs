//! What the engine says about a query, in words of ours and with a place.

use flow_core::diag::did_you_mean;
use polars_core::prelude::PolarsError;
use sqlparser::tokenizer::{Location, Token};

use super::error::QueryError;
use super::statement::Statement;
use super::tables::{OF_EVALUATIONS, RUN, Table};

/// Functions that most queries get by with.
const USUAL: &str = "count, sum, avg, min, max, median, quantile_cont, coalesce, lower, length, round";

impl Statement {
    /// What went wrong in the engine.
    pub(super) fn explain(&self, error: &PolarsError, tables: &[Table]) -> QueryError {
        let said = first_words(error);
        let Some((name, location)) = self.meant(&said) else {
            return QueryError::Query { message: format!("the query cannot be run: {said}"), place: None, help: None };
        };
        let place = Some(self.place(location));
        if matches!(innermost(error), PolarsError::Duplicate(_)) {
            let message = format!("two columns of the answer are called `{name}`");
            let help = format!("name them: max({name}) as largest");
            return QueryError::Query { message, place, help: Some(help) };
        }
        let is_missing =
            matches!(innermost(error), PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_))
                || said.contains("column");
        if is_missing && tables.iter().flat_map(Table::columns).all(|column| column != name) {
            return unknown_column(self, &name, location, tables);
        }
        if said.contains("relation") || said.contains("table") {
            let names: Vec<&str> = tables.iter().map(Table::name).collect();
            let help = if OF_EVALUATIONS.contains(&&*name) {
                format!("`flow eval` makes it when it scores a run; the tables are {}", names.join(", "))
            } else {
                did_you_mean(&name, names.iter().copied())
                    .unwrap_or_else(|| format!("the tables are {}", names.join(", ")))
            };
            return QueryError::Query { message: format!("there is no table `{name}`"), place, help: Some(help) };
        }
        if said.contains("function") {
            let functions = polars_sql::keywords::all_functions();
            let help = did_you_mean(&name.to_lowercase(), functions.iter().copied());
            let help = help.unwrap_or_else(|| format!("functions are those of polars SQL, such as {USUAL}"));
            return QueryError::Query { message: format!("there is no function `{name}`"), place, help: Some(help) };
        }
        QueryError::Query { message: format!("the query cannot be run: {said}"), place, help: None }
    }

    /// The first name in quotes that stands in the query.
    fn meant(&self, said: &str) -> Option<(String, Location)> {
        let quoted = said.split(['\'', '"', '`']).skip(1).step_by(2);
        quoted.map(|name| name.trim_end_matches("()")).find_map(|name| {
            let last = name.rsplit('.').next().unwrap_or(name);
            let is_meant = |token: &Token| match token {
                Token::Word(word) => word.value.eq_ignore_ascii_case(name) || word.value.eq_ignore_ascii_case(last),
                Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => text == name,
                _ => false,
            };
            let found = self.tokens().iter().find(|token| is_meant(&token.token))?;
            Some((name.to_owned(), found.span.start))
        })
    }
}

/// A name that is no column of any table that there is.
pub(super) fn unknown_column(statement: &Statement, name: &str, location: Location, tables: &[Table]) -> QueryError {
    let mut columns: Vec<&str> = tables.iter().flat_map(Table::columns).collect();
    columns.sort_unstable();
    columns.dedup();
    let help = did_you_mean(name, columns).unwrap_or_else(|| {
        let of_table =
            |table: &Table| format!("{} has {}", table.name(), table.columns().collect::<Vec<_>>().join(", "));
        tables.iter().map(of_table).collect::<Vec<_>>().join("; ")
    });
    let help = match name {
        RUN => "only where several runs are asked, the column `run` tells them apart".to_owned(),
        _ => help,
    };
    let message = format!("there is no column `{name}`");
    QueryError::Query { message, place: Some(statement.place(location)), help: Some(help) }
}

fn innermost(error: &PolarsError) -> &PolarsError {
    match error {
        PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => innermost(error),
        error => error,
    }
}

/// The error without the plans that the engine tells behind it.
fn first_words(error: &PolarsError) -> String {
    let said = match innermost(error) {
        PolarsError::AssertionError(said)
        | PolarsError::ColumnNotFound(said)
        | PolarsError::ComputeError(said)
        | PolarsError::Duplicate(said)
        | PolarsError::InvalidOperation(said)
        | PolarsError::NoData(said)
        | PolarsError::OutOfBounds(said)
        | PolarsError::SchemaFieldNotFound(said)
        | PolarsError::SchemaMismatch(said)
        | PolarsError::ShapeMismatch(said)
        | PolarsError::SQLInterface(said)
        | PolarsError::SQLSyntax(said)
        | PolarsError::StructFieldNotFound(said) => said.to_string(),
        other => other.to_string(),
    };
    said.lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}
