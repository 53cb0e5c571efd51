//! Many rows through a flow.

pub mod batch;
pub mod data;
pub mod difference;
pub mod estimate;
pub mod evaluation;
pub mod label;
pub mod mapping;
pub mod query;
pub mod report;
pub mod score;
pub mod statistics;
pub mod table;
