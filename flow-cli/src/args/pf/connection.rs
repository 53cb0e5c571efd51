use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::run::PfYes;

/// `flow pf connection`
#[derive(Debug, Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "Example:  flow pf connection create --file openai.yaml --set api_key='${env:OPENAI_API_KEY}'\n\n\
                  They are kept for all your flows in flow/created-connections.json in the folder of your settings.\n\
                  The file is not encrypted, and you alone may read it. With ${env:NAME} in the place of a\n\
                  secret, the secret is not in it at all."
)]
pub(crate) struct PfConnectionArgs {
    #[command(subcommand)]
    pub(crate) command: Option<PfConnectionCommand>,
}

/// The commands of `flow pf connection`.
#[derive(Debug, Subcommand)]
pub(crate) enum PfConnectionCommand {
    /// Create a connection, or put another in its place
    Create(PfConnectionCreateArgs),
    /// Change fields of a connection
    #[command(after_help = "Example:  flow pf connection update --name openai --set api_key='${env:OPENAI_API_KEY}'")]
    Update {
        #[command(flatten)]
        name: PfConnectionName,
        /// The fields: api_key=…, configs.NAME=…, secrets.NAME=…
        #[arg(long = "set", value_name = "KEY=VALUE", num_args = 1..)]
        set: Vec<String>,
    },
    /// Show a connection as JSON, its secrets hidden
    #[command(after_help = "Example:  flow pf connection show --name openai")]
    Show(PfConnectionName),
    /// List connections as JSON, their secrets hidden
    #[command(after_help = "Example:  flow pf connection list")]
    List {
        /// So many at the most
        #[arg(long, short = 'r', value_name = "N", default_value_t = 50)]
        max_results: usize,
        /// All of them
        #[arg(long)]
        all_results: bool,
    },
    /// Delete a connection
    #[command(after_help = "Example:  flow pf connection delete --name openai --yes")]
    Delete {
        #[command(flatten)]
        name: PfConnectionName,
        #[command(flatten)]
        yes: PfYes,
    },
}

/// Which connection.
#[derive(Debug, Args)]
pub(crate) struct PfConnectionName {
    /// Its name
    #[arg(long, short = 'n', value_name = "NAME")]
    pub(crate) name: String,
}

/// `flow pf connection create`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:  flow pf connection create --file openai.yaml --set api_key='${env:OPENAI_API_KEY}'\n           \
                        flow pf connection create --file .env --name my_custom_connection"
)]
pub(crate) struct PfConnectionCreateArgs {
    /// A file that describes the connection, or a .env file whose variables are the secrets of a custom one
    #[arg(long, short = 'f', value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Its name, instead of the file's
    #[arg(long, short = 'n', value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Fields that go before the file's: api_key=…
    #[arg(long = "set", value_name = "KEY=VALUE", num_args = 1..)]
    pub(crate) set: Vec<String>,
}
