//! An evaluation flow over the rows of a run, as promptflow has it: what it gives for each row, and the metrics that its aggregation
//! nodes log.

use std::path::{Path, PathBuf};

use flow_core::run::{EndState, RunStore};
use flow_eval::evaluation::OutputSummary;
use flow_eval::report::number;
use serde_json::{Value as Json, json};

use super::{names, run_problem, store_of};
use crate::args::{BatchArgs, EvalArgs};
use crate::command::Problem;
use crate::command::batch::{self, Finished, calls_words, cannot_read};
use crate::evaluators;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM, Table};

/// Runs an evaluation flow over a run.
pub(super) fn over_run(args: &EvalArgs, flow: &Path, run: &str) -> Result<Exit, Problem> {
    let store = store_of(Path::new("."));
    let scored = store.find(run).map_err(|error| run_problem(&error))?;
    let of = scored.manifest().map_err(|error| run_problem(&error))?;
    let shipped = flow.to_str().filter(|_| !flow.exists()).and_then(evaluators::find);
    let (path, beside) = match shipped {
        Some(evaluator) => (evaluator.place(&store)?, Some(PathBuf::from("."))),
        None => (flow.to_path_buf(), None),
    };
    let score = shipped.map_or_else(|| name(flow), |evaluator| evaluator.name().to_owned());
    let mut batch = BatchArgs::of(path, args.data.clone());
    batch.run = Some(scored.id().to_owned());
    batch.map.clone_from(&args.map);
    (batch.score, batch.beside, batch.retry_failed) = (Some(score), beside, true);
    let Some(finished) = batch::execute_score(with_common(batch, args, store))? else { return Ok(Exit::Usage) };
    if finished.end.state != EndState::Completed {
        return finished.tell(args.json, "flow batch");
    }
    let summaries = OutputSummary::of(&finished.ledger, &finished.manifest).map_err(|error| cannot_read(&error))?;
    let names = names(&of);
    if args.json {
        ui::out_json(&document(&finished, &summaries, &names));
    } else {
        tell(&finished, &summaries, &names);
    }
    Ok(if finished.ledger.counts.failed > 0 { Exit::Failed } else { Exit::Done })
}

/// The arguments of an evaluation that hold for each run of it.
pub(super) fn with_common(mut batch: BatchArgs, args: &EvalArgs, store: RunStore) -> BatchArgs {
    (batch.jobs, batch.timeout, batch.json) = (args.jobs, args.timeout, args.json);
    batch.connection = args.connection.clone();
    batch.environment = args.environment.clone();
    (batch.permission, batch.cache) = (args.permission, args.cache);
    batch.calls = args.calls.clone();
    batch.store = Some(store);
    batch
}

/// What a flow is called by its path: its folder's name, or its file's.
fn name(flow: &Path) -> String {
    let path = flow.canonicalize().unwrap_or_else(|_| flow.to_path_buf());
    let is_flow_file = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("flow."));
    let named = if is_flow_file { path.parent().and_then(Path::file_name) } else { path.file_stem() };
    named.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn document(finished: &Finished, summaries: &[OutputSummary], names: &[String]) -> Json {
    let Finished { folder, manifest, ledger, .. } = finished;
    let variants = (0_u32..).zip(summaries).map(|(variant, summary)| {
        let aggregation = ledger.aggregations.get(&variant);
        json!({
            "name": names.get(variant as usize), "rows": summary.rows, "failed": summary.failed,
            "outputs": summary.outputs, "metrics": aggregation.map(|record| &record.metrics),
            "errors": aggregation.map(|record| &record.errors).filter(|errors| !errors.is_empty()),
        })
    });
    json!({
        "run": manifest.id, "of": manifest.from.as_ref().map(|from| &from.run), "flow": manifest.flow.name,
        "variants": variants.collect::<Vec<_>>(), "usage": ledger.counts.usage, "folder": folder.path(),
    })
}

fn tell(finished: &Finished, summaries: &[OutputSummary], names: &[String]) {
    let Finished { folder, manifest, ledger, .. } = finished;
    let of = manifest.from.as_ref().map(|from| &*from.run).unwrap_or_default();
    ui::out(&format!("{BOLD}{}{BOLD:#}  {} over {of}", manifest.id, manifest.flow.name));
    let mut table = Table::new(["VARIANT", "WHAT", "VALUE", "ROWS"]).with_whole_names();
    for (variant, summary) in (0_u32..).zip(summaries) {
        let name = names.get(variant as usize).cloned().unwrap_or_default();
        let mut row = |what: String, value: String, rows: u64| {
            table.push([name.clone(), what, value, rows.to_string()]);
        };
        for output in &summary.outputs {
            if let Some(mean) = output.mean {
                row(format!("mean of {}", output.name), number(mean), output.numbers);
            }
            for (label, rows) in &output.labels {
                let share = *rows as f64 / summary.rows.max(1) as f64;
                row(format!("{} = {label}", output.name), format!("{:.0} %", share * 100.0), *rows);
            }
        }
        let metrics = ledger.aggregations.get(&variant).map(|record| &record.metrics);
        for (name, value) in metrics.into_iter().flatten() {
            row(format!("metric {name}"), value.to_json(), summary.rows);
        }
    }
    ui::out(&table.text(ui::width()).0);
    for (name, error) in ledger.aggregations.values().flat_map(|record| &record.errors) {
        ui::say_warning(&format!("aggregation node `{name}` failed, which fails no row: {}", error.message));
    }
    let failed = ledger.counts.failed;
    if failed > 0 {
        ui::say_note(&format!("{failed} rows could not be scored: flow runs rows {} --failed", manifest.id));
    }
    if ledger.counts.usage.calls > 0 {
        ui::out(&format!("calls    {}", calls_words(&ledger.counts.usage)));
    }
    ui::say(&format!("{DIM}scores in {}{DIM:#}", flow_core::project::shown(folder.path()).display()));
}
