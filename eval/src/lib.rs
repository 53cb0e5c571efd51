//! Many rows through a flow.

pub mod batch;
pub mod data;
pub mod evaluation;
pub mod mapping;
pub mod score;
pub mod statistics;
pub mod table;
