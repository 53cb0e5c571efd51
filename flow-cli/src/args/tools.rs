use clap::Args;

/// `flow tools`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow tools json.pick")]
pub struct ToolsArgs {
    /// The tool to describe
    #[arg(value_name = "NAME")]
    pub name: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
