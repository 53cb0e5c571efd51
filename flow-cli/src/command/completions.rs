use clap::CommandFactory;

use super::Problem;
use crate::args::{Cli, CompletionsArgs};
use crate::exit::Exit;
use crate::ui;

/// `flow completions`: a shell's completion script.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "flow", &mut script);
    ui::out(String::from_utf8_lossy(&script).trim_end());
    Ok(Exit::Done)
}
