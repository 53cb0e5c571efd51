use std::path::PathBuf;

use clap::Args;

/// `flow models`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow models gpt-4o\n          flow models mini --provider openai")]
pub(crate) struct ModelsArgs {
    /// The model to describe, or a part of the names to list
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Only models of this provider, such as openai, azure or anthropic
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,

    /// The folder of the flow whose models.yaml is read
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) flow: PathBuf,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
