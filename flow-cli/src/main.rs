//! `flow`: run, check, compare and serve LLM prompt flows written in YAML.

mod args;
mod command;
mod evaluators;
mod exit;
mod graph;
mod telemetry;
mod ui;
mod workbench;

use std::process::ExitCode;

use clap::Parser;

/// It counts what is allocated, so that the memory of Python nodes can be limited.
#[global_allocator]
static ALLOCATOR: monty_alloc::LimitedAllocator = monty_alloc::LimitedAllocator;

fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ui::usage(&error),
    };
    command::run(cli).into()
}
