//! `flow eval`: a flow in its variants over data, scored, compared and held against gates.

mod baseline;
mod calibration;
mod deciding;
mod evaluators;
mod holdout;
mod judge;
mod judged_before;
mod kept;
mod labels;
mod many;
mod metrics;
mod over_run;
mod standing;
pub(super) mod summary;
mod watch;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::diag::Diagnostics;
use flow_core::engine::Flow;
use flow_core::run::{EndState, Manifest, RunFolder};
use flow_core::source::SourceMap;
use flow_core::value::Value;
use flow_eval::batch::{Ledger, RowColumns};
use flow_eval::data::{DataSet, Part, RowStream, Selection};
use flow_eval::evaluation::{Evaluation, Outcome, OutcomeError, Scored, ScoredRun, Scoring, ScoringError};
use flow_eval::mapping::Written;
use flow_eval::report::{Form, Report, ReportError, RowsError, ScoredRows};
use flow_eval::score::Registry;

use super::Problem;
use super::batch::{self, Finished, Interrupt, broken_data, cannot_read, cannot_write_table, run_problem, store_of};
use crate::args::{BatchArgs, EvalArgs, FlowArgs, Language};
use crate::exit::Exit;
use crate::ui::{self, DIM};
use crate::workbench;

use baseline::ScoredNow;
pub(super) use baseline::place as baseline_place;
use judge::{Asked, Judges};
pub(super) use judged_before::JudgedBefore;
use kept::keep;
pub(super) use kept::{Kept, again, digest};
pub(super) use words::in_words;

/// `flow eval`.
pub(crate) fn eval(args: &EvalArgs) -> Result<Exit, Problem> {
    let registry = Registry::built_in();
    if let Some(name) = &args.metrics {
        return metrics::metrics(&registry, name.as_deref(), args.json);
    }
    if let Some(name) = &args.evaluators {
        return evaluators::evaluators(name.as_deref(), args.json);
    }
    if let (Some(flow), Some(run)) = (&args.flow, &args.run) {
        return over_run::over_run(args, flow, run);
    }
    let forms = forms(&args.output)?;
    if !args.score.with.is_empty() {
        return in_words_alone(args, &registry, &forms);
    }
    let spec = args.spec.as_deref().unwrap_or(Path::new("eval.yaml"));
    if args.watch {
        return watch::watch(args, spec, &registry, &forms);
    }
    Ok(once(args, spec, &registry, &forms)?.0)
}

/// An earlier run by scores that were typed.
fn in_words_alone(args: &EvalArgs, registry: &Registry, forms: &[(Form, &Path)]) -> Result<Exit, Problem> {
    let Some(name) = &args.run else {
        let help = "name it: --run last; or write the scores into an evaluation file";
        return Err(Problem::usage("no-run", "--with scores a run that was made before").help(help));
    };
    let run = find(Path::new("."), name)?;
    let outputs = outputs_of(&run.ledger, &run.manifest)?;
    let (mut evaluation, sources) =
        in_words(&args.score.with, &args.score.by, (&run.manifest, &outputs), registry, args.json)?;
    labels::read(&mut evaluation, Path::new(""), args, Some(&run))?;
    let evaluation = Arc::new(evaluation);
    let asked = Asked { args, spec: Path::new("--with"), evaluation: &evaluation, sources: &sources };
    let outputs: Vec<&str> = outputs.iter().map(|output| &**output).collect();
    check(&evaluation, asked.spec, &outputs)?;
    match Judges::find(asked)? {
        Some(judges) => conclude(asked, &run, judges, forms),
        None => Ok(Exit::Usage),
    }
}

