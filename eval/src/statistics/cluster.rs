use super::error::{StatisticsError, enough, same_length};

/// Fewer clusters than this make the cluster-robust interval unreliable.
pub const FEWEST_CLUSTERS: usize = 10;

/// Which rows share a source: a document, a user, a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    /// The cluster of each row, numbered from 0 in the order of their first rows.
    of_row: Vec<usize>,
    count: usize,
}

impl Clusters {
    /// Rows with the same name are in the same cluster.
    pub fn new<K: std::hash::Hash + Eq>(names: impl IntoIterator<Item = K>) -> Clusters {
        let mut numbers = std::collections::HashMap::new();
        let of_row = names.into_iter().map(|name| {
            let next = numbers.len();
            *numbers.entry(name).or_insert(next)
        });
        let of_row: Vec<usize> = of_row.collect();
        Clusters { count: numbers.len(), of_row }
    }

    /// How many clusters there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.of_row.len()
    }

    /// The cluster of each row.
    #[must_use]
    pub fn of_rows(&self) -> &[usize] {
        &self.of_row
    }

    /// The clusters of those rows alone for which `keep` is true.
    #[must_use]
    pub fn of_kept(&self, keep: &[bool]) -> Clusters {
        Clusters::new(self.of_row.iter().zip(keep).filter(|(_, keep)| **keep).map(|(cluster, _)| *cluster))
    }

    /// The sum of the values of each cluster.
    ///
    /// # Errors
    /// There is not one value for each row.
    pub fn sums(&self, values: &[f64]) -> Result<Vec<f64>, StatisticsError> {
        same_length("the list of clusters", self.of_row.len(), "the list of values", values.len())?;
        let mut sums = vec![0.0; self.count];
        self.of_row.iter().zip(values).for_each(|(cluster, value)| sums[*cluster] += value);
        Ok(sums)
    }

    /// How many rows each cluster has.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.count];
        self.of_row.iter().for_each(|cluster| sizes[*cluster] += 1);
        sizes
    }

    pub(super) fn at_least_two(&self) -> Result<(), StatisticsError> {
        enough("a cluster-robust standard error", "clusters", 2, self.count)
    }
}
