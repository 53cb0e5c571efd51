//! The scores of a run's rows.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use flow_core::run::{Manifest, RowRecord};
use flow_core::value::Map;
use tokio_util::sync::CancellationToken;

use super::judge::{JudgeRun, JudgedLine, answered};
use super::line::{ScoredLine, ScoredLines};
use super::score_table::ScoreTable;
use super::slice::{SliceColumn, cell};
use super::{Decided, Measure, ScoreEntry, ScoredBy, preference};
use crate::batch::{Ledger, LedgerError};
use crate::data::{DataError, RowStream};
use crate::label::answer_mark;
use crate::mapping::Source;
use crate::score::{Aggregate, Built, Facts, Groups, Inputs, Row, Score};
use crate::table::TableError;

/// The scores of all rows of runs, in memory as numbers: some twenty bytes for each score of each row.
#[derive(Debug)]
pub struct Scored {
    /// The lines of the data that each variant ran as often as asked for, in order.
    pub lines: Vec<u64>,
    /// How many lines are left out, as they are not complete.
    pub left_out: u64,
    /// How many lines are left out, as two runs were given other inputs there.
    pub unlike: u64,
    /// By run and variant.
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
    /// As the values: the verdicts.
    pub verdicts: Vec<Vec<Option<bool>>>,
    /// By score, where people labelled: how many characters there are of the outputs that it looks at, by line and repetition; else empty.
    pub lengths: Vec<Vec<u32>>,
    /// The marks of the answers, where people labelled; else empty.
    pub marks: Vec<u64>,
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
    /// For each line whether the variant ran it: it may have been left before.
    pub ran: Vec<bool>,
}

/// What is scored, and how.
#[derive(Debug, Clone, Copy)]
pub struct Scoring<'a> {
    /// The runs, whose variants stand one after the other. Several runs are of the same data.
    pub runs: &'a [ScoredRun<'a>],
    /// How often each line counts: as often as the run repeated it that did so least.
    pub repeat: usize,
    /// The scores.
    pub scores: &'a [ScoreEntry],
    /// Columns by whose values results are told apart.
    pub by: &'a [Arc<str>],
    /// The column that tells which rows share a source.
    pub cluster: Option<&'a Arc<str>>,
    /// What counts of a run that stops early; `None` where all rows do.
    pub within: Option<&'a Decided>,
    /// What stops it.
    pub stop: Option<&'a CancellationToken>,
}

/// A run whose rows are scored.
#[derive(Debug, Clone, Copy)]
pub struct ScoredRun<'a> {
    /// Its rows.
    pub ledger: &'a Ledger,
    /// What it is of.
    pub manifest: &'a Manifest,
    /// What flows that score gave for its rows.
    pub judges: &'a [JudgeRun<'a>],
}

impl ScoredRun<'_> {
    fn variants(&self) -> usize {
        self.manifest.variants.len().max(1)
    }
}

impl Scored {
    /// Scores the rows of runs, and writes a line for each score of a single run into a table if one is
    /// named.
    ///
    /// # Errors
    ///
    /// If a run or its data cannot be read, or the table not be written.
    pub fn score(scoring: Scoring<'_>, data: RowStream, table: Option<&Path>) -> Result<Self, ScoringError> {
        let Scoring { runs, scores, by, cluster, .. } = scoring;
        let mut table = match (table, runs) {
            (Some(path), [run]) => Some(ScoreTable::create(path, &Measure::of(scores), run.manifest)?),
            _ => None,
        };
        let mut scored = Self {
            lines: Vec::new(),
            left_out: 0,
            unlike: 0,
            variants: runs.iter().flat_map(|run| (0..run.variants()).map(|_| ScoredVariant::new(scores))).collect(),
            slices: by.iter().map(SliceColumn::new).collect(),
            clusters: cluster.map(|_| Vec::new()),
        };
        let (mut seen, mut sources) = (vec![HashMap::new(); by.len()], HashMap::new());
        let mut lines = ScoredLines::open(runs, data)?;
        while let Some(ScoredLine { line, values, rows, judged }) = lines.next()? {
            if scoring.stop.is_some_and(CancellationToken::is_cancelled) {
                return Err(ScoringError::Stopped);
            }
            if !scoring.counts(line, &rows) {
                scored.left_out += u64::from(scoring.within.is_none());
                continue;
            }
            if !has_same_inputs(&rows) {
                scored.unlike += 1;
                continue;
            }
            scored.lines.push(line);
            // By line, variant and repetition; what is asked for are the repetitions of a variant together.
            let (values, mut first) = (values.as_ref(), 0);
            for ((run, rows), judged) in runs.iter().zip(&rows).zip(&judged) {
                for at in 0..run.variants() {
                    let Some(variant) = scored.variants.get_mut(first + at) else { continue };
                    let ran = scoring.within.is_none_or(|decided| decided.counts(line, at));
                    variant.ran.push(ran);
                    if !ran {
                        variant.leave_out(scoring.repeat, scores);
                        continue;
                    }
                    let is_asked = |row: &&RowRecord| row.key.variant as usize == at;
                    for row in rows.iter().filter(is_asked).filter(|row| (row.key.repeat as usize) < scoring.repeat) {
                        variant.add((row, values), judged, scores, table.as_mut())?;
                    }
                }
                first += run.variants();
            }
            for (column, seen) in scored.slices.iter_mut().zip(&mut seen) {
                column.add(values, seen);
            }
            if let (Some(cluster), Some(clusters)) = (cluster, &mut scored.clusters) {
                let next = u32::try_from(sources.len()).unwrap_or(u32::MAX);
                clusters.push(*sources.entry(cell(values, cluster)).or_insert(next));
            }
        }
        if let Some(table) = table {
            table.finish()?;
        }
        Ok(scored)
    }
}

