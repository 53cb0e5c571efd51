//! What a user sees of each command: exit code, standard output and standard error of the real binary.
//!
//! A test is a [`TestContext`] (a folder that is thrown away, an environment that is empty but for what the test sets)
//! and a transcript of the commands typed in it, kept as a snapshot.

mod baseline;
mod batch;
mod cache;
mod calls;
mod cassettes;
mod chat;
mod check;
mod compare;
mod completions;
mod connections;
mod context;
mod errors;
mod eval;
mod eval_interrupt;
mod eval_run;
mod eval_steady;
mod eval_stopping;
mod eval_tables;
mod evaluators;
mod examples;
mod explain;
mod external;
mod faces;
mod faults;
mod flex;
mod graph;
mod help;
mod identity;
mod init;
mod interrupt;
mod judges;
mod label;
mod migrate;
mod mock;
mod models;
mod node;
mod overrides;
mod packages;
mod pf;
mod plan;
mod programs;
mod prompties;
mod provider;
mod python;
mod readmes;
mod reports;
mod resume;
mod run;
mod runs;
mod runs_diff;
mod runs_diff_scores;
mod runs_query;
mod schema;
mod secrets;
mod serving;
mod starters;
mod stream;
mod telemetry;
mod tools;
mod trace;
mod variants;
mod words;

pub(crate) use context::TestContext;
