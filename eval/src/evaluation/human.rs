//! Labels by people that a score is held against.

use std::path::Path;
use std::sync::Arc;

use flow_core::diag::Code;
use flow_core::doc::{Cursor, Report};
use flow_core::source::Span;
use flow_core::yaml::Entry;

use super::file::number;
use super::{Evaluation, labelled};
use crate::label::{LabelError, Labels};

/// From which kappa on a judge counts as usable: "moderate" agreement (Landis and Koch, Biometrics 1977).
const LEAST_AGREEMENT: f64 = 0.4;

/// Labels by people that a score is held against.
#[derive(Debug, Clone)]
pub struct Human {
    /// Their file, from the evaluation file's folder.
    pub labels: Arc<str>,
    /// Where it is named; nowhere, if it was typed.
    pub place: Option<Span>,
    /// The least kappa of a judge that is usable.
    pub agreement: f64,
    /// The labels, once they are read.
    pub read: Option<Arc<Labels>>,
}

impl Human {
    /// Labels that were named beside the evaluation file.
    #[must_use]
    pub fn of(labels: Arc<Labels>) -> Self {
        Self { labels: Arc::clone(&labels.path), place: None, agreement: LEAST_AGREEMENT, read: Some(labels) }
    }

    /// What stands behind `human`.
    pub(super) fn read(entry: &Entry, report: &mut Report) -> Option<Self> {
        let named =
            |labels: Arc<str>, place| Self { labels, place: Some(place), agreement: LEAST_AGREEMENT, read: None };
        if let Some(scalar) = entry.value.as_scalar() {
            return Some(named(Arc::clone(&scalar.text), entry.value.span));
        }
        if entry.value.as_mapping().is_none() {
            let message = "`human` takes a file of labels, or a mapping with `labels` and `agreement`";
            let help = "write `human: labels.csv`; `flow label RUN` makes such a file";
            report.error(Code::WrongShape, entry.value.span, message, help);
            return None;
        }
        let mut keys = Cursor::open(&entry.value, "`human`", report)?;
        let labels = keys.required_text("labels", entry.value.span, report);
        let least =
            number(&mut keys, "agreement", "a kappa above 0 and below 1", |kappa| kappa > 0.0 && kappa < 1.0, report);
        keys.finish(report);
        let labels = labels?;
        Some(Self { agreement: least.unwrap_or(LEAST_AGREEMENT), ..named(labels.value, labels.span) })
    }
}

impl Evaluation {
    /// Reads the labels that the file names, and gives further ones to the scores that they are for: those of a name, or without one all
    /// scores by flows that have none yet, and where no flow scores, all.
    ///
    /// # Errors
    /// The first file that cannot be used, with its place in the evaluation file; no score is called so.
    pub fn read_labels(&mut self, spec: &Path, further: &[(Option<String>, Arc<Labels>)]) -> Result<(), HumanError> {
        for (score, labels) in further {
            let is_named = |name: &str| score.as_deref() == Some(name);
            if let Some(name) = score
                && !self.scores.iter().any(|entry| is_named(&entry.name))
            {
                let names = self.scores.iter().map(|entry| entry.name.to_string()).collect();
                return Err(HumanError::Score { name: name.clone(), names });
            }
            let has_flows = self.scores.iter().any(|entry| entry.flow().is_some());
            for entry in &mut self.scores {
                let is_judge = entry.judges() || !has_flows;
                let is_meant = score.as_ref().map_or(is_judge && entry.human.is_none(), |_| is_named(&entry.name));
                if is_meant {
                    let agreement = entry.human.as_ref().map_or(LEAST_AGREEMENT, |human| human.agreement);
                    entry.human = Some(Human { agreement, ..Human::of(Arc::clone(labels)) });
                }
            }
        }
        let mut read: Vec<Arc<Labels>> = Vec::new();
        for human in
            self.scores.iter_mut().filter_map(|entry| entry.human.as_mut()).filter(|human| human.read.is_none())
        {
            let path = Self::path(spec, &human.labels);
            let labels = match read.iter().find(|known| Path::new(&*known.path) == path) {
                Some(known) => Arc::clone(known),
                None => Arc::new(Labels::read(&path).map_err(HumanError::Labels)?),
            };
            read.push(Arc::clone(&labels));
            human.read = Some(labels);
        }
        Ok(())
    }
}

impl Evaluation {
    /// The greatest row that is labelled.
    #[must_use]
    pub fn last_labelled(&self) -> Option<u64> {
        let labels = self.scores.iter().filter_map(|entry| entry.human.as_ref()?.read.as_ref());
        labels.flat_map(|labels| labels.rows.iter().map(|row| row.line)).max()
    }

    /// Looks whether the labels can be of a run with these variants, over data of so many rows.
    ///
    /// # Errors
    /// The first label that cannot.
    pub fn check_labels(&self, names: &[String], rows: u64) -> Result<(), LabelError> {
        self.scores.iter().try_for_each(|entry| labelled::check(entry, names, rows))
    }
}

/// Why labels cannot be used for an evaluation.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HumanError {
    /// Their file.
    #[error(transparent)]
    Labels(#[from] LabelError),
    /// There is no score of that name.
    #[error("there is no score `{name}` that labels could be for")]
    Score {
        /// The name.
        name: String,
        /// The names that there are.
        names: Vec<String>,
    },
}
