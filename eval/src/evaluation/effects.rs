//! What each value of an axis does, over all values of the other axes.

use std::sync::Arc;

use serde::Serialize;

use super::OutcomeError;
use super::looking::Looking;
use crate::statistics::{Comparison, Scores, StatisticsError, compare_all};

/// The main effects of variants that are each value of each axis with each of the others.
#[derive(Debug, Clone, Serialize)]
pub struct Effects {
    /// Why there are none, though there are axes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<&'static str>,
    /// By score and axis.
    pub axes: Vec<AxisEffect>,
}

/// What the values of an axis do.
#[derive(Debug, Clone, Serialize)]
pub struct AxisEffect {
    /// The score.
    pub score: Arc<str>,
    /// The axis.
    pub axis: String,
    /// Its values; the others are compared with the first one.
    pub values: Vec<ValueEffect>,
}

/// What a value of an axis does.
#[derive(Debug, Clone, Serialize)]
pub struct ValueEffect {
    /// The value.
    pub value: String,
    /// The mean over the values of the other axes.
    pub mean: f64,
    /// Against the first value of the axis, row by row over the values of the other axes: p by Holm within the axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
}

/// Axes with their values, each with the positions of the variants that have it.
struct Axis<'a> {
    name: &'a str,
    values: Vec<(&'a str, Vec<usize>)>,
}

/// The axes of variants that are a product of two or more; `None` where they are not.
fn axes(names: &[String]) -> Option<Vec<Axis<'_>>> {
    let mut axes: Vec<Axis<'_>> = Vec::new();
    for (variant, name) in names.iter().enumerate() {
        let pairs: Vec<(&str, &str)> = name.split(',').map(|token| token.split_once('=')).collect::<Option<_>>()?;
        if variant == 0 {
            axes = pairs.iter().map(|(name, _)| Axis { name, values: Vec::new() }).collect();
        }
        if pairs.len() != axes.len() {
            return None;
        }
        for (axis, (name, value)) in axes.iter_mut().zip(pairs) {
            if axis.name != name {
                return None;
            }
            match axis.values.iter_mut().find(|(known, _)| *known == value) {
                Some((_, variants)) => variants.push(variant),
                None => axis.values.push((value, vec![variant])),
            }
        }
    }
    let all: usize = axes.iter().map(|axis| axis.values.len()).product();
    let is_told_once = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
    let is_product = all == names.len() && names.iter().all(is_told_once);
    axes.retain(|axis| axis.values.len() > 1);
    (is_product && axes.len() > 1).then_some(axes)
}

impl Looking<'_> {
    /// The main effects by each score by which variants are compared; `None` where they are no product of axes.
    pub(super) fn effects(&self, names: &[String]) -> Result<Option<Effects>, OutcomeError> {
        let Some(axes) = axes(names) else { return Ok(None) };
        if self.decided.is_some() {
            let left_out = Some("variants of a run that stops early need not have the same rows");
            return Ok(Some(Effects { left_out, axes: Vec::new() }));
        }
        let mut effects = Vec::new();
        for position in self.compared().filter(|_| !self.scored.lines.is_empty()) {
            let score = &self.measures[position].name;
            for axis in &axes {
                match self.effect(position, axis) {
                    Ok(values) => {
                        effects.push(AxisEffect { score: Arc::clone(score), axis: axis.name.to_owned(), values });
                    }
                    // No row could be scored for both: the summaries tell.
                    Err(StatisticsError::TooFew { .. }) => {}
                    Err(error) => return Err(OutcomeError::Statistics { score: score.to_string(), error }),
                }
            }
        }
        Ok(Some(Effects { left_out: None, axes: effects }))
    }

    fn effect(&self, position: usize, axis: &Axis<'_>) -> Result<Vec<ValueEffect>, StatisticsError> {
        // The variants with a value count as repetitions of a row.
        let of_line = |line: usize, variants: &[usize]| -> Vec<Option<f64>> {
            let rows = line * self.repeats..(line + 1) * self.repeats;
            let of = |variant: &usize| self.scored.variants[*variant].values[position][rows.clone()].iter().copied();
            variants.iter().flat_map(of).collect()
        };
        let lines = 0..self.scored.lines.len();
        let values = |(_, variants): &(&str, Vec<usize>)| -> Vec<Option<f64>> {
            lines.clone().flat_map(|line| of_line(line, variants)).collect()
        };
        let all: Vec<Vec<Option<f64>>> = axis.values.iter().map(values).collect();
        // As many for each value.
        let others = self.scored.variants.len() / axis.values.len().max(1);
        let all: Vec<Scores<'_>> = all.iter().map(|values| Scores { values, repeats: self.repeats * others }).collect();
        let [first, others @ ..] = &all[..] else { return Ok(Vec::new()) };
        let comparisons = compare_all(first, others, &self.design(position, self.clusters))?.comparisons;
        let mean_of_first = comparisons.first().map_or(f64::NAN, |comparison| comparison.means[0]);
        let means = std::iter::once(mean_of_first).chain(comparisons.iter().map(|comparison| comparison.means[1]));
        let means: Vec<f64> = means.collect();
        let comparisons = std::iter::once(None).chain(comparisons.into_iter().map(Some));
        let effects = axis
            .values
            .iter()
            .zip(means)
            .zip(comparisons)
            .map(|(((value, _), mean), comparison)| ValueEffect { value: (*value).to_owned(), mean, comparison });
        Ok(effects.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_found_in_the_names_of_a_product_alone() {
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let found = axes(&names)?;
            Some(found.iter().map(|axis| format!("{}: {:?}", axis.name, axis.values)).collect::<Vec<_>>().join("; "))
        };
        let found = of(&["a=1,b.model=x", "a=1,b.model=y", "a=2,b.model=x", "a=2,b.model=y"]);
        let known = "a: [(\"1\", [0, 1]), (\"2\", [2, 3])]; b.model: [(\"x\", [0, 2]), (\"y\", [1, 3])]";
        assert_eq!(found.as_deref(), Some(known));
        // One axis alone moves, one at a time, one twice, other axes, no axes.
        assert_eq!(of(&["a=1,b=x", "a=2,b=x"]), None);
        assert_eq!(of(&["a=1,b=x", "a=2,b=x", "a=1,b=y"]), None);
        assert_eq!(of(&["a=1,b=x", "a=2,b=x", "a=1,b=y", "a=1,b=x"]), None);
        assert_eq!(of(&["a=1,b=x", "b=x,a=2", "a=1,b=y", "a=2,b=y"]), None);
        assert_eq!(of(&["base", "a=1"]), None);
    }
}
