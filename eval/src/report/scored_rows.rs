//! The rows of runs that were scored: their journals, the scores and the data, read side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;

use flow_core::run::RowRecord;
use flow_core::value::{Map, Value};

use super::{Answer, Row, RowIterator, RowScore, Rows, RowsError};
use crate::batch::{Lines, OrderedRows};
use crate::data::{DataSet, Format, RowStream, Selection};
use crate::evaluation::{ScoreEntry, Scored, Scoring, cell};
use crate::mapping::Source;
use crate::score::Facts;

/// The rows of runs that were scored.
#[derive(Debug)]
pub struct ScoredRows<'a> {
    scoring: Scoring<'a>,
    scored: &'a Scored,
    data: DataSet,
    table: Option<&'a Path>,
    /// The columns of the data that scores look at.
    columns: BTreeSet<Arc<str>>,
}

impl<'a> ScoredRows<'a> {
    /// The rows that were scored, with what the table of scores says of each where there is one: verdict, label, explanation.
    #[must_use]
    pub fn new(scoring: Scoring<'a>, scored: &'a Scored, data: DataSet, table: Option<&'a Path>) -> Self {
        let of_scores = scoring.scores.iter().flat_map(|score: &ScoreEntry| score.inputs.columns());
        let columns = of_scores.filter(|(_, column)| column.source == Source::Data);
        let columns = columns.map(|(_, column)| Arc::clone(&column.name)).collect();
        Self { scoring, scored, data, table, columns }
    }

    /// The position of each run's first variant among all variants.
    fn firsts(&self) -> Vec<usize> {
        let variants = self.scoring.runs.iter().map(|run| run.manifest.variants.len().max(1));
        variants
            .scan(0, |next, variants| {
                *next += variants;
                Some(*next - variants)
            })
            .collect()
    }
}

impl Rows for ScoredRows<'_> {
    fn all(&self) -> Result<RowIterator<'_>, RowsError> {
        if self.scored.lines.is_empty() {
            return Ok(Box::new(std::iter::empty()));
        }
        let table = |path| DataSet::find(path, Some(Format::Parquet))?.rows(&Selection::default());
        let mut joined = Joined {
            of: self,
            runs: self.scoring.runs.iter().map(|run| Lines::open(run.ledger)).collect::<Result<_, _>>()?,
            firsts: self.firsts(),
            data: self.data.rows(&Selection::default())?.peekable(),
            table: self.table.map(table).transpose()?.map(RowStream::peekable),
        };
        let lines = self.scored.lines.iter().copied().enumerate();
        Ok(Box::new(lines.map(move |(position, line)| joined.row(position, line))))
    }

    fn texts(&self, lines: &BTreeSet<u64>) -> Result<BTreeMap<u64, Row>, RowsError> {
        let mut found: BTreeMap<u64, Row> = BTreeMap::new();
        for (run, first) in self.scoring.runs.iter().zip(self.firsts()) {
            for record in OrderedRows::open(run.ledger, |key, _| lines.contains(&key.line))? {
                let record = record?;
                let row = found.entry(record.key.line).or_default();
                row.line = record.key.line;
                if row.inputs.is_empty() {
                    row.inputs.clone_from(&record.inputs);
                }
                row.answers.push(answer(record, first, Vec::new()));
            }
        }
        Ok(found)
    }

    fn command(&self) -> String {
        let runs: Vec<String> = self.scoring.runs.iter().map(|run| format!("--run {}", run.manifest.id)).collect();
        format!("flow runs query \"select * from rows where line_number = LINE\" {} --json", runs.join(" "))
    }
}

/// What is read side by side.
struct Joined<'a> {
    of: &'a ScoredRows<'a>,
    runs: Vec<Lines<'a>>,
    firsts: Vec<usize>,
    data: Peekable<RowStream>,
    table: Option<Peekable<RowStream>>,
}

impl Joined<'_> {
    /// The row of the position among those that were scored.
    fn row(&mut self, position: usize, line: u64) -> Result<Row, RowsError> {
        let given = self.given(line)?;
        let Scoring { by, repeat, .. } = self.of.scoring;
        let mut row = Row { line, ..Row::default() };
        row.slices = by.iter().map(|name| cell(given.as_ref(), name)).collect();
        let is_shown = |name: &Arc<str>| self.of.columns.contains(name);
        row.data = given.into_iter().flatten().filter(|(name, _)| is_shown(name)).collect();
        for (run, first) in (0..self.runs.len()).zip(self.firsts.clone()) {
            for mut record in self.records(run, line)? {
                if row.inputs.is_empty() {
                    row.inputs = std::mem::take(&mut record.inputs);
                }
                if (record.key.repeat as usize) < repeat {
                    let scores = self.scores(position, first, &record)?;
                    row.answers.push(answer(record, first, scores));
                }
            }
        }
        Ok(row)
    }

    /// The rows of a line of a run; lines before it were not scored.
    fn records(&mut self, run: usize, line: u64) -> Result<Vec<RowRecord>, RowsError> {
        let lines = &mut self.runs[run];
        while let Some(before) = lines.next_line()?.filter(|next| *next < line) {
            lines.take(before)?;
        }
        Ok(lines.take(line)?)
    }

    /// The values of a line of the data.
    fn given(&mut self, line: u64) -> Result<Option<Map>, RowsError> {
        while self.data.next_if(|row| row.as_ref().is_ok_and(|row| row.line < line)).is_some() {}
        let is_it = |row: &Result<crate::data::Row, _>| row.as_ref().map_or(true, |row| row.line == line);
        Ok(self.data.next_if(is_it).transpose()?.map(|row| row.values))
    }

    /// The scores of an answer: their values are in memory, and the table has the rest in the same order.
    fn scores(&mut self, position: usize, first: usize, record: &RowRecord) -> Result<Vec<RowScore>, RowsError> {
        let Some(variant) = self.of.scored.variants.get(first + record.key.variant as usize) else {
            return Ok(Vec::new());
        };
        let at = position * self.of.scoring.repeat + record.key.repeat as usize;
        let value = |values: &Vec<Option<f64>>| values.get(at).copied().flatten();
        let mut scores: Vec<RowScore> =
            variant.values.iter().map(|values| RowScore { value: value(values), ..RowScore::default() }).collect();
        let Some(table) = &mut self.table else { return Ok(scores) };
        let is_of = |row: &crate::data::Row, name: &str, number: u64| match row.values.get(name) {
            Some(Value::Int(known)) => u64::try_from(*known) == Ok(number),
            _ => false,
        };
        let is_it = |row: &crate::data::Row| {
            is_of(row, "line_number", record.key.line) && is_of(row, "repeat", record.key.repeat.into())
        };
        for score in &mut scores {
            let Some(cells) = table.next_if(|row| row.as_ref().map_or(true, is_it)) else { break };
            let cells = cells?.values;
            let text = |name: &str| cells.get(name).and_then(Value::as_str).map(Arc::from);
            score.passed = match cells.get("passed") {
                Some(Value::Bool(passed)) => Some(*passed),
                _ => None,
            };
            (score.label, score.explanation, score.error) = (text("label"), text("explanation"), text("error"));
        }
        Ok(scores)
    }
}

fn answer(record: RowRecord, first: usize, scores: Vec<RowScore>) -> Answer {
    let facts = Facts::of(&record);
    let (latency, cost) = (facts.latency, facts.cost);
    Answer {
        variant: first + record.key.variant as usize,
        repeat: record.key.repeat,
        outputs: record.outputs,
        error: record.error,
        scores,
        latency,
        cost,
    }
}
