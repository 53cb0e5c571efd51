//! `flow runs`: what lies in `.flow/runs`.

mod archive;
mod bless;
mod delete;
mod diff;
mod diff_scores;
mod diff_text;
mod export;
mod list;
mod metrics;
mod query;
mod rebuild;
mod rows;
mod show;

use std::path::Path;

use flow_core::run::{Manifest, RunFolder, RunState, RunStore};
use flow_eval::batch::Ledger;
use serde_json::{Value as Json, json};

use super::Problem;
use super::batch::{cannot_read, run_problem, store_of, summary};
use crate::args::{RunsArgs, RunsCommand};
use crate::exit::Exit;

pub(crate) use diff_text::{cause_words, indented};

/// `flow runs`.
pub(crate) fn runs(args: &RunsArgs) -> Result<Exit, Problem> {
    let store = store_of(Path::new("."));
    match &args.command {
        None => list::list(&store, &Default::default(), args.json),
        Some(RunsCommand::List(list)) => list::list(&store, list, args.json),
        Some(RunsCommand::Show { run }) => show::show(&find(&store, run)?, args.json),
        Some(RunsCommand::Rows(rows)) => rows::rows(&find(&store, &rows.run)?, rows, args.json),
        Some(RunsCommand::Query(query)) => query::query(&store, query, args.json),
        Some(RunsCommand::Diff(diff)) => diff::diff(&store, diff, args.json),
        Some(RunsCommand::Bless(args_of)) => bless::bless(&store, args_of, args.json),
        Some(RunsCommand::Metrics { run }) => metrics::metrics(&find(&store, run)?, args.json),
        Some(RunsCommand::Archive { runs }) => archive::archive(&store, runs, args.json),
        Some(RunsCommand::Restore { runs }) => archive::restore(&store, runs, args.json),
        Some(RunsCommand::Delete { runs }) => delete::delete(&store, runs, args.json),
        Some(RunsCommand::Export(export)) => export::export(&find(&store, &export.run)?, export, args.json),
        Some(RunsCommand::Rebuild { run, repair }) => rebuild::rebuild(&find(&store, run)?, *repair, args.json),
    }
}

/// Puts a run away.
pub(crate) fn archive(store: &RunStore, run: &str) -> Result<(), Problem> {
    archive::archive(store, &[run.to_owned()], false).map(drop)
}

/// Has a run listed again.
pub(crate) fn restore(store: &RunStore, run: &str) -> Result<(), Problem> {
    archive::restore(store, &[run.to_owned()], false).map(drop)
}

/// Deletes a run, by its whole id.
pub(crate) fn delete(store: &RunStore, run: &str) -> Result<(), Problem> {
    delete::delete(store, &[run.to_owned()], false).map(drop)
}

fn find(store: &RunStore, name: &str) -> Result<RunFolder, Problem> {
    store.find(name).map_err(|error| run_problem(&error))
}

fn read(folder: &RunFolder) -> Result<(Manifest, Ledger), Problem> {
    let manifest = folder.manifest().map_err(|error| run_problem(&error))?;
    let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
    Ok((manifest, ledger))
}

/// The run in one document, in the state in which it is right now.
fn document(folder: &RunFolder, manifest: &Manifest, ledger: &Ledger) -> Json {
    let mut document = summary(manifest, ledger);
    if folder.is_running() {
        document["state"] = json!(RunState::Running);
        // What stands there is of an earlier attempt.
        (document["reason"], document["elapsed_ms"]) = (Json::Null, Json::Null);
    }
    document["archived"] = json!(manifest.archived);
    document
}

/// Nobody may change what a process works on.
fn refuse_running(folder: &RunFolder) -> Result<(), Problem> {
    if !folder.is_running() {
        return Ok(());
    }
    let message = format!("another process works on run {} right now", folder.id());
    Err(Problem::failed("run-locked", message).help("wait for it, or stop it by Ctrl-C where it runs"))
}
