use std::collections::{BTreeMap, BTreeSet};

use flow_core::model::Usage;
use flow_core::run::RowRecord;
use serde::Serialize;

use super::Compared;

/// What a run took.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Totals {
    /// Rows with outputs.
    pub completed: u64,
    /// Rows with an error.
    pub failed: u64,
    /// Tokens and cost of all calls, also those of rows that were tried again.
    pub usage: Usage,
    /// The median time of a row, in milliseconds; `None` without rows.
    pub latency_ms_median: Option<f64>,
    /// The time in which 95 of 100 rows ended, in milliseconds.
    pub latency_ms_p95: Option<f64>,
    /// The calls of models by node.
    pub nodes: BTreeMap<String, NodeTotals>,
    #[serde(skip)]
    times: Vec<f64>,
}

/// What the calls of a node took.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct NodeTotals {
    /// Who answered, as `provider/model`.
    pub models: BTreeSet<String>,
    /// The models that answered, as the providers tell; empty where they do not.
    pub answered_by: BTreeSet<String>,
    /// Fingerprints of the machinery that answered, as the providers tell.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub fingerprints: BTreeSet<String>,
    /// Calls that failed.
    pub failed: u64,
    /// Tokens and cost.
    pub usage: Usage,
    /// The mean time of a call, in milliseconds.
    pub latency_ms_mean: f64,
}

impl Totals {
    pub(super) fn of(run: Compared<'_>) -> Self {
        let counts = run.ledger.counts;
        Self { completed: counts.completed, failed: counts.failed, usage: counts.usage, ..Self::default() }
    }

    pub(super) fn add(&mut self, row: &RowRecord) {
        self.times.push(row.elapsed_ms);
        for call in &row.calls {
            let node = self.nodes.entry(call.node.clone()).or_default();
            node.models.insert(format!("{}/{}", call.provider, call.model));
            node.answered_by.extend(call.answered_by.clone());
            node.fingerprints.extend(call.fingerprint.clone());
            node.failed += u64::from(call.error.is_some());
            node.usage += call.usage;
            // The sum, until all rows were seen.
            node.latency_ms_mean += call.elapsed_ms;
        }
    }

    pub(super) fn finish(mut self) -> Self {
        for node in self.nodes.values_mut() {
            node.latency_ms_mean /= node.usage.calls.max(1) as f64;
        }
        self.times.sort_by(f64::total_cmp);
        self.latency_ms_median = quantile(&self.times, 50);
        self.latency_ms_p95 = quantile(&self.times, 95);
        self.times = Vec::new();
        self
    }
}

/// The smallest of sorted values that so many of a hundred do not exceed.
fn quantile(sorted: &[f64], percent: usize) -> Option<f64> {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_values_that_there_are() {
        assert_eq!(quantile(&[], 50), None);
        assert_eq!(quantile(&[3.0], 95), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 50), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 95), Some(4.0));
    }
}
