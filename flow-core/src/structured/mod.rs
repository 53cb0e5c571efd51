//! Answers of models as values: text that is almost JSON is read, brought to the types of a JSON Schema where nothing has
//! to be guessed, and checked against the schema.
//!
//! Each step away from the letter of the answer is a [`Liberty`], so that a trace can tell of it. What would need a
//! guess is a fault, and the model is asked again.

mod candidate;
mod discrepancy;
mod fit;
mod liberty;
mod reader;
mod reading;
mod schema;
mod shape;
mod strict;
mod string;

pub use discrepancy::Discrepancy;
pub use liberty::{Liberty, LibertyKind};
pub use reading::{Reading, ReadingError};
pub use schema::{OutputSchema, SchemaError};

#[cfg(test)]
mod tests;
