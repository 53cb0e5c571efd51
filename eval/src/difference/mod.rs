//! Two runs side by side: what they were begun with, and what came of it.
//!
//! Causes ([`Cause`]) come from the manifests: files, nodes with their models, parameters and prompts, data, mapping. Effects
//! ([`Effects`]) come from the journals, which are read in the order of rows, both at once, so that only the rows of one line
//! are held. Each says what it found as data; how it is told is the business of others.

mod cause;
mod effect;
mod metrics;
mod nodes;
mod pairing;
mod totals;

use flow_core::run::{Manifest, RunFolder};
use serde::Serialize;

use crate::batch::{Ledger, LedgerError};

pub use cause::{Cause, FileChange};
pub use effect::{Effects, RowDifference, RowEffect, RowSide};
pub use metrics::MetricDifference;
pub use nodes::node_causes;
pub use totals::{NodeTotals, Totals};

/// A run that is compared.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// Its folder, which holds the texts of its prompts.
    pub folder: &'a RunFolder,
    /// What it was begun with.
    pub manifest: &'a Manifest,
    /// What came of it.
    pub ledger: &'a Ledger,
}

/// What is compared.
#[derive(Debug, Clone, Default)]
pub struct DifferenceOptions {
    /// Only these outputs are looked at; all where it is empty.
    pub outputs: Vec<String>,
    /// So many rows that differ are kept, the first ones.
    pub rows: usize,
}

/// What differs between two runs.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// What they were begun with.
    pub causes: Vec<Cause>,
    /// Whether both manifests tell of their nodes; those of older versions do not.
    pub knows_nodes: bool,
    /// The metrics that moved.
    pub metrics: Vec<MetricDifference>,
    /// What came of it.
    #[serde(flatten)]
    pub effects: Effects,
}

/// Compares two runs.
///
/// # Errors
/// A journal cannot be read.
pub fn difference(
    from: Compared<'_>,
    to: Compared<'_>,
    options: &DifferenceOptions,
) -> Result<Difference, LedgerError> {
    let pairs = pairing::pairs(&from.manifest.variants, &to.manifest.variants);
    let knows_nodes = !from.manifest.nodes.is_empty() && !to.manifest.nodes.is_empty();
    let mut causes = cause::causes(from.manifest, to.manifest);
    if knows_nodes {
        causes.extend(nodes::causes(from, to, &pairs));
    }
    let metrics = metrics::metrics(from, to, &pairs);
    let effects = effect::effects(from, to, &pairs, options)?;
    causes.extend(cause::of_answers(&effects.from, &effects.to));
    Ok(Difference { causes, knows_nodes, metrics, effects })
}
