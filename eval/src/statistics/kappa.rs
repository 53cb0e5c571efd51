use serde::Serialize;

use super::error::{StatisticsError, checked, same_length};
use super::interval::{Interval, IntervalMethod, Level};
use super::proportion::wilson_of;

/// What a disagreement counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Each the same.
    Equal,
    /// As far as the values lie apart.
    Linear,
    /// As the square of how far the values lie apart.
    Quadratic,
}

/// How far two judges agree beyond chance (Cohen 1960; weighted: Cohen 1968), with what its interval is made of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Kappa {
    /// `(pₒ - pₑ) / (1 - pₑ)`.
    pub kappa: f64,
    /// As it is when the true kappa is not 0 (Fleiss, Cohen and Everitt, Psychological Bulletin 1969). 0 where the judges never
    /// disagree.
    pub standard_error: f64,
    /// The (weighted) share of items on which they agree.
    pub observed: f64,
    /// The same, were both to give their values by chance.
    pub expected: f64,
    /// How many items there are.
    pub items: usize,
}

impl Kappa {
    /// The agreement of two judges who gave each item a value. Values that differ are other categories; weights go by the distance of
    /// the values, not by that of their ranks.
    ///
    /// # Errors
    /// Lists of different lengths, no items, a value that is not finite, or all values are the same, so that nothing can be said beyond
    /// chance.
    pub fn of(one: &[f64], other: &[f64], weights: Weights) -> Result<Kappa, StatisticsError> {
        same_length("the first judge", one.len(), "the second judge", other.len())?;
        checked("kappa", one, 1)?;
        checked("kappa", other, 1)?;
        let mut categories: Vec<f64> = one.iter().chain(other).copied().collect();
        categories.sort_by(f64::total_cmp);
        categories.dedup();
        let place = |value: f64| categories.partition_point(|known| *known < value);
        let (count, items) = (categories.len(), one.len());
        if count < 2 {
            return Err(StatisticsError::AllEqual { what: "kappa", rows: items, value: categories[0] });
        }
        let each = 1.0 / items as f64;
        let (mut cells, mut rows, mut columns) = (vec![0.0; count * count], vec![0.0; count], vec![0.0; count]);
        for (one, other) in one.iter().zip(other).map(|(one, other)| (place(*one), place(*other))) {
            cells[one * count + other] += each;
            rows[one] += each;
            columns[other] += each;
        }
        let range = categories[count - 1] - categories[0];
        let weight = |one: usize, other: usize| {
            let apart = (categories[one] - categories[other]).abs() / range;
            match weights {
                Weights::Equal => f64::from(u8::from(one == other)),
                Weights::Linear => 1.0 - apart,
                Weights::Quadratic => 1.0 - apart * apart,
            }
        };
        let pairs = || (0..count).flat_map(|one| (0..count).map(move |other| (one, other)));
        let observed: f64 = pairs().map(|(one, other)| cells[one * count + other] * weight(one, other)).sum();
        let expected: f64 = pairs().map(|(one, other)| rows[one] * columns[other] * weight(one, other)).sum();
        let kappa = (observed - expected) / (1.0 - expected);
        let of_row: Vec<f64> =
            (0..count).map(|one| (0..count).map(|other| columns[other] * weight(one, other)).sum()).collect();
        let of_column: Vec<f64> =
            (0..count).map(|other| (0..count).map(|one| rows[one] * weight(one, other)).sum()).collect();
        let spread: f64 = pairs()
            .map(|(one, other)| {
                let away = weight(one, other) - (of_row[one] + of_column[other]) * (1.0 - kappa);
                cells[one * count + other] * away * away
            })
            .sum();
        let variance = (spread - (kappa - expected * (1.0 - kappa)).powi(2)).max(0.0);
        let standard_error = if observed >= 1.0 - 1e-12 { 0.0 } else { (variance * each).sqrt() / (1.0 - expected) };
        Ok(Kappa { kappa, standard_error, observed, expected, items })
    }

    /// `tanh(atanh(κ) ± z SE / (1 - κ²))`: as kappa is skewed near 1, `κ ± z SE` holds the truth in 92 to 94 % of cases alone. Where the judges
    /// never disagree there is no spread, and the lower end is that of Wilson's interval of the agreement, with the agreement by chance
    /// taken as known.
    #[must_use]
    pub fn interval(&self, level: Level) -> Interval {
        let (estimate, method) = (self.kappa, IntervalMethod::FisherZ);
        let inside = 1.0 - estimate * estimate;
        if self.standard_error > 0.0 && inside > 1e-9 {
            let margin = level.z() * self.standard_error / inside;
            let turned = |sign: f64| (estimate.atanh() + sign * margin).tanh();
            return Interval { estimate, low: turned(-1.0), high: turned(1.0), level, method };
        }
        let (low, high) = wilson_of(self.observed, self.items as f64, level);
        let turned = |share: f64| ((share - self.expected) / (1.0 - self.expected)).clamp(-1.0, 1.0);
        Interval { estimate, low: turned(low).min(estimate), high: turned(high).max(estimate), level, method }
    }
}

/// Fleiss' kappa (Psychological Bulletin 1971): how often each item was put into each category by equally many judges.
///
/// # Errors
/// No items, fewer than two judges, rows of different sums or lengths, or all are in one category.
pub fn fleiss_kappa(counts: &[Vec<u64>]) -> Result<f64, StatisticsError> {
    let judges: u64 = counts.first().map_or(0, |item| item.iter().sum());
    let judges_given = usize::try_from(judges).unwrap_or(usize::MAX);
    super::error::enough("Fleiss' kappa", "judges", 2, judges_given)?;
    let categories = counts[0].len();
    let (n, items) = (judges as f64, counts.len() as f64);
    let mut shares = vec![0.0; categories];
    let mut agreement = 0.0;
    for item in counts {
        same_length("the first item", categories, "another item", item.len())?;
        if item.iter().sum::<u64>() != judges {
            let value = item.iter().sum::<u64>() as f64;
            return Err(StatisticsError::Setting {
                what: "the number of judges of an item",
                value,
                must: "that of the others",
            });
        }
        let squares: f64 = item.iter().map(|count| (*count as f64).powi(2)).sum();
        agreement += (squares - n) / (n * (n - 1.0)) / items;
        shares.iter_mut().zip(item).for_each(|(share, count)| *share += *count as f64 / (n * items));
    }
    let expected: f64 = shares.iter().map(|share| share * share).sum();
    if expected >= 1.0 {
        return Err(StatisticsError::AllEqual { what: "Fleiss' kappa", rows: counts.len(), value: 1.0 });
    }
    Ok((agreement - expected) / (1.0 - expected))
}
