use super::distribution::binomial_sf;
use super::error::{StatisticsError, checked, share};
use super::interval::{Interval, IntervalMethod, Level};

/// The quantile of values, such as 0.95 for p95: the smallest value that at least this share of values does not exceed. It is
/// always one of the values.
///
/// # Errors
/// No values, one that is not finite, or a share that is not between 0 and 1.
pub fn quantile(values: &[f64], at: f64) -> Result<f64, StatisticsError> {
    checked("a quantile", values, 1)?;
    share("the share of a quantile", at)?;
    let mut sorted = values.to_vec();
    let rank = rank(at, values.len());
    let (_, value, _) = sorted.select_nth_unstable_by(rank - 1, f64::total_cmp);
    Ok(*value)
}

/// The rank of a quantile among `count` values, from 1: `⌈p n⌉`.
fn rank(at: f64, count: usize) -> usize {
    let place = at * count as f64;
    // 0.95 * 20 is a little more than 19.
    let rank = (place - 1e-9 * place.max(1.0)).ceil() as usize;
    rank.clamp(1, count)
}

/// A quantile with the percentile interval of its bootstrap. It is computed and not drawn: the k-th of n resampled values is at
/// most the j-th of the values with probability `P(Bin(n, j/n) >= k)` (Efron, Annals of Statistics 1979).
///
/// The ends are values of the list. Near the rim (p95 of fewer than 60 rows) the upper end is the largest value, and covers too
/// seldom. Clusters are not heeded.
///
/// # Errors
/// Fewer than two values, one that is not finite, all are equal, or a share that is not between 0 and 1.
pub fn quantile_interval(values: &[f64], at: f64, level: Level) -> Result<Interval, StatisticsError> {
    checked("the interval of a quantile", values, 2)?;
    share("the share of a quantile", at)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let count = sorted.len();
    if sorted[0] == sorted[count - 1] {
        return Err(StatisticsError::AllEqual { what: "the interval of a quantile", rows: count, value: sorted[0] });
    }
    let rank = rank(at, count);
    let reached = |target: f64| {
        let (mut low, mut high) = (1, count);
        while low < high {
            let middle = low + (high - low) / 2;
            let share = binomial_sf(rank as u64, count as u64, middle as f64 / count as f64);
            if share >= target { high = middle } else { low = middle + 1 }
        }
        sorted[low - 1]
    };
    let half = level.alpha() / 2.0;
    let estimate = sorted[rank - 1];
    let (low, high) = (reached(half).min(estimate), reached(1.0 - half).max(estimate));
    Ok(Interval { estimate, low, high, level, method: IntervalMethod::QuantileBootstrap })
}
