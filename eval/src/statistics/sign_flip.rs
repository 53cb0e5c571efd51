use super::error::{StatisticsError, checked};
use super::mean::sum;
use super::random::Resampling;
use super::test::{Test, TestMethod};

/// Up to so many differences that are not zero all flips are counted.
const EXACT: usize = 20;
/// Sums that differ by less than this share of all that is summed are the same.
const ROUNDING: f64 = 1e-10;

/// The sign-flip permutation test: if neither variant is better, each difference is as likely with the other sign.
/// `p = #{|Σ ε d| >= |Σ d|}/2^n` over all flips where at most 20 differences are not zero, and else `(1+#)/(1+R)` over R
/// random ones (Phipson and Smyth 2010). Two-sided. p is 1 where no row differs.
///
/// Where rows share sources give the sums of the clusters ([`super::Clusters::sums`]): whole clusters are flipped.
///
/// # Errors
/// No differences, one that is not finite, or no replicates.
pub fn sign_flip(differences: &[f64], resampling: &Resampling) -> Result<Test, StatisticsError> {
    checked("a sign-flip test", differences, 1)?;
    let flipped: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
    let observed = sum(flipped.iter().copied());
    let slack = ROUNDING * sum(flipped.iter().map(|difference| difference.abs()));
    let extreme = |total: f64| total.abs() >= observed.abs() - slack;
    if flipped.len() <= EXACT {
        let (first, second) = flipped.split_at(flipped.len() / 2);
        let (first, second) = (subset_sums(first), subset_sums(second));
        let count: usize = first.iter().map(|one| second.iter().filter(|two| extreme(*one + **two)).count()).sum();
        let p = count as f64 / (first.len() * second.len()) as f64;
        return Ok(Test::with(TestMethod::SignFlipExact, observed, None, p));
    }
    let totals = resampling.each(flipped.len(), |source| {
        let half: f64 = flipped
            .chunks(64)
            .map(|part| {
                let coins = source.coins();
                let kept = |(index, value): (usize, &f64)| *value * ((coins >> index) & 1) as f64;
                part.iter().enumerate().map(kept).sum::<f64>()
            })
            .sum();
        2.0 * half - observed
    })?;
    let count = totals.iter().filter(|total| extreme(**total)).count();
    let p = (1 + count) as f64 / (1 + totals.len()) as f64;
    Ok(Test::with(TestMethod::SignFlip, observed, None, p))
}

/// The sums of the values with each choice of signs.
fn subset_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for value in values {
        let kept: Vec<f64> = sums.iter().flat_map(|sum| [sum + value, sum - value]).collect();
        sums = kept;
    }
    sums
}
