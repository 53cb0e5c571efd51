//! The winner on rows that were held out: a run of its own, which is found again when the evaluation is scored again.

use flow_core::model::Usage;
use flow_core::run::EndState;
use flow_eval::data::Part;
use flow_eval::evaluation::{Holdout, Outcome, Scored, ScoredRun, Scoring};

use super::judge::{Asked, Judges, budget};
use super::{Run, batch_args, data, names, not_comparable, not_scored};
use crate::args::BatchArgs;
use crate::command::Problem;
use crate::command::batch::{self, Finished};
use crate::exit::Exit;
use crate::ui;

/// Runs the best variant, and what it is held against, over the rows that were held out. `spent` counts for the budget. `Err` of an exit code
/// where that stopped, which was told.
pub(super) fn hold_out(
    outcome: &mut Outcome,
    asked: Asked<'_>,
    run: &Run,
    mut spent: Usage,
) -> Result<Result<(), Exit>, Problem> {
    let (evaluation, args) = (asked.evaluation, asked.args);
    let Some(share) = evaluation.holdout else { return Ok(Ok(())) };
    let id = &run.manifest.id;
    let then = batch::arguments_of(&run.manifest)?;
    let part = Part::new(share, true);
    if then.part != Some(part.other()) {
        ui::say_warning(&format!(
            "run {id} was not made with `holdout: {share}`, so that there are no rows which it did not see"
        ));
        return Ok(Ok(()));
    }
    let finalists = outcome.finalists(evaluation.comparing.baseline.as_deref());
    let Some(winner) = finalists.first().map(|winner| (*winner).to_owned()) else { return Ok(Ok(())) };
    // The rival first, as it is what the winner is compared with.
    let all = names(&run.manifest);
    let position = |name: &&str| all.iter().position(|known| known == name);
    let selections = finalists.iter().rev().filter_map(position);
    let selections: Vec<Vec<String>> = selections.map(|at| run.manifest.variants[at].clone()).collect();
    let mut batch = batch_args(args, asked.spec, evaluation, &selections);
    (batch.part, batch.selection) = (Some(part), then.selection.clone());
    (batch.connection.seed, batch.repeat) = (Some(run.manifest.seed), Some(run.manifest.repeat));
    // With the connections of the run that was searched, where no others are given; by its name that run is found, and not this one.
    let mut batch = BatchArgs::continued(then, batch);
    (batch.name, batch.resume, batch.held_out_of) = (None, None, Some(id.clone()));
    batch.calls = budget(args, evaluation).left_after(&spent);
    let Some(finished) = batch::execute_score(batch)? else { return Ok(Err(Exit::Usage)) };
    spent += finished.ledger.counts.usage;
    if finished.end.state != EndState::Completed {
        let message = format!("the rows that are held out are not all run: {}", why(&finished));
        if finished.end.state == EndState::Interrupted {
            return asked.interrupted(&message, id).map(Err);
        }
        let help = format!("go on with: flow eval {} --run {id}", asked.spec.display());
        return Err(Problem::failed("holdout-stopped", message).help(help));
    }
    let Some(judges) = Judges::find(asked)? else { return Ok(Err(Exit::Usage)) };
    let names = names(&finished.manifest);
    let judged = match judges.run(asked, (&finished.manifest.id, &names), spent)? {
        Ok(judged) => judged,
        Err(exit) => return Ok(Err(exit)),
    };
    let judge_runs = judged.rows();
    let runs = [ScoredRun { ledger: &finished.ledger, manifest: &finished.manifest, judges: &judge_runs }];
    let scoring = Scoring {
        runs: &runs,
        repeat: finished.manifest.repeat.max(1) as usize,
        scores: &evaluation.scores,
        by: &[],
        cluster: evaluation.comparing.cluster.as_ref(),
        within: None,
        stop: None,
    };
    let scored = Scored::score(scoring, data(evaluation, asked.spec)?, None).map_err(|error| not_scored(&error))?;
    let parts = (scoring.repeat, finished.manifest.seed);
    let held_out = Outcome::of(&finished.manifest.id, &names, evaluation, &scored, parts, None)
        .map_err(|error| not_comparable(&asked.spec.display().to_string(), &error))?;
    outcome.holdout = Some(Holdout::of(&winner, held_out));
    Ok(Ok(()))
}

fn why(finished: &Finished) -> &str {
    finished.end.reason.as_deref().unwrap_or("interrupted")
}
