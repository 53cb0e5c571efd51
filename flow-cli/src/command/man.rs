use clap::CommandFactory;

use super::Problem;
use crate::args::{Cli, ManArgs};
use crate::exit::Exit;
use crate::ui;

/// `flow man`: a manual page of the program and one of each command, such as `flow-runs-list.1`.
pub(crate) fn man(args: &ManArgs) -> Result<Exit, Problem> {
    let folder = &args.folder;
    let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
    written.map_err(|error| Problem::cannot_write(folder, &error))?;
    ui::out(&format!(
        "wrote manual pages to {}; read them with: man {}",
        folder.display(),
        folder.join("flow.1").display()
    ));
    Ok(Exit::Done)
}