/// An evaluation from its file to its reports; without a run where it did not come that far.
fn once(
    args: &EvalArgs,
    spec: &Path,
    registry: &Registry,
    forms: &[(Form, &Path)],
) -> Result<(Exit, Option<Run>), Problem> {
    let (mut evaluation, sources) = read(spec, registry, args.json)?;
    // What cannot be read is told of before anything is spent.
    baseline::read(spec, &evaluation)?;
    let Some(flow) = look(&evaluation, spec, args.json)? else { return Ok((Exit::Usage, None)) };
    let mut outputs: Vec<&str> = flow.plan.outputs.iter().map(|output| &*output.name).collect();
    if flow.plan.has_open_outputs() {
        outputs.extend(evaluation.named_outputs());
    }
    check(&evaluation, spec, &outputs)?;
    let earlier = args.run.as_ref().map(|name| find(&Evaluation::path(spec, &evaluation.flow), name)).transpose()?;
    labels::read(&mut evaluation, spec, args, earlier.as_ref())?;
    let evaluation = Arc::new(evaluation);
    let asked = Asked { args, spec, evaluation: &evaluation, sources: &sources };
    let Some(judges) = Judges::find(asked)? else { return Ok((Exit::Usage, None)) };
    let run = match earlier {
        Some(run) => run,
        None => {
            let selections = evaluation.variants.selections(&flow.axes);
            judges.check_pairs(asked, selections.len())?;
            let batch = batch_args(args, spec, &evaluation, &selections);
            let decide = |manifest: &Manifest| deciding::decide(&evaluation, spec, manifest);
            let Some(finished) = batch::execute_deciding(batch, decide)? else { return Ok((Exit::Usage, None)) };
            let races = evaluation.comparing.stopping.is_some_and(|rule| rule.races);
            if races && finished.end.is_over_budget {
                deciding::warn_of_the_end(&finished.end, spec);
            } else if finished.end.state != EndState::Completed {
                let command = format!("flow eval {}", spec.display());
                return Ok((finished.tell(args.json, &command)?, None));
            }
            let Finished { folder, manifest, ledger, .. } = finished;
            Run { folder, manifest, ledger }
        }
    };
    let exit = conclude(asked, &run, judges, forms)?;
    Ok((exit, Some(run)))
}

/// Scores a run, and tells and writes what came of it.
fn conclude(asked: Asked<'_>, run: &Run, judges: Judges, forms: &[(Form, &Path)]) -> Result<Exit, Problem> {
    let Asked { args, spec, evaluation, .. } = asked;
    let interrupt = Interrupt::listen()?;
    let judged = match judges.run(asked, (&run.manifest.id, &names(&run.manifest)), run.ledger.counts.usage)? {
        Ok(judged) => judged,
        Err(exit) => return Ok(exit),
    };
    let decided = deciding::decided(evaluation, spec, run)?;
    let judge_runs = judged.rows();
    let runs = [ScoredRun { ledger: &run.ledger, manifest: &run.manifest, judges: &judge_runs }];
    let scoring = Scoring {
        runs: &runs,
        repeat: run.manifest.repeat.max(1) as usize,
        scores: &evaluation.scores,
        by: &evaluation.by,
        cluster: evaluation.comparing.cluster.as_ref(),
        within: decided.as_ref(),
        stop: Some(&interrupt.drain),
    };
    let table = run.folder.path().join("scores.parquet");
    let scored = match Scored::score(scoring, data(evaluation, spec)?, Some(&table)) {
        Ok(scored) => scored,
        Err(ScoringError::Stopped) => {
            return asked.interrupted("interrupted before all rows were scored", &run.manifest.id);
        }
        Err(error) => return Err(not_scored(&error)),
    };
    labels::check(evaluation, spec, &names(&run.manifest), &scored)?;
    Outcome::remove_tables(run.folder.path()).map_err(|error| cannot_write_table(&error))?;
    let (names, parts) = (names(&run.manifest), (scoring.repeat, run.manifest.seed));
    let mut outcome = Outcome::of(&run.manifest.id, &names, evaluation, &scored, parts, decided.as_ref())
        .map_err(|error| not_comparable(&spec.display().to_string(), &error))?;
    if interrupt.is_pressed() {
        return asked.interrupted("interrupted before the scores were summed up", &run.manifest.id);
    }
    outcome.stability = deciding::stability(evaluation, spec, run, decided.as_ref())?;
    outcome.judges = judged.outcomes(&evaluation.scores);
    let mut spent = run.ledger.counts.usage;
    outcome.judges.iter().for_each(|judge| spent += judge.usage);
    if let Err(exit) = holdout::hold_out(&mut outcome, asked, run, spent)? {
        return Ok(exit);
    }
    let now = ScoredNow { run, judged: &judged, table: &table, evaluation, spec };
    let digest = now.digest(None)?;
    now.stand(&mut outcome, &scored, &digest)?;
    let tables = outcome.write_tables(run.folder.path(), &scored, scoring.repeat);
    tables.map_err(|error| cannot_write_table(&error))?;
    keep(run, &outcome, &digest, spec)?;
    let rows = ScoredRows::new(scoring, &scored, data_set(evaluation, spec)?, Some(&table));
    let flow = &run.manifest.flow.name;
    let title = run.manifest.name.as_deref().unwrap_or(flow);
    let report = Report { title, flow, outcome: &outcome, rows: &rows };
    write(&report, forms)?;
    if args.json {
        let document = serde_json::to_value(&outcome).unwrap_or_default();
        ui::out_json(&document);
    } else {
        summary::tell(&report)?;
        ui::say(&format!("{DIM}scores in {}{DIM:#}", flow_core::project::shown(run.folder.path()).display()));
    }
    Ok(match () {
        () if outcome.fails() => Exit::GateFailed,
        () if outcome.has_open_gates() => Exit::Undecided,
        () if evaluation.comparing.is_asked_for && outcome.is_undecided() => Exit::Undecided,
        () => Exit::Done,
    })
}

