//! The rows of one run: its journal, the table of its scores and its data, read side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::run::{Manifest, RowRecord};
use flow_core::value::{Map, Value};

use super::{Answer, Row, RowIterator, RowScore, Rows, RowsError};
use crate::batch::{Ledger, OrderedRows};
use crate::data::{DataError, DataSet, Format, RowStream, Selection};
use crate::evaluation::{Evaluation, Measure, cell};
use crate::mapping::Source;
use crate::score::Facts;

/// The rows of a run that was scored.
#[derive(Debug)]
pub struct RunRows<'a> {
    ledger: &'a Ledger,
    manifest: &'a Manifest,
    scores: PathBuf,
    data: DataSet,
    measures: Vec<Arc<str>>,
    by: &'a [Arc<str>],
    /// The columns of the data that scores look at.
    columns: BTreeSet<Arc<str>>,
}

impl<'a> RunRows<'a> {
    /// The rows of a run whose scores are in a table.
    #[must_use]
    pub fn new(
        ledger: &'a Ledger,
        manifest: &'a Manifest,
        evaluation: &'a Evaluation,
        data: DataSet,
        scores: &Path,
    ) -> Self {
        let of_scores = evaluation.scores.iter().flat_map(|score| score.inputs.columns());
        let columns = of_scores.filter(|(_, column)| column.source == Source::Data);
        Self {
            ledger,
            manifest,
            scores: scores.to_owned(),
            data,
            measures: Measure::of(&evaluation.scores).into_iter().map(|measure| measure.name).collect(),
            by: &evaluation.by,
            columns: columns.map(|(_, column)| Arc::clone(&column.name)).collect(),
        }
    }

    fn answers_of_a_line(&self) -> usize {
        self.manifest.variants.len().max(1) * self.manifest.repeat.max(1) as usize
    }
}

impl Rows for RunRows<'_> {
    fn all(&self) -> Result<RowIterator<'_>, RowsError> {
        let rows = OrderedRows::open(self.ledger, |_, _| true)?;
        let scores = match DataSet::find(&self.scores, Some(Format::Parquet))?.rows(&Selection::default()) {
            Ok(scores) => scores,
            Err(DataError::Empty { .. }) => return Ok(Box::new(std::iter::empty())),
            Err(error) => return Err(error.into()),
        };
        let data = self.data.rows(&Selection::default())?;
        Ok(Box::new(Joined { of: self, rows: rows.peekable(), scores: scores.peekable(), data: data.peekable() }))
    }

    fn texts(&self, lines: &BTreeSet<u64>) -> Result<BTreeMap<u64, Row>, RowsError> {
        let mut found: BTreeMap<u64, Row> = BTreeMap::new();
        for record in OrderedRows::open(self.ledger, |key, _| lines.contains(&key.line))? {
            let record = record?;
            let row = found.entry(record.key.line).or_default();
            (row.line, row.inputs) = (record.key.line, record.inputs.clone());
            row.answers.push(answer(record, Vec::new()));
        }
        Ok(found)
    }

    fn command(&self) -> String {
        format!("flow runs query \"select * from rows where line_number = LINE\" --run {} --json", self.manifest.id)
    }
}

/// The rows that have all their answers, with scores and columns of the data.
struct Joined<'a> {
    of: &'a RunRows<'a>,
    rows: Peekable<OrderedRows<'a>>,
    scores: Peekable<RowStream>,
    data: Peekable<RowStream>,
}

impl Joined<'_> {
    /// The next row; `None` where it lacks answers.
    fn row(&mut self, line: u64) -> Result<Option<Row>, RowsError> {
        let mut records = Vec::new();
        while let Some(record) = self.rows.next_if(|row| row.as_ref().is_ok_and(|row| row.key.line == line)) {
            records.push(record?);
        }
        if records.len() != self.of.answers_of_a_line() {
            return Ok(None);
        }
        let given = self.given(line)?;
        let mut row = Row { line, ..Row::default() };
        row.slices = self.of.by.iter().map(|name| cell(given.as_ref(), name)).collect();
        let is_shown = |name: &Arc<str>| self.of.columns.contains(name);
        row.data = given.into_iter().flatten().filter(|(name, _)| is_shown(name)).collect();
        for (position, mut record) in records.into_iter().enumerate() {
            if position == 0 {
                row.inputs = std::mem::take(&mut record.inputs);
            }
            let scores = self.scores(&record)?;
            row.answers.push(answer(record, scores));
        }
        Ok(Some(row))
    }

    /// The values of a line of the data.
    fn given(&mut self, line: u64) -> Result<Option<Map>, RowsError> {
        while self.data.next_if(|row| row.as_ref().is_ok_and(|row| row.line < line)).is_some() {}
        let is_it = |row: &Result<crate::data::Row, _>| row.as_ref().map_or(true, |row| row.line == line);
        Ok(self.data.next_if(is_it).transpose()?.map(|row| row.values))
    }

    /// The scores of an answer: the table has them in the order of the answers.
    fn scores(&mut self, record: &RowRecord) -> Result<Vec<RowScore>, RowsError> {
        let mut scores = vec![RowScore::default(); self.of.measures.len()];
        let whole = |row: &Map, name: &str| match row.get(name) {
            Some(Value::Int(number)) => u64::try_from(*number).ok(),
            _ => None,
        };
        let (line, repeat) = (Some(record.key.line), Some(u64::from(record.key.repeat)));
        for position in 0..scores.len() {
            let is_it = |row: &crate::data::Row| {
                whole(&row.values, "line_number") == line && whole(&row.values, "repeat") == repeat
            };
            let Some(row) = self.scores.next_if(|row| row.as_ref().map_or(true, is_it)) else { break };
            scores[position] = score(&row?.values);
        }
        Ok(scores)
    }
}

impl Iterator for Joined<'_> {
    type Item = Result<Row, RowsError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.rows.next_if(Result::is_err) {
                Some(Err(error)) => return Some(Err(error.into())),
                Some(Ok(_)) | None => self.rows.peek()?.as_ref().ok()?.key.line,
            };
            if let Some(row) = self.row(line).transpose() {
                return Some(row);
            }
        }
    }
}

fn score(cells: &Map) -> RowScore {
    let text = |name: &str| cells.get(name).and_then(Value::as_str).map(Arc::from);
    RowScore {
        value: match cells.get("value") {
            Some(Value::Float(value)) => Some(*value),
            #[expect(clippy::cast_precision_loss, reason = "whole numbers in a column of floats")]
            Some(Value::Int(value)) => Some(*value as f64),
            _ => None,
        },
        passed: match cells.get("passed") {
            Some(Value::Bool(passed)) => Some(*passed),
            _ => None,
        },
        label: text("label"),
        explanation: text("explanation"),
        error: text("error"),
    }
}

fn answer(record: RowRecord, scores: Vec<RowScore>) -> Answer {
    let facts = Facts::of(&record);
    let (latency, cost) = (facts.latency, facts.cost);
    Answer {
        variant: record.key.variant as usize,
        repeat: record.key.repeat,
        outputs: record.outputs,
        error: record.error,
        scores,
        latency,
        cost,
    }
}