impl Scoring<'_> {
    /// Whether a line counts.
    fn counts(&self, line: u64, of_line: &[Vec<RowRecord>]) -> bool {
        match self.within {
            Some(decided) => decided.is_of(line),
            None => self.is_complete(of_line),
        }
    }

    /// Whether each run has the line in each variant, as often as it repeats lines.
    fn is_complete(&self, of_line: &[Vec<RowRecord>]) -> bool {
        let is_whole = |(run, rows): (&ScoredRun<'_>, &Vec<RowRecord>)| {
            let repeat = run.manifest.repeat.max(1);
            // Rows whose runs disagree may have been run more often.
            let asked = rows.iter().filter(|row| row.key.repeat < repeat).count();
            asked == run.variants() * repeat as usize
        };
        self.runs.iter().zip(of_line).all(is_whole)
    }
}

/// Whether the rows of a line were given the same in all runs, as far as their flows take the same inputs.
fn has_same_inputs(of_line: &[Vec<RowRecord>]) -> bool {
    let Some(first) = of_line.first().and_then(|rows| rows.first()) else { return true };
    of_line.iter().skip(1).flat_map(|rows| rows.first()).all(|other| {
        let mut shared = first.inputs.iter().filter_map(|(name, value)| Some((value, other.inputs.get(name)?)));
        shared.all(|(one, other)| one == other)
    })
}

impl ScoredVariant {
    fn new(scores: &[ScoreEntry]) -> Self {
        let measures = Measure::of(scores).len();
        Self {
            values: vec![Vec::new(); measures],
            verdicts: vec![Vec::new(); measures],
            lengths: vec![Vec::new(); scores.len()],
            marks: Vec::new(),
            passes: vec![(0, 0); measures],
            aggregates: scores
                .iter()
                .map(|score| match &score.scorer {
                    ScoredBy::Metric(metric) => metric.scorer.aggregate(),
                    ScoredBy::Flow(_) | ScoredBy::Panel(_) | ScoredBy::BothOrders => None,
                })
                .collect(),
            latency: Vec::new(),
            cost: Vec::new(),
            tokens: Vec::new(),
            failed: 0,
            ran: Vec::new(),
        }
    }

    fn add(
        &mut self,
        (row, data): (&RowRecord, Option<&Map>),
        judges: &JudgedLine,
        scores: &[ScoreEntry],
        mut table: Option<&mut ScoreTable>,
    ) -> Result<(), ScoringError> {
        let facts = Facts::of(row);
        self.latency.push(facts.latency);
        self.cost.push(facts.cost);
        self.tokens.push(facts.tokens().map(|tokens| tokens as f64));
        self.failed += u64::from(!facts.completed);
        self.mark(&row.outputs, scores);
        let mut groups = Groups::new();
        let mut before: Vec<Result<Score, String>> = Vec::with_capacity(scores.len());
        for (position, entry) in scores.iter().enumerate() {
            let judged = match &entry.scorer {
                ScoredBy::Metric(metric) => {
                    judged(row, data, (entry, metric), &facts, self.aggregates.get_mut(position))
                }
                ScoredBy::Flow(flow) => {
                    let record = judges.record(position, row.key);
                    match flow.pair {
                        Some(_) if judges.is_of_baseline(position, row.key) => Ok(preference::of_baseline()),
                        Some(order) => answered(&facts, record).and_then(|outputs| order.score(outputs)),
                        None => answered(&facts, record).and_then(|outputs| flow.score(outputs)),
                    }
                }
                ScoredBy::BothOrders => preference::together(&before[position.saturating_sub(2)..]),
                ScoredBy::Panel(panel) => panel.together(&before[position.saturating_sub(panel.judges)..]),
            };
            let judged = judged.map(|score| entry.judgement.apply(score));
            let score = judged.as_ref().ok();
            if let Some(group) = &entry.group {
                groups.add(group, entry.weight, score);
            }
            self.keep(position, score);
            if let Some(table) = &mut table {
                table.write(row.key, position, judged.as_ref().map_err(String::as_str))?;
            }
            before.push(judged);
        }
        for (position, (_, score)) in groups.finish().enumerate() {
            self.keep(scores.len() + position, Some(&score));
            if let Some(table) = &mut table {
                table.write(row.key, scores.len() + position, Ok(&score))?;
            }
        }
        Ok(())
    }

