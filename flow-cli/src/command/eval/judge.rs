//! Flows that score: each is a run of its own over the rows of the run that is scored.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::diag::{Code, Diagnostics, did_you_mean};
use flow_core::doc::Report;
use flow_core::model::Usage;
use flow_core::run::{EndState, RunStore};
use flow_core::source::SourceMap;
use flow_core::template::Strictness;
use flow_eval::evaluation::{Evaluation, FlowScore, JudgeIdentity, JudgeOutcome, JudgeRun, ScoreEntry};
use flow_eval::mapping::Written;

use super::baseline::JudgeIdentities;
use super::over_run::with_common;
use super::{constant, data, not_scored, refused, store_of};
use crate::args::{BatchArgs, CallArgs, EvalArgs, FlowArgs, Language};
use crate::command::Problem;
use crate::command::batch::{self, Finished, Interrupt};
use crate::evaluators::{self, Evaluator};
use crate::exit::Exit;
use crate::ui;
use crate::workbench::{self, Loading, Told};

/// What an evaluation was read from, and what was typed.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) args: &'a EvalArgs,
    pub(super) spec: &'a Path,
    pub(super) evaluation: &'a Arc<Evaluation>,
    pub(super) sources: &'a SourceMap,
}

/// The flows of an evaluation that score.
pub(super) struct Judges {
    judges: Vec<Judge>,
}

struct Judge {
    /// The position of its score.
    score: usize,
    is_pairwise: bool,
    batch: BatchArgs,
}

/// The runs in which flows scored.
#[derive(Default)]
pub(super) struct Judged {
    /// With the position of the score, and of its baseline where it compares in pairs.
    runs: Vec<(usize, Option<u32>, Finished)>,
}

impl Judges {
    /// Finds, loads and checks the flows before anything is spent. `None` where one has errors, which were told.
    pub(super) fn find(asked: Asked<'_>) -> Result<Option<Self>, Problem> {
        let (mut judges, told) = (Vec::new(), Told::default());
        let mut report = Report::new(Strictness::Strict);
        let store = store_of(&Evaluation::path(asked.spec, &asked.evaluation.flow));
        let columns = data(asked.evaluation, asked.spec)?.columns().to_vec();
        for (score, entry) in asked.evaluation.scores.iter().enumerate() {
            let Some(flow) = entry.flow() else { continue };
            let Some((path, beside)) = asked.place(flow, &store, &mut report)? else { continue };
            let language = Language { compat: false, strict: false };
            let variant = flow.variant.iter().flat_map(|text| text.split(',')).map(|one| one.trim().to_owned());
            let mut look = FlowArgs { flow: path, variant: variant.collect(), overrides: Vec::new(), language };
            let Some(plan) = workbench::load_to_look(&look, asked.args.json)?.map(|flow| flow.plan) else {
                return Ok(None);
            };
            flow.check(&plan, &columns, &mut report);
            look.overrides = flow.settings(&plan);
            // As it will be run: with its connections, so that one that is missing is known before anything is spent.
            let loading = Loading {
                flow: &look,
                connection: &asked.args.connection,
                environment: &asked.args.environment,
                permission: asked.args.permission,
                beside: beside.as_deref(),
                json: asked.args.json,
                told: &told,
            };
            if workbench::load_selected(loading)?.is_none() {
                return Ok(None);
            }
            let is_pairwise = flow.pair.is_some();
            judges.push(Judge { score, is_pairwise, batch: asked.batch(entry, flow, (look, beside), store.clone()) });
        }
        refuse(&report.diagnostics, asked)?;
        Ok(Some(Self { judges }))
    }

    /// Refuses to compare pairs of which there are none, before anything is run.
    pub(super) fn check_pairs(&self, asked: Asked<'_>, variants: usize) -> Result<(), Problem> {
        let is_pairwise = self.judges.iter().any(|judge| judge.is_pairwise);
        if is_pairwise && variants < 2 { Err(asked.no_pairs()) } else { Ok(()) }
    }

