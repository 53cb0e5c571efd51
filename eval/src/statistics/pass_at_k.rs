use super::error::StatisticsError;
use super::mean::Mean;

fn check(tries: u64, passed: u64, k: u64) -> Result<(), StatisticsError> {
    let setting = |what, value: u64, must| Err(StatisticsError::Setting { what, value: value as f64, must });
    if passed > tries {
        return setting("the number of tries that passed", passed, "no greater than the number of tries");
    }
    if k == 0 || k > tries {
        return setting("k", k, "between 1 and the number of tries");
    }
    Ok(())
}

/// How likely at least one of `k` tries passes, from `passed` of `tries`, without bias: `1 - C(n-c,k)/C(n,k)` (Chen et al.,
/// arXiv 2107.03374), as a product.
///
/// # Errors
/// More passed than tried, or `k` is 0 or more than there are tries.
pub fn pass_at_k(tries: u64, passed: u64, k: u64) -> Result<f64, StatisticsError> {
    check(tries, passed, k)?;
    if tries - passed < k {
        return Ok(1.0);
    }
    let none: f64 = (tries - passed + 1..=tries).map(|index| 1.0 - k as f64 / index as f64).product();
    Ok(1.0 - none)
}

/// How likely all of `k` tries pass: `C(c,k)/C(n,k)` (Yao et al., arXiv 2406.12045, pass^k).
///
/// # Errors
/// As [`pass_at_k`].
pub fn pass_all_k(tries: u64, passed: u64, k: u64) -> Result<f64, StatisticsError> {
    check(tries, passed, k)?;
    if passed < k {
        return Ok(0.0);
    }
    Ok((0..k).map(|index| (passed - index) as f64 / (tries - index) as f64).product())
}

/// The mean of [`pass_at_k`] over rows of (tries, passed), with its standard error over rows.
///
/// # Errors
/// No rows, or one for which it is not defined.
pub fn mean_pass_at_k(rows: &[(u64, u64)], k: u64) -> Result<Mean, StatisticsError> {
    over(rows, |tries, passed| pass_at_k(tries, passed, k))
}

/// The mean of [`pass_all_k`] over rows of (tries, passed), with its standard error over rows.
///
/// # Errors
/// No rows, or one for which it is not defined.
pub fn mean_pass_all_k(rows: &[(u64, u64)], k: u64) -> Result<Mean, StatisticsError> {
    over(rows, |tries, passed| pass_all_k(tries, passed, k))
}

fn over(rows: &[(u64, u64)], one: impl Fn(u64, u64) -> Result<f64, StatisticsError>) -> Result<Mean, StatisticsError> {
    let values: Result<Vec<f64>, StatisticsError> = rows.iter().map(|(tries, passed)| one(*tries, *passed)).collect();
    Mean::of(&values?)
}
