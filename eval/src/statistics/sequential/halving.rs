use crate::statistics::error::{StatisticsError, enough};

/// How a budget of rows is shared out to find the best of several variants quickly, by successive halving (Karnin, Koren and
/// Somekh, ICML 2013): in each of `⌈log₂ K⌉` rounds the better half goes on, and each that is left runs `B/(|S| rounds)` rows.
/// Gives the number of variants of each round, and the rows that each of them runs. Says nothing of how sure the winner is.
///
/// # Errors
/// Fewer than two variants, or a budget that gives somebody no row.
pub fn successive_halving(variants: usize, budget: usize) -> Result<Vec<(usize, usize)>, StatisticsError> {
    enough("successive halving", "variants", 2, variants)?;
    let rounds = variants.next_power_of_two().ilog2() as usize;
    enough("successive halving", "rows", variants * rounds, budget)?;
    let left = std::iter::successors(Some(variants), |left| Some(left.div_ceil(2)));
    Ok(left.take(rounds).map(|left| (left, budget / (left * rounds))).collect())
}
