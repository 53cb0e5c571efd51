//! `flow eval --watch`: the evaluation again at each edit, and what the edit changed.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use flow_core::diag::Diagnostics;
use flow_core::source::SourceMap;
use flow_eval::evaluation::{Evaluation, Flip, Measure, Scored, ScoredRun, Scoring, mean};
use flow_eval::report::{Answer, Rows, ScoredRows, number, signed};
use flow_eval::score::{Direction, Registry};
use serde_json::json;

use super::super::edits::{Edits, RecursiveMode, folder_of};
use super::{Form, Run, data, data_set, names, not_scored, once, unreadable_rows};
use crate::args::EvalArgs;
use crate::command::Problem;
use crate::command::batch::calls_words;
use crate::exit::Exit;
use crate::graph::{clipped, one_line};
use crate::ui::{self, BOLD, DIM};

/// So many rows that changed are told of each variant.
const ROWS: usize = 5;
/// How much of an output is told.
const TEXT: usize = 40;
/// So many outputs of a row that changed are told.
const OUTPUTS: usize = 2;

/// Edits of the evaluation file. What the evaluation writes itself is no edit.
fn edits(args: &EvalArgs, spec: &Path) -> Result<Edits, Problem> {
    let own = args.output.iter().chain(&args.connection.record);
    let mut edits = Edits::beside(own.filter_map(|path| std::path::absolute(path).ok()).collect())?;
    edits.add(&folder_of(spec), RecursiveMode::NonRecursive)?;
    Ok(edits)
}

/// Watches what the evaluation names too.
fn watch_also(edits: &mut Edits, spec: &Path, evaluation: &Evaluation) -> Result<(), Problem> {
    let flow = Evaluation::path(spec, &evaluation.flow);
    let flow = if flow.is_dir() { flow } else { folder_of(&flow) };
    edits.add(&flow, RecursiveMode::Recursive)?;
    edits.add(&folder_of(&Evaluation::path(spec, &evaluation.data)), RecursiveMode::NonRecursive)
}

/// Evaluates at each edit, until Ctrl-C.
pub(super) fn watch(
    args: &EvalArgs,
    spec: &Path,
    registry: &Registry,
    forms: &[(Form, &Path)],
) -> Result<Exit, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    let mut edits = edits(args, spec)?;
    let mut before: Option<Run> = None;
    loop {
        // What the file names may have changed with it.
        let evaluation = quietly(spec, registry);
        if let Some(evaluation) = &evaluation {
            watch_also(&mut edits, spec, evaluation)?;
        }
        match once(args, spec, registry, forms) {
            Ok((Exit::Interrupted, _)) => return Ok(Exit::Interrupted),
            Ok((_, Some(now))) => {
                if let (Some(before), Some(evaluation)) = (&before, &evaluation) {
                    tell(before, &now, evaluation, spec)?;
                }
                before = Some(now);
            }
            // It was told what is wrong; the next edit may mend it.
            Ok((_, None)) => {}
            Err(problem) => drop(problem.tell(false)),
        }
        ui::say(&format!("{DIM}waiting for an edit; Ctrl-C ends{DIM:#}"));
        if !runtime.block_on(edits.next()) {
            return Ok(Exit::Done);
        }
    }
}

/// The evaluation file, of which everything that is to be told is told elsewhere, without its judges, whose
/// scores stand in the summary.
fn quietly(spec: &Path, registry: &Registry) -> Option<Evaluation> {
    let mut evaluation = Evaluation::load(spec, registry, &mut SourceMap::default(), &mut Diagnostics::default())?;
    evaluation.leave_out_flows(|_| false);
    Some(evaluation)
}

