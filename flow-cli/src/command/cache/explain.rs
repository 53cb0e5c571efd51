//! `flow cache explain`: what became of a node's calls in a row, and which part of their keys differed.

use std::collections::BTreeSet;

use flow_core::run::{CallEntry, Manifest, RowKey, RunFolder, RunStore};
use flow_eval::batch::{Ledger, OrderedRows};
use serde_json::{Value as Json, json};

use crate::command::Problem;
use crate::command::batch::{cannot_read, run_problem};
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

mod difference;

use difference::{Difference, differences, words};

/// What is asked.
pub(super) struct Asked<'a> {
    pub(super) run: &'a str,
    pub(super) row: u64,
    pub(super) node: &'a str,
    pub(super) against: Option<&'a str>,
}

/// A node's calls in one run of a row.
struct Calls {
    key: RowKey,
    selection: Vec<String>,
    calls: Vec<CallEntry>,
}

/// Tells what became of a node's calls.
pub(super) fn explain(store: &RunStore, asked: Asked<'_>, json: bool) -> Result<Exit, Problem> {
    let folder = store.find(asked.run).map_err(|error| run_problem(&error))?;
    let manifest = folder.manifest().map_err(|error| run_problem(&error))?;
    let rows = calls(&folder, &manifest, &asked)?;
    let all: BTreeSet<String> = rows.iter().flat_map(|row| row.calls.iter().map(|call| call.node.clone())).collect();
    if rows.is_empty() {
        return Err(Problem::usage("unknown-row", format!("run {} has no row {}", folder.id(), asked.row))
            .help(format!("flow runs rows {} shows its rows", folder.id())));
    }
    if !all.contains(asked.node) {
        let message = format!("node `{}` called no model in row {} of run {}", asked.node, asked.row, folder.id());
        let names: Vec<&str> = all.iter().map(String::as_str).collect();
        let help = flow_core::diag::did_you_mean(asked.node, names.iter().copied());
        let help = help.unwrap_or_else(|| match names.as_slice() {
            [] => "no node of the row did".to_owned(),
            names => format!("these did: {}", names.join(", ")),
        });
        return Err(Problem::usage("no-calls", message).help(help));
    }
    let earlier = match asked.against {
        Some(name) => Some(store.find(name).map_err(|error| run_problem(&error))?),
        None => before(store, &folder, &manifest)?,
    };
    let before = match &earlier {
        None => Vec::new(),
        Some(earlier) => {
            let manifest = earlier.manifest().map_err(|error| run_problem(&error))?;
            calls(earlier, &manifest, &asked)?
        }
    };
    let refreshed = manifest.arguments.iter().any(|word| word == "--refresh-cache");
    let mut documents = Vec::new();
    for row in &rows {
        let like = before.iter().find(|other| other.selection == row.selection && other.key.repeat == row.key.repeat);
        let like = like.or_else(|| before.first());
        let of_node = |calls: &Calls| -> Vec<CallEntry> {
            calls.calls.iter().filter(|call| call.node == asked.node).cloned().collect()
        };
        let then = like.map(of_node).unwrap_or_default();
        let repeat =
            like.filter(|like| like.key.repeat != row.key.repeat).map(|like| (like.key.repeat, row.key.repeat));
        for (position, call) in of_node(row).iter().enumerate() {
            let found = fitting(call, position, &then);
            let differs = found.map(|found| differences(found, call, repeat)).unwrap_or_default();
            let reason = match found {
                _ if call.cached => "answered from the cache".to_owned(),
                _ if call.parts.is_none() => unkept(&row.calls),
                None => match &earlier {
                    None => "asked: there is no run of this flow before this one".to_owned(),
                    Some(earlier) => format!("asked: run {} has no such call to compare it with", earlier.id()),
                },
                Some(_) if refreshed => "asked: the run was to make all calls anew (--refresh-cache)".to_owned(),
                Some(found) if found.parts.is_none() => "asked: the run before kept no answers of this node".to_owned(),
                Some(found) => format!("asked: {}", words(asked.node, found, call, &differs)),
            };
            documents.push(document(row, call, &reason, found.map(|_| &differs[..]).unwrap_or_default()));
        }
    }
    let against = earlier.as_ref().map(RunFolder::id);
    if json {
        let document = json!({
            "run": folder.id(), "against": against, "row": asked.row, "node": asked.node, "calls": documents,
        });
        ui::out_json(&document);
        return Ok(Exit::Done);
    }
    for document in &documents {
        let word = |key: &str| document[key].as_str().unwrap_or_default().to_owned();
        let variant = document["variant"].as_str().map(|variant| format!(" {variant}")).unwrap_or_default();
        let repeat = document["repeat"].as_u64().filter(|repeat| *repeat > 0).map(|repeat| format!(" #{repeat}"));
        let item = document["item"].as_u64().map(|item| format!("[{item}]")).unwrap_or_default();
        let (row, repeat) = (asked.row, repeat.unwrap_or_default());
        let head =
            format!("{BOLD}{}{item}{BOLD:#} {DIM}row {row}{variant}{repeat} · {}{DIM:#}", asked.node, word("model"));
        ui::out(&format!("{head}\n  {}", word("reason")));
    }
    if let Some(against) = against {
        ui::say(&format!("{DIM}compared with {against}{DIM:#}"));
    }
    Ok(Exit::Done)
}

