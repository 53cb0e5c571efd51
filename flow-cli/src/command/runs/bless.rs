//! `flow runs bless`: a run as the measure for later ones.

use std::path::Path;

use flow_core::diag::did_you_mean;
use flow_core::project::shown;
use flow_core::run::{EndRecord, EndState, RunFolder, RunStore};
use flow_eval::evaluation::{Baseline, Evaluation};
use flow_eval::score::Registry;
use serde_json::json;

use super::{find, read};
use crate::args::BlessArgs;
use crate::command::Problem;
use crate::command::eval::{self, Kept};
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// Writes the baseline that a run makes.
pub(super) fn bless(store: &RunStore, args: &BlessArgs, json: bool) -> Result<Exit, Problem> {
    let folder = find(store, &args.run)?;
    let (manifest, ledger) = read(&folder)?;
    let spec = spec(&folder, &Kept::of(&folder))?;
    if ledger.end.as_ref().is_none_or(|end| end.state != EndState::Completed) {
        let message = format!("run {} did not come to its end, and its rows are not all there", folder.id());
        let help = format!("go on with it first: flow eval {} --resume {}", shown(&spec).display(), folder.id());
        return Err(Problem::usage("incomplete-run", message).help(help));
    }
    if ledger.end.as_ref().is_some_and(EndRecord::is_decided) {
        let message =
            format!("run {} stopped as soon as its answer was known, and its rows are not all there", folder.id());
        let help = "evaluate without `stop_early`, and bless that run: later runs are compared with all of its rows";
        return Err(Problem::usage("incomplete-run", message).help(help));
    }
    let (evaluation, _) = eval::read(&spec, &Registry::built_in(), json)?;
    let again = eval::again(&folder, &spec);
    let Some(mut baseline) = eval::digest(&folder) else {
        let message =
            format!("run {} was scored by an older version, which kept too little for a baseline", folder.id());
        return Err(Problem::usage("no-scores", message).help(format!("score it anew: {again}")));
    };
    refuse_missing(&baseline, &again)?;
    let names = eval::names(&manifest);
    if let Some(wanted) = &args.variant {
        if !names.contains(wanted) {
            let help = did_you_mean(wanted, names.iter().map(String::as_str))
                .unwrap_or_else(|| format!("the variants are {}", names.join(", ")));
            let message = format!("run {} has no variant `{wanted}`", folder.id());
            return Err(Problem::usage("unknown-variant", message).help(help));
        }
        baseline.keep_variant(wanted);
    }
    let path = args.output.clone().unwrap_or_else(|| eval::baseline_place(&spec, &evaluation));
    let before = Baseline::read(&path).ok().flatten();
    std::fs::write(&path, baseline.text()).map_err(|error| Problem::cannot_write(&path, &error))?;
    if json {
        let lines = baseline.rows.len();
        ui::out_json(&json!({
            "file": path, "run": baseline.run, "rows": lines, "variants": baseline.variants, "scores": baseline.scores,
            "replaces": before.map(|before| before.run),
        }));
        return Ok(Exit::Done);
    }
    tell(&baseline, before.as_ref(), (&path, &spec), &evaluation);
    Ok(Exit::Done)
}

/// The evaluation file by which the run was scored.
fn spec(folder: &RunFolder, kept: &Kept) -> Result<std::path::PathBuf, Problem> {
    let id = folder.id();
    if !folder.path().join("scores.parquet").is_file() {
        let message = format!("run {id} has no scores, and a baseline is made of scores");
        return Err(
            Problem::usage("no-scores", message).help(format!("score it first: flow eval eval.yaml --run {id}"))
        );
    }
    match kept.spec() {
        Some(spec) if spec.is_file() => Ok(spec),
        Some(spec) => {
            let message = format!("{}, by which run {id} was scored, is gone", shown(&spec).display());
            Err(Problem::usage("no-evaluation", message)
                .help(format!("score it by another: flow eval eval.yaml --run {id}")))
        }
        None => {
            let message = format!("run {id} was scored by no evaluation file, to which a baseline belongs");
            Err(Problem::usage("no-evaluation", message)
                .help(format!("score it by one: flow eval eval.yaml --run {id}")))
        }
    }
}

/// Refuses a run of whose variants some are not there.
fn refuse_missing(baseline: &Baseline, again: &str) -> Result<(), Problem> {
    let missing: Vec<&str> =
        baseline.variants.iter().filter(|variant| variant.rows == 0).map(|variant| &*variant.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("run {} has no scored row of the variants {}", baseline.run, missing.join(", "));
    Err(Problem::usage("missing-variants", message).help(format!("score it anew: {again}")))
}

fn tell(baseline: &Baseline, before: Option<&Baseline>, (path, spec): (&Path, &Path), evaluation: &Evaluation) {
    let place = shown(path).display().to_string();
    let instead = before.map(|before| format!(", in place of {}", before.run)).unwrap_or_default();
    ui::out(&format!("{BOLD}{}{BOLD:#} is the baseline now{instead}: {place}", baseline.run));
    for variant in &baseline.variants {
        let failed = if variant.failed > 0 { format!(", {} failed", variant.failed) } else { String::new() };
        ui::out(&format!("  {}  {} rows{failed}", variant.name, variant.rows));
        for score in &baseline.scores {
            let Some(mean) = variant.means.get(&score.name) else { continue };
            let value = mean.mean.map_or("–".to_owned(), flow_eval::report::number);
            let passed = mean.passed.map(|passed| format!("  {DIM}{passed} passed{DIM:#}")).unwrap_or_default();
            ui::out(&format!("    {:<20} {value}{passed}", score.name));
        }
        for (node, models) in &variant.models {
            ui::out(&format!("    {DIM}{node} answered by {}{DIM:#}", models.join(", ")));
        }
    }
    if evaluation.baseline.is_none() {
        // As the evaluation file names it: from its own folder.
        let folder = |path: &Path| std::path::absolute(path).ok().and_then(|path| path.parent().map(Path::to_path_buf));
        let name = path.file_name().filter(|_| folder(path) == folder(spec));
        let named = name.map_or(place, |name| name.to_string_lossy().into_owned());
        let spec = shown(spec).display().to_string();
        let gate = baseline.scores.first().map_or("score", |score| &*score.name);
        ui::say_note(&format!(
            "{spec} does not name it yet: add `baseline: {named}` and a gate such as `each: no_worse({gate}, 0.02)`"
        ));
    }
}
