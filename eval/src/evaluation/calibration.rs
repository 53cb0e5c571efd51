//! How far a score can be trusted, by labels of people, and what it says once it is corrected by them.

use std::sync::Arc;

use serde::Serialize;

use super::gate::identifier;
use super::{Correction, LeftOut, Outcome, VariantOutcome};
use crate::score::Confusion;
use crate::statistics::{Interval, JudgeTable, Partial, PositionBias};

/// A score held against labels of people.
#[derive(Debug, Clone, Serialize)]
pub struct Calibration {
    /// The score.
    pub score: Arc<str>,
    /// The file of labels.
    pub labels: Arc<str>,
    /// Answers that people labelled and the score judged.
    pub labelled: usize,
    /// Rows of the data that they are of.
    pub lines: usize,
    /// Labels that do not count.
    pub left_out: LeftOut,
    /// Verdicts beside verdicts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdicts: Option<VerdictAgreement>,
    /// Numbers beside numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumberAgreement>,
    /// Whether it goes by the length of answers: of two answers that people judge alike and it does not, how often it prefers the longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<Partial>,
    /// Whether it goes by the place of answers, of a score in pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionBias>,
    /// Whether it is good enough to go by.
    pub usable: Usable,
    /// What it says, corrected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    /// What one must know to read this.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Whether a score is good enough to go by.
#[derive(Debug, Clone, Serialize)]
pub struct Usable {
    /// Whether it is; `None` where the labels do not tell yet.
    pub is: Option<bool>,
    /// The least kappa.
    pub agreement: f64,
    /// Why, in words.
    pub because: String,
}

/// How verdicts agree with those of people.
#[derive(Debug, Clone, Serialize)]
pub struct VerdictAgreement {
    /// How often which verdict met which.
    pub table: JudgeTable,
    /// The share of answers on which both agree.
    pub agreement: Option<Interval>,
    /// Cohen's kappa.
    pub kappa: Option<Interval>,
    /// The share that people passed: where it is near 0 or 1, kappa is low however good the judge is.
    pub prevalence: Option<Interval>,
    /// Of what people passed, the share that it passed (TPR).
    pub true_passes: Option<Interval>,
    /// Of what people failed, the share that it failed (TNR).
    pub true_fails: Option<Interval>,
    /// Youden's J, TPR + TNR - 1.
    pub youden: Option<Interval>,
}

/// How numbers agree with those of people.
#[derive(Debug, Clone, Serialize)]
pub struct NumberAgreement {
    /// Cohen's kappa with quadratic weights, with the percentile interval of its bootstrap over rows.
    pub kappa: Option<Interval>,
    /// The same with linear weights.
    pub kappa_linear: Option<f64>,
    /// Krippendorff's alpha for numbers.
    pub alpha: Option<f64>,
    /// Spearman's correlation.
    pub spearman: Option<f64>,
    /// Kendall's τ-b.
    pub kendall: Option<f64>,
    /// Pearson's correlation.
    pub pearson: Option<f64>,
    /// The mean of people's labels.
    pub people: f64,
    /// The mean of the score on the same answers.
    pub judge: f64,
    /// Which label met which value, where there are few.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
}

impl Outcome {
    /// Gives the variants' scores what labels say of them.
    pub(super) fn tell_variants(&mut self) {
        for variant in &mut self.variants {
            for score in &mut variant.scores {
                let of = self.calibrations.iter().find(|calibration| calibration.score == score.name);
                score.by_labels = of.map(|of| of.numbers_for(&variant.name)).unwrap_or_default();
                score.undecided = of.filter(|of| of.usable.is.is_none()).map(|of| of.usable.because.clone());
            }
        }
    }
}

impl VariantOutcome {
    /// Why labels do not tell a number of a score yet, by how gates name it: only whether it is usable can be open.
    pub(super) fn waits(&self, measured: &str) -> Option<&str> {
        let name = measured.strip_suffix("__usable")?;
        self.scores.iter().find(|score| identifier(&score.name) == name)?.undecided.as_deref()
    }

    /// What to do for a number of a score, by how gates name it, where labels of people could tell it and there are none.
    pub(super) fn lacks_labels(&self, measured: &str) -> Option<&'static str> {
        let (name, number) = measured.rsplit_once("__")?;
        let score = self.scores.iter().find(|score| identifier(&score.name) == name)?;
        let is_lacking = score.by_labels.is_empty() && Calibration::NUMBERS.contains(&number);
        is_lacking.then_some("no labels of people are there; `flow label RUN` makes some")
    }
}

impl Calibration {
    /// The numbers of which gates may speak, without those of intervals' ends.
    const NUMBERS: [&str; 9] =
        ["usable", "kappa", "agreement", "prevalence", "tpr", "tnr", "youden", "corrected", "labelled"];

    /// The numbers by which gates name it, for a variant.
    pub(super) fn numbers_for(&self, variant: &str) -> Vec<(String, f64)> {
        let mut numbers = vec![("labelled".to_owned(), self.labelled as f64)];
        let mut push = |name: &str, interval: Option<&Interval>| {
            let Some(interval) = interval else { return };
            let ends = [("", interval.estimate), ("_low", interval.low), ("_high", interval.high)];
            numbers.extend(ends.map(|(end, value)| (format!("{name}{end}"), value)));
        };
        let verdicts = self.verdicts.as_ref();
        push("kappa", self.kappa());
        push("agreement", verdicts.and_then(|found| found.agreement.as_ref()));
        push("prevalence", verdicts.and_then(|found| found.prevalence.as_ref()));
        push("tpr", verdicts.and_then(|found| found.true_passes.as_ref()));
        push("tnr", verdicts.and_then(|found| found.true_fails.as_ref()));
        push("youden", verdicts.and_then(|found| found.youden.as_ref()));
        let corrected = self.corrections.iter().find_map(|correction| correction.best(variant));
        push("corrected", corrected);
        let single = self.numbers.iter().flat_map(|found| {
            [
                ("kappa_linear", found.kappa_linear),
                ("alpha", found.alpha),
                ("spearman", found.spearman),
                ("kendall", found.kendall),
                ("pearson", found.pearson),
            ]
        });
        numbers.extend(single.filter_map(|(name, value)| Some((name.to_owned(), value?))));
        numbers.extend(self.length.iter().map(|length| ("longer".to_owned(), length.share)));
        numbers.extend(self.usable.is.map(|is| ("usable".to_owned(), f64::from(u8::from(is)))));
        numbers
    }

    /// The kappa that counts: of numbers with weights, else of verdicts.
    #[must_use]
    pub fn kappa(&self) -> Option<&Interval> {
        match &self.numbers {
            Some(numbers) => numbers.kappa.as_ref(),
            None => self.verdicts.as_ref()?.kappa.as_ref(),
        }
    }
}
