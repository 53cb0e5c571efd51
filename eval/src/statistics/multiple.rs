//! Many comparisons at once: p values adjusted so that errors stay as rare as for one.
//!
//! All take p values in any order and give the adjusted ones in the same order; none is below the raw one or above 1. An empty
//! list gives an empty one.

use super::error::{StatisticsError, share};

fn check(p_values: &[f64]) -> Result<(), StatisticsError> {
    match p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        Some(value) => Err(StatisticsError::Setting { what: "a p value", value: *value, must: "between 0 and 1" }),
        None => Ok(()),
    }
}

/// The places of the values, from the least.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, two| values[*one].total_cmp(&values[*two]));
    order
}

/// Bonferroni: `min(1, K p)`.
///
/// # Errors
/// A p value that is none.
pub fn bonferroni(p_values: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    check(p_values)?;
    Ok(p_values.iter().map(|p| (p * p_values.len() as f64).min(1.0)).collect())
}

/// Holm (Scandinavian Journal of Statistics 1979): `adj_(i) = max_{j<=i} min(1, (K-j+1) p_(j))`. Any false finding is as rare as α,
/// whatever depends on what.
///
/// # Errors
/// A p value that is none.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    check(p_values)?;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut most = 0.0_f64;
    for (before, index) in ascending(p_values).into_iter().enumerate() {
        most = most.max((p_values.len() - before) as f64 * p_values[index]).min(1.0);
        adjusted[index] = most;
    }
    Ok(adjusted)
}

/// Hommel (Biometrika 1988), stronger than Holm where the tests are not negatively dependent. Algorithm of Wright (Biometrics
/// 1992).
///
/// # Errors
/// A p value that is none.
pub fn hommel(p_values: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    check(p_values)?;
    let order = ascending(p_values);
    let sorted: Vec<f64> = order.iter().map(|index| p_values[*index]).collect();
    let count = sorted.len();
    let mut best = sorted.clone();
    for m in (2..=count).rev() {
        let (head, tail) = sorted.split_at(count - m);
        let least = tail.iter().enumerate().map(|(index, p)| m as f64 * p / (index + 1) as f64);
        let least = least.fold(f64::INFINITY, f64::min);
        for (index, p) in head.iter().enumerate() {
            best[index] = best[index].max(least.min(m as f64 * p));
        }
        for value in &mut best[count - m..] {
            *value = value.max(least);
        }
    }
    let mut adjusted = vec![0.0; count];
    order.into_iter().zip(best).for_each(|(index, p)| adjusted[index] = p.min(1.0));
    Ok(adjusted)
}

fn step_up(p_values: &[f64], factor: f64) -> Result<Vec<f64>, StatisticsError> {
    check(p_values)?;
    let count = p_values.len() as f64;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least = 1.0_f64;
    for (before, index) in ascending(p_values).into_iter().enumerate().rev() {
        least = least.min(factor * count * p_values[index] / (before + 1) as f64);
        // K p/K may be a little less than p.
        adjusted[index] = least.max(p_values[index]);
    }
    Ok(adjusted)
}

/// Benjamini and Hochberg (JRSS B 1995): `adj_(i) = min_{j>=i} min(1, K p_(j)/j)`. The share of false findings among all findings; for
/// exploring.
///
/// # Errors
/// A p value that is none.
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    step_up(p_values, 1.0)
}

/// Benjamini and Yekutieli (Annals of Statistics 2001): as Benjamini and Hochberg, times `Σ 1/j`, right under any dependence.
///
/// # Errors
/// A p value that is none.
pub fn benjamini_yekutieli(p_values: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    step_up(p_values, (1..=p_values.len()).map(|j| 1.0 / j as f64).sum())
}

/// e-BH (Wang and Ramdas, JRSS B 2022): which e values are findings with a share α of false ones: the k̂ largest,
/// `k̂ = max{k: e_(k) >= K/(kα)}`. Right under any dependence.
///
/// # Errors
/// α is not between 0 and 1.
pub fn e_benjamini_hochberg(e_values: &[f64], alpha: f64) -> Result<Vec<bool>, StatisticsError> {
    share("α", alpha)?;
    let count = e_values.len() as f64;
    let order: Vec<usize> = ascending(e_values).into_iter().rev().collect();
    let holds = |(before, index): (usize, &usize)| e_values[*index] >= count / ((before + 1) as f64 * alpha);
    let most = order.iter().enumerate().rev().find(|(before, index)| holds((*before, index)));
    let found = most.map_or(0, |(before, _)| before + 1);
    let mut findings = vec![false; e_values.len()];
    order[..found].iter().for_each(|index| findings[*index] = true);
    Ok(findings)
}

/// Bonferroni for e values: which reach `K/α`.
///
/// # Errors
/// α is not between 0 and 1.
pub fn e_bonferroni(e_values: &[f64], alpha: f64) -> Result<Vec<bool>, StatisticsError> {
    share("α", alpha)?;
    Ok(e_values.iter().map(|e| *e >= e_values.len() as f64 / alpha).collect())
}
