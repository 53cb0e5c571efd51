use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConnectionArgs, EnvironmentArgs, FlowArgs, PermissionArgs};

/// `flow package`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:  flow package flows/triage --output triage-image && docker build -t triage triage-image\n           \
                        flow package flows/triage --output triage-azure --target azureml"
)]
pub(crate) struct PackageArgs {
    #[command(flatten)]
    pub(crate) flow: FlowArgs,

    /// The folder to make; it must not exist, or be empty
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: PathBuf,

    /// What it is for
    #[arg(long, value_name = "TARGET", value_enum, default_value_t = PackageTarget::Container)]
    pub(crate) target: PackageTarget,

    /// The program that goes into the image, for its system; by default the one that runs now
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,

    #[command(flatten)]
    pub(crate) permission: PermissionArgs,
}

/// Where a package is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackageTarget {
    /// A container, with a manifest for Kubernetes.
    Container,
    /// A managed online endpoint of Azure Machine Learning.
    Azureml,
}
