use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `flow connections`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:  flow connections show openai\n           flow connections test azure --model my-deployment"
)]
pub(crate) struct ConnectionsArgs {
    /// What to show; all of them if nothing is said
    #[command(subcommand)]
    pub(crate) command: Option<ConnectionsCommand>,

    /// The folder of the flow that they are for
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    pub(crate) flow: PathBuf,

    /// The connections file, instead of connections.yaml beside the flow
    #[arg(long, value_name = "FILE", env = "FLOW_CONNECTIONS", global = true)]
    pub(crate) connections: Option<PathBuf>,

    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to show of the connections.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionsCommand {
    /// All connections in force, and where each comes from
    #[command(after_help = "Example:  flow connections list --flow examples/support-triage")]
    List,
    /// One connection, its secrets hidden
    #[command(after_help = "Example:  flow connections show openai")]
    Show {
        /// Its name
        name: String,
    },
    /// Whether a connection works: asks its provider for its models, or a model for one token
    #[command(after_help = "Example:  flow connections test azure --model my-deployment")]
    Test {
        /// Its name
        name: String,
        /// The model to ask, or on Azure the deployment; without it the models are listed, which is free
        #[arg(long)]
        model: Option<String>,
    },
}
