use super::cluster::Clusters;
use super::distribution::{normal_cdf, normal_quantile};
use super::error::{StatisticsError, checked, enough};
use super::interval::{Interval, IntervalMethod, Level};
use super::mean::sum;
use super::random::Resampling;

/// A statistic of resampled rows, with what intervals are made of. Rows are drawn with replacement; where they share sources,
/// whole clusters are; where each row has several runs, rows and then runs of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// The statistic of the rows as they are.
    pub estimate: f64,
    /// The statistic of each replicate, sorted.
    replicates: Vec<f64>,
    /// The statistic without each unit in turn.
    jackknife: Vec<f64>,
}

impl Bootstrap {
    /// The mean of rows.
    ///
    /// # Errors
    /// Fewer than two rows, one that is not finite, or all are equal: replicates would all be the same, and an interval without
    /// width would be a lie.
    pub fn of_mean(values: &[f64], resampling: &Resampling) -> Result<Bootstrap, StatisticsError> {
        spread(values)?;
        let n = values.len();
        let total = sum(values.iter().copied());
        let replicates = resampling.each(n, |source| {
            let drawn: f64 = (0..n).map(|_| values[source.below(n)]).sum();
            drawn / n as f64
        })?;
        let jackknife = values.iter().map(|value| (total - value) / (n as f64 - 1.0)).collect();
        Bootstrap::sorted(total / n as f64, replicates, jackknife)
    }

    /// The mean of rows that share sources: whole clusters are drawn.
    ///
    /// # Errors
    /// As [`Bootstrap::of_mean`]; fewer than two clusters, or not one for each row.
    pub fn of_clustered_mean(
        values: &[f64],
        clusters: &Clusters,
        resampling: &Resampling,
    ) -> Result<Bootstrap, StatisticsError> {
        spread(values)?;
        clusters.at_least_two()?;
        let (sums, sizes) = (clusters.sums(values)?, clusters.sizes());
        let count = sums.len();
        let replicates = resampling.each(count, |source| {
            let (mut total, mut rows) = (0.0, 0);
            for _ in 0..count {
                let cluster = source.below(count);
                total += sums[cluster];
                rows += sizes[cluster];
            }
            total / rows as f64
        })?;
        let (total, rows) = (sum(values.iter().copied()), values.len());
        let without = |(sum, size): (&f64, &usize)| (total - sum) / (rows - size) as f64;
        let jackknife = sums.iter().zip(&sizes).map(without).collect();
        Bootstrap::sorted(total / rows as f64, replicates, jackknife)
    }

    /// The mean of rows with several runs each: rows are drawn, then runs of each drawn row. The runs of each row count as one.
    ///
    /// # Errors
    /// Fewer than two rows, a row without runs, a value that is not finite, or all rows are equal.
    pub fn of_nested_mean(rows: &[&[f64]], resampling: &Resampling) -> Result<Bootstrap, StatisticsError> {
        for runs in rows {
            checked("a row of a nested bootstrap", runs, 1)?;
        }
        let means: Vec<f64> = rows.iter().map(|runs| sum(runs.iter().copied()) / runs.len() as f64).collect();
        spread(&means)?;
        let n = rows.len();
        let work = rows.iter().map(|runs| runs.len()).sum();
        let replicates = resampling.each(work, |source| {
            let draw_row = |_| {
                let runs = rows[source.below(n)];
                (0..runs.len()).map(|_| runs[source.below(runs.len())]).sum::<f64>() / runs.len() as f64
            };
            (0..n).map(draw_row).sum::<f64>() / n as f64
        })?;
        let total = sum(means.iter().copied());
        let jackknife = means.iter().map(|mean| (total - mean) / (n as f64 - 1.0)).collect();
        Bootstrap::sorted(total / n as f64, replicates, jackknife)
    }

    /// Any statistic of `count` units, given the numbers of the units that were drawn. The jackknife calls it once more for each
    /// unit.
    ///
    /// # Errors
    /// Fewer than two units, or a statistic that is not finite or the same for all replicates.
    pub fn of(
        count: usize,
        statistic: impl Fn(&[usize]) -> f64 + Sync,
        resampling: &Resampling,
    ) -> Result<Bootstrap, StatisticsError> {
        enough("a bootstrap", "rows", 2, count)?;
        let replicates = resampling.each(count, |source| {
            let drawn: Vec<usize> = (0..count).map(|_| source.below(count)).collect();
            statistic(&drawn)
        })?;
        let all: Vec<usize> = (0..count).collect();
        let without = |left_out: usize| {
            let others: Vec<usize> = (0..count).filter(|unit| *unit != left_out).collect();
            statistic(&others)
        };
        Bootstrap::sorted(statistic(&all), replicates, (0..count).map(without).collect())
    }

