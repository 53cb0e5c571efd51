//! Tables: rows of named values as Parquet, CSV and JSON Lines, written in bounded memory.
//!
//! Parquet has one schema for all rows, so that rows are looked at twice: first by a [`SchemaBuilder`], then by a
//! [`TableWriter`]. A column's kind is the narrowest that holds all its values:
//!
//! | values | kind | in Parquet |
//! |---|---|---|
//! | whole numbers | [`ColumnKind::Int`] | `INT64` |
//! | numbers, with or without fraction | [`ColumnKind::Float`] | `DOUBLE` |
//! | truth values | [`ColumnKind::Bool`] | `BOOLEAN` |
//! | texts; nothing but nulls | [`ColumnKind::Text`] | `STRING` |
//! | objects, lists, pictures, and whatever is mixed | [`ColumnKind::Json`] | `STRING`, each value as JSON text |
//!
//! A declared kind is where a column begins, and it is widened in the same way by values that do not fit. Whole numbers above
//! 2^53 are never made floats: mixed with fractions they become JSON. Null and missing values are both empty cells.
//!
//! A table appears under its name when it is whole: it is written beside it and renamed.

mod csv;
mod error;
mod formula;
mod frame;
mod lines;
mod parquet;
mod pending;
mod schema;
mod writer;

pub use error::TableError;
pub use lines::LineWriter;
pub use schema::{ColumnKind, Schema, SchemaBuilder};
pub use writer::{TableFormat, TableOptions, TableWriter};
