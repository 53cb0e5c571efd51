//! Variants by quality, cost and latency at once: which of them no other one beats in all.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::looking::Looking;
use super::{Measure, ScoredVariant};
use crate::score::Direction;
use crate::statistics::{Better, Design, Interval, Kind, Level, Summary};

/// The variants by quality, cost and latency. A variant is on the front if no other one is as good in all of them and better in one.
#[derive(Debug, Clone, Serialize)]
pub struct Pareto {
    /// The score that is the quality: the first of those by which variants are compared.
    pub score: Arc<str>,
    /// Which of its values are better. Of cost and latency lower ones are.
    pub direction: Direction,
    /// The level at which all intervals hold together.
    pub level: Level,
    /// The variants that have a quality.
    pub variants: Vec<Placed>,
}

/// Where a variant stands.
#[derive(Debug, Clone, Serialize)]
pub struct Placed {
    /// The variant.
    pub variant: String,
    /// The mean of the score.
    pub quality: Estimate,
    /// US dollars a row; `None` where it is not known of each variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Estimate>,
    /// Seconds a row; `None` where it is not known of each variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Estimate>,
    /// Whether it is on the front.
    pub is_on_front: bool,
    /// The variants that are better in all, by their means.
    pub dominated_by: Vec<Dominator>,
}

/// A mean with an interval that holds together with all others of the front.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its interval, where there is one.
    pub interval: Option<Interval>,
}

/// A variant that is better in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dominator {
    /// The variant.
    pub variant: String,
    /// Whether the intervals show it: none of the two overlap by more than an end. Otherwise it is so by the means alone.
    pub is_shown: bool,
}

impl Estimate {
    fn of(summary: &Summary) -> Self {
        Self { mean: summary.mean, interval: summary.interval }
    }

    /// What it is where greater values are better.
    fn turned(self, better: Better) -> Self {
        match better {
            Better::Higher => self,
            Better::Lower => Self { mean: -self.mean, interval: self.interval.map(Interval::negated) },
        }
    }
}

impl Placed {
    fn dimensions(&self, better: Better) -> impl Iterator<Item = Option<Estimate>> {
        let lower = |estimate: Option<Estimate>| estimate.map(|estimate| estimate.turned(Better::Lower));
        [Some(self.quality.turned(better)), lower(self.cost), lower(self.latency)].into_iter()
    }

    /// How another variant is better in all, if it is.
    fn dominated(&self, other: &Self, better: Better) -> Option<Dominator> {
        let pairs = || self.dimensions(better).zip(other.dimensions(better)).filter_map(|(one, other)| one.zip(other));
        let is_as_good = pairs().all(|(one, other)| other.mean >= one.mean);
        let is_better = pairs().any(|(one, other)| other.mean > one.mean);
        let is_shown = pairs().all(|(one, other)| match (one.interval, other.interval) {
            (Some(one), Some(other)) => other.low >= one.high,
            _ => false,
        });
        (is_as_good && is_better).then(|| Dominator { variant: other.variant.clone(), is_shown })
    }
}

impl fmt::Display for Placed {
    /// Whether it is on the front, or by whom it is dominated: by one that the intervals show, if there is one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.dominated_by.iter().find(|dominator| dominator.is_shown);
        match shown.or_else(|| self.dominated_by.first()) {
            None => formatter.write_str("on the front"),
            Some(Dominator { variant, is_shown: true }) => write!(formatter, "surely dominated by {variant}"),
            Some(Dominator { variant, .. }) => write!(formatter, "dominated by {variant} in the means alone"),
        }
    }
}

impl Looking<'_> {
    /// The variants by quality, cost and latency; `None` where there are no two, or no quality.
    pub(super) fn pareto(&self, names: &[String]) -> Option<Pareto> {
        let position = self.first_compared()?;
        let Measure { name, direction, .. } = &self.measures[position];
        if names.len() < 2 {
            return None;
        }
        let is_known = |values: fn(&ScoredVariant) -> &Vec<Option<f64>>| {
            self.scored.variants.iter().all(|variant| values(variant).iter().any(Option::is_some))
        };
        let (has_cost, has_latency) = (is_known(|variant| &variant.cost), is_known(|variant| &variant.latency));
        let dimensions = 1 + usize::from(has_cost) + usize::from(has_latency);
        let level = self.comparing().level;
        let shared = level.shared_by(names.len() * dimensions);
        let of_score = Design { level: shared, ..self.design(position, self.clusters) };
        let measured = Design { level: shared, better: Better::Lower, ..self.plain(Kind::Unbounded, self.clusters) };
        let estimate = |variant: &ScoredVariant, values: &[Option<f64>], design: &Design<'_>| {
            self.summary_of((variant, values), design).as_ref().map(Estimate::of)
        };
        let placed = |(name, variant): (&String, &ScoredVariant)| {
            Some(Placed {
                variant: name.clone(),
                quality: estimate(variant, &variant.values[position], &of_score)?,
                cost: if has_cost { estimate(variant, &variant.cost, &measured) } else { None },
                latency: if has_latency { estimate(variant, &variant.latency, &measured) } else { None },
                is_on_front: true,
                dominated_by: Vec::new(),
            })
        };
        let mut variants: Vec<Placed> = names.iter().zip(&self.scored.variants).filter_map(placed).collect();
        let better = of_score.better;
        let dominators = |one: &Placed| -> Vec<Dominator> {
            variants.iter().filter_map(|other| one.dominated(other, better)).collect()
        };
        let dominators: Vec<Vec<Dominator>> = variants.iter().map(dominators).collect();
        for (placed, dominators) in variants.iter_mut().zip(dominators) {
            placed.is_on_front = dominators.is_empty();
            placed.dominated_by = dominators;
        }
        Some(Pareto { score: Arc::clone(name), direction: *direction, level, variants })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::IntervalMethod;

    fn placed(variant: &str, quality: f64, cost: f64) -> Placed {
        let estimate = |mean: f64| {
            let (low, high) = (mean - 0.05, mean + 0.05);
            let interval = Interval { estimate: mean, low, high, level: Level::P95, method: IntervalMethod::Wilson };
            Estimate { mean, interval: Some(interval) }
        };
        let (quality, cost) = (estimate(quality), Some(estimate(cost)));
        Placed {
            variant: variant.to_owned(),
            quality,
            cost,
            latency: None,
            is_on_front: true,
            dominated_by: Vec::new(),
        }
    }

    #[test]
    fn a_variant_is_dominated_by_one_that_is_better_in_all_and_surely_where_intervals_lie_apart() {
        let one = placed("one", 0.7, 1.0);
        let by = |quality: f64, cost: f64| one.dominated(&placed("other", quality, cost), Better::Higher);
        let shown = |is_shown: bool| Some(Dominator { variant: "other".to_owned(), is_shown });
        assert_eq!(by(0.9, 0.5), shown(true));
        assert_eq!(by(0.75, 0.5), shown(false));
        // As good in one is enough, in both it is not.
        assert_eq!(by(0.7, 0.5), shown(false));
        assert_eq!((by(0.7, 1.0), by(0.9, 1.5), by(0.6, 0.5)), (None, None, None));
        // Where less of the score is better.
        assert_eq!(one.dominated(&placed("other", 0.5, 0.5), Better::Lower), shown(true));
    }
}
