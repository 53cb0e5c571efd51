use std::path::PathBuf;

use clap::Args;

/// `flow migrate`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow migrate\n           flow migrate projects/ --json\n           \
                  flow migrate my_project --write my_project_moved\n\n\
                  Exit codes: 0 all flows run as they are, 1 some need --allow-exec or a change, 2 wrong usage.")]
pub(crate) struct MigrateArgs {
    /// A project of Prompt flow, or a tree of them
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) path: PathBuf,

    /// Write a copy with what can safely be rewritten into this folder, which must not be there yet
    #[arg(long, value_name = "DIR", conflicts_with = "in_place")]
    pub(crate) write: Option<PathBuf>,

    /// Rewrite the project itself
    #[arg(long)]
    pub(crate) in_place: bool,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
