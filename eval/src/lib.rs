//! Many rows through a flow.

pub mod data;
pub mod mapping;
