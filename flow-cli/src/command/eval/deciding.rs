//! Evaluations that stop early, or run rows again whose runs disagree.

use std::path::Path;
use std::sync::Arc;

use flow_core::run::Manifest;
use flow_eval::batch::{BatchEnd, Decide, Repeat};
use flow_eval::evaluation::{Decided, Decider, DecidingError, Evaluation, Repeater, Stability};

use super::{Run, data_set, names, not_comparable};
use crate::command::Problem;
use crate::command::batch::{Deciding, broken_data, cannot_read, selection_of};
use crate::ui;

/// Who decides what of a run is still to be run.
pub(super) fn decide(evaluation: &Arc<Evaluation>, spec: &Path, manifest: &Manifest) -> Result<Deciding, Problem> {
    let decider = decider(evaluation, spec, manifest)?;
    let has_more = evaluation.most_repeats > evaluation.repeat;
    let repeater = if has_more { repeater(evaluation, spec, manifest)? } else { None };
    Ok(Deciding {
        on_the_way: decider.map(|decider| Box::new(decider) as Box<dyn Decide>),
        at_the_end: repeater.map(|repeater| Box::new(repeater) as Box<dyn Repeat>),
    })
}

/// How steady the rows of a run are that count, where each was run several times.
pub(super) fn stability(
    evaluation: &Arc<Evaluation>,
    spec: &Path,
    run: &Run,
    decided: Option<&Decided>,
) -> Result<Option<Stability>, Problem> {
    let Some(repeater) = repeater(evaluation, spec, &run.manifest)? else { return Ok(None) };
    let stability = repeater.stability(&names(&run.manifest), &mut run.ledger.recorded(), decided);
    stability.map(Some).map_err(|error| cannot_read(&error))
}

fn repeater(evaluation: &Arc<Evaluation>, spec: &Path, manifest: &Manifest) -> Result<Option<Repeater>, Problem> {
    if evaluation.repeat < 2 {
        return Ok(None);
    }
    let rows = data_set(evaluation, spec)?.rows(&selection_of(manifest)?).map_err(|error| broken_data(&error))?;
    Repeater::new(evaluation, rows).map_err(|error| broken_data(&error))
}

/// What was decided in a run, where the evaluation may stop early.
pub(super) fn decided(evaluation: &Arc<Evaluation>, spec: &Path, run: &Run) -> Result<Option<Decided>, Problem> {
    let has_stopped = run.ledger.end.as_ref().is_some_and(flow_core::run::EndRecord::is_decided);
    let Some(decider) = decider(evaluation, spec, &run.manifest)? else {
        if has_stopped {
            ui::say_warning(&format!(
                "run {} stopped early, when an answer was known, and intervals of a fixed number of rows are too narrow for that; score it by a file with `stop_early: true`",
                run.manifest.id
            ));
        }
        return Ok(None);
    };
    let mut recorded = run.ledger.recorded();
    decider.replay(&mut recorded, run.manifest.seed).map(Some).map_err(|error| cannot_read(&error))
}

/// Tells that a race is concluded on the rows that its budget was enough for.
pub(super) fn warn_of_the_end(end: &BatchEnd, spec: &Path) {
    let why = end.reason.as_deref().unwrap_or("the budget is used up");
    ui::say_warning(&format!(
        "{why}; the race is concluded on the rows until then, and goes on with a greater budget: flow eval {} --resume last",
        spec.display()
    ));
}

fn decider(evaluation: &Arc<Evaluation>, spec: &Path, manifest: &Manifest) -> Result<Option<Decider>, Problem> {
    if evaluation.comparing.stopping.is_none() {
        return Ok(None);
    }
    let selection = selection_of(manifest)?;
    let rows = data_set(evaluation, spec)?.rows(&selection).map_err(|error| broken_data(&error))?;
    Decider::new(evaluation, &names(manifest), rows).map_err(|error| match error {
        DecidingError::Data(error) => broken_data(&error),
        DecidingError::Outcome(error) => not_comparable(&spec.display().to_string(), &error),
    })
}