/// A run whose rows are scored.
struct Run {
    folder: RunFolder,
    manifest: Manifest,
    ledger: Ledger,
}

pub(super) fn read(spec: &Path, registry: &Registry, json: bool) -> Result<(Evaluation, SourceMap), Problem> {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let evaluation = Evaluation::load(spec, registry, &mut sources, &mut diagnostics);
    understood(evaluation, spec, (sources, &diagnostics), json)
}

/// An evaluation that was read, after what is to be said of it.
fn understood(
    evaluation: Option<Evaluation>,
    spec: &Path,
    (sources, diagnostics): (SourceMap, &Diagnostics),
    json: bool,
) -> Result<(Evaluation, SourceMap), Problem> {
    match evaluation {
        Some(evaluation) => {
            ui::say_diagnostics(diagnostics, &sources);
            Ok((evaluation, sources))
        }
        None => Err(refused(diagnostics, &sources, spec, json)),
    }
}

/// Tells what is wrong with an evaluation file.
fn refused(diagnostics: &Diagnostics, sources: &SourceMap, spec: &Path, json: bool) -> Problem {
    let message = format!("{} cannot be used", spec.display());
    if json {
        let first = diagnostics.sorted().first().map(|found| found.message.clone()).unwrap_or_default();
        return Problem::usage("invalid-evaluation", format!("{message}: {first}"));
    }
    ui::say_diagnostics(diagnostics, sources);
    Problem::usage("invalid-evaluation", message)
}

/// A run that was made before, in the project of a flow.
fn find(flow: &Path, name: &str) -> Result<Run, Problem> {
    let folder = store_of(flow).find(name).map_err(|error| run_problem(&error))?;
    let manifest = folder.manifest().map_err(|error| run_problem(&error))?;
    let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
    Ok(Run { folder, manifest, ledger })
}

/// The outputs that a run's rows have.
pub(super) fn outputs_of(ledger: &Ledger, manifest: &Manifest) -> Result<Vec<String>, Problem> {
    let columns = RowColumns::of(ledger, manifest).map_err(|error| cannot_read(&error))?;
    Ok(columns.names().iter().filter_map(|name| name.strip_prefix("outputs.")).map(str::to_owned).collect())
}

/// The flow, to see what it has; `None` where it has errors, which were told.
fn look(evaluation: &Evaluation, spec: &Path, json: bool) -> Result<Option<Flow>, Problem> {
    let language = Language { compat: false, strict: false };
    let flow = Evaluation::path(spec, &evaluation.flow);
    let look = FlowArgs { flow, variant: Vec::new(), overrides: Vec::new(), language };
    workbench::load_to_look(&look, json)
}

/// Compares what is scored with what there is, before anything is run.
fn check(evaluation: &Evaluation, spec: &Path, outputs: &[&str]) -> Result<(), Problem> {
    let rows = data(evaluation, spec)?;
    evaluation.check_columns(rows.columns(), rows.looked_at(), outputs).map_err(|problem| {
        Problem::usage("invalid-evaluation", format!("{}: {}", spec.display(), problem.message)).help(problem.help)
    })
}

