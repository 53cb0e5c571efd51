use super::distribution::{normal_cdf, normal_quantile};
use super::error::{StatisticsError, checked};
use super::interval::{Interval, IntervalMethod, Level};
use super::rank::{Ranked, tie_sum};
use super::test::{Test, TestMethod};

/// Up to so many rows that differ all sign flips are counted.
const EXACT: usize = 100;

/// What becomes of rows without a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zeros {
    /// They are left out (Wilcoxon 1945).
    Drop,
    /// They take part in the ranking and are left out of the sums (Pratt, JASA 1959).
    Pratt,
}

/// The signed ranks of differences.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedRanks {
    /// The midranks of the absolute differences that are not zero, with their signs.
    ranks: Vec<f64>,
    /// `Σ(t³ - t)` over ties of differences that are not zero.
    ties: f64,
    zeros: usize,
    how: Zeros,
}

impl SignedRanks {
    /// The signed ranks. Differences that are equal but for rounding share a rank.
    ///
    /// # Errors
    /// No differences, or one that is not finite.
    pub fn of(differences: &[f64], how: Zeros) -> Result<SignedRanks, StatisticsError> {
        checked("signed ranks", differences, 1)?;
        let kept: Vec<f64> = match how {
            Zeros::Drop => differences.iter().copied().filter(|difference| *difference != 0.0).collect(),
            Zeros::Pratt => differences.to_vec(),
        };
        let sizes: Vec<f64> = kept.iter().map(|difference| difference.abs()).collect();
        let zeros = differences.iter().filter(|difference| **difference == 0.0).count();
        let ranked = Ranked::of(&sizes);
        // The zeros are the lowest group where they take part.
        let lowest = usize::from(how == Zeros::Pratt && zeros > 0);
        let ties = tie_sum(ranked.groups.get(lowest..).unwrap_or_default());
        let signed = ranked.ranks.into_iter().zip(&kept).filter(|(_, difference)| **difference != 0.0);
        let ranks = signed.map(|(rank, difference)| rank.copysign(*difference)).collect();
        Ok(SignedRanks { ranks, ties, zeros, how })
    }

    /// W: the smaller of the sums of positive and negative ranks.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        let (positive, negative) = self.sums();
        positive.min(negative)
    }

    fn sums(&self) -> (f64, f64) {
        let positive: f64 = self.ranks.iter().filter(|rank| **rank > 0.0).sum();
        let negative: f64 = self.ranks.iter().filter(|rank| **rank < 0.0).map(|rank| -rank).sum();
        (positive, negative)
    }

    /// The test by the method that fits: exact up to 100 rows that differ, else the normal approximation. Two-sided; p is 1
    /// where no row differs.
    #[must_use]
    pub fn test(&self) -> Test {
        if self.ranks.len() <= EXACT { self.exact() } else { self.normal(false) }
    }

    /// Over all sign flips of the (mid)ranks, counted by their sums: right with ties as well.
    ///
    /// The work grows with the third power of the number of rows that differ.
    #[must_use]
    pub fn exact(&self) -> Test {
        // Midranks are multiples of one half.
        let doubled: Vec<usize> = self.ranks.iter().map(|rank| (2.0 * rank.abs()).round() as usize).collect();
        let total: usize = doubled.iter().sum();
        let mut share = vec![0.0_f64; total + 1];
        share[0] = 1.0;
        let mut reached = 0;
        for rank in &doubled {
            reached += rank;
            for at in (0..=reached).rev() {
                let with = if at >= *rank { share[at - rank] } else { 0.0 };
                share[at] = 0.5 * (share[at] + with);
            }
        }
        let least = (2.0 * self.statistic()).round() as usize;
        let p = if self.ranks.is_empty() { 1.0 } else { 2.0 * share[..=least].iter().sum::<f64>() };
        Test::with(TestMethod::WilcoxonExact, self.statistic(), None, p)
    }

    /// `z = (W - n(n+1)/4)/sqrt(n(n+1)(2n+1)/24 - Σ(t³-t)/48)`, with `continuity` moved by ½ towards the mean. For Pratt's zeros
    /// both moments are those without the ranks of the zeros (Cureton, JASA 1967).
    #[must_use]
    pub fn normal(&self, continuity: bool) -> Test {
        let (mean, variance) = self.moments();
        let statistic = self.statistic();
        let method = if continuity { TestMethod::WilcoxonContinuity } else { TestMethod::Wilcoxon };
        if variance <= 0.0 {
            return Test::with(method, statistic, None, 1.0);
        }
        let away = (mean - statistic - if continuity { 0.5 } else { 0.0 }).max(0.0);
        Test::with(method, statistic, None, 2.0 * normal_cdf(-away / variance.sqrt()))
    }

    fn moments(&self) -> (f64, f64) {
        let zeros = if self.how == Zeros::Pratt { self.zeros as f64 } else { 0.0 };
        let n = self.ranks.len() as f64 + zeros;
        let mean = (n * (n + 1.0) - zeros * (zeros + 1.0)) / 4.0;
        let squares = n * (n + 1.0) * (2.0 * n + 1.0) - zeros * (zeros + 1.0) * (2.0 * zeros + 1.0);
        (mean, squares / 24.0 - self.ties / 48.0)
    }
}

