use std::path::PathBuf;

use clap::Args;

/// `flow import`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow import promptfooconfig.yaml\n           \
                  flow import evals/triage -o triage && flow eval triage/eval.yaml --mock\n\n\
                  Exit codes: 0 files were written (the report tells what is missing), 1 nothing could be\n            \
                  carried over, 2 wrong usage, or a file that cannot be read.")]
pub(crate) struct ImportArgs {
    /// A promptfooconfig.yaml, .yml or .json, or the folder that holds one
    #[arg(value_name = "CONFIG", default_value = ".")]
    pub(crate) config: PathBuf,

    /// The folder to write into; a new one beside the configuration, named by its description, unless given
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// Write over files that are there
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
