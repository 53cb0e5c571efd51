use super::distribution::chi_squared_sf;
use super::error::{StatisticsError, enough, positive};
use super::mean::sum;
use super::test::{Test, TestMethod};

/// Whether requests went to the variants in the shares that were meant: Pearson's χ² of the counts. Below 0.001 something is wrong
/// with how they are shared out or counted, and no difference between the variants should be read.
///
/// # Errors
/// Fewer than two variants, lists of different lengths, no requests, or a share that is not positive.
pub fn sample_ratio(counts: &[u64], shares: &[f64]) -> Result<Test, StatisticsError> {
    enough("a sample ratio", "variants", 2, counts.len())?;
    super::error::same_length("the list of counts", counts.len(), "the list of shares", shares.len())?;
    shares.iter().try_for_each(|share| positive("a share", *share))?;
    let all = counts.iter().sum::<u64>() as f64;
    enough("a sample ratio", "requests", 1, all as usize)?;
    let whole = sum(shares.iter().copied());
    let away = |(count, share): (&u64, &f64)| {
        let expected = all * share / whole;
        (*count as f64 - expected).powi(2) / expected
    };
    let (statistic, degrees) = (sum(counts.iter().zip(shares).map(away)), counts.len() as f64 - 1.0);
    Ok(Test::with(TestMethod::SampleRatio, statistic, Some(degrees), chi_squared_sf(statistic, degrees)))
}
