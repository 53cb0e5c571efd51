//! The baseline that an evaluation file names: read, and set beside a run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow_eval::evaluation::{
    Baseline, BaselineFileError, Evaluated, Evaluation, JudgeIdentity, Outcome, RowNaming, Scored,
};

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

/// A run that was scored.
#[derive(Clone, Copy)]
pub(super) struct ScoredNow<'a> {
    pub(super) run: &'a Run,
    pub(super) judged: &'a Judged,
    /// The table of its scores.
    pub(super) table: &'a Path,
    pub(super) evaluation: &'a Evaluation,
    pub(super) spec: &'a Path,
}

impl ScoredNow<'_> {
    /// The baseline that it makes, its rows named as those of another one, or as its evaluation says.
    pub(super) fn digest(self, naming: Option<&RowNaming>) -> Result<Baseline, Problem> {
        let names = names(&self.run.manifest);
        let evaluated = Evaluated {
            manifest: &self.run.manifest,
            ledger: &self.run.ledger,
            variants: &names,
            evaluation: self.evaluation,
            scores: self.table,
            judges: &self.judged.identities(&self.evaluation.scores)?,
        };
        Baseline::of(evaluated, data(self.evaluation, self.spec)?, naming).map_err(|error| not_scored(&error))
    }

    /// Sets what came of it beside the baseline, if there is one.
    pub(super) fn stand(self, outcome: &mut Outcome, scored: &Scored, digest: &Baseline) -> Result<(), Problem> {
        let Some(then) = read(self.spec, self.evaluation)? else { return Ok(()) };
        let renamed = (digest.naming != then.naming).then(|| self.digest(Some(&then.naming))).transpose()?;
        let manifest = &self.run.manifest;
        let parts = (manifest.repeat.max(1) as usize, manifest.seed);
        outcome.stand_against([&then, renamed.as_ref().unwrap_or(digest)], self.evaluation, scored, parts);
        Ok(())
    }
}

/// The flows that scored a run, by score.
pub(super) type JudgeIdentities = BTreeMap<String, JudgeIdentity>;
