//! The scores of a run's rows.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use flow_core::run::{Manifest, RowRecord};
use flow_core::value::{Map, Value};

use super::{Measure, ScoreEntry};
use crate::batch::{Ledger, LedgerError, OrderedRows};
use crate::data::{DataError, Row as DataRow, RowStream};
use crate::score::{Aggregate, Facts, Groups, Inputs, Row, Score};
use crate::table::{ColumnKind, SchemaBuilder, TableError, TableOptions, TableWriter};

/// The scores of all rows of a run, in memory as numbers: some twenty bytes for each score of each row.
#[derive(Debug)]
pub struct Scored {
    /// The lines of the data that each variant ran as often as asked for, in order.
    pub lines: Vec<u64>,
    /// How many lines are left out, as they are not complete.
    pub left_out: u64,
    /// By variant.
    pub variants: Vec<ScoredVariant>,
    /// By column that tells results apart: for each line the position of its value.
    pub slices: Vec<SliceColumn>,
    /// For each line the position of the source that it shares with others.
    pub clusters: Option<Vec<u32>>,
}

/// The scores of a variant.
#[derive(Debug)]
pub struct ScoredVariant {
    /// By score, and behind them by group: a value for each line and repetition, the repetitions of a line together; `None` is an error.
    pub values: Vec<Vec<Option<f64>>>,
    /// By score and group: how many have a verdict, and how many of those passed.
    pub passes: Vec<(u64, u64)>,
    /// By score: what all rows together say.
    pub aggregates: Vec<Option<Box<dyn Aggregate>>>,
    /// Seconds, US dollars and tokens of each line and repetition.
    pub latency: Vec<Option<f64>>,
    /// See `latency`.
    pub cost: Vec<Option<f64>>,
    /// See `latency`.
    pub tokens: Vec<Option<f64>>,
    /// Rows that failed.
    pub failed: u64,
}

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

/// What is scored, and how.
#[derive(Debug, Clone, Copy)]
pub struct Scoring<'a> {
    /// The run.
    pub ledger: &'a Ledger,
    /// What it is of.
    pub manifest: &'a Manifest,
    /// The scores.
    pub scores: &'a [ScoreEntry],
    /// Columns by whose values results are told apart.
    pub by: &'a [Arc<str>],
    /// The column that tells which rows share a source.
    pub cluster: Option<&'a Arc<str>>,
}

impl Scored {
    /// Scores the rows of a run, and writes a line for each score into a table.
    ///
    /// # Errors
    ///
    /// If the run or its data cannot be read, or the table not be written.
    pub fn score(scoring: Scoring<'_>, data: RowStream, table: &Path) -> Result<Self, ScoringError> {
        let Scoring { ledger, manifest, scores, by, cluster } = scoring;
        let variants = manifest.variants.len().max(1);
        let repeat = manifest.repeat.max(1) as usize;
        let mut table = TableWriter::create(table, &schema(), TableOptions::default())?;
        let mut scored = Self {
            lines: Vec::new(),
            left_out: 0,
            variants: (0..variants).map(|_| ScoredVariant::new(scores)).collect(),
            slices: by
                .iter()
                .map(|name| SliceColumn { name: Arc::clone(name), values: Vec::new(), of_line: Vec::new() })
                .collect(),
            clusters: cluster.map(|_| Vec::new()),
        };
        let (mut seen, mut sources) = (vec![HashMap::new(); by.len()], HashMap::new());
        let mut rows = OrderedRows::open(ledger, |_, _| true)?.peekable();
        let mut data = data;
        let mut given: Option<DataRow> = None;
        loop {
            let line = match rows.peek() {
                None => break,
                Some(Ok(row)) => row.key.line,
                Some(Err(_)) => {
                    let _ = rows.next().transpose()?;
                    break;
                }
            };
            let mut of_line: Vec<RowRecord> = Vec::with_capacity(variants * repeat);
            while let Some(row) = rows.next_if(|row| row.as_ref().is_ok_and(|row| row.key.line == line)) {
                of_line.push(row?);
            }
            while given.as_ref().is_none_or(|row| row.line < line) {
                match data.next().transpose()? {
                    Some(row) => given = Some(row),
                    None => break,
                }
            }
            let values = given.as_ref().filter(|row| row.line == line).map(|row| &row.values);
            if of_line.len() != variants * repeat {
                scored.left_out += 1;
                continue;
            }
            scored.lines.push(line);
            // By line, variant and repetition; what is asked for are the repetitions of a variant together.
            for row in &of_line {
                let Some(variant) = scored.variants.get_mut(row.key.variant as usize) else { continue };
                variant.add(row, values, scores, manifest, &mut table)?;
            }
            for (column, seen) in scored.slices.iter_mut().zip(&mut seen) {
                column.add(values, seen);
            }
            if let (Some(cluster), Some(clusters)) = (cluster, &mut scored.clusters) {
                let next = u32::try_from(sources.len()).unwrap_or(u32::MAX);
                clusters.push(*sources.entry(cell(values, cluster)).or_insert(next));
            }
        }
        table.finish()?;
        Ok(scored)
    }
}

