use std::path::PathBuf;

use clap::Args;

use super::FlowArgs;
use crate::graph::GraphFormat;

/// `flow graph`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow graph --format svg -o flow.svg\n           flow graph --format mermaid")]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    pub(crate) flow: FlowArgs,

    /// The form of the drawing
    #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
    pub(crate) format: GraphFormat,

    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Print nodes and edges as JSON
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
}
