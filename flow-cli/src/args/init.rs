use std::path::PathBuf;

use clap::Args;

/// `flow init`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow init my-flow --template chat")]
pub(crate) struct InitArgs {
    /// The folder to make
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,

    /// The template; see --list
    #[arg(long, short, value_name = "NAME", default_value = "standard")]
    pub(crate) template: String,

    /// Write over files that are there
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// List the templates
    #[arg(long)]
    pub(crate) list: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
