//! Labels of people that judges are held against.

use std::path::Path;
use std::sync::Arc;

use flow_core::diag::did_you_mean;
use flow_core::project::shown;
use flow_eval::evaluation::{Evaluation, HumanError, Scored};
use flow_eval::label::{LabelError, Labels};

use super::{Run, broken_data, data};
use crate::args::EvalArgs;
use crate::command::Problem;
use crate::ui;

/// Reads the labels that the evaluation file and the arguments name, and those that lie beside a run that is scored anew, before anything is
/// spent.
pub(super) fn read(
    evaluation: &mut Evaluation,
    spec: &Path,
    args: &EvalArgs,
    run: Option<&Run>,
) -> Result<(), Problem> {
    let mut further = Vec::new();
    for typed in &args.labels {
        let named =
            typed.split_once('=').filter(|(score, _)| evaluation.scores.iter().any(|known| *known.name == **score));
        // A file may have a `=` in its name.
        let (score, file) = match (named, Path::new(typed).exists()) {
            (Some((score, file)), false) => (Some(score.to_owned()), file),
            (None, false) => match typed.split_once('=') {
                Some((score, file)) => (Some(score.to_owned()), file),
                None => (None, &**typed),
            },
            _ => (None, &**typed),
        };
        further.push((score, Arc::new(Labels::read(Path::new(file)).map_err(|error| broken(&error))?)));
    }
    let own = run.map(|run| run.folder.path().join(crate::command::label::FILE)).filter(|path| path.is_file());
    let is_open = further.is_empty() && evaluation.scores.iter().all(|score| score.human.is_none());
    if let Some(own) = own.filter(|_| is_open) {
        let own = shown(&own);
        let labels = Labels::read(&own).map_err(|error| broken(&error))?;
        if !labels.rows.is_empty() {
            ui::say_note(&format!("scores are held against the {} labels in {}", labels.rows.len(), own.display()));
            further.push((None, Arc::new(labels)));
        }
    }
    evaluation.read_labels(spec, &further).map_err(|error| match &error {
        HumanError::Labels(inner) => broken(inner),
        HumanError::Score { name, names } => {
            let help = did_you_mean(name, names.iter().map(String::as_str));
            let help = help.unwrap_or_else(|| format!("the scores are {}", names.join(", ")));
            Problem::usage("invalid-labels", error.to_string()).help(help)
        }
    })
}

/// Looks whether labels can be of the run that was scored.
pub(super) fn check(evaluation: &Evaluation, spec: &Path, names: &[String], scored: &Scored) -> Result<(), Problem> {
    let Some(last) = evaluation.last_labelled() else { return Ok(()) };
    // The data is counted only where a label lies behind all that was scored.
    let rows = match scored.lines.last() {
        Some(scored) if *scored >= last => last + 1,
        _ => {
            let mut rows = 0;
            for row in data(evaluation, spec)? {
                rows = row.map_err(|error| broken_data(&error))?.line + 1;
            }
            rows
        }
    };
    evaluation.check_labels(names, rows).map_err(|error| broken(&error))
}

fn broken(error: &LabelError) -> Problem {
    let problem = match error {
        LabelError::Data(error) => return broken_data(error),
        _ => Problem::usage("invalid-labels", error.to_string()),
    };
    match error.help() {
        Some(help) => problem.help(help),
        None => problem,
    }
}
