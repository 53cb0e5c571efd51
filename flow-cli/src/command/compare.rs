//! `flow compare`: runs that were made before, scored side by side.

use std::path::{Path, PathBuf};

use flow_core::run::Manifest;
use flow_eval::batch::Ledger;
use flow_eval::data::{DataSet, Selection};
use flow_eval::evaluation::{Evaluation, Outcome, ScoreEntry, Scored, ScoredRun, Scoring};
use flow_eval::report::{Report, ScoredRows};
use flow_eval::score::Registry;

use super::Problem;
use super::batch::{broken_data, cannot_read, run_problem, store_of};
use super::eval::{self, JudgedBefore};
use crate::args::{CompareArgs, ScoreArgs};
use crate::exit::Exit;
use crate::ui;

/// What is compared where nothing else is named: what each run knows of itself.
const MEASURED: [&str; 3] = ["latency", "cost", "tokens"];

/// `flow compare`.
pub(crate) fn compare(args: &CompareArgs) -> Result<Exit, Problem> {
    let forms = eval::forms(&args.output)?;
    let runs: Vec<Run> = args.runs.iter().map(|name| Run::find(name)).collect::<Result<_, _>>()?;
    if let [only] = &runs[..]
        && only.manifest.variants.len() < 2
    {
        let message = format!("run {} has one variant, and nothing to compare it with", only.manifest.id);
        return Err(Problem::usage("too-few-runs", message).help("name another run: flow runs list"));
    }
    reported(args, &runs, |report| {
        eval::write(report, &forms)?;
        if args.json {
            ui::out_json(&serde_json::to_value(report.outcome).unwrap_or_default());
            return Ok(());
        }
        eval::summary::tell(report)
    })
}

/// Writes the page of a comparison, also where it is of one run alone.
pub(crate) fn page(runs: &[String], page: &Path) -> Result<(), Problem> {
    let score = ScoreArgs { with: MEASURED.map(str::to_owned).to_vec(), by: Vec::new() };
    let output = vec![page.to_path_buf()];
    let args =
        CompareArgs { runs: runs.to_vec(), spec: None, score, baseline: None, margin: None, output, json: false };
    let runs: Vec<Run> = args.runs.iter().map(|name| Run::find(name)).collect::<Result<_, _>>()?;
    let forms = eval::forms(&args.output)?;
    reported(&args, &runs, |report| eval::write(report, &forms)).map(drop)
}

