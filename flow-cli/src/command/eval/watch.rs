//! `flow eval --watch`: the evaluation again at each edit, and what the edit changed.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flow_core::diag::Diagnostics;
use flow_core::source::SourceMap;
use flow_eval::evaluation::{Evaluation, Measure, Scored, ScoredRun, Scoring};
use flow_eval::report::{Answer, Rows, ScoredRows, number, signed};
use flow_eval::score::{Direction, Registry};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use serde_json::json;
use tokio::sync::mpsc;

use super::{Form, Run, data, data_set, names, not_scored, once, unreadable_rows};
use crate::args::EvalArgs;
use crate::command::Problem;
use crate::command::batch::calls_words;
use crate::exit::Exit;
use crate::graph::{clipped, one_line};
use crate::ui::{self, BOLD, DIM};

/// An editor writes a file in several steps; so long nothing may happen before the edit counts as done.
const QUIET: Duration = Duration::from_millis(60);
/// So many rows that changed are told of each variant.
const ROWS: usize = 5;
/// How much of an output is told.
const TEXT: usize = 40;
/// So many outputs of a row that changed are told.
const OUTPUTS: usize = 2;
/// Folders in which nothing is written by authors.
const MADE: &[&str] = &[".flow", ".git", "target", "node_modules", "__pycache__"];

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
    let mut edits = Edits::of(args, spec)?;
    let mut before: Option<Run> = None;
    loop {
        // What the file names may have changed with it.
        let evaluation = quietly(spec, registry);
        if let Some(evaluation) = &evaluation {
            edits.also(spec, evaluation)?;
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

/// Edits of files that an evaluation is made of.
struct Edits {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    edited: mpsc::UnboundedReceiver<()>,
}

impl Edits {
    fn of(args: &EvalArgs, spec: &Path) -> Result<Self, Problem> {
        let (sender, edited) = mpsc::unbounded_channel();
        let reports: Vec<PathBuf> = args.output.iter().filter_map(|path| std::path::absolute(path).ok()).collect();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            let is_edit = !matches!(event.kind, EventKind::Access(_));
            if is_edit && event.paths.iter().any(|path| is_written_by_authors(path) && !reports.contains(path)) {
                // Nobody waits any more when the program ends.
                let _ = sender.send(());
            }
        });
        let watcher = watcher.map_err(|error| cannot_watch(spec, &error))?;
        let mut edits = Self { watcher, watched: BTreeSet::new(), edited };
        edits.add(&folder_of(spec), RecursiveMode::NonRecursive)?;
        Ok(edits)
    }

    /// Watches what the evaluation names too.
    fn also(&mut self, spec: &Path, evaluation: &Evaluation) -> Result<(), Problem> {
        let flow = Evaluation::path(spec, &evaluation.flow);
        let flow = if flow.is_dir() { flow } else { folder_of(&flow) };
        self.add(&flow, RecursiveMode::Recursive)?;
        self.add(&folder_of(&Evaluation::path(spec, &evaluation.data)), RecursiveMode::NonRecursive)
    }

    fn add(&mut self, folder: &Path, mode: RecursiveMode) -> Result<(), Problem> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        if self.watched.insert(folder.clone()) || mode == RecursiveMode::Recursive {
            self.watcher.watch(&folder, mode).map_err(|error| cannot_watch(&folder, &error))?;
        }
        Ok(())
    }

    /// Waits for an edit; `false` if its user ends the watch instead.
    async fn next(&mut self) -> bool {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return false,
            edited = self.edited.recv() => if edited.is_none() { return false },
        }
        while let Ok(Some(())) = tokio::time::timeout(QUIET, self.edited.recv()).await {}
        true
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn cannot_watch(path: &Path, error: &notify::Error) -> Problem {
    Problem::failed("cannot-watch", format!("{} cannot be watched: {error}", path.display()))
        .help("run the evaluation again by hand")
}

/// Whether a file is one that people edit: not in a folder of made things, not hidden, no copy of an editor's.
fn is_written_by_authors(path: &Path) -> bool {
    let is_made = |part: Component<'_>| MADE.iter().any(|made| part.as_os_str() == *made);
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    !path.components().any(is_made) && !name.starts_with(['.', '#']) && !name.ends_with(['~', '#']) && name != "4913"
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
    let mut changed = BTreeSet::new();
    for (position, name) in new_names.iter().enumerate() {
        let Some(earlier) = old_names.iter().position(|old| old == name) else { continue };
        for (score, measure) in measures.iter().enumerate() {
            let pair = [earlier, old_names.len() + position].map(|at| &scored.variants[at].values[score]);
            let moves = Moves::of(pair, scoring.repeat, &scored.lines, measure.direction);
            changed.extend(moves.lines.iter().map(|line| (*line, position)));
            ui::out(&format!("  {name:<width$}  {}  {}", measure.name, moves.words()));
        }
    }
    let mut told = vec![0; new_names.len()];
    let lines: BTreeSet<u64> = changed.iter().map(|(line, _)| *line).take(ROWS * new_names.len()).collect();
    let rows = ScoredRows::new(scoring, &scored, data_set(evaluation, spec)?, None);
    let texts = rows.texts(&lines).map_err(|error| unreadable_rows(&error))?;
    for (line, position) in changed {
        let Some(earlier) = old_names.iter().position(|old| *old == new_names[position]) else { continue };
        let Some(row) = texts.get(&line).filter(|_| told[position] < ROWS) else { continue };
        told[position] += 1;
        let pair = [row.answer(earlier), row.answer(old_names.len() + position)];
        ui::out(&format!("  {DIM}row {line}, {}{DIM:#}  {}", new_names[position], change(pair)));
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

/// How a score moved.
struct Moves {
    means: [Option<f64>; 2],
    better: usize,
    worse: usize,
    lines: Vec<u64>,
}

impl Moves {
    fn of(pair: [&Vec<Option<f64>>; 2], repeat: usize, lines: &[u64], direction: Direction) -> Self {
        let mean = |values: &[Option<f64>]| {
            let known: Vec<f64> = values.iter().flatten().copied().collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        let mut moves = Self { means: pair.map(|values| mean(values)), better: 0, worse: 0, lines: Vec::new() };
        for ((old, new), line) in pair[0].chunks(repeat).zip(pair[1].chunks(repeat)).zip(lines) {
            let [old, new] = [mean(old), mean(new)].map(|score| score.unwrap_or(f64::NEG_INFINITY));
            if old == new {
                continue;
            }
            let is_better = (new > old) == (direction == Direction::Higher);
            moves.better += usize::from(is_better);
            moves.worse += usize::from(!is_better);
            moves.lines.push(*line);
        }
        moves
    }

    fn words(&self) -> String {
        let [Some(old), Some(new)] = self.means else { return "no row could be scored".to_owned() };
        if self.lines.is_empty() {
            return format!("{}, as before", number(new));
        }
        let (old, new, by) = (number(old), number(new), signed(new - old));
        format!("{old} → {new} ({by}): {} rows better, {} worse", self.better, self.worse)
    }
}
