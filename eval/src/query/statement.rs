use std::ops::{ControlFlow, Range};

use sqlparser::ast::{self, ObjectName, Query, SetExpr, Spanned, TableFactor, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use super::error::{QueryError, QueryPlace};
use super::tables::Table;

/// The words before the point in names of columns.
const ROOMS: &[&str] = &["inputs", "outputs", "error"];

/// A query that reads tables and does nothing else.
pub(super) struct Statement {
    /// As it was typed.
    typed: String,
    tokens: Vec<TokenWithSpan>,
    /// With quotes around names of columns that hold a point.
    text: String,
}

impl Statement {
    /// Reads a query.
    ///
    /// # Errors
    /// It is no SQL, or no single `select`; it calls a function in the place of a table; it names a column that no table has.
    pub(super) fn read(sql: &str, tables: &[Table]) -> Result<Self, QueryError> {
        let tokens =
            Tokenizer::new(&GenericDialect, sql).tokenize_with_location().map_err(|error| QueryError::Query {
                message: format!("the query is no SQL: {}", words(&error.message)),
                place: Some(place(sql, error.location)),
                help: None,
            })?;
        let mut statement = Self { typed: sql.to_owned(), tokens, text: String::new() };
        statement.check()?;
        statement.text = statement.quoted(tables)?;
        Ok(statement)
    }

    /// The query as the engine reads it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn tokens(&self) -> &[TokenWithSpan] {
        &self.tokens
    }

    /// The place at which something stands.
    pub(super) fn place(&self, location: Location) -> QueryPlace {
        place(&self.typed, location)
    }

    fn check(&self) -> Result<(), QueryError> {
        let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
        let parsed = Parser::new(&GenericDialect).with_options(options).try_with_sql(&self.typed);
        let statements =
            parsed.and_then(|mut parser| parser.parse_statements()).map_err(|error| self.no_sql(&error))?;
        let [statement] = statements.as_slice() else {
            let message = if statements.is_empty() { "the query is empty" } else { "the query has several statements" };
            return Err(self.refused(message.to_owned(), None));
        };
        match statement.visit(&mut OnlyReads) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break((message, location)) => Err(self.refused(message, location)),
        }
    }

    fn refused(&self, message: String, location: Option<Location>) -> QueryError {
        let place = location.filter(|location| location.line > 0).map(|location| self.place(location));
        let help = "write one `select … from rows`; the tables of a run are rows, calls and scores".to_owned();
        QueryError::Query { message, place, help: Some(help) }
    }

    /// Where the last word ends.
    fn end(&self) -> Option<Location> {
        let is_blank = |token: &&TokenWithSpan| matches!(token.token, Token::Whitespace(_));
        self.tokens.iter().rev().find(|token| !is_blank(token)).map(|token| token.span.end)
    }

    fn no_sql(&self, error: &ParserError) -> QueryError {
        let (ParserError::TokenizerError(said) | ParserError::ParserError(said)) = error else {
            return self.refused("the query is nested too deeply".to_owned(), None);
        };
        let (said, at) = said.rsplit_once(" at Line: ").map_or((&**said, None), |(said, at)| (said, Some(at)));
        let location = at.and_then(|at| at.split_once(", Column: ")).and_then(|(line, column)| {
            Some(Location { line: line.trim().parse().ok()?, column: column.trim().parse().ok()? })
        });
        let place = location.or_else(|| self.end()).map(|location| self.place(location));
        QueryError::Query { message: format!("the query is no SQL: {}", words(said)), place, help: None }
    }

    /// Quotes around names such as `outputs.label`, which SQL would take for the column `label` of a table `outputs`.
    fn quoted(&self, tables: &[Table]) -> Result<String, QueryError> {
        let is_column = |name: &str| tables.iter().flat_map(Table::columns).any(|column| column == name);
        let mut text = String::new();
        let mut written = 0;
        let mut at = 0;
        while at < self.tokens.len() {
            let length = self.chain(at);
            let chain = &self.tokens[at..at + length];
            at += length;
            let names: Vec<&str> = chain.iter().filter_map(|token| word(&token.token)).collect();
            if names.len() < 2 {
                continue;
            }
            let found = (0..names.len() - 1).find(|start| is_column(&names[*start..].join(".")));
            let Some(start) = found else {
                if ROOMS.contains(&names[0]) && !is_column(names[1]) {
                    return Err(super::explain::unknown_column(self, &names.join("."), chain[0].span.start, tables));
                }
                continue;
            };
            let range = self.bytes(chain[start * 2].span.start, chain[length - 1].span.end);
            text += &self.typed[written..range.start];
            text += &format!("\"{}\"", names[start..].join(".").replace('"', "\"\""));
            written = range.end;
        }
        Ok(text + &self.typed[written..])
    }

    /// How many tokens from here are names with points between them; 1 where there is no such thing.
    fn chain(&self, start: usize) -> usize {
        let mut end = start + 1;
        if word(&self.tokens[start].token).is_none() {
            return 1;
        }
        while let [point, name, ..] = &self.tokens[end..]
            && point.token == Token::Period
            && word(&name.token).is_some()
        {
            end += 2;
        }
        end - start
    }

    fn bytes(&self, from: Location, to: Location) -> Range<usize> {
        offset(&self.typed, from)..offset(&self.typed, to)
    }
}

fn word(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) => Some(&word.value),
        _ => None,
    }
}

fn place(sql: &str, location: Location) -> QueryPlace {
    let line = usize::try_from(location.line).unwrap_or(1).max(1);
    let text = sql.split('\n').nth(line - 1).unwrap_or_default().trim_end_matches('\r').to_owned();
    QueryPlace { line, column: usize::try_from(location.column).unwrap_or(1), text }
}

/// The byte at which a place lies.
fn offset(sql: &str, location: Location) -> usize {
    let (mut line, mut column) = (1, 1);
    for (at, letter) in sql.char_indices() {
        if line == location.line && column == location.column {
            return at;
        }
        if letter == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    sql.len()
}

/// What the parser says, as our messages have it.
fn words(said: &str) -> String {
    let said =
        said.replace("found: EOF", "found: its end").replace("Expected: ", "expected ").replace("found: ", "found ");
    let mut letters = said.chars();
    letters.next().map(|first| first.to_lowercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// Breaks off at whatever is more than reading tables by their names.
struct OnlyReads;

type Refused = (String, Option<Location>);

impl Visitor for OnlyReads {
    type Break = Refused;

    fn pre_visit_statement(&mut self, statement: &ast::Statement) -> ControlFlow<Refused> {
        match statement {
            ast::Statement::Query(_) => ControlFlow::Continue(()),
            other => ControlFlow::Break(("a query can only read".to_owned(), Some(other.span().start))),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refused> {
        match &*query.body {
            SetExpr::Select(select) => match &select.into {
                None => ControlFlow::Continue(()),
                Some(into) => {
                    let message = "a query can only read: `into` would write a table".to_owned();
                    ControlFlow::Break((message, Some(into.name.span().start)))
                }
            },
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Refused> {
        let refused = |name: &ObjectName| {
            let message = format!("`{name}` is no table: a query reads the tables of runs, and no other files");
            ControlFlow::Break((message, Some(name.span().start)))
        };
        match factor {
            TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => refused(name),
            TableFactor::TableFunction { expr, .. } => {
                let message = format!("`{expr}` is no table: a query reads the tables of runs, and no other files");
                ControlFlow::Break((message, Some(expr.span().start)))
            }
            _ => ControlFlow::Continue(()),
        }
    }
}
