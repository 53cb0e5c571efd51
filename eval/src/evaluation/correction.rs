//! What a score says of variants, corrected by labels of people.

use serde::Serialize;

use crate::statistics::{
    Belief, FEWEST_ROWS, Interval, JudgeRates, Judged, Level, Mean, PredictionPowered, Proportion, Rate,
    StatisticsError,
};

/// A number that a score gives of variants, as it is and corrected.
#[derive(Debug, Clone, Serialize)]
pub struct Correction {
    /// What is corrected: `pass rate` or `mean`.
    pub of: &'static str,
    /// By variant.
    pub variants: Vec<CorrectedVariant>,
    /// Each variant against the baseline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<CorrectedDifference>,
}

/// A number of a variant, corrected.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectedVariant {
    /// The variant.
    pub variant: String,
    /// Rows of it that people labelled.
    pub labelled: usize,
    /// As the score says, of all rows that it judged.
    pub said: Option<Interval>,
    /// As people say of those that they labelled.
    pub people: Option<Interval>,
    /// Corrected by the rates of the judge, of verdicts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rogan_gladen: Option<Interval>,
    /// Corrected by the labels of this variant (PPI++).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_powered: Option<Interval>,
    /// Why there is no correction of a kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// The difference of a variant from the baseline, corrected.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectedDifference {
    /// The baseline.
    pub baseline: String,
    /// The variant.
    pub variant: String,
    /// As the score says.
    pub said: Option<Interval>,
    /// Corrected by the rates of the judge, which are taken to be the same for both variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rogan_gladen: Option<Interval>,
    /// Corrected by the labels of both variants (PPI++).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_powered: Option<Interval>,
}

impl Correction {
    /// The corrected number of a variant: by its own labels where there are enough, else by the judge's rates.
    #[must_use]
    pub fn best(&self, variant: &str) -> Option<&Interval> {
        let found = self.variants.iter().find(|found| found.variant == variant)?;
        found.prediction_powered.as_ref().or(found.rogan_gladen.as_ref())
    }
}

/// What is corrected: for each variant and line what was said.
pub(super) struct Corrections<'a> {
    pub(super) of: &'static str,
    pub(super) names: &'a [String],
    /// By variant and line: means of repetitions; where people labelled, of those that they did.
    pub(super) lines: Vec<Vec<Judged>>,
    /// By variant: the mean of each line, of all repetitions.
    pub(super) said: Vec<Vec<Option<f64>>>,
    /// The judge's rates, of verdicts.
    pub(super) rates: Option<Result<JudgeRates, StatisticsError>>,
    pub(super) level: Level,
    /// Whether lines have one repetition, so that what is said is 0 or 1.
    pub(super) is_binary: bool,
    /// The values that there can be.
    pub(super) range: Option<(f64, f64)>,
}