    /// Runs the flows over the rows of a run; `Err` of an exit code where one of them stopped, which was told. `spent` was spent by the
    /// run, and counts for the budget.
    pub(super) fn run(
        self,
        asked: Asked<'_>,
        (run, names): (&str, &[String]),
        mut spent: Usage,
    ) -> Result<Result<Judged, Exit>, Problem> {
        let mut judged = Judged::default();
        let interrupt = Interrupt::listen()?;
        for Judge { score, is_pairwise, mut batch } in self.judges {
            if interrupt.is_pressed() {
                let name = asked.evaluation.scores.get(score).map(|entry| &*entry.name).unwrap_or_default();
                return asked.interrupted(&format!("interrupted before `{name}` scored"), run).map(Err);
            }
            let baseline = is_pairwise.then(|| asked.baseline(names)).transpose()?;
            batch.baseline = baseline;
            batch.run = Some(run.to_owned());
            batch.calls = budget(asked.args, asked.evaluation).left_after(&spent);
            let Some(finished) = batch::execute_score(batch)? else { return Ok(Err(Exit::Usage)) };
            spent += finished.ledger.counts.usage;
            if finished.end.state != EndState::Completed {
                return asked.stopped(score, &finished, run).map(Err);
            }
            judged.runs.push((score, baseline, finished));
        }
        Ok(Ok(judged))
    }
}

impl Judged {
    /// The rows of the runs, for their scores.
    pub(super) fn rows(&self) -> Vec<JudgeRun<'_>> {
        let rows = self.runs.iter();
        rows.map(|(score, baseline, finished)| JudgeRun {
            score: *score,
            ledger: &finished.ledger,
            baseline: *baseline,
        })
        .collect()
    }

    /// Who scored, by score.
    pub(super) fn identities(&self, scores: &[ScoreEntry]) -> Result<JudgeIdentities, Problem> {
        let identity = |(score, _, finished): &(usize, Option<u32>, Finished)| {
            let name = scores.get(*score)?.name.to_string();
            let identity = JudgeIdentity::of(&finished.manifest, &finished.ledger);
            Some(identity.map(|identity| (name, identity)).map_err(|error| not_scored(&error)))
        };
        self.runs.iter().filter_map(identity).collect()
    }

    /// What the runs took.
    pub(super) fn outcomes(&self, scores: &[ScoreEntry]) -> Vec<JudgeOutcome> {
        let outcome = |(score, _, finished): &(usize, Option<u32>, Finished)| {
            let counts = finished.ledger.counts;
            Some(JudgeOutcome {
                score: scores.get(*score)?.name.clone(),
                run: finished.manifest.id.clone(),
                rows: counts.completed,
                failed: counts.failed,
                usage: counts.usage,
            })
        };
        self.runs.iter().filter_map(outcome).collect()
    }
}

