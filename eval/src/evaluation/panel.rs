//! What several judges say together.

use std::collections::BTreeMap;

use super::Panel;
use crate::score::{Score, Summary};
use crate::statistics::{Agreement, cohen_kappa, krippendorff_alpha};

impl Panel {
    /// The mean of the judges that gave a value, and the label that most of them gave. Without any value there is none.
    ///
    /// # Errors
    ///
    /// None of them gave a value or a label.
    pub(super) fn together(self, judges: &[Result<Score, String>]) -> Result<Score, String> {
        let scores: Vec<&Score> = judges.iter().flatten().collect();
        let values: Vec<f64> = scores.iter().filter_map(|score| score.value).collect();
        let mut score = match values.len() {
            0 => Score::default(),
            count => Score::of(values.iter().sum::<f64>() / count as f64),
        };
        let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
        for label in scores.iter().filter_map(|score| score.label.as_deref()) {
            *labels.entry(label).or_default() += 1;
        }
        let most = labels.values().copied().max().unwrap_or_default();
        let mut first = labels.iter().filter(|(_, count)| **count == most);
        // Where two labels are given equally often, there is no majority.
        score.label = match (first.next(), first.next()) {
            (Some((label, _)), None) => Some((*label).to_owned()),
            _ => None,
        };
        if values.is_empty() && score.label.is_none() {
            return Err("no judge gave a value".to_owned());
        }
        let silent = judges.len() - values.len();
        if silent > 0 {
            score = score.because(format!("{silent} of {} judges gave no value", judges.len()));
        }
        Ok(score)
    }
}

/// How far judges agree: `alpha`, and of two that only pass or fail also `kappa`. Each judge's values stand in the order of rows.
pub(super) fn agreement(judges: &[&Vec<Option<f64>>]) -> Summary {
    let rows = judges.first().map_or(0, |values| values.len());
    let mut summary = Summary::of(rows as u64);
    let all = || judges.iter().flat_map(|values| values.iter().flatten());
    let is_verdict = all().all(|value| *value == 0.0 || *value == 1.0);
    let units: Vec<Vec<Option<f64>>> =
        (0..rows).map(|row| judges.iter().map(|values| values.get(row).copied().flatten()).collect()).collect();
    let scale = if is_verdict { Agreement::Nominal } else { Agreement::Interval };
    if let Some(alpha) = krippendorff_alpha(&units, scale) {
        summary.push("alpha", alpha);
    }
    if let ([one, other], true) = (judges, is_verdict) {
        let both = one.iter().zip(*other).filter_map(|(one, other)| Some(((*one)? as i64, (*other)? as i64)));
        let (one, other): (Vec<i64>, Vec<i64>) = both.unzip();
        if let Some(kappa) = cohen_kappa(&one, &other) {
            summary.push("kappa", kappa);
        }
    }
    summary
}
