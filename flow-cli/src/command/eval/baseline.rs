//! The baseline that an evaluation file names: read, and set beside a run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow_eval::evaluation::{Baseline, BaselineFileError, Evaluated, Evaluation, JudgeIdentity, Outcome, Scored};

use super::judge::Judged;
use super::{Run, data, names, not_scored};
use crate::command::Problem;

/// Where a baseline lies unless the evaluation file says otherwise: beside it.
pub(in crate::command) const FILE: &str = "baseline.json";

/// The file of the baseline.
pub(in crate::command) fn place(spec: &Path, evaluation: &Evaluation) -> PathBuf {
    Evaluation::path(spec, evaluation.baseline.as_deref().unwrap_or(FILE))
}

/// The baseline that the file names; `None` where it names none, or none was blessed yet.
pub(super) fn read(spec: &Path, evaluation: &Evaluation) -> Result<Option<Baseline>, Problem> {
    if evaluation.baseline.is_none() {
        return Ok(None);
    }
    Baseline::read(&place(spec, evaluation)).map_err(|error| {
        let problem = Problem::usage("invalid-baseline", error.to_string());
        match error {
            BaselineFileError::File { .. } => problem,
            BaselineFileError::Foreign { .. } | BaselineFileError::Format { .. } => {
                problem.help("make it anew: flow runs bless RUN")
            }
        }
    })
}

/// Sets what came of a run beside the baseline.
pub(super) fn stand(
    outcome: &mut Outcome,
    (spec, evaluation): (&Path, &Evaluation),
    (run, judged): (&Run, &Judged),
    (scored, table): (&Scored, &Path),
) -> Result<(), Problem> {
    let Some(then) = read(spec, evaluation)? else { return Ok(()) };
    let judges = judged.identities(&evaluation.scores)?;
    let names = names(&run.manifest);
    let evaluated = Evaluated {
        manifest: &run.manifest,
        ledger: &run.ledger,
        variants: &names,
        evaluation,
        scores: table,
        judges: &judges,
    };
    let now =
        Baseline::of(evaluated, data(evaluation, spec)?, Some(&then.naming)).map_err(|error| not_scored(&error))?;
    let parts = (run.manifest.repeat.max(1) as usize, run.manifest.seed);
    outcome.stand_against([&then, &now], evaluation, scored, parts);
    Ok(())
}

/// The flows that scored a run, by score.
pub(in crate::command) type JudgeIdentities = BTreeMap<String, JudgeIdentity>;