impl Asked<'_> {
    /// Where a flow lies, and where its connections are looked for if not beside it.
    fn place(
        &self,
        flow: &FlowScore,
        store: &RunStore,
        report: &mut Report,
    ) -> Result<Option<(PathBuf, Option<PathBuf>)>, Problem> {
        let path = Evaluation::path(self.spec, &flow.flow);
        if path.exists() {
            return Ok(Some((path, None)));
        }
        if let Some(evaluator) = evaluators::find(&flow.flow) {
            let flow = Evaluation::path(self.spec, &self.evaluation.flow);
            let beside = if flow.is_dir() { flow } else { flow.parent().map(Path::to_path_buf).unwrap_or_default() };
            let beside = if beside.as_os_str().is_empty() { PathBuf::from(".") } else { beside };
            return Ok(Some((evaluator.place(store)?, Some(beside))));
        }
        let message = format!("there is no flow {}, and no evaluator `{}`", path.display(), flow.flow);
        let help = did_you_mean(&flow.flow, evaluators::evaluators().map(Evaluator::name))
            .unwrap_or_else(|| "`flow eval --evaluators` lists what ships with the program".to_owned());
        report.error(Code::FlowNotFound, flow.place, message, help);
        Ok(None)
    }

    fn no_pairs(&self) -> Problem {
        let message = format!("{}: answers are compared in pairs, and there is one variant", self.spec.display());
        Problem::usage("invalid-evaluation", message).help("name more of them under `variants`")
    }

    /// The position of the variant with which each other one is compared.
    fn baseline(&self, names: &[String]) -> Result<u32, Problem> {
        let wanted = self.evaluation.comparing.baseline.as_deref();
        let position = wanted.map_or(Some(0), |wanted| names.iter().position(|name| name == wanted));
        let problem =
            |message: String| Problem::usage("invalid-evaluation", format!("{}: {message}", self.spec.display()));
        match position.and_then(|position| u32::try_from(position).ok()) {
            Some(_) if names.len() < 2 => Err(self.no_pairs()),
            Some(position) => Ok(position),
            None => {
                let wanted = wanted.unwrap_or_default();
                let problem =
                    problem(format!("no variant is called `{wanted}`, with which the others are to be compared"));
                Err(problem.help(format!("the variants are {}", names.join(", "))))
            }
        }
    }

    /// The run of a flow, but for the run that it scores.
    fn batch(
        &self,
        entry: &ScoreEntry,
        flow: &FlowScore,
        (look, beside): (FlowArgs, Option<PathBuf>),
        store: RunStore,
    ) -> BatchArgs {
        let mut batch = BatchArgs::of(look.flow, Some(Evaluation::path(self.spec, &self.evaluation.data)));
        batch.map = flow.inputs.iter().map(|input| format!("{}={}", input.name, constant(&input.value))).collect();
        batch.written = Written::Inputs;
        batch.variant = flow.variant.iter().map(ToString::to_string).collect();
        (batch.overrides, batch.beside) = (look.overrides, beside);
        (batch.score, batch.retry_failed) = (Some(entry.name.to_string()), true);
        with_common(batch, self.args, store)
    }

    /// Tells that a flow stopped before it had scored all rows.
    fn stopped(&self, score: usize, finished: &Finished, run: &str) -> Result<Exit, Problem> {
        let name = self.evaluation.scores.get(score).map(|entry| &*entry.name).unwrap_or_default();
        let why = finished.end.reason.as_deref().unwrap_or("interrupted");
        let message = format!("`{name}` scored {} rows and stopped: {why}", finished.ledger.counts.completed);
        if finished.end.state == EndState::Interrupted {
            return self.interrupted(&message, run);
        }
        Err(Problem::failed("judge-stopped", message).help(self.go_on(run)))
    }

    /// Tells that Ctrl-C ended the evaluation of a run, and how it goes on.
    pub(super) fn interrupted(&self, message: &str, run: &str) -> Result<Exit, Problem> {
        if self.args.json {
            return Err(Problem::interrupted("interrupted", message).help(self.go_on(run)));
        }
        ui::say_error(message, Some(&self.go_on(run)));
        Ok(Exit::Interrupted)
    }

    fn go_on(&self, run: &str) -> String {
        if self.args.score.with.is_empty() {
            format!("go on with: flow eval {} --run {run}", self.spec.display())
        } else {
            format!("go on with the same command, for run {run}")
        }
    }
}

/// What all runs of an evaluation together may spend.
pub(super) fn budget(args: &EvalArgs, evaluation: &Evaluation) -> CallArgs {
    let mut calls = args.calls.clone();
    let cost = evaluation.budget.cost.as_deref().and_then(|cost| cost.parse().ok());
    calls.max_cost = calls.max_cost.or(cost);
    calls.max_calls = calls.max_calls.or(evaluation.budget.calls);
    calls
}

fn refuse(diagnostics: &Diagnostics, asked: Asked<'_>) -> Result<(), Problem> {
    if diagnostics.has_errors() {
        return Err(refused(diagnostics, asked.sources, asked.spec, asked.args.json));
    }
    Ok(())
}
