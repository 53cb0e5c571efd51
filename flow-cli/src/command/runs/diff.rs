use flow_core::diag::did_you_mean;
use flow_core::run::{Manifest, RunStore};
use flow_eval::batch::{Ledger, RowColumns};
use flow_eval::difference::{Compared, DifferenceOptions, difference};
use flow_eval::evaluation::{Moved, Movement};
use serde_json::json;

use super::diff_text::{self, Shown};
use super::{diff_scores, find, read};
use crate::args::RunsDiffArgs;
use crate::command::Problem;
use crate::command::batch::cannot_read;
use crate::command::eval::{self, JudgedBefore, Kept};
use crate::exit::Exit;
use crate::ui;

/// `flow runs diff`.
pub(super) fn diff(store: &RunStore, args: &RunsDiffArgs, json: bool) -> Result<Exit, Problem> {
    let (from, to) = (find(store, &args.from)?, find(store, &args.to)?);
    let (manifest, ledger) = read(&from)?;
    let (other_manifest, other_ledger) = read(&to)?;
    let columns = Columns::of(&args.columns, [(&ledger, &manifest), (&other_ledger, &other_manifest)])?;
    let options = DifferenceOptions { outputs: columns.outputs, rows: args.rows };
    let before = Compared { folder: &from, manifest: &manifest, ledger: &ledger };
    let after = Compared { folder: &to, manifest: &other_manifest, ledger: &other_ledger };
    let found = difference(before, after, &options).map_err(|error| cannot_read(&error))?;
    let movements = match (eval::digest(&from), eval::digest(&to)) {
        (Some(digest), Some(other)) => {
            let [judges, other_judges] =
                [&from, &to].map(|folder| JudgedBefore::of(store, &Kept::of(folder)).manifests());
            let before = Moved { digest: &digest, manifest: &manifest, ledger: &ledger, judges: &judges };
            let after =
                Moved { digest: &other, manifest: &other_manifest, ledger: &other_ledger, judges: &other_judges };
            Movement::of(before, after).map_err(|error| eval::not_scored(&error))?
        }
        _ => Vec::new(),
    };
    if json {
        let mut document = json!(found);
        (document["from"]["run"], document["to"]["run"]) = (json!(from.id()), json!(to.id()));
        document["scores"] = json!(movements);
        ui::out_json(&document);
        return Ok(Exit::Done);
    }
    let inputs = (!args.columns.is_empty()).then_some(columns.inputs);
    if !movements.is_empty() {
        ui::out(&diff_scores::text(&movements));
    }
    ui::out(diff_text::text(&Shown { from: from.id(), to: to.id(), found: &found, inputs }).trim_end());
    Ok(Exit::Done)
}

/// Which inputs are shown, and which outputs are compared; without their rooms.
struct Columns {
    inputs: Vec<String>,
    outputs: Vec<String>,
}

impl Columns {
    fn of(asked: &[String], runs: [(&Ledger, &Manifest); 2]) -> Result<Self, Problem> {
        let mut known = Vec::new();
        for (ledger, manifest) in runs.into_iter().filter(|_| !asked.is_empty()) {
            known.extend(RowColumns::of(ledger, manifest).map_err(|error| cannot_read(&error))?.names());
        }
        known.retain(|name| name.starts_with("inputs.") || name.starts_with("outputs."));
        known.sort();
        known.dedup();
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for name in asked.iter().map(|name| name.trim()) {
            if known.iter().all(|column| **column != *name) {
                let names = known.iter().map(|column| &**column);
                let help = did_you_mean(name, names.clone())
                    .unwrap_or_else(|| format!("known are {}", names.collect::<Vec<_>>().join(", ")));
                let message = format!("the runs have no input or output `{name}`");
                return Err(Problem::usage("unknown-column", message).help(help));
            }
            match name.split_once('.') {
                Some(("inputs", name)) => inputs.push(name.to_owned()),
                Some((_, name)) => outputs.push(name.to_owned()),
                None => {}
            }
        }
        Ok(Self { inputs, outputs })
    }
}
