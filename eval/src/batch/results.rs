use flow_core::journal::Reader;
use flow_core::model::Usage;
use flow_core::run::{ErrorEntry, Manifest, Record, RowKey, RowRecord, RowStatus};
use flow_core::value::Map;
use serde::Serialize;

use super::{Ledger, LedgerError};

/// The rows of a run in the order of tables, each with its last word, read one by one.
pub struct OrderedRows<'a> {
    ledger: &'a Ledger,
    reader: Reader,
    left: Box<dyn Iterator<Item = u64> + Send + 'a>,
}

impl<'a> OrderedRows<'a> {
    /// The rows of a journal that a filter lets through.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub fn open(
        ledger: &'a Ledger,
        filter: impl Fn(RowKey, RowStatus) -> bool + Send + 'a,
    ) -> Result<Self, LedgerError> {
        let reader = Reader::open(ledger.path())?;
        let left =
            ledger.entries().filter(move |(key, entry)| filter(**key, entry.status)).map(|(_, entry)| entry.offset);
        Ok(Self { ledger, reader, left: Box::new(left) })
    }
}

impl Iterator for OrderedRows<'_> {
    type Item = Result<RowRecord, LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.left.next()?;
        let record = self.reader.at(offset).map_err(LedgerError::from);
        match record.and_then(|record| self.ledger.decode(&record.payload, offset)) {
            Ok(Record::Row(row)) => Some(Ok(row)),
            Ok(_) => self.next(),
            Err(error) => Some(Err(error)),
        }
    }
}

/// A row as a line of results: its number in the data as promptflow names it, variant and repetition where there are several,
/// inputs, outputs, error, time, tokens and cost.
#[derive(Debug, Serialize)]
pub struct ResultLine<'a> {
    line_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<u32>,
    status: RowStatus,
    inputs: &'a Map,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<&'a Map>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a ErrorEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<&'a Map>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_ms: Option<f64>,
    usage: &'a Usage,
}

impl<'a> ResultLine<'a> {
    /// The line of a row of a run.
    #[must_use]
    pub fn of(row: &'a RowRecord, manifest: &Manifest) -> Self {
        let variants = &manifest.variants;
        let has_variants = variants.len() > 1 || variants.iter().any(|selection| !selection.is_empty());
        let variant = || variants.get(row.key.variant as usize).map(|selection| selection.join(","));
        Self {
            line_number: row.key.line,
            variant: has_variants.then(variant),
            repeat: (manifest.repeat > 1).then_some(row.key.repeat),
            status: row.status,
            inputs: &row.inputs,
            outputs: row.error.is_none().then_some(&row.outputs),
            error: row.error.as_ref(),
            metrics: Some(&row.metrics).filter(|metrics| !metrics.is_empty()),
            elapsed_ms: manifest.times.then_some(row.elapsed_ms),
            usage: &row.usage,
        }
    }
}
