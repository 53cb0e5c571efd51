use std::collections::BTreeSet;
use std::sync::Arc;

use flow_core::value::{Map, Value};
use serde::Serialize;

use super::Compared;
use super::pairing::Pair;

/// A metric that is not the same in two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricDifference {
    /// The variant in the first run; empty for the flow as it is.
    pub variant: String,
    /// The metric.
    pub metric: Arc<str>,
    /// What it was; `None` if it was not logged.
    pub from: Option<Value>,
    /// What it is.
    pub to: Option<Value>,
}

/// The metrics that differ, by variant.
pub(super) fn metrics(from: Compared<'_>, to: Compared<'_>, pairs: &[Pair]) -> Vec<MetricDifference> {
    let mut found = Vec::new();
    let none = Map::new();
    for (variant, other) in pairs {
        let left = from.ledger.aggregations.get(variant).map_or(&none, |record| &record.metrics);
        let right = to.ledger.aggregations.get(other).map_or(&none, |record| &record.metrics);
        let names: BTreeSet<&Arc<str>> = left.keys().chain(right.keys()).collect();
        let selection = from.manifest.variants.get(*variant as usize).map(|selection| selection.join(","));
        for name in names.into_iter().filter(|name| left.get(*name) != right.get(*name)) {
            let variant = selection.clone().unwrap_or_default();
            let (from, to) = (left.get(name).cloned(), right.get(name).cloned());
            found.push(MetricDifference { variant, metric: Arc::clone(name), from, to });
        }
    }
    found
}
