//! The scores of rows with one value in a column.

use std::sync::Arc;

use serde::Serialize;

use super::looking::Looking;
use crate::statistics::{Clusters, Summary};

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
