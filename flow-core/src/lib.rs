//! The language and the engine of `flow`: a flow written in YAML is read, checked, compiled to one
//! [`plan`], and run by one executor.

pub mod cache;
pub mod cassette;
pub mod catalogue;
pub mod compile;
pub mod connection;
pub mod diag;
pub mod doc;
pub mod engine;
pub mod exec;
pub mod flex;
pub mod forecast;
pub mod gate;
pub mod image;
pub mod journal;
pub mod llm;
pub mod mock;
pub mod model;
pub mod plan;
pub mod project;
pub mod prompty;
pub mod run;
pub mod schema;
pub mod script;
pub mod secret;
pub mod source;
pub mod structured;
pub mod template;
pub mod tool;
pub mod trace;
pub mod ty;
pub mod value;
pub mod variant;
pub mod yaml;
