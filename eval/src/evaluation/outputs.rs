//! What an evaluation flow gave for the rows of each variant, summed up by output.

use std::sync::Arc;

use flow_core::run::{Manifest, RowStatus};
use flow_core::value::Value;
use serde::Serialize;

use crate::batch::{Ledger, LedgerError, OrderedRows};

/// The outputs of a variant's rows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OutputSummary {
    /// Rows that ended well.
    pub rows: u64,
    /// Rows that failed.
    pub failed: u64,
    /// By output, in the order in which they came.
    pub outputs: Vec<OutputColumn>,
}

/// An output of many rows.
#[derive(Debug, Clone, Serialize)]
pub struct OutputColumn {
    /// Its name.
    pub name: Arc<str>,
    /// The mean of its numbers, true being 1 and false 0; `None` where it has none.
    pub mean: Option<f64>,
    /// In how many rows it is a number.
    pub numbers: u64,
    /// In how many rows it is which text; empty where there are more texts than labels would be.
    pub labels: Vec<(Arc<str>, u64)>,
    #[serde(skip)]
    has_texts: bool,
}

/// An output with more texts, or with longer ones, holds no labels.
const MOST_LABELS: usize = 12;
const LONGEST_LABEL: usize = 40;

impl OutputSummary {
    /// The outputs of a run by variant.
    ///
    /// # Errors
    ///
    /// If its journal cannot be read.
    pub fn of(ledger: &Ledger, manifest: &Manifest) -> Result<Vec<Self>, LedgerError> {
        let mut summaries = vec![Self::default(); manifest.variants.len().max(1)];
        for row in OrderedRows::open(ledger, |_, _| true)? {
            let row = row?;
            let Some(summary) = summaries.get_mut(row.key.variant as usize) else { continue };
            match row.status {
                RowStatus::Failed => summary.failed += 1,
                RowStatus::Completed => summary.rows += 1,
            }
            for (name, value) in &row.outputs {
                summary.column(name).add(value);
            }
        }
        Ok(summaries)
    }

    fn column(&mut self, name: &Arc<str>) -> &mut OutputColumn {
        let position = self.outputs.iter().position(|known| known.name == *name).unwrap_or(self.outputs.len());
        if position == self.outputs.len() {
            let name = Arc::clone(name);
            self.outputs.push(OutputColumn { name, mean: None, numbers: 0, labels: Vec::new(), has_texts: false });
        }
        &mut self.outputs[position]
    }
}

impl OutputColumn {
    fn add(&mut self, value: &Value) {
        let number = match value {
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Value::Text(text) => return self.add_text(text),
            other => other.as_float().filter(|number| number.is_finite()),
        };
        if let Some(number) = number {
            self.numbers += 1;
            let mean = self.mean.unwrap_or_default();
            self.mean = Some(mean + (number - mean) / self.numbers as f64);
        }
    }

    fn add_text(&mut self, text: &str) {
        if self.has_texts {
            return;
        }
        let position = self.labels.iter().position(|(label, _)| **label == *text);
        match position {
            Some(position) => self.labels[position].1 += 1,
            None if self.labels.len() == MOST_LABELS || text.chars().count() > LONGEST_LABEL => {
                self.labels.clear();
                self.has_texts = true;
            }
            None => self.labels.push((Arc::from(text), 1)),
        }
    }
}
