//! `flow pf run`: batches and what came of them.

mod create;
mod description;
mod details;
mod document;
mod visualize;

use std::path::Path;

use flow_core::run::{EndState, Manifest, RunFolder, RunStore};
use flow_eval::batch::Ledger;
use serde_json::Value as Json;

use super::{Idle, confirmed, pairs};
use crate::args::pf::{PfListArgs, PfListForm, PfRunCommand};
use crate::command::Problem;
use crate::command::batch::{cannot_read, metrics, run_problem, store_of};
use crate::command::runs;
use crate::exit::Exit;
use crate::ui;
use document::Extent;

/// `flow pf run`.
pub(super) fn run(command: PfRunCommand, idle: Idle) -> Result<Exit, Problem> {
    idle.tell();
    let store = store();
    match command {
        PfRunCommand::Create(args) => return create::create(*args, &store),
        PfRunCommand::Update { run, set } => {
            let folder = named(&store, &run.name)?;
            let set = pairs::pairs("--set", &set)?;
            description::Description::of_settings(&set)?.write_to(&folder)?;
            show(&folder)?;
        }
        PfRunCommand::Stream(run) => {
            let folder = named(&store, &run.name)?;
            create::tell_end(&folder)?;
            show(&folder)?;
        }
        PfRunCommand::List(args) => list(&store, &args)?,
        PfRunCommand::Show(run) => show(&named(&store, &run.name)?)?,
        PfRunCommand::ShowDetails(args) => {
            let limit = if args.all_results { usize::MAX } else { args.max_results };
            if limit == 0 {
                return Err(Problem::usage("no-rows", "--max-results is a whole number from 1"));
            }
            let (manifest, ledger) = read(&named(&store, &args.run.name)?)?;
            ui::out(details::grid(&ledger, &manifest, limit)?.text(ui::width()).trim_end());
        }
        PfRunCommand::ShowMetrics(run) => {
            let folder = named(&store, &run.name)?;
            let (manifest, ledger) = completed(&folder)?;
            ui::out_json_by_four(&metrics(&manifest, &ledger));
        }
        PfRunCommand::Visualize(args) => visualize::visualize(&store, &args)?,
        PfRunCommand::Archive(run) => {
            let folder = named(&store, &run.name)?;
            runs::archive(&store, folder.id())?;
            show(&folder)?;
        }
        PfRunCommand::Restore(run) => {
            let folder = named(&store, &run.name)?;
            runs::restore(&store, folder.id())?;
            show(&folder)?;
        }
        PfRunCommand::Delete { run, yes } => {
            let folder = named(&store, &run.name)?;
            if !confirmed("Are you sure to delete run irreversibly?", yes.yes)? {
                ui::out("The delete operation was canceled.");
                return Ok(Exit::Done);
            }
            runs::delete(&store, folder.id())?;
        }
    }
    Ok(Exit::Done)
}

/// Runs are looked for from where the user stands, since promptflow's belong to nobody's project.
fn store() -> RunStore {
    store_of(Path::new("."))
}

/// The run of this name, which is written out: a part of a name might mean another.
fn named(store: &RunStore, name: &str) -> Result<RunFolder, Problem> {
    store.named(name).map_err(|error| run_problem(&error))?.ok_or_else(|| {
        let folder = flow_core::project::shown(&store.folder()).display().to_string();
        Problem::usage("run-not-found", format!("there is no run called `{name}` in {folder}"))
            .help("runs belong to the project in which you stand; `flow pf run list` lists them")
    })
}

fn read(folder: &RunFolder) -> Result<(Manifest, Ledger), Problem> {
    let manifest = folder.manifest().map_err(|error| run_problem(&error))?;
    let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
    Ok((manifest, ledger))
}

/// A run that came to its end.
fn completed(folder: &RunFolder) -> Result<(Manifest, Ledger), Problem> {
    let (manifest, ledger) = read(folder)?;
    if folder.is_running() || ledger.end.as_ref().is_none_or(|end| end.state != EndState::Completed) {
        let name = manifest.name.as_deref().unwrap_or(&manifest.id);
        return Err(Problem::usage("run-incomplete", format!("run {name} is not complete"))
            .help(format!("let it go on: flow batch --resume {}", manifest.id)));
    }
    Ok((manifest, ledger))
}

fn show(folder: &RunFolder) -> Result<(), Problem> {
    let (manifest, ledger) = read(folder)?;
    ui::out_json_by_four(&document::document(folder, &manifest, &ledger, Extent::Whole)?);
    Ok(())
}

fn list(store: &RunStore, args: &PfListArgs) -> Result<(), Problem> {
    let limit = if args.all_results { usize::MAX } else { args.max_results };
    let mut documents: Vec<Json> = Vec::new();
    for folder in store.list().map_err(|error| run_problem(&error))?.into_iter().rev() {
        if documents.len() == limit {
            break;
        }
        // One that cannot be read does not hide the others.
        let (manifest, ledger) = match read(&folder) {
            Ok(read) => read,
            Err(problem) => {
                ui::say_warning(&format!("run {} is left out: {}", folder.id(), problem.message()));
                continue;
            }
        };
        let is_archived = manifest.archived.is_some();
        if is_archived == args.archived_only || args.include_archived {
            documents.push(document::document(&folder, &manifest, &ledger, Extent::Brief)?);
        }
    }
    match args.output {
        PfListForm::Json => ui::out_json_by_four(&Json::Array(documents)),
        PfListForm::Table => ui::out(details::grid_of_documents(&documents).text(ui::width()).trim_end()),
    }
    Ok(())
}