/// Scores the runs side by side, and hands over what came of it.
fn reported(
    args: &CompareArgs,
    runs: &[Run],
    tell: impl FnOnce(&Report<'_>) -> Result<(), Problem>,
) -> Result<Exit, Problem> {
    let Some(first) = runs.first() else { return Err(Problem::usage("too-few-runs", "no run is named")) };
    if let Some(twice) = runs.iter().enumerate().find(|(at, run)| runs[..*at].iter().any(|one| one.is_as(run))) {
        let message = format!("run {} is named twice", twice.1.manifest.id);
        return Err(Problem::usage("same-run", message).help("name runs that differ: flow runs list"));
    }
    let (evaluation, asking) = evaluation(args, (first, runs))?;
    let data = || DataSet::find(Path::new(&*evaluation.data), None).map_err(|error| broken_data(&error));
    let rows = data()?.rows(&Selection::default()).map_err(|error| broken_data(&error))?;
    for run in runs {
        let outputs = run.outputs()?;
        let outputs: Vec<&str> = outputs.iter().map(|output| &**output).collect();
        evaluation.check_columns(rows.columns(), rows.looked_at(), &outputs).map_err(|problem| {
            Problem::usage("invalid-evaluation", format!("{asking}: {} (run {})", problem.message, run.manifest.id))
                .help(problem.help)
        })?;
    }
    tell_differences(runs);
    let judges: Vec<_> = runs.iter().map(|run| run.judged.rows(&evaluation.scores)).collect();
    let scored_runs: Vec<ScoredRun<'_>> = runs
        .iter()
        .zip(&judges)
        .map(|(run, judges)| ScoredRun { ledger: &run.ledger, manifest: &run.manifest, judges })
        .collect();
    let repeat = runs.iter().map(|run| run.manifest.repeat.max(1)).min().unwrap_or(1) as usize;
    let scoring = Scoring {
        runs: &scored_runs,
        repeat,
        scores: &evaluation.scores,
        by: &evaluation.by,
        cluster: evaluation.comparing.cluster.as_ref(),
        within: None,
        stop: None,
    };
    let scored = Scored::score(scoring, rows, None).map_err(|error| eval::not_scored(&error))?;
    refuse_strangers(runs, &scored)?;
    let title = runs.iter().map(|run| run.manifest.id.clone()).collect::<Vec<_>>().join(" against ");
    let outcome = Outcome::of(&title, &names(runs), &evaluation, &scored, (repeat, first.manifest.seed), None)
        .map_err(|error| eval::not_comparable(&asking, &error))?;
    let rows = ScoredRows::new(scoring, &scored, data()?, None);
    let flow = &first.manifest.flow.name;
    let report = Report { title: &title, flow, outcome: &outcome, rows: &rows };
    tell(&report)?;
    Ok(if outcome.is_undecided() { Exit::Undecided } else { Exit::Done })
}

/// A run that is compared.
struct Run {
    manifest: Manifest,
    ledger: Ledger,
    /// The evaluation file by which it was scored when it was made.
    spec: Option<PathBuf>,
    /// What flows said of its rows then.
    judged: JudgedBefore,
}

impl Run {
    fn find(name: &str) -> Result<Self, Problem> {
        let store = store_of(Path::new("."));
        let folder = store.find(name).map_err(|error| run_problem(&error))?;
        let manifest = folder.manifest().map_err(|error| run_problem(&error))?;
        let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
        let kept = eval::Kept::of(&folder);
        let (spec, judged) = (kept.spec(), JudgedBefore::of(&store, &kept));
        Ok(Self { manifest, ledger, spec, judged })
    }

    fn is_as(&self, other: &Self) -> bool {
        self.manifest.id == other.manifest.id
    }

    fn outputs(&self) -> Result<Vec<String>, Problem> {
        eval::outputs_of(&self.ledger, &self.manifest)
    }
}

/// By what runs are compared, and what asks for it.
fn evaluation(args: &CompareArgs, (first, runs): (&Run, &[Run])) -> Result<(Evaluation, String), Problem> {
    let registry = Registry::built_in();
    let of_first = first.spec.as_ref().filter(|spec| spec.is_file());
    let spec = args.spec.as_ref().or(of_first.filter(|_| args.score.with.is_empty()));
    let (mut evaluation, asking) = match spec {
        Some(spec) => {
            if args.spec.is_none() {
                ui::say_note(&format!("compared as {} says, by which the first run was scored", spec.display()));
            }
            let (mut evaluation, _) = eval::read(spec, &registry, args.json)?;
            evaluation.data = Evaluation::path(spec, &evaluation.data).to_string_lossy().into();
            (evaluation, spec.display().to_string())
        }
        None => (in_words(args, first, &registry)?, "--with".to_owned()),
    };
    // Its names are those of variants; here they are those of runs.
    evaluation.comparing.baseline = args.baseline.as_deref().map(Into::into);
    evaluation.comparing.margin = args.margin.or(evaluation.comparing.margin);
    // What flows said before is taken; they are asked nothing here.
    let is_at_hand = |score: &ScoreEntry| runs.iter().all(|run| run.judged.is_as_in(&first.judged, score));
    let judges = evaluation.leave_out_flows(is_at_hand);
    if !judges.is_empty() {
        let names = judges.join("`, `");
        ui::say_note(&format!(
            "`{names}` is left out: what a flow said counts where the same flow has scored all of the runs (flow eval SPEC --run RUN), and never in pairs"
        ));
    }
    if !evaluation.gates.is_empty() {
        ui::say_note("gates belong to evaluations, and are not held here");
        evaluation.gates.clear();
    }
    Ok((evaluation, asking))
}

fn in_words(args: &CompareArgs, first: &Run, registry: &Registry) -> Result<Evaluation, Problem> {
    let mut words = args.score.with.clone();
    if words.is_empty() {
        ui::say_note("compared by time, money and tokens alone; name scores: --spec eval.yaml, or --with exact_match");
        words = MEASURED.map(str::to_owned).to_vec();
    }
    let of_run = (&first.manifest, &*first.outputs()?);
    Ok(eval::in_words(&words, &args.score.by, of_run, registry, args.json)?.0)
}

/// What makes runs less comparable than they look.
fn tell_differences(runs: &[Run]) {
    let Some((first, others)) = runs.split_first() else { return };
    for other in others {
        let (one, two) = (first.manifest.data.as_ref(), other.manifest.data.as_ref());
        let digest = |data: Option<&flow_core::run::DataIdentity>| data.and_then(|data| data.digest.clone());
        if digest(one) != digest(two) {
            let (one, two) = (&first.manifest.id, &other.manifest.id);
            ui::say_note(&format!(
                "{two} ran other data than {one}; rows with the same number and inputs are compared"
            ));
        }
        if first.manifest.repeat != other.manifest.repeat {
            ui::say_note(
                "the runs repeat rows differently often; as many repetitions count as the one with fewest has",
            );
        }
    }
}

/// Refuses runs that have hardly a row in common.
fn refuse_strangers(runs: &[Run], scored: &Scored) -> Result<(), Problem> {
    let ids = runs.iter().map(|run| run.manifest.id.as_str()).collect::<Vec<_>>().join(" and ");
    let help = "runs are compared row by row: run the flow over the same data, in the same order";
    if scored.unlike > scored.lines.len() as u64 {
        let message =
            format!("{ids}: {} rows have other inputs, and only {} the same", scored.unlike, scored.lines.len());
        return Err(Problem::usage("unlike-rows", message).help(help));
    }
    if scored.lines.is_empty() {
        return Err(Problem::usage("no-common-rows", format!("{ids} have no complete row in common")).help(help));
    }
    if scored.unlike > 0 {
        ui::say_note(&format!("{} rows have other inputs in the runs, and are left out", scored.unlike));
    }
    Ok(())
}

/// What the variants of the runs are called: by run, and by variant where a run has several.
fn names(runs: &[Run]) -> Vec<String> {
    let given: Vec<&str> = runs.iter().filter_map(|run| run.manifest.name.as_deref()).collect();
    let distinct = given.iter().collect::<std::collections::BTreeSet<_>>().len() == runs.len();
    runs.iter()
        .flat_map(|run| {
            let name = run.manifest.name.as_deref().filter(|_| distinct).unwrap_or(&run.manifest.id);
            let variants = eval::names(&run.manifest);
            let of_variant =
                |variant: &String| if variants.len() == 1 { name.to_owned() } else { format!("{name} {variant}") };
            variants.iter().map(of_variant).collect::<Vec<_>>()
        })
        .collect()
}
