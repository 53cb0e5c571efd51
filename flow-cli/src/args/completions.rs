use clap::Args;
use clap_complete::Shell;

/// `flow completions`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow completions bash > ~/.local/share/bash-completion/completions/flow")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
