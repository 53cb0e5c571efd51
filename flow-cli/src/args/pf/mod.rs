//! promptflow's command line, with its spellings.

mod config;
mod connection;
mod flow;
mod run;

use std::ffi::OsString;

use clap::{Args, Subcommand};

pub(crate) use config::{PfConfigArgs, PfConfigCommand};
pub(crate) use connection::{PfConnectionArgs, PfConnectionCommand, PfConnectionCreateArgs};
pub(crate) use flow::{
    PfBuildArgs, PfBuildForm, PfFlowArgs, PfFlowCommand, PfFlowType, PfInitArgs, PfServeArgs, PfTestArgs,
};
pub(crate) use run::{PfCreateArgs, PfListArgs, PfListForm, PfRunArgs, PfRunCommand, PfVisualizeArgs};

/// `flow pf`
#[derive(Debug, Args)]
#[command(
    infer_long_args = true,
    disable_help_subcommand = true,
    after_help = "Example:  flow pf run create --flow ./my_flow --data ./data.jsonl --name first\n\n\
                  Runs lie in .flow/runs of the project in which you stand, or below FLOW_HOME.\n\
                  With FLOW_ALLOW_EXEC=true, code that needs packages runs in your own Python.\n\
                  Exit codes: 0 done, also where rows failed; 1 an error; 2 wrong usage."
)]
pub(crate) struct PfArgs {
    #[command(subcommand)]
    pub(crate) command: Option<PfCommand>,

    /// Show the version
    #[arg(long, short = 'v')]
    pub(crate) version: bool,

    #[command(flatten)]
    pub(crate) common: PfCommonArgs,
}

/// What all of promptflow's commands take.
#[derive(Debug, Clone, Args)]
pub(crate) struct PfCommonArgs {
    /// Say more: `flow test` shows what each node did
    #[arg(long, global = true)]
    pub(crate) verbose: bool,

    /// The same as --verbose
    #[arg(long, short = 'd', global = true)]
    pub(crate) debug: bool,

    /// Who calls; it has no meaning here
    #[arg(long, value_name = "TEXT", global = true, hide = true)]
    pub(crate) user_agent: Option<String>,
}

/// promptflow's groups of commands.
#[derive(Debug, Subcommand)]
pub(crate) enum PfCommand {
    /// Start, test, check, serve and build a flow
    Flow(PfFlowArgs),
    /// Run a flow over many rows, and look at what came of it
    Run(PfRunArgs),
    /// Keep connections for all flows
    Connection(PfConnectionArgs),
    /// Show what is set
    Config(PfConfigArgs),
    /// Show the version as JSON
    #[command(hide = true)]
    Version,
    /// A group that is not known.
    #[command(external_subcommand)]
    Other(Vec<OsString>),
}
