use std::path::PathBuf;

use clap::Args;

/// `flow init`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow init my-flow --template chat")]
pub struct InitArgs {
    /// The folder to make
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,

    /// The template; see --list
    #[arg(long, short, value_name = "NAME", default_value = "standard")]
    pub template: String,

    /// List the templates
    #[arg(long)]
    pub list: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