/// The median of the Walsh averages `(d_i + d_j)/2, i <= j` (Hodges and Lehmann 1963): what most pairs of rows agree on,
/// little moved by a few extreme rows. Exact for any number of rows in O(n log n).
///
/// # Errors
/// No differences, or one that is not finite.
pub fn hodges_lehmann(differences: &[f64]) -> Result<f64, StatisticsError> {
    checked("the Hodges-Lehmann estimate", differences, 1)?;
    let sorted = sorted(differences);
    let count = walsh_count(&sorted);
    let (low, high) = (walsh(&sorted, count.div_ceil(2)), walsh(&sorted, count / 2 + 1));
    Ok(low / 2.0 + high / 2.0)
}

/// The Hodges-Lehmann estimate with the interval of all shifts that Wilcoxon's test would not reject, by its normal
/// approximation without ties.
///
/// # Errors
/// Fewer than six differences, one that is not finite, or all are equal.
pub fn hodges_lehmann_interval(differences: &[f64], level: Level) -> Result<Interval, StatisticsError> {
    checked("the Hodges-Lehmann interval", differences, 6)?;
    if super::mean::all_equal(differences) {
        let (rows, value) = (differences.len(), differences[0]);
        return Err(StatisticsError::AllEqual { what: "the Hodges-Lehmann interval", rows, value });
    }
    let sorted = sorted(differences);
    let (n, count) = (sorted.len() as f64, walsh_count(&sorted));
    let margin = -normal_quantile(level.alpha() / 2.0) * (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
    let outer = ((n * (n + 1.0) / 4.0 - margin).floor().max(1.0) as u64).min(count.div_ceil(2));
    let (low, high) = (walsh(&sorted, outer), walsh(&sorted, count + 1 - outer));
    let estimate = hodges_lehmann(differences)?;
    Ok(Interval { estimate, low, high, level, method: IntervalMethod::HodgesLehmann })
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn walsh_count(sorted: &[f64]) -> u64 {
    let n = sorted.len() as u64;
    n * (n + 1) / 2
}

/// The `rank`th smallest Walsh average, counted from 1: searched by halving over all floating-point numbers, where each step
/// counts the pairs below with two hands.
fn walsh(sorted: &[f64], rank: u64) -> f64 {
    let below = |average: f64| {
        let (mut count, mut left) = (0_u64, 0_usize);
        let mut right = sorted.len();
        // For each right hand the left hands that reach no further; sums grow with either.
        while right > 0 {
            right -= 1;
            while left < sorted.len() && middle(sorted[left], sorted[right]) <= average {
                left += 1;
            }
            // Pairs with i <= j = right.
            count += left.min(right + 1) as u64;
        }
        count
    };
    let (mut low, mut high) = (ordered(sorted[0]), ordered(sorted[sorted.len() - 1]));
    while low < high {
        let between = low + ((high - low) >> 1);
        if below(unordered(between)) >= rank { high = between } else { low = between + 1 }
    }
    unordered(low)
}

fn middle(one: f64, two: f64) -> f64 {
    one / 2.0 + two / 2.0
}

/// Integers in the order of the floating-point numbers.
fn ordered(value: f64) -> i128 {
    let bits = value.to_bits().cast_signed();
    i128::from(if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits })
}

fn unordered(order: i128) -> f64 {
    let bits = i64::try_from(order).unwrap_or(0);
    f64::from_bits(if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }.cast_unsigned())
}
