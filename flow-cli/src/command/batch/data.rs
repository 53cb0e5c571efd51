use std::sync::Arc;

use flow_core::plan::Plan;
use flow_core::run::ErrorEntry;
use flow_core::value::Map;
use flow_eval::batch::BatchRow;
use flow_eval::data::{DataError, Pictures, Row, RowStream};
use flow_eval::mapping::{LINE_NUMBER, ResolvedMapping};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// The rows of a data set as inputs of a flow.
pub(crate) struct MappedRows {
    pub(crate) rows: RowStream,
    pub(crate) mapping: ResolvedMapping,
    pub(crate) plan: Arc<Plan>,
    pub(crate) pictures: Pictures,
}

impl Iterator for MappedRows {
    type Item = Result<BatchRow, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.rows.next()?.map(|row| self.map(row)))
    }
}

impl MappedRows {
    fn map(&mut self, row: Row) -> BatchRow {
        let line = row.line;
        match self.inputs(&row) {
            Ok(inputs) => BatchRow { line, inputs, problem: None },
            Err(problem) => BatchRow { line, inputs: row.values, problem: Some(problem) },
        }
    }

    fn inputs(&mut self, row: &Row) -> Result<Map, ErrorEntry> {
        let problem = |code: &str, message: String| ErrorEntry {
            code: code.to_owned(),
            message: format!("{}: {message}", row.place),
            node: None,
        };
        let mapped = self.mapping.apply(row.line, Some(&row.values), None, None);
        let mut inputs = mapped.map_err(|error| problem(error.code(), error.to_string()))?;
        if !self.plan.inputs.iter().any(|input| &*input.name == LINE_NUMBER) {
            inputs.shift_remove(LINE_NUMBER);
        }
        let read = self.pictures.read(&mut inputs, &self.plan.inputs, &row.folder);
        read.map_err(|error| problem("input-picture", error.to_string()))?;
        Ok(inputs)
    }
}

/// Reads rows ahead of those in flight, as far as the channel lets it. The task ends with what broke the reading off.
pub(super) fn feed(rows: MappedRows, ahead: usize) -> (mpsc::Receiver<BatchRow>, JoinHandle<Option<DataError>>) {
    let (sender, receiver) = mpsc::channel(ahead.max(1));
    let reader = tokio::task::spawn_blocking(move || {
        for row in rows {
            match row {
                Ok(row) => {
                    if sender.blocking_send(row).is_err() {
                        return None;
                    }
                }
                Err(error) => return Some(error),
            }
        }
        None
    });
    (receiver, reader)
}
