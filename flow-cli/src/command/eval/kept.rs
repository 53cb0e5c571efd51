//! What came of an evaluation, kept beside the run that it scored.

use std::path::{Path, PathBuf};

use flow_core::project::shown;
use flow_core::run::RunFolder;
use flow_eval::evaluation::{Baseline, Outcome};
use serde_json::Value as Json;

use super::Run;
use crate::command::Problem;

const FILE: &str = "evaluation.json";

/// The baseline that the run makes.
const DIGEST: &str = "baseline.json";

/// Keeps the outcome, with the file that asked for it, and the baseline that the run makes.
pub(super) fn keep(run: &Run, outcome: &Outcome, digest: &Baseline, spec: &Path) -> Result<(), Problem> {
    let mut document = serde_json::to_value(outcome).unwrap_or_default();
    if let (Some(object), Ok(path), true) = (document.as_object_mut(), std::path::absolute(spec), spec.is_file()) {
        object.insert("spec".to_owned(), path.to_string_lossy().into());
    }
    let text = serde_json::to_string_pretty(&document).unwrap_or_default() + "\n";
    let kept = run.folder.write(FILE, text.as_bytes());
    let kept = kept.and_then(|()| run.folder.write(DIGEST, digest.located().as_bytes()));
    kept.map_err(|error| Problem::failed("cannot-write", error.to_string()))
}

/// What was kept of the last evaluation of a run; nothing where there was none.
pub(in crate::command) struct Kept(Json);

impl Kept {
    pub(in crate::command) fn of(folder: &RunFolder) -> Self {
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap_or_default();
        Self(serde_json::from_str(&text).unwrap_or_default())
    }

    /// The evaluation file.
    pub(in crate::command) fn spec(&self) -> Option<PathBuf> {
        self.0["spec"].as_str().map(PathBuf::from)
    }

    /// The command that makes the scores of a run again; `None` where it was not scored.
    pub(in crate::command) fn again(folder: &RunFolder) -> Option<String> {
        if !folder.path().join("scores.parquet").is_file() {
            return None;
        }
        let again_by_words = || format!("flow eval --with SCORE --run {}", folder.id());
        Some(Self::of(folder).spec().map_or_else(again_by_words, |spec| again(folder, &spec)))
    }

    /// The runs of flows that scored, each behind the name of its score.
    pub(super) fn judges(&self) -> impl Iterator<Item = (&str, &str)> {
        let judges = self.0["judges"].as_array().into_iter().flatten();
        judges.filter_map(|judge| Some((judge["score"].as_str()?, judge["run"].as_str()?)))
    }
}

/// The baseline that a run makes, with the lines of its rows; `None` where it was not scored, or by an older version.
pub(in crate::command) fn digest(folder: &RunFolder) -> Option<Baseline> {
    Baseline::read_located(&folder.path().join(DIGEST))
}

/// The command that scores a run again by an evaluation file.
pub(in crate::command) fn again(folder: &RunFolder, spec: &Path) -> String {
    format!("flow eval {} --run {}", shown(spec).display(), folder.id())
}
