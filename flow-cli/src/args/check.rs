use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{EnvironmentArgs, Language, PermissionArgs};

/// `flow check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow check\n           flow check flows/ --deny-warnings --format github")]
pub(crate) struct CheckArgs {
    /// Flows: files or folders; a folder without a flow is searched for some
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// How problems are told
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub(crate) format: CheckFormat,

    /// The same as --format json
    #[arg(long)]
    pub(crate) json: bool,

    /// Fail on warnings too
    #[arg(long)]
    pub(crate) deny_warnings: bool,

    /// Pick a variant of a node; by default each variant is checked
    #[arg(long, value_name = "NODE=VARIANT", value_delimiter = ',')]
    pub(crate) variant: Vec<String>,

    #[command(flatten)]
    pub(crate) language: Language,

    /// The connections file, instead of connections.yaml beside the flow
    #[arg(long, value_name = "FILE", env = "FLOW_CONNECTIONS")]
    pub(crate) connections: Option<PathBuf>,

    /// Check as if every connection were the mock model
    #[arg(long)]
    pub(crate) mock: bool,

    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,

    #[command(flatten)]
    pub(crate) permission: PermissionArgs,
}

/// How problems are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people.
    Human,
    /// One JSON document.
    Json,
    /// Annotations of GitHub Actions.
    Github,
}
