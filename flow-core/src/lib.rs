//! The language and the engine of `flow`: a flow written in YAML is read, checked, compiled to one
//! [`plan`], and run by one executor.

pub mod diag;
pub mod source;
pub mod value;
pub mod yaml;