    /// As [`Bootstrap::of`], of a statistic that some draws do not have, such as kappa where all that was drawn is equal: those draws are left
    /// out. Without a jackknife, BCa corrects the bias alone.
    ///
    /// # Errors
    /// As there; the units as they are do not have it, or more than a tenth of the draws.
    pub fn of_defined(
        count: usize,
        statistic: impl Fn(&[usize]) -> Option<f64> + Sync,
        resampling: &Resampling,
    ) -> Result<Bootstrap, StatisticsError> {
        enough("a bootstrap", "rows", 2, count)?;
        let all: Vec<usize> = (0..count).collect();
        let mut replicates = resampling.each(count, |source| {
            let drawn: Vec<usize> = (0..count).map(|_| source.below(count)).collect();
            statistic(&drawn).unwrap_or(f64::NAN)
        })?;
        replicates.retain(|value| !value.is_nan());
        enough("a bootstrap", "draws that have the statistic", resampling.replicates * 9 / 10, replicates.len())?;
        Bootstrap::sorted(statistic(&all).unwrap_or(f64::NAN), replicates, vec![0.0; count])
    }

    fn sorted(estimate: f64, mut replicates: Vec<f64>, jackknife: Vec<f64>) -> Result<Bootstrap, StatisticsError> {
        checked("a bootstrap", &replicates, 1)?;
        checked("a bootstrap", &[estimate], 1)?;
        replicates.sort_unstable_by(f64::total_cmp);
        if replicates.first() == replicates.last() {
            let (rows, value) = (jackknife.len(), replicates[0]);
            return Err(StatisticsError::AllEqual { what: "a bootstrap", rows, value });
        }
        Ok(Bootstrap { estimate, replicates, jackknife })
    }

    /// The standard deviation of the replicates.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        let n = self.replicates.len() as f64;
        let mean = sum(self.replicates.iter().copied()) / n;
        (sum(self.replicates.iter().map(|value| (value - mean).powi(2))) / (n - 1.0)).sqrt()
    }

    /// The quantile of the replicates, between two of them linearly.
    fn quantile(&self, share: f64) -> f64 {
        let place = share.clamp(0.0, 1.0) * (self.replicates.len() as f64 - 1.0);
        let below = place.floor() as usize;
        let above = (below + 1).min(self.replicates.len() - 1);
        let (low, high) = (self.replicates[below], self.replicates[above]);
        low + (place - below as f64) * (high - low)
    }

    fn between(&self, low: f64, high: f64, level: Level, method: IntervalMethod) -> Interval {
        Interval { estimate: self.estimate, low, high, level, method }
    }

    /// The quantiles α/2 and 1-α/2 of the replicates.
    #[must_use]
    pub fn percentile(&self, level: Level) -> Interval {
        let half = level.alpha() / 2.0;
        self.between(self.quantile(half), self.quantile(1.0 - half), level, IntervalMethod::Percentile)
    }

    /// The percentile interval mirrored at the estimate.
    #[must_use]
    pub fn basic(&self, level: Level) -> Interval {
        let inner = self.percentile(level);
        let (low, high) = (2.0 * self.estimate - inner.high, 2.0 * self.estimate - inner.low);
        self.between(low, high, level, IntervalMethod::Basic)
    }

    /// Bias-corrected and accelerated (Efron, JASA 1987): `z0 = Φ⁻¹(#{θ* < θ̂}/R)`, `a = Σ(θ̄-θ_(i))³/(6(Σ(θ̄-θ_(i))²)^1.5)` of the
    /// jackknife, `α₁ = Φ(z0 + (z0+z_{α/2})/(1 - a(z0+z_{α/2})))`. Replicates equal to the estimate count by half, without which
    /// scores of few values would be biased.
    #[must_use]
    pub fn bca(&self, level: Level) -> Interval {
        let count = self.replicates.len() as f64;
        let near = 1e-12 * self.estimate.abs();
        let below = self.replicates.partition_point(|value| *value < self.estimate - near);
        let up_to = self.replicates.partition_point(|value| *value <= self.estimate + near);
        let share = (below + up_to) as f64 / 2.0 / count;
        let z0 = normal_quantile(share.clamp(0.5 / count, 1.0 - 0.5 / count));
        let acceleration = self.acceleration();
        let turned = |z: f64| normal_cdf(z0 + (z0 + z) / (1.0 - acceleration * (z0 + z)));
        let (low, high) = (self.quantile(turned(-level.z())), self.quantile(turned(level.z())));
        self.between(low, high, level, IntervalMethod::Bca)
    }

    fn acceleration(&self) -> f64 {
        let centre = sum(self.jackknife.iter().copied()) / self.jackknife.len() as f64;
        let power = |power: i32| sum(self.jackknife.iter().map(|value| (centre - value).powi(power)));
        let squares = power(2);
        if squares == 0.0 { 0.0 } else { power(3) / (6.0 * squares.powf(1.5)) }
    }
}

fn spread(values: &[f64]) -> Result<(), StatisticsError> {
    checked("a bootstrap", values, 2)?;
    if super::mean::all_equal(values) {
        return Err(StatisticsError::AllEqual { what: "a bootstrap", rows: values.len(), value: values[0] });
    }
    Ok(())
}
