use serde::Serialize;

use super::distribution::normal_cdf;
use super::error::{StatisticsError, checked, same_length};
use super::mean::{all_equal, sum};
use super::rank::Ranked;
use super::test::{Test, TestMethod};

fn pair(what: &'static str, one: &[f64], other: &[f64]) -> Result<(), StatisticsError> {
    same_length("the first list", one.len(), "the second list", other.len())?;
    for values in [one, other] {
        checked(what, values, 2)?;
        if all_equal(values) {
            return Err(StatisticsError::AllEqual { what, rows: values.len(), value: values[0] });
        }
    }
    Ok(())
}

/// Pearson's correlation.
///
/// # Errors
/// Lists of different lengths, fewer than two values, one that is not finite, or a list whose values are all equal.
pub fn pearson(one: &[f64], other: &[f64]) -> Result<f64, StatisticsError> {
    pair("a correlation", one, other)?;
    let mean = |values: &[f64]| sum(values.iter().copied()) / values.len() as f64;
    let (mean_one, mean_other) = (mean(one), mean(other));
    let products = one.iter().zip(other).map(|(one, other)| (one - mean_one) * (other - mean_other));
    let squares = |values: &[f64], mean: f64| sum(values.iter().map(|value| (value - mean).powi(2)));
    Ok(sum(products) / (squares(one, mean_one) * squares(other, mean_other)).sqrt())
}

/// Spearman's correlation: Pearson's of the ranks, ties sharing the middle of theirs.
///
/// # Errors
/// As [`pearson`].
pub fn spearman(one: &[f64], other: &[f64]) -> Result<f64, StatisticsError> {
    pair("a rank correlation", one, other)?;
    pearson(&Ranked::of(one).ranks, &Ranked::of(other).ranks)
}

/// Kendall's τ-b (Biometrika 1945): concordant less discordant pairs, by the geometric mean of the pairs that are no ties in either list.
///
/// # Errors
/// As [`pearson`].
pub fn kendall(one: &[f64], other: &[f64]) -> Result<f64, StatisticsError> {
    pair("a rank correlation", one, other)?;
    let pairs = Pairs::of(one, other);
    let untied = |ties: f64| pairs.all - ties;
    Ok((pairs.concordant - pairs.discordant) / (untied(pairs.ties[0]) * untied(pairs.ties[1])).sqrt())
}

/// How two values go together among things that are alike in a third.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Partial {
    /// Pairs of the same stratum that differ in both values: those in which the greater of one goes with the greater of the other.
    pub concordant: u64,
    /// And those in which it goes with the lesser.
    pub discordant: u64,
    /// The share of concordant pairs; 0.5 is no connection. Twice it less 1 is Davis' partial γ (JASA 1967).
    pub share: f64,
    /// Of no connection within the strata: Kendall's S, summed over them, by its variance with ties.
    pub test: Test,
}

impl Partial {
    /// Compares all pairs that lie in the same stratum.
    ///
    /// # Errors
    /// Lists of different lengths, values that are not finite, or no pair that differs in both values.
    pub fn of(strata: &[f64], one: &[f64], other: &[f64]) -> Result<Partial, StatisticsError> {
        const WHAT: &str = "a partial association";
        same_length("the list of strata", strata.len(), "the first list", one.len())?;
        same_length("the first list", one.len(), "the second list", other.len())?;
        for values in [strata, one, other] {
            checked(WHAT, values, 2)?;
        }
        let mut order: Vec<usize> = (0..strata.len()).collect();
        order.sort_by(|one, other| strata[*one].total_cmp(&strata[*other]));
        let (mut concordant, mut discordant, mut variance) = (0.0, 0.0, 0.0);
        for stratum in order.chunk_by(|one, other| strata[*one] == strata[*other]) {
            let of = |values: &[f64]| stratum.iter().map(|place| values[*place]).collect::<Vec<f64>>();
            let pairs = Pairs::of(&of(one), &of(other));
            concordant += pairs.concordant;
            discordant += pairs.discordant;
            variance += pairs.variance;
        }
        if concordant + discordant == 0.0 {
            return Err(StatisticsError::TooFew { what: WHAT, unit: "pairs that differ in both", needed: 1, given: 0 });
        }
        let z = (concordant - discordant) / variance.sqrt();
        Ok(Partial {
            concordant: concordant as u64,
            discordant: discordant as u64,
            share: concordant / (concordant + discordant),
            test: Test::with(TestMethod::StratifiedKendall, z, None, 2.0 * normal_cdf(-z.abs())),
        })
    }
}

/// What is counted of all pairs of a list with two values each.
struct Pairs {
    all: f64,
    concordant: f64,
    discordant: f64,
    /// Pairs that are ties in the first value, and in the second.
    ties: [f64; 2],
    /// The variance of concordant less discordant pairs, were the values not connected (Kendall, Rank Correlation Methods).
    variance: f64,
}

impl Pairs {
    fn of(one: &[f64], other: &[f64]) -> Pairs {
        let n = one.len() as f64;
        let (mut concordant, mut discordant) = (0.0, 0.0);
        for (place, (first, second)) in one.iter().zip(other).enumerate() {
            for (other_first, other_second) in one[place + 1..].iter().zip(&other[place + 1..]) {
                match (first - other_first) * (second - other_second) {
                    product if product > 0.0 => concordant += 1.0,
                    product if product < 0.0 => discordant += 1.0,
                    _ => {}
                }
            }
        }
        let groups = [Ranked::of(one).groups, Ranked::of(other).groups];
        let total = |of: &dyn Fn(f64) -> f64| {
            let each = groups.each_ref();
            each.map(|groups| groups.iter().map(|size| of(*size as f64)).sum::<f64>())
        };
        let twos = total(&|size| size * (size - 1.0));
        let threes = total(&|size| size * (size - 1.0) * (size - 2.0));
        let squares = total(&|size| size * (size - 1.0) * (2.0 * size + 5.0));
        let mut variance = (n * (n - 1.0) * (2.0 * n + 5.0) - squares[0] - squares[1]) / 18.0;
        if n > 1.0 {
            variance += twos[0] * twos[1] / (2.0 * n * (n - 1.0));
        }
        if n > 2.0 {
            variance += threes[0] * threes[1] / (9.0 * n * (n - 1.0) * (n - 2.0));
        }
        Pairs { all: n * (n - 1.0) / 2.0, concordant, discordant, ties: twos.map(|ties| ties / 2.0), variance }
    }
}
