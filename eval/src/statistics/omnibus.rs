//! Is any of several variants different from the others, on the same rows.

use super::distribution::{chi_squared_sf, studentized_range_upper};
use super::error::{StatisticsError, checked, enough, same_length, share};
use super::rank::{Ranked, tie_sum};
use super::test::{Test, TestMethod};

/// How many variants the rows have.
fn width<T>(rows: &[Vec<T>], what: &'static str) -> Result<usize, StatisticsError> {
    enough(what, "rows", 1, rows.len())?;
    let width = rows[0].len();
    enough(what, "variants", 2, width)?;
    for row in rows {
        same_length("the first row", width, "another row", row.len())?;
    }
    Ok(width)
}

/// Friedman's test (JASA 1937) with correction for ties: rows of one score for each variant. χ² with k-1 degrees of freedom; p is 1
/// where the variants tie on all rows.
///
/// # Errors
/// No rows, fewer than two variants, rows of different lengths, or a value that is not finite.
pub fn friedman(rows: &[Vec<f64>]) -> Result<Test, StatisticsError> {
    let width = width(rows, "Friedman's test")?;
    let (n, k) = (rows.len() as f64, width as f64);
    let (mut sums, mut ties) = (vec![0.0; width], 0.0);
    for row in rows {
        checked("Friedman's test", row, 2)?;
        let ranked = Ranked::of(row);
        sums.iter_mut().zip(&ranked.ranks).for_each(|(sum, rank)| *sum += rank);
        ties += tie_sum(&ranked.groups);
    }
    let correction = 1.0 - ties / (n * k * (k * k - 1.0));
    let squares: f64 = sums.iter().map(|sum| sum * sum).sum();
    let raw = 12.0 / (n * k * (k + 1.0)) * squares - 3.0 * n * (k + 1.0);
    let statistic = if correction <= 0.0 { 0.0 } else { (raw / correction).max(0.0) };
    Ok(Test::with(TestMethod::Friedman, statistic, Some(k - 1.0), chi_squared_sf(statistic, k - 1.0)))
}

/// Cochran's Q (Biometrika 1950): rows of whether each variant passed. χ² with k-1 degrees of freedom; p is 1 where the variants
/// agree on all rows.
///
/// # Errors
/// No rows, fewer than two variants, or rows of different lengths.
pub fn cochran_q(rows: &[Vec<bool>]) -> Result<Test, StatisticsError> {
    let k = width(rows, "Cochran's Q")? as f64;
    let count = |passed: &mut dyn Iterator<Item = bool>| passed.filter(|passed| *passed).count() as f64;
    let variants: Vec<f64> =
        (0..rows[0].len()).map(|variant| count(&mut rows.iter().map(|row| row[variant]))).collect();
    let of_rows: Vec<f64> = rows.iter().map(|row| count(&mut row.iter().copied())).collect();
    let total: f64 = of_rows.iter().sum();
    let squares = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
    let below = k * total - squares(&of_rows);
    let above = (k - 1.0) * (k * squares(&variants) - total * total);
    let statistic = if below == 0.0 { 0.0 } else { above / below };
    Ok(Test::with(TestMethod::CochranQ, statistic, Some(k - 1.0), chi_squared_sf(statistic, k - 1.0)))
}

/// Nemenyi's critical difference of mean ranks (Demšar, JMLR 2006): `q_α sqrt(k(k+1)/(6n))`, where `q_α` is the quantile of the
/// studentized range by √2. Variants whose mean ranks differ by more differ.
///
/// # Errors
/// Fewer than two variants, no rows, or α is not between 0 and 1.
pub fn nemenyi_difference(variants: u32, rows: usize, alpha: f64) -> Result<f64, StatisticsError> {
    enough("Nemenyi's difference", "variants", 2, variants as usize)?;
    enough("Nemenyi's difference", "rows", 1, rows)?;
    share("α", alpha)?;
    let k = f64::from(variants);
    let q = studentized_range_upper(alpha, variants) / std::f64::consts::SQRT_2;
    Ok(q * (k * (k + 1.0) / (6.0 * rows as f64)).sqrt())
}