fn data(evaluation: &Evaluation, spec: &Path) -> Result<RowStream, Problem> {
    data_set(evaluation, spec)?.rows(&Selection::default()).map_err(|error| broken_data(&error))
}

fn data_set(evaluation: &Evaluation, spec: &Path) -> Result<DataSet, Problem> {
    DataSet::find(&Evaluation::path(spec, &evaluation.data), None).map_err(|error| broken_data(&error))
}

/// The evaluation as a run over many rows.
fn batch_args(args: &EvalArgs, spec: &Path, evaluation: &Evaluation, selections: &[Vec<String>]) -> BatchArgs {
    let flow = Evaluation::path(spec, &evaluation.flow);
    let mut batch = BatchArgs::of(flow, Some(Evaluation::path(spec, &evaluation.data)));
    batch.map = evaluation.map.iter().map(|(input, value)| format!("{input}={}", constant(value))).collect();
    batch.written = Written::Map;
    batch.variant = selections.iter().map(|selection| selection.join(",")).filter(|text| !text.is_empty()).collect();
    batch.repeat = Some(evaluation.repeat);
    batch.name = evaluation.name.as_deref().map(str::to_owned);
    (batch.resume, batch.jobs, batch.timeout, batch.json) = (args.resume.clone(), args.jobs, args.timeout, args.json);
    batch.connection = args.connection.clone();
    batch.environment = args.environment.clone();
    (batch.permission, batch.cache) = (args.permission, args.cache);
    batch.selection = args.selection.clone();
    batch.part = evaluation.holdout.map(|share| Part::new(share, false));
    batch.calls = judge::budget(args, evaluation);
    batch
}

/// A value as `--map` takes it: a text that could be taken for another value is written as JSON.
fn constant(value: &Value) -> String {
    match value.as_str() {
        Some(text) if Value::from_json(text).is_err() => text.to_owned(),
        _ => value.to_json(),
    }
}

pub(super) fn not_scored(error: &ScoringError) -> Problem {
    match error {
        ScoringError::Ledger(error) => cannot_read(error),
        ScoringError::Data(error) => broken_data(error),
        ScoringError::Table(error) => cannot_write_table(error),
        ScoringError::Stopped => Problem::interrupted("interrupted", error.to_string()),
    }
}

/// What is wrong with a comparison that something asks for.
pub(super) fn not_comparable(asking: &str, error: &OutcomeError) -> Problem {
    let message = format!("{asking}: {error}");
    match error {
        OutcomeError::Baseline { names, .. } => {
            Problem::usage("invalid-evaluation", message).help(format!("the variants are {}", names.join(", ")))
        }
        OutcomeError::Statistics { error, .. } => Problem::failed("not-comparable", message).help(error.help()),
    }
}

/// The variants of a run by name; the flow as it is is called `base`.
pub(super) fn names(manifest: &Manifest) -> Vec<String> {
    let name = |selection: &Vec<String>| if selection.is_empty() { "base".to_owned() } else { selection.join(",") };
    manifest.variants.iter().map(name).collect()
}

/// The forms of reports, by the endings of their files.
pub(super) fn forms(paths: &[PathBuf]) -> Result<Vec<(Form, &Path)>, Problem> {
    let form = |path: &Path| {
        Form::named_by(path).ok_or_else(|| {
            let message = format!("{}: no report has this ending", path.display());
            Problem::usage("unknown-report", message).help(format!("reports end in {}", Form::ENDINGS))
        })
    };
    paths.iter().map(|path| Ok((form(path)?, &**path))).collect()
}

/// Writes a report in several forms.
pub(super) fn write(report: &Report<'_>, forms: &[(Form, &Path)]) -> Result<(), Problem> {
    for (form, path) in forms {
        report.write(*form, path).map_err(|error| match error {
            ReportError::Rows(error) => unreadable_rows(&error),
            ReportError::Table(error) => cannot_write_table(&error),
            ReportError::File { path, source } => Problem::cannot_write(&path, &source),
        })?;
    }
    Ok(())
}

fn unreadable_rows(error: &RowsError) -> Problem {
    match error {
        RowsError::Ledger(error) => cannot_read(error),
        RowsError::Data(error) => broken_data(error),
    }
}
