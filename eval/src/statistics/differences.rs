use super::cluster::{Clusters, FEWEST_CLUSTERS};
use super::error::StatisticsError;
use super::interval::{Interval, Level};
use super::mcnemar::PairedTable;
use super::mean::{ClusteredMean, all_equal, all_equal_interval, sum};
use super::note::Note;
use super::paired::{Paired, Signs};
use super::score::{Better, Design};
use super::sign_flip::sign_flip;
use super::summary::MOST_DRAWS;
use super::test::{Test, TestMethod};
use super::wilcoxon::{SignedRanks, Zeros};

/// Up to so many rows the Hodges-Lehmann estimate and Wilcoxon's test are given beside the mean.
pub(super) const MOST_RANKED: usize = 200_000;

/// The differences of rows, and what makes intervals of them.
pub(super) struct Differences<'a> {
    pub(super) values: Vec<f64>,
    pub(super) table: Option<PairedTable>,
    pub(super) clusters: Option<Clusters>,
    pub(super) design: &'a Design<'a>,
}

impl Differences<'_> {
    fn units(&self) -> usize {
        self.clusters.as_ref().map_or(self.values.len(), Clusters::count)
    }

    pub(super) fn note(&self, notes: &mut Vec<Note>) {
        if let Some(clusters) = &self.clusters
            && clusters.count() < FEWEST_CLUSTERS
        {
            notes.push(Note::FewClusters { clusters: clusters.count() });
        }
        if self.values.len() == 1 {
            notes.push(Note::OneRow);
        } else if self.is_flat() && self.table.is_none() {
            notes.push(Note::SameDifference { value: self.values[0], bounded: self.design.kind.range().is_some() });
        }
    }

    fn is_flat(&self) -> bool {
        all_equal(&self.values)
    }

    /// Whether passes are compared row by row.
    pub(super) fn plain_table(&self) -> Option<&PairedTable> {
        self.table.as_ref().filter(|_| self.clusters.is_none())
    }

    /// The interval of the mean difference.
    pub(super) fn interval(&self, level: Level) -> Result<Option<Interval>, StatisticsError> {
        if let Some(table) = self.plain_table() {
            return table.bonett_price(level).map(Some);
        }
        if self.is_flat() {
            // Another difference may be as far as the range is wide.
            let bound = |(low, high): (f64, f64)| {
                all_equal_interval(&self.values[..self.units()], low - high, high - low, level)
            };
            return self.design.kind.range().map(bound).transpose();
        }
        let found = match &self.clusters {
            Some(clusters) if clusters.count() < 2 => return Ok(None),
            Some(clusters) => ClusteredMean::of(&self.values, clusters)?.t_interval(level),
            None => Paired::of(&self.values)?.t_interval(level),
        };
        match found {
            // Clusters that balance out.
            Err(StatisticsError::AllEqual { .. }) => Ok(None),
            found => found.map(Some),
        }
    }

    /// The test that the verdict heeds.
    pub(super) fn test(&self, notes: &mut Vec<Note>) -> Result<Test, StatisticsError> {
        let resampling = &self.design.resampling;
        if let Some(table) = self.plain_table() {
            return Ok(table.mid_p());
        }
        if let Some(clusters) = &self.clusters {
            if clusters.count().saturating_mul(resampling.replicates) > MOST_DRAWS && !self.is_flat() {
                notes.push(Note::ManyRows { rows: self.values.len() });
                return ClusteredMean::of(&self.values, clusters)?.t_test();
            }
            let test = sign_flip(&clusters.sums(&self.values)?, resampling)?;
            let method = match test.method {
                TestMethod::SignFlipExact => TestMethod::ClusterSignFlipExact,
                _ => TestMethod::ClusterSignFlip,
            };
            return Ok(Test { method, ..test });
        }
        let differing = self.values.iter().filter(|value| **value != 0.0).count();
        if differing.saturating_mul(resampling.replicates) <= MOST_DRAWS || self.is_flat() {
            return sign_flip(&self.values, resampling);
        }
        notes.push(Note::ManyRows { rows: self.values.len() });
        Paired::of(&self.values)?.t_test()
    }

    pub(super) fn also(&self) -> Result<(Vec<Interval>, Vec<Test>), StatisticsError> {
        let level = self.design.level;
        if let Some(table) = self.plain_table() {
            return Ok((vec![table.tango(level)?], vec![table.exact(), table.chi_squared(false)]));
        }
        if self.clusters.is_some() {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut tests: Vec<Test> = Paired::of(&self.values)?.t_test().into_iter().collect();
        if self.values.len() <= MOST_RANKED {
            tests.push(SignedRanks::of(&self.values, Zeros::Drop)?.test());
        }
        tests.push(Signs::of(&self.values).test());
        Ok((Vec::new(), tests))
    }

    /// Whether the variant is shown to be no worse by the margin, at a one-sided level.
    pub(super) fn shows_margin(&self, level: Level) -> Result<bool, StatisticsError> {
        let Some(margin) = self.design.margin else { return Ok(false) };
        let sign = if self.design.better == Better::Higher { 1.0 } else { -1.0 };
        if let Some(clusters) = self.clusters.as_ref().filter(|clusters| clusters.count() < FEWEST_CLUSTERS) {
            // The interval is unreliable: flips of the clusters, moved by the margin, one-sided.
            let moved: Vec<f64> = self.values.iter().map(|value| sign * value + margin).collect();
            let sums = clusters.sums(&moved)?;
            let p = sign_flip(&sums, &self.design.resampling)?.p / 2.0;
            return Ok(sum(sums) > 0.0 && p < level.alpha());
        }
        Ok(self.bound(level)?.is_some_and(|bound| sign * bound > -margin))
    }

    /// The one-sided bound on the side on which the variant is worse, where a margin is given.
    pub(super) fn bound(&self, level: Level) -> Result<Option<f64>, StatisticsError> {
        if self.design.margin.is_none() {
            return Ok(None);
        }
        let interval = self.interval(level.one_sided())?;
        Ok(interval.map(|interval| if self.design.better == Better::Higher { interval.low } else { interval.high }))
    }
}
