//! Evaluations that stop early.

use std::path::Path;
use std::sync::Arc;

use flow_core::run::Manifest;
use flow_eval::batch::Decide;
use flow_eval::evaluation::{Decided, Decider, DecidingError, Evaluation};

use super::{Run, data_set, names, not_comparable};
use crate::command::Problem;
use crate::command::batch::{broken_data, cannot_read, selection_of};
use crate::ui;

/// Who decides while a run goes on, where the evaluation may stop early.
pub(super) fn decide(
    evaluation: &Arc<Evaluation>,
    spec: &Path,
    manifest: &Manifest,
) -> Result<Option<Box<dyn Decide>>, Problem> {
    let decider = decider(evaluation, spec, manifest)?;
    Ok(decider.map(|decider| Box::new(decider) as Box<dyn Decide>))
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