impl ScoredVariant {
    fn new(scores: &[ScoreEntry]) -> Self {
        let measures = Measure::of(scores).len();
        Self {
            values: vec![Vec::new(); measures],
            passes: vec![(0, 0); measures],
            aggregates: scores.iter().map(|score| score.scorer.scorer.aggregate()).collect(),
            latency: Vec::new(),
            cost: Vec::new(),
            tokens: Vec::new(),
            failed: 0,
        }
    }

    fn add(
        &mut self,
        row: &RowRecord,
        data: Option<&Map>,
        scores: &[ScoreEntry],
        manifest: &Manifest,
        table: &mut TableWriter,
    ) -> Result<(), ScoringError> {
        let facts = Facts::of(row);
        self.latency.push(facts.latency);
        self.cost.push(facts.cost);
        self.tokens.push(facts.tokens().map(|tokens| tokens as f64));
        self.failed += u64::from(!facts.completed);
        let mut groups = Groups::new();
        for (position, entry) in scores.iter().enumerate() {
            let judged = judged(row, data, entry, &facts, self.aggregates.get_mut(position));
            let score = judged.as_ref().ok();
            if let Some(group) = &entry.group {
                groups.add(group, entry.weight, score);
            }
            self.keep(position, score);
            let error = judged.as_ref().err().map(String::as_str);
            table.write_cells(&cells(row, &entry.name, score.ok_or(error), manifest))?;
        }
        for (position, (name, score)) in groups.finish().enumerate() {
            self.keep(scores.len() + position, Some(&score));
            table.write_cells(&cells(row, name, Ok(&score), manifest))?;
        }
        Ok(())
    }

    fn keep(&mut self, position: usize, score: Option<&Score>) {
        if let Some(values) = self.values.get_mut(position) {
            values.push(score.and_then(|score| score.value));
        }
        let passed = score.and_then(|score| score.passed);
        if let (Some(passed), Some((judged, passes))) = (passed, self.passes.get_mut(position)) {
            *judged += 1;
            *passes += u64::from(passed);
        }
    }
}

/// The score of a row; in words why it has none.
fn judged(
    row: &RowRecord,
    data: Option<&Map>,
    score: &ScoreEntry,
    facts: &Facts,
    aggregate: Option<&mut Option<Box<dyn Aggregate>>>,
) -> Result<Score, String> {
    // What was measured is known of failed rows too.
    if !facts.completed && !score.scorer.spec.inputs.is_empty() {
        return Err("the row failed".to_owned());
    }
    let inputs = score.inputs.values(data, Some(&row.inputs), Some(&row.outputs)).map_err(|error| error.to_string())?;
    let scored = Row::new(Inputs::Map(&inputs), facts);
    let value = score.scorer.scorer.score(&scored).map_err(|error| error.to_string())?;
    if let Some(Some(aggregate)) = aggregate {
        aggregate.add(&scored).map_err(|error| error.to_string())?;
    }
    Ok(score.judgement.apply(value))
}

impl SliceColumn {
    fn add(&mut self, values: Option<&Map>, seen: &mut HashMap<Arc<str>, u32>) {
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
fn cell(values: Option<&Map>, name: &str) -> Arc<str> {
    match values.and_then(|values| values.get(name)) {
        None | Some(Value::Null) => Arc::from(""),
        Some(value) => value.as_str().map_or_else(|| value.to_json().into(), Arc::from),
    }
}

fn schema() -> crate::table::Schema {
    let mut schema = SchemaBuilder::default();
    for (name, kind) in [
        ("line_number", ColumnKind::Int),
        ("variant", ColumnKind::Text),
        ("repeat", ColumnKind::Int),
        ("score", ColumnKind::Text),
        ("value", ColumnKind::Float),
        ("passed", ColumnKind::Bool),
        ("label", ColumnKind::Text),
        ("explanation", ColumnKind::Text),
        ("error", ColumnKind::Text),
    ] {
        schema.declare(name, Some(kind));
    }
    schema.finish()
}

/// A line of the table: the score of a row, or why it has none.
fn cells(row: &RowRecord, name: &str, judged: Result<&Score, Option<&str>>, manifest: &Manifest) -> Vec<Value> {
    let whole = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let selection = manifest.variants.get(row.key.variant as usize).map(|selection| selection.join(","));
    let score = judged.ok();
    vec![
        whole(row.key.line),
        text(selection.as_deref().filter(|selection| !selection.is_empty())),
        whole(row.key.repeat.into()),
        Value::from(name),
        score.and_then(|score| score.value).map_or(Value::Null, Value::Float),
        score.and_then(|score| score.passed).map_or(Value::Null, Value::Bool),
        text(score.and_then(|score| score.label.as_deref())),
        text(score.and_then(|score| score.explanation.as_deref())),
        text(judged.err().flatten()),
    ]
}

/// Why a run cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoringError {
    /// The run.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Its data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The table of scores.
    #[error(transparent)]
    Table(#[from] TableError),
}
