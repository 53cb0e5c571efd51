use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::FlowArgs;

/// `flow graph`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow graph --format svg -o flow.svg\n           flow graph --format mermaid")]
pub struct GraphArgs {
    #[command(flatten)]
    pub flow: FlowArgs,

    /// The form of the drawing
    #[arg(long, value_enum, default_value_t = DrawFormat::Text)]
    pub format: DrawFormat,

    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Print nodes and edges as JSON
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
}

/// The form of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DrawFormat {
    /// A picture.
    Svg,
    /// A Mermaid flowchart.
    Mermaid,
    /// Graphviz.
    Dot,
    /// For the terminal.
    Text,
}
