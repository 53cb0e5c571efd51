//! Labels joined with the answers that they are of, and with what a score says of those.

use std::collections::HashMap;

use serde::Serialize;

use super::{ScoreEntry, Scored};
use crate::label::{Label, LabelError, LabelRow, Labels, mark_text};

/// An answer that people labelled and the score judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labelled {
    /// The variant.
    pub(super) variant: usize,
    /// The position of its line among those that were scored.
    pub(super) line: usize,
    /// What people said.
    pub(super) label: Label,
    /// The value that the score gave.
    pub(super) value: Option<f64>,
    /// Its verdict.
    pub(super) verdict: Option<bool>,
    /// How many characters the answer has.
    pub(super) length: u32,
}

/// Labels that count for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// They were given to another answer: the flow has run again.
    pub other_answer: usize,
    /// Their row is not in this run.
    pub not_in_run: usize,
    /// The score has nothing to say of their answer: it failed.
    pub not_scored: usize,
}

impl LeftOut {
    /// How many there are.
    #[must_use]
    pub fn all(self) -> usize {
        self.other_answer + self.not_in_run + self.not_scored
    }
}

/// The labels of a score that are of answers at hand.
pub(super) fn labelled(
    labels: &Labels,
    scored: &Scored,
    position: usize,
    (names, repeats): (&[String], usize),
) -> (Vec<Labelled>, LeftOut) {
    let places: HashMap<u64, usize> = scored.lines.iter().enumerate().map(|(place, line)| (*line, place)).collect();
    let (mut found, mut left_out) = (Vec::new(), LeftOut::default());
    for row in &labels.rows {
        let (variant, line) = match (variant_of(row, names), places.get(&row.line)) {
            (Some(variant), Some(line)) if (row.repeat as usize) < repeats => (variant, *line),
            _ => {
                left_out.not_in_run += 1;
                continue;
            }
        };
        let of = &scored.variants[variant];
        if !of.ran.get(line).copied().unwrap_or(true) {
            left_out.not_in_run += 1;
            continue;
        }
        let at = line * repeats + row.repeat as usize;
        if let (Some(mark), Some(answer)) = (&row.mark, of.marks.get(at))
            && **mark != *mark_text(*answer)
        {
            left_out.other_answer += 1;
            continue;
        }
        let value = of.values[position].get(at).copied().flatten();
        let verdict = of.verdicts[position].get(at).copied().flatten();
        if value.is_none() && verdict.is_none() {
            left_out.not_scored += 1;
            continue;
        }
        let length = of.lengths[position].get(at).copied().unwrap_or_default();
        found.push(Labelled { variant, line, label: row.label, value, verdict, length });
    }
    (found, left_out)
}

/// The position of the variant of a label; without a name that of the only one.
fn variant_of(row: &LabelRow, names: &[String]) -> Option<usize> {
    match (&row.variant, names) {
        (None, [_]) => Some(0),
        (Some(variant), _) => names.iter().position(|name| **name == **variant),
        (None, _) => None,
    }
}

/// Looks whether labels can be of this run: each row is one of the data, which has `rows` of them, names its variant where there are several,
/// and lies on the scale. Labels of variants and repetitions that are not there are left out later, since files lose some.
pub(super) fn check(entry: &ScoreEntry, names: &[String], rows: u64) -> Result<(), LabelError> {
    let Some(labels) = entry.human.as_ref().and_then(|human| human.read.as_ref()) else { return Ok(()) };
    for row in &labels.rows {
        let wrong = |message: String, help: String| LabelError::Row { place: row.place.clone(), message, help };
        if row.line >= rows {
            let message = format!("there is no row {}: the data has {rows} rows, counted from 0", row.line);
            return Err(wrong(message, "`flow label RUN` writes labels with the rows that they are of".to_owned()));
        }
        if row.variant.is_none() && names.len() > 1 {
            let message = "the label has no `variant`, and the run has several".to_owned();
            return Err(wrong(message, format!("the variants are {}", names.join(", "))));
        }
        if let (Some((least, most)), Label::Number(number)) = (entry.label_scale(), row.label)
            && !(least..=most).contains(&number)
        {
            let message =
                format!("the label {number} lies outside of the scale of `{}`, {least} to {most}", entry.name);
            return Err(wrong(message, "label by the judge's scale, or by pass and fail".to_owned()));
        }
    }
    Ok(())
}
