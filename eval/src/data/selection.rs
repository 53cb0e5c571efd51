use std::fmt;

use super::{Part, RowNumbers};

/// Which rows of a data set are taken. Applied in this order: numbers, filter, part, sample, limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Rows with these numbers. Nothing is read after the last of them.
    pub rows: Option<RowNumbers>,
    /// Rows for which this expression counts as true. Columns are names in it, and entries of `data`:
    /// `label == "bug"`, `data["due date"] > "2024"`. A column that a row lacks is undefined.
    pub filter: Option<String>,
    /// Those of one of two parts, by a seed.
    pub part: Option<(Part, u64)>,
    /// Some of them, drawn by chance.
    pub sample: Option<Sample>,
    /// The first so many of them.
    pub limit: Option<u64>,
}

/// So many rows drawn by chance, each as probable as any other; they keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// How many. They are all held in memory.
    pub size: usize,
    /// The same seed draws the same rows of the same data.
    pub seed: u64,
}

/// The selection in words: `rows 10-20, filter label == "bug", sample 5 of seed 1, limit 3`; `all rows`. The same
/// selection is always the same text.
impl fmt::Display for Selection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.rows.as_ref().map(|rows| format!("rows {rows}")),
            self.filter.as_ref().map(|filter| format!("filter {}", filter.trim())),
            self.part.map(|(part, seed)| format!("{part} of seed {seed}")),
            self.sample.map(|sample| format!("sample {} of seed {}", sample.size, sample.seed)),
            self.limit.map(|limit| format!("limit {limit}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        formatter.write_str(if parts.is_empty() { "all rows" } else { "" })?;
        formatter.write_str(&parts.join(", "))
    }
}
