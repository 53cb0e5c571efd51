use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_core::run::{ErrorEntry, RowRecord};
use flow_core::value::{Map, Value};
use serde::Serialize;

use super::pairing::Pair;
use super::totals::Totals;
use super::{Compared, DifferenceOptions};
use crate::batch::{LedgerError, Lines};

/// What came of two runs.
#[derive(Debug, Default, Serialize)]
pub struct Effects {
    /// Rows that both have; rows are the same if they have the same number in the data, in variants that are compared.
    pub both: u64,
    /// Rows that only the first run has.
    pub only_from: u64,
    /// Rows that only the second run has.
    pub only_to: u64,
    /// Rows that both have, but whose inputs are not the same.
    pub other_inputs: u64,
    /// Rows with the same outputs.
    pub equal: u64,
    /// Rows with other outputs.
    pub differ: u64,
    /// Rows that failed in the first run alone.
    pub fixed: u64,
    /// Rows that failed in the second run alone.
    pub broken: u64,
    /// Rows that failed in both.
    pub failed: u64,
    /// In how many rows each output is another.
    pub outputs: BTreeMap<Arc<str>, u64>,
    /// The first rows that are not the same.
    pub rows: Vec<RowDifference>,
    /// What the first run took.
    pub from: Totals,
    /// What the second run took.
    pub to: Totals,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowEffect {
    /// It has the same outputs.
    Equal,
    /// It has other outputs.
    Differs,
    /// It failed, and does no more.
    Fixed,
    /// It fails, and did not.
    Broken,
    /// It failed in both runs.
    Failed,
}

/// A row that is not the same in two runs.
#[derive(Debug, Clone, Serialize)]
pub struct RowDifference {
    /// Its number in the data, from 0.
    pub line_number: u64,
    /// The variant in the first run; empty for the flow as it is.
    pub variant: String,
    /// Which repetition, from 0.
    pub repeat: u32,
    /// What became of it.
    pub effect: RowEffect,
    /// The outputs that are not the same.
    pub outputs: BTreeSet<Arc<str>>,
    /// In the first run.
    pub from: RowSide,
    /// In the second run.
    pub to: RowSide,
}

/// A row in one of two runs.
#[derive(Debug, Clone, Serialize)]
pub struct RowSide {
    /// Its inputs.
    pub inputs: Map,
    /// Its outputs; empty if it failed.
    pub outputs: Map,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorEntry>,
}

/// Reads both journals row by row.
pub(super) fn effects(
    from: Compared<'_>,
    to: Compared<'_>,
    pairs: &[Pair],
    options: &DifferenceOptions,
) -> Result<Effects, LedgerError> {
    let mut effects = Effects { from: Totals::of(from), to: Totals::of(to), ..Effects::default() };
    let (mut left, mut right) = (Lines::open(from.ledger)?, Lines::open(to.ledger)?);
    while let Some(line) = [left.next_line()?, right.next_line()?].into_iter().flatten().min() {
        let (rows, mut others) = (left.take(line)?, right.take(line)?);
        rows.iter().for_each(|row| effects.from.add(row));
        others.iter().for_each(|row| effects.to.add(row));
        for row in rows {
            let variant = pairs.iter().find(|(variant, _)| *variant == row.key.variant).map(|(_, other)| *other);
            let is_same = |other: &RowRecord| Some(other.key.variant) == variant && other.key.repeat == row.key.repeat;
            match others.iter().position(is_same) {
                None => effects.only_from += 1,
                Some(position) => {
                    let other = others.swap_remove(position);
                    let selection = from.manifest.variants.get(row.key.variant as usize);
                    effects.compare(row, other, selection.map(|selection| selection.join(",")), options);
                }
            }
        }
        effects.only_to += others.len() as u64;
    }
    effects.from = effects.from.finish();
    effects.to = effects.to.finish();
    Ok(effects)
}

impl Effects {
    fn compare(&mut self, from: RowRecord, to: RowRecord, variant: Option<String>, options: &DifferenceOptions) {
        self.both += 1;
        self.other_inputs += u64::from(from.inputs != to.inputs);
        let outputs = match (&from.error, &to.error) {
            (None, None) => other_outputs(&from.outputs, &to.outputs, &options.outputs),
            _ => BTreeSet::new(),
        };
        let effect = match (&from.error, &to.error) {
            (None, None) if outputs.is_empty() => RowEffect::Equal,
            (None, None) => RowEffect::Differs,
            (Some(_), None) => RowEffect::Fixed,
            (None, Some(_)) => RowEffect::Broken,
            (Some(_), Some(_)) => RowEffect::Failed,
        };
        *match effect {
            RowEffect::Equal => &mut self.equal,
            RowEffect::Differs => &mut self.differ,
            RowEffect::Fixed => &mut self.fixed,
            RowEffect::Broken => &mut self.broken,
            RowEffect::Failed => &mut self.failed,
        } += 1;
        for name in &outputs {
            *self.outputs.entry(Arc::clone(name)).or_default() += 1;
        }
        let is_same = effect == RowEffect::Equal || (effect == RowEffect::Failed && from.error == to.error);
        if is_same || self.rows.len() >= options.rows {
            return;
        }
        let key = from.key;
        let side = |row: RowRecord| RowSide { inputs: row.inputs, outputs: row.outputs, error: row.error };
        self.rows.push(RowDifference {
            line_number: key.line,
            variant: variant.unwrap_or_default(),
            repeat: key.repeat,
            effect,
            outputs,
            from: side(from),
            to: side(to),
        });
    }
}

/// The outputs that are not the same; an output that only one row has is not the same.
fn other_outputs(from: &Map, to: &Map, only: &[String]) -> BTreeSet<Arc<str>> {
    let is_looked_at = |name: &Arc<str>| only.is_empty() || only.iter().any(|wanted| **wanted == **name);
    let value = |outputs: &Map, name: &Arc<str>| outputs.get(name).cloned().unwrap_or(Value::Null);
    let names = from.keys().chain(to.keys()).filter(|name| is_looked_at(name));
    names.filter(|name| value(from, name) != value(to, name)).cloned().collect()
}
