use flow_core::journal::Reader;
use flow_core::run::{Manifest, Record, RowKey, RowRecord, RowStatus};
use serde_json::{Value as Json, json};

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
#[must_use]
pub fn result_line(row: &RowRecord, manifest: &Manifest) -> Json {
    let mut line = json!({ "line_number": row.key.line });
    let Some(object) = line.as_object_mut() else { return line };
    let variants = &manifest.variants;
    if variants.len() > 1 || variants.iter().any(|selection| !selection.is_empty()) {
        let selection = variants.get(row.key.variant as usize).map(|selection| selection.join(","));
        object.insert("variant".into(), json!(selection));
    }
    if manifest.repeat > 1 {
        object.insert("repeat".into(), json!(row.key.repeat));
    }
    object.insert("status".into(), json!(row.status));
    object.insert("inputs".into(), json!(row.inputs));
    match &row.error {
        None => object.insert("outputs".into(), json!(row.outputs)),
        Some(error) => object.insert("error".into(), json!(error)),
    };
    if !row.metrics.is_empty() {
        object.insert("metrics".into(), json!(row.metrics));
    }
    if manifest.times {
        object.insert("elapsed_ms".into(), json!(row.elapsed_ms));
    }
    object.insert("usage".into(), json!(row.usage));
    line
}