/// Tells which rows changed from one evaluation to the next, and by how much.
fn tell(old: &Run, new: &Run, evaluation: &Evaluation, spec: &Path) -> Result<(), Problem> {
    let runs = [old, new].map(|run| ScoredRun { ledger: &run.ledger, manifest: &run.manifest, judges: &[] });
    let scoring = Scoring {
        runs: &runs,
        repeat: old.manifest.repeat.min(new.manifest.repeat).max(1) as usize,
        scores: &evaluation.scores,
        by: &[],
        cluster: None,
        within: None,
        stop: None,
    };
    let scored = Scored::score(scoring, data(evaluation, spec)?, None).map_err(|error| not_scored(&error))?;
    let calls = calls_words(&new.ledger.counts.usage);
    ui::out(&format!("\n{BOLD}since the edit{BOLD:#}  {DIM}calls: {calls}{DIM:#}"));
    if scored.unlike > 0 {
        ui::out(&format!("  {} rows have other inputs now, and are not compared", scored.unlike));
    }
    let (old_names, new_names) = (names(&old.manifest), names(&new.manifest));
    let measures = Measure::of(&evaluation.scores);
    let width = new_names.iter().map(String::len).max().unwrap_or(0);
    let mut changed = Vec::new();
    for (position, name) in new_names.iter().enumerate() {
        let Some(earlier) = old_names.iter().position(|old| old == name) else { continue };
        let both = [earlier, old_names.len() + position];
        let mut lines = BTreeSet::new();
        for (score, measure) in measures.iter().enumerate() {
            let pair = both.map(|variant| &*scored.variants[variant].values[score]);
            let flips: Vec<Flip> = Flip::all(pair, scoring.repeat, &scored.lines).collect();
            lines.extend(flips.iter().map(|flip| flip.line));
            ui::out(&format!("  {name:<width$}  {}  {}", measure.name, moved(pair, &flips, measure.direction)));
        }
        changed.extend(lines.into_iter().take(ROWS).map(|line| (line, name, both)));
    }
    let lines: BTreeSet<u64> = changed.iter().map(|(line, ..)| *line).collect();
    let rows = ScoredRows::new(scoring, &scored, data_set(evaluation, spec)?, None);
    let texts = rows.texts(&lines).map_err(|error| unreadable_rows(&error))?;
    for (line, name, both) in changed {
        let Some(row) = texts.get(&line) else { continue };
        ui::out(&format!("  {DIM}row {line}, {name}{DIM:#}  {}", change(both.map(|variant| row.answer(variant)))));
    }
    Ok(())
}

/// How an answer changed, in short: the outputs that are not the same.
fn change(pair: [Option<&Answer>; 2]) -> String {
    let [Some(old), Some(new)] = pair else { return String::new() };
    let failure = |answer: &Answer| answer.error.as_ref().map(|error| format!("failed: {}", error.message));
    let short = |text: String| clipped(&one_line(&text), TEXT);
    if let (None, None) = (&old.error, &new.error) {
        let value = |answer: &Answer, name: &str| answer.outputs.get(name).map_or_else(String::new, ui::cell_text);
        let names = new.outputs.keys().filter(|name| old.outputs.get(&***name) != new.outputs.get(&***name));
        let words = |name: &Arc<str>| format!("{name} {} → {}", short(value(old, name)), short(value(new, name)));
        return names.take(OUTPUTS).map(words).collect::<Vec<_>>().join(" · ");
    }
    let text = |answer: &Answer| failure(answer).unwrap_or_else(|| json!(answer.outputs).to_string());
    format!("{} → {}", short(text(old)), short(text(new)))
}

/// How a score moved, in words.
fn moved(pair: [&[Option<f64>]; 2], flips: &[Flip], direction: Direction) -> String {
    let [Some(old), Some(new)] = pair.map(mean) else { return "no row could be scored".to_owned() };
    if flips.is_empty() {
        return format!("{}, as before", number(new));
    }
    let better = flips.iter().filter(|flip| flip.gain(direction) > 0.0).count();
    let worse = flips.len() - better;
    let (old, new, by) = (number(old), number(new), signed(new - old));
    format!("{old} → {new} ({by}): {better} rows better, {worse} worse")
}
