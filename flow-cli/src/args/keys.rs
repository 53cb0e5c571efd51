use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `flow keys`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow keys new website --per-minute 600\n           \
                        flow serve --host 0.0.0.0 --keys serve-keys.yaml\n\n\
                        The file holds digests (SHA-256) and limits, and no keys: a key is shown once, when it is made.")]
pub(crate) struct KeysArgs {
    /// What is to be done; the keys are listed if nothing is said
    #[command(subcommand)]
    pub(crate) command: Option<KeysCommand>,

    /// The file of keys
    #[arg(long, value_name = "FILE", default_value = "serve-keys.yaml", env = "FLOW_SERVE_KEYS", global = true)]
    pub(crate) keys: PathBuf,

    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the keys: their names and limits
    #[command(after_help = "Example:  flow keys list --keys serve-keys.yaml")]
    List,
    /// Make a key, show it once, and add its digest to the file
    #[command(after_help = "Example:  flow keys new website --per-minute 600")]
    New {
        /// What it is called in logs
        #[arg(value_name = "NAME")]
        name: String,
        /// The most requests in a minute
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        per_minute: Option<u32>,
        /// The most requests at the same time
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        in_flight: Option<u32>,
    },
    /// Take a key away; a server that runs takes it until it starts again
    #[command(after_help = "Example:  flow keys remove website")]
    Remove {
        /// What it is called
        #[arg(value_name = "NAME")]
        name: String,
    },
}
