//! Columns by whose values results are told apart, and the scores of the rows with one value.

use std::collections::HashMap;
use std::sync::Arc;

use flow_core::value::{Map, Value};
use serde::Serialize;

use super::looking::Looking;
use crate::statistics::{Clusters, Summary};

/// A column by whose values results are told apart.
#[derive(Debug)]
pub struct SliceColumn {
    /// Its name.
    pub name: Arc<str>,
    /// Its values, in the order in which they came.
    pub values: Vec<Arc<str>>,
    /// For each line the position of its value.
    pub of_line: Vec<u32>,
}

/// The scores of the rows with one value in a column.
#[derive(Debug, Clone, Serialize)]
pub struct Slice {
    /// The column.
    pub column: Arc<str>,
    /// The value; empty where it is missing.
    pub value: Arc<str>,
    /// Lines with it.
    pub rows: usize,
    /// By score and variant.
    pub scores: Vec<SliceScore>,
}

/// A score of a variant in a slice.
#[derive(Debug, Clone, Serialize)]
pub struct SliceScore {
    /// The score.
    pub score: Arc<str>,
    /// The variant.
    pub variant: String,
    /// Mean, interval and more.
    pub summary: Option<Summary>,
}

/// So many values of a column are told apart at most: the most frequent ones.
const MOST_SLICES: usize = 50;

impl Looking<'_> {
    pub(super) fn slices(&self, names: &[String]) -> Vec<Slice> {
        let mut slices = Vec::new();
        for column in &self.scored.slices {
            let mut rows = vec![Vec::new(); column.values.len()];
            for (row, value) in column.of_line.iter().enumerate() {
                rows[*value as usize].push(row);
            }
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by_key(|value| std::cmp::Reverse(rows[*value].len()));
            for value in order.into_iter().take(MOST_SLICES) {
                slices.push(Slice {
                    column: Arc::clone(&column.name),
                    value: Arc::clone(&column.values[value]),
                    rows: rows[value].len(),
                    scores: self.slice_scores(&rows[value], names),
                });
            }
        }
        slices
    }

    fn slice_scores(&self, rows: &[usize], names: &[String]) -> Vec<SliceScore> {
        let mut scores = Vec::new();
        for (position, measure) in self.measures.iter().enumerate() {
            let clusters =
                self.scored.clusters.as_ref().map(|of_line| Clusters::new(rows.iter().map(|row| of_line[*row])));
            let design = self.design(position, clusters.as_ref());
            for (name, variant) in names.iter().zip(&self.scored.variants) {
                let of_row = |row: &usize| &variant.values[position][row * self.repeats..(row + 1) * self.repeats];
                let values: Vec<Option<f64>> = rows.iter().flat_map(of_row).copied().collect();
                let summary = self.summary(&values, &design);
                scores.push(SliceScore { score: Arc::clone(&measure.name), variant: name.clone(), summary });
            }
        }
        scores
    }
}

impl SliceColumn {
    pub(super) fn new(name: &Arc<str>) -> Self {
        Self { name: Arc::clone(name), values: Vec::new(), of_line: Vec::new() }
    }

    /// Takes the value of the next line.
    pub(super) fn add(&mut self, values: Option<&Map>, seen: &mut HashMap<Arc<str>, u32>) {
        let value = cell(values, &self.name);
        let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let position = *seen.entry(Arc::clone(&value)).or_insert(next);
        if position == next {
            self.values.push(value);
        }
        self.of_line.push(position);
    }
}

/// A cell as a text; what is missing is empty.
pub(crate) fn cell(values: Option<&Map>, name: &str) -> Arc<str> {
    match values.and_then(|values| values.get(name)) {
        None | Some(Value::Null) => Arc::from(""),
        Some(value) => value.as_str().map_or_else(|| value.to_json().into(), Arc::from),
    }
}
