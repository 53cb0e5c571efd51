use clap::Args;

/// `flow explain`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow explain unknown-node")]
pub(crate) struct ExplainArgs {
    /// The code, as it stands in the brackets of a message; all codes if none is given
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
