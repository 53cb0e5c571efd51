//! `flow pf run visualize`: the page of a comparison, also for one run alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flow_core::run::{Manifest, RunFolder, RunStore};

use super::{completed, named};
use crate::args::pf::PfVisualizeArgs;
use crate::command::{Problem, compare};
use crate::ui;

/// Writes the pages, and tells where they are. Runs over other rows, as a flow and its evaluation, have a page each.
pub(super) fn visualize(store: &RunStore, args: &PfVisualizeArgs) -> Result<(), Problem> {
    let mut groups: Vec<(Manifest, Vec<RunFolder>)> = Vec::new();
    for name in args.names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        let folder = named(store, name)?;
        let (manifest, _) = completed(&folder)?;
        match groups.iter_mut().find(|(first, _)| is_comparable(first, &manifest)) {
            Some((_, folders)) if folders.contains(&folder) => {}
            Some((_, folders)) => folders.push(folder),
            None => groups.push((manifest, vec![folder])),
        }
    }
    for (at, (_, folders)) in groups.iter().enumerate() {
        let page = place(args, at, folders);
        let ids: Vec<String> = folders.iter().map(|folder| folder.id().to_owned()).collect();
        compare::page(&ids, &page)?;
        ui::out(&page.display().to_string());
        if args.open {
            open(&page)?;
        }
    }
    Ok(())
}

/// Whether the rows of two runs are the same ones.
fn is_comparable(one: &Manifest, other: &Manifest) -> bool {
    let data = |manifest: &Manifest| manifest.data.as_ref().and_then(|data| data.digest.clone());
    let from = |manifest: &Manifest| manifest.from.as_ref().map(|from| from.run.clone());
    data(one) == data(other) && from(one).is_some() == from(other).is_some() && one.flow.name == other.flow.name
}

/// The page's file: in the folder of its first run, or as it was asked for, with a number where there are several.
fn place(args: &PfVisualizeArgs, at: usize, folders: &[RunFolder]) -> PathBuf {
    let Some(path) = &args.html_path else {
        let folder = folders.first().map_or(Path::new("."), RunFolder::path);
        let path = folder.join("visualize.html");
        return std::path::absolute(&path).unwrap_or(path);
    };
    match (at, path.file_stem()) {
        (0, _) | (_, None) => path.clone(),
        (at, Some(stem)) => path.with_file_name(format!("{}-{}.html", stem.to_string_lossy(), at + 1)),
    }
}

/// Opens a file in the user's browser: what `BROWSER` names, else what the system does with it.
fn open(page: &Path) -> Result<(), Problem> {
    let browser = std::env::var_os("BROWSER").filter(|browser| !browser.is_empty());
    let mut command = match browser {
        Some(browser) => Command::new(browser),
        None if cfg!(target_os = "macos") => Command::new("open"),
        None if cfg!(windows) => Command::new("explorer"),
        None => Command::new("xdg-open"),
    };
    let started = command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.map(drop).map_err(|_| {
        Problem::failed("no-browser", "no browser could be started").help(format!("open {} in one", page.display()))
    })
}