impl Corrections<'_> {
    pub(super) fn all(&self, baseline: usize) -> Correction {
        let others = (0..self.names.len()).filter(|variant| *variant != baseline);
        Correction {
            of: self.of,
            variants: (0..self.names.len()).map(|variant| self.variant(variant)).collect(),
            differences: others.filter_map(|variant| self.difference(baseline, variant)).collect(),
        }
    }

    /// The interval of a mean as it is.
    fn plain(&self, values: &[f64]) -> Option<Interval> {
        if self.is_binary {
            let passed = values.iter().filter(|value| **value == 1.0).count() as u64;
            return Proportion::new(passed, values.len() as u64).ok().map(|found| found.wilson(self.level));
        }
        let mean = Mean::of(values).ok()?;
        let within = self.range.and_then(|(low, high)| mean.logit_t_interval(low, high, self.level).ok());
        within.or_else(|| mean.t_interval(self.level).ok())
    }

    fn variant(&self, variant: usize) -> CorrectedVariant {
        let lines = &self.lines[variant];
        let labelled: Vec<(f64, f64)> = lines.iter().filter_map(|answer| Some((answer.human?, answer.said?))).collect();
        let open: Vec<f64> =
            lines.iter().filter(|answer| answer.human.is_none()).filter_map(|answer| answer.said).collect();
        let people: Vec<f64> = labelled.iter().map(|(human, _)| *human).collect();
        let said: Vec<f64> = self.said[variant].iter().flatten().copied().collect();
        let mut problems = Vec::new();
        let mut kept = |found: Result<Interval, String>| found.map_err(|problem| problems.push(problem)).ok();
        let rogan_gladen = self.rates.as_ref().and_then(|rates| kept(self.rogan_gladen(rates, &open)));
        let prediction_powered = kept(self.prediction_powered(&labelled, &open));
        CorrectedVariant {
            variant: self.names[variant].clone(),
            labelled: labelled.len(),
            said: self.plain(&said),
            people: self.plain(&people),
            rogan_gladen,
            prediction_powered,
            problems,
        }
    }

    fn rogan_gladen(&self, rates: &Result<JudgeRates, StatisticsError>, open: &[f64]) -> Result<Interval, String> {
        let rates = rates.as_ref().map_err(|error| format!("not by the judge's rates: {error}"))?;
        let mean = Mean::of(open).map_err(|_| ALL_LABELLED.to_owned())?;
        let spread = mean.mean * (1.0 - mean.mean);
        // As many rows of one repetition as tell as much.
        let rows = match self.is_binary || spread == 0.0 || mean.standard_error.is_nan() {
            false if mean.standard_error > 0.0 => spread / mean.standard_error.powi(2),
            _ => open.len() as f64,
        };
        let found = rates.rogan_gladen(Rate { share: mean.mean, rows }, self.level);
        found.map(|found| found.interval).map_err(|error| format!("not by the judge's rates: {error}"))
    }

    fn prediction_powered(&self, labelled: &[(f64, f64)], open: &[f64]) -> Result<Interval, String> {
        if labelled.len() < FEWEST_ROWS {
            return Err(format!(
                "not by its own labels (PPI++): {} are too few, {FEWEST_ROWS} are needed",
                labelled.len()
            ));
        }
        if labelled.iter().all(|(human, said)| human == said) {
            let rows = labelled.len();
            return Err(format!(
                "not by its own labels (PPI++): on all {rows} the judge agrees, so that they tell nothing of its errors"
            ));
        }
        let found = PredictionPowered::of(labelled, open, Belief::Best).map_err(|_| ALL_LABELLED.to_owned())?;
        let interval = match self.range {
            Some((low, high)) => found.interval_within(low, high, self.level),
            None => found.interval(self.level),
        };
        interval.map_err(|error| error.to_string())
    }

    fn difference(&self, baseline: usize, variant: usize) -> Option<CorrectedDifference> {
        let pairs = |one: &[Option<f64>], two: &[Option<f64>]| -> Vec<f64> {
            one.iter().zip(two).filter_map(|(one, two)| Some((*two)? - (*one)?)).collect()
        };
        let said = Mean::of(&pairs(&self.said[baseline], &self.said[variant])).ok()?.t_interval(self.level).ok();
        let rows: Vec<[Judged; 2]> =
            self.lines[baseline].iter().zip(&self.lines[variant]).map(|(one, two)| [*one, *two]).collect();
        let open: Vec<f64> = rows
            .iter()
            .filter(|row| row.iter().all(|answer| answer.human.is_none()))
            .filter_map(|[one, two]| Some(two.said? - one.said?))
            .collect();
        let rogan_gladen = match &self.rates {
            Some(Ok(rates)) => {
                let apart = Mean::of(&open).ok();
                apart.and_then(|apart| rates.rogan_gladen_difference(&apart, self.level).ok())
            }
            _ => None,
        };
        let is_known = |side: usize| {
            let labelled = || rows.iter().filter_map(|row| Some((row[side].human?, row[side].said?)));
            labelled().count() >= FEWEST_ROWS && labelled().any(|(human, said)| human != said)
        };
        let powered = (is_known(0) && is_known(1)).then(|| PredictionPowered::difference(&rows).ok()).flatten();
        let found = CorrectedDifference {
            baseline: self.names[baseline].clone(),
            variant: self.names[variant].clone(),
            said,
            rogan_gladen: rogan_gladen.map(|found| found.interval),
            prediction_powered: powered.and_then(|found| found.interval(self.level).ok()),
        };
        Some(found)
    }
}

const ALL_LABELLED: &str = "people labelled all rows: what they say needs no correction";
