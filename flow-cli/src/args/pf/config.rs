use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `flow pf config`
#[derive(Debug, Args)]
#[command(disable_help_subcommand = true, after_help = "Example:  flow pf config show")]
pub(crate) struct PfConfigArgs {
    #[command(subcommand)]
    pub(crate) command: Option<PfConfigCommand>,
}

/// The commands of `flow pf config`.
#[derive(Debug, Subcommand)]
pub(crate) enum PfConfigCommand {
    /// Set something; nothing has to be set here, and what asks for something else than there is, is told
    #[command(after_help = "Example:  flow pf config set connection.provider=local")]
    Set {
        /// What to set
        #[arg(value_name = "KEY=VALUE", required = true, num_args = 1..)]
        values: Vec<String>,
        /// The folder for which it is set
        #[arg(long, value_name = "DIR", hide = true)]
        path: Option<PathBuf>,
    },
    /// Show what holds, as JSON
    #[command(after_help = "Example:  flow pf config show")]
    Show,
}
