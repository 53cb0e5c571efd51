use std::path::PathBuf;

use clap::Args;

/// `flow man`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow man ~/.local/share/man/man1 && man flow-batch")]
pub(crate) struct ManArgs {
    /// The folder; it is made where it is missing, and pages that are there are written anew
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}