    /// Takes note of a line that the variant did not run.
    fn leave_out(&mut self, repeats: usize, scores: &[ScoreEntry]) {
        let measured = [&mut self.latency, &mut self.cost, &mut self.tokens];
        for values in self.values.iter_mut().chain(measured) {
            values.extend(std::iter::repeat_n(None, repeats));
        }
        for verdicts in &mut self.verdicts {
            verdicts.extend(std::iter::repeat_n(None, repeats));
        }
        (0..repeats).for_each(|_| self.mark(&Map::new(), scores));
    }

    /// Of values for each line and repetition those of lines that the variant ran.
    #[must_use]
    pub fn ran<'a>(&self, values: &'a [Option<f64>], repeats: usize) -> Cow<'a, [Option<f64>]> {
        if self.ran.iter().all(|ran| *ran) {
            return Cow::Borrowed(values);
        }
        let lines = values.chunks(repeats.max(1)).zip(&self.ran).filter(|(_, ran)| **ran);
        Cow::Owned(lines.flat_map(|(values, _)| values).copied().collect())
    }

    /// What labels are compared with: which answer it is, and how long.
    fn mark(&mut self, outputs: &Map, scores: &[ScoreEntry]) {
        let mut is_labelled = false;
        for (lengths, entry) in self.lengths.iter_mut().zip(scores).filter(|(_, entry)| entry.human.is_some()) {
            let looked_at = |name: &str| {
                let mut columns = entry.inputs.columns();
                columns.any(|(_, column)| column.source == Source::RunOutputs && *column.name == *name)
            };
            let own = outputs.iter().filter(|(name, _)| looked_at(name));
            let length: usize = own.map(|(name, _)| cell(Some(outputs), name).chars().count()).sum();
            lengths.push(u32::try_from(length).unwrap_or(u32::MAX));
            is_labelled = true;
        }
        if is_labelled {
            self.marks.push(answer_mark(outputs));
        }
    }

    fn keep(&mut self, position: usize, score: Option<&Score>) {
        if let Some(values) = self.values.get_mut(position) {
            values.push(score.and_then(|score| score.value));
        }
        let passed = score.and_then(|score| score.passed);
        if let Some(verdicts) = self.verdicts.get_mut(position) {
            verdicts.push(passed);
        }
        if let (Some(passed), Some((judged, passes))) = (passed, self.passes.get_mut(position)) {
            *judged += 1;
            *passes += u64::from(passed);
        }
    }
}

/// The score of a row; in words why it has none.
pub(super) fn judged(
    row: &RowRecord,
    data: Option<&Map>,
    (score, metric): (&ScoreEntry, &Built),
    facts: &Facts,
    aggregate: Option<&mut Option<Box<dyn Aggregate>>>,
) -> Result<Score, String> {
    // What was measured is known of failed rows too.
    if !facts.completed && !metric.spec.inputs.is_empty() {
        return Err("the row failed".to_owned());
    }
    let of = |source| match source {
        Source::Data => data,
        Source::RunInputs => Some(&row.inputs),
        Source::RunOutputs => Some(&row.outputs),
        Source::RunBaseline => None,
    };
    let inputs = score.inputs.values(of).map_err(|error| error.to_string())?;
    let scored = Row::new(Inputs::Map(&inputs), facts);
    let value = metric.scorer.score(&scored).map_err(|error| error.to_string())?;
    if let Some(Some(aggregate)) = aggregate {
        aggregate.add(&scored).map_err(|error| error.to_string())?;
    }
    Ok(value)
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
    /// It was stopped, and has written nothing.
    #[error("stopped before all rows were scored")]
    Stopped,
}
