use clap::Args;

/// `flow tools`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow tools json.pick")]
pub(crate) struct ToolsArgs {
    /// The tool to describe
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