/// The calls of a row, by variant and repetition.
fn calls(folder: &RunFolder, manifest: &Manifest, asked: &Asked<'_>) -> Result<Vec<Calls>, Problem> {
    let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
    let line = asked.row;
    let rows = OrderedRows::open(&ledger, move |key, _| key.line == line).map_err(|error| cannot_read(&error))?;
    rows.map(|row| {
        let row = row.map_err(|error| cannot_read(&error))?;
        let selection = manifest.variants.get(row.key.variant as usize).cloned().unwrap_or_default();
        Ok(Calls { key: row.key, selection, calls: row.calls })
    })
    .collect()
}

/// The last run of the same flow before one.
fn before(store: &RunStore, run: &RunFolder, manifest: &Manifest) -> Result<Option<RunFolder>, Problem> {
    let is_same = |folder: &RunFolder| {
        folder.manifest().is_ok_and(|other| {
            let place = |manifest: &Manifest| std::path::Path::new(&manifest.directory).join(&manifest.flow.path);
            place(&other) == place(manifest)
        })
    };
    let all = store.list().map_err(|error| run_problem(&error))?;
    Ok(all.into_iter().rev().filter(|other| other.id() < run.id()).find(is_same))
}

/// The call of the other run that corresponds to one: the same, or one with the same inputs, or the one in its place.
fn fitting<'c>(call: &CallEntry, position: usize, then: &'c [CallEntry]) -> Option<&'c CallEntry> {
    let parts = |call: &CallEntry| call.parts.clone();
    let now = parts(call);
    let fits = |is: &dyn Fn(&flow_core::model::CallParts, &flow_core::model::CallParts) -> bool| {
        then.iter().find(|then| match (&then.parts, &now) {
            (Some(then_parts), Some(now)) => then.item == call.item && is(then_parts, now),
            _ => false,
        })
    };
    fits(&|one, other| one.key == other.key)
        .or_else(|| fits(&|one, other| one.inputs == other.inputs && one.occurrence == other.occurrence))
        .or_else(|| then.get(position))
}

/// Why a call was not looked for.
fn unkept(calls: &[CallEntry]) -> String {
    let has_cache = calls.iter().any(|call| call.parts.is_some());
    match has_cache {
        true => {
            "asked: answers of this node are not kept (`cache: false`, or a model whose answers are free)".to_owned()
        }
        false => {
            "asked: the run kept no answers of this row (--no-cache, `cache: false`, or a mock model without --cache)"
                .to_owned()
        }
    }
}

fn document(row: &Calls, call: &CallEntry, reason: &str, differs: &[Difference]) -> Json {
    let variant = (!row.selection.is_empty()).then(|| row.selection.join(","));
    json!({
        "variant": variant, "repeat": row.key.repeat, "item": call.item, "model": call.model, "served": call.cached,
        "reason": reason, "differs": differs.iter().map(Difference::json).collect::<Vec<_>>(),
    })
}
