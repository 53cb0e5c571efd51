//! How far judges agree beyond chance.

use std::collections::BTreeMap;

/// How far apart two values are, for [`krippendorff_alpha`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Equal or not.
    Nominal,
    /// By how many values lie between them in their order.
    Ordinal,
    /// By the square of their difference.
    Interval,
    /// By the square of their difference as a part of their sum.
    Ratio,
}

/// Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"): 1 − observed / expected disagreement. Each unit
/// holds a value for each judge, or `None` where a judge gave none. `None` where no unit has two values, or all values are the same, so
/// that there is nothing to agree on beyond chance.
#[must_use]
pub fn krippendorff_alpha(units: &[Vec<Option<f64>>], scale: Agreement) -> Option<f64> {
    let pairable: Vec<Vec<f64>> = units
        .iter()
        .map(|unit| unit.iter().flatten().copied().filter(|value| value.is_finite()).collect::<Vec<f64>>())
        .filter(|values| values.len() > 1)
        .collect();
    let mut values: Vec<f64> = pairable.iter().flatten().copied().collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let place = |value: f64| values.partition_point(|known| *known < value);
    let mut counts = vec![0.0; values.len()];
    let mut coincidences: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for unit in &pairable {
        let share = 1.0 / (unit.len() - 1) as f64;
        for (first, one) in unit.iter().enumerate() {
            counts[place(*one)] += 1.0;
            for (second, other) in unit.iter().enumerate() {
                if first != second {
                    *coincidences.entry((place(*one), place(*other))).or_default() += share;
                }
            }
        }
    }
    let distance = |one: usize, other: usize| -> f64 {
        let (low, high) = (one.min(other), one.max(other));
        match scale {
            Agreement::Nominal => f64::from(u8::from(one != other)),
            Agreement::Ordinal => {
                let between: f64 = counts[low..=high].iter().sum();
                (between - f64::midpoint(counts[low], counts[high])).powi(2)
            }
            Agreement::Interval => (values[one] - values[other]).powi(2),
            Agreement::Ratio if values[one] + values[other] == 0.0 => 0.0,
            Agreement::Ratio => ((values[one] - values[other]) / (values[one] + values[other])).powi(2),
        }
    };
    let total: f64 = counts.iter().sum();
    let observed: f64 = coincidences.iter().map(|((one, other), share)| share * distance(*one, *other)).sum();
    let expected: f64 = match scale {
        // n·Σc² − (Σc)², so that many different values cost no time.
        Agreement::Interval => {
            let mean = values.iter().zip(&counts).map(|(value, count)| value * count).sum::<f64>() / total;
            2.0 * total * values.iter().zip(&counts).map(|(value, count)| count * (value - mean).powi(2)).sum::<f64>()
        }
        _ => {
            let pairs = (0..values.len()).flat_map(|one| (0..values.len()).map(move |other| (one, other)));
            pairs.map(|(one, other)| counts[one] * counts[other] * distance(one, other)).sum()
        }
    };
    (expected > 0.0).then(|| 1.0 - (total - 1.0) * observed / expected)
}

/// Cohen's kappa of two judges (Cohen 1960): (p₀ − pₑ) / (1 − pₑ). `None` without items, or where chance alone would have them agree
/// always.
#[must_use]
pub fn cohen_kappa<T: Ord>(one: &[T], other: &[T]) -> Option<f64> {
    let items = one.len().min(other.len());
    let mut counts: BTreeMap<&T, (f64, f64)> = BTreeMap::new();
    for (one, other) in one.iter().zip(other) {
        counts.entry(one).or_default().0 += 1.0;
        counts.entry(other).or_default().1 += 1.0;
    }
    let total = items as f64;
    let observed = one.iter().zip(other).filter(|(one, other)| one == other).count() as f64 / total;
    let expected: f64 = counts.values().map(|(one, other)| one * other).sum::<f64>() / (total * total);
    (items > 0 && expected < 1.0).then(|| (observed - expected) / (1.0 - expected))
}
