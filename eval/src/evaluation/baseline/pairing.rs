use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::document::{Baseline, BaselineRow};

/// The rows of a variant and those of the baseline that they belong to.
#[derive(Debug, Default)]
pub(in crate::evaluation) struct Pairs<'a> {
    /// Then and now.
    pub(in crate::evaluation) rows: Vec<(&'a BaselineRow, &'a BaselineRow)>,
    /// All of the variant.
    pub(in crate::evaluation) now: Vec<&'a BaselineRow>,
    /// All of the baseline.
    pub(in crate::evaluation) then: Vec<&'a BaselineRow>,
    /// Rows of both with the same inputs, for which the scores take other values of the data: another label is another question.
    pub(in crate::evaluation) relabelled: usize,
    /// Rows that only the baseline has.
    pub(in crate::evaluation) gone: usize,
    /// Rows that only the variant has.
    pub(in crate::evaluation) new: usize,
}

impl<'a> Pairs<'a> {
    /// Rows of the same name belong together, those of the same name in the order of their lines.
    pub(in crate::evaluation) fn of(then: &'a Baseline, was: &str, now: &'a Baseline, is: &str) -> Self {
        let of_variant = |baseline: &'a Baseline, name: &str| {
            baseline.rows.iter().filter(|row| *row.variant == *name).collect::<Vec<_>>()
        };
        let mut pairs = Self { now: of_variant(now, is), then: of_variant(then, was), ..Self::default() };
        let mut known: BTreeMap<(&str, Option<&str>), VecDeque<&BaselineRow>> = BTreeMap::new();
        for row in &pairs.then {
            known.entry((&row.row, row.with.as_deref())).or_default().push_back(row);
        }
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &pairs.now {
            match known.get_mut(&(&*row.row, row.with.as_deref())).and_then(VecDeque::pop_front) {
                Some(before) => pairs.rows.push((before, row)),
                None => *left.entry(&row.row).or_default() += 1,
            }
        }
        let mut gone: BTreeMap<&str, usize> = BTreeMap::new();
        for ((row, _), rows) in &known {
            *gone.entry(row).or_default() += rows.len();
        }
        let names: BTreeSet<&str> = left.keys().chain(gone.keys()).copied().collect();
        for name in names {
            let (left, gone) = (left.get(name).copied().unwrap_or(0), gone.get(name).copied().unwrap_or(0));
            let both = left.min(gone);
            pairs.relabelled += both;
            pairs.new += left - both;
            pairs.gone += gone - both;
        }
        // As they stand in the data, so that what is told comes in its order.
        pairs.rows.sort_by_key(|(_, row)| row.line);
        pairs
    }
}
