//! The rows as data for the page's script.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::columns::{Columns, Texts};
use crate::evaluation::Outcome;
use crate::report::{Answer, Report, Row, RowScore, RowsError};
use crate::score::Direction;

/// So many rows are in a page: of more, those on which variants differ, and the first ones.
pub(super) const MOST_ROWS: usize = 20_000;
/// So many answers.
const MOST_ANSWERS: usize = 100_000;

/// What the script is given.
#[derive(Debug, Serialize)]
struct Data<'a> {
    /// How many rows there are; some may be left out.
    rows: usize,
    command: String,
    variants: Vec<&'a str>,
    baseline: usize,
    scores: Vec<Score<'a>>,
    slices: Vec<SliceColumn>,
    lines: Vec<u64>,
    inputs: Columns,
    given: Columns,
    answers: Vec<Answers>,
    #[serde(flatten)]
    texts: Texts,
}

#[derive(Debug, Serialize)]
struct Score<'a> {
    name: &'a str,
    lower: bool,
}

/// A column by which results are told apart, and the number of each row's value.
#[derive(Debug, Serialize)]
struct SliceColumn {
    name: Arc<str>,
    values: Vec<Arc<str>>,
    of: Vec<usize>,
}

/// The answers of a variant in a repetition.
#[derive(Debug, Default, Serialize)]
struct Answers {
    variant: usize,
    repeat: u32,
    outputs: Columns,
    /// By row that failed.
    errors: BTreeMap<usize, i64>,
    scores: Vec<Vec<Option<f64>>>,
    /// By score a letter for each row: passed, not passed, no verdict.
    verdicts: Vec<String>,
    /// By row, for each score with one: its position, label, explanation and error.
    notes: BTreeMap<usize, Vec<[i64; 4]>>,
    /// In milliseconds.
    latency: Vec<Option<f64>>,
    cost: Vec<Option<f64>>,
}

/// The rows as JSON.
pub(super) fn rows(report: &Report<'_>) -> Result<String, RowsError> {
    let outcome = report.outcome;
    let scores = outcome.variants.first().map(|variant| &*variant.scores).unwrap_or_default();
    let baseline = outcome.comparisons.first().map(|compared| &compared.baseline);
    let is_baseline = |name: &String| Some(name) == baseline;
    let mut names: Vec<Arc<str>> = Vec::new();
    for slice in &outcome.slices {
        if !names.contains(&slice.column) {
            names.push(Arc::clone(&slice.column));
        }
    }
    let mut data = Data {
        rows: outcome.rows,
        command: report.rows.command(),
        variants: outcome.variants.iter().map(|variant| &*variant.name).collect(),
        baseline: outcome.variants.iter().position(|variant| is_baseline(&variant.name)).unwrap_or(0),
        scores: scores
            .iter()
            .map(|score| Score { name: &score.name, lower: score.direction == Direction::Lower })
            .collect(),
        slices: names.into_iter().map(|name| SliceColumn { name, values: Vec::new(), of: Vec::new() }).collect(),
        lines: Vec::new(),
        inputs: Columns::default(),
        given: Columns::default(),
        answers: Vec::new(),
        texts: Texts::default(),
    };
    let mut chosen = Chosen::of(outcome);
    for row in report.rows.all()? {
        let row = row?;
        if chosen.takes(&row) {
            data.add(&row);
        }
    }
    Ok(serde_json::to_string(&data).unwrap_or_default())
}

/// Which rows are in the page.
struct Chosen {
    /// Lines on which variants differ.
    differing: BTreeSet<u64>,
    /// How many others are.
    others: usize,
}

impl Chosen {
    fn of(outcome: &Outcome) -> Self {
        let answers = outcome.variants.iter().map(|variant| variant.rows).sum::<u64>();
        let of_a_row = usize::try_from(answers).unwrap_or(usize::MAX) / outcome.rows.max(1);
        let most = MOST_ROWS.min(MOST_ANSWERS / of_a_row.max(1));
        let flips = outcome.comparisons.iter().flat_map(|compared| &compared.flips);
        let differing: BTreeSet<u64> =
            if outcome.rows > most { flips.map(|flip| flip.line).take(most / 2).collect() } else { BTreeSet::new() };
        Self { others: most - differing.len(), differing }
    }

    fn takes(&mut self, row: &Row) -> bool {
        if self.differing.contains(&row.line) {
            return true;
        }
        let takes = self.others > 0;
        self.others -= usize::from(takes);
        takes
    }
}

impl Data<'_> {
    fn add(&mut self, row: &Row) {
        let position = self.lines.len();
        self.lines.push(row.line);
        self.inputs.add(&row.inputs, &mut self.texts);
        self.given.add(&row.data, &mut self.texts);
        for (column, value) in self.slices.iter_mut().zip(&row.slices) {
            let number = column.values.iter().position(|known| known == value).unwrap_or_else(|| {
                column.values.push(Arc::clone(value));
                column.values.len() - 1
            });
            column.of.push(number);
        }
        for (place, answer) in row.answers.iter().enumerate() {
            if self.answers.len() <= place {
                let columns = vec![Vec::new(); self.scores.len()];
                let verdicts = vec![String::new(); self.scores.len()];
                let (variant, repeat) = (answer.variant, answer.repeat);
                self.answers.push(Answers { variant, repeat, scores: columns, verdicts, ..Answers::default() });
            }
            self.answers[place].add(position, answer, &mut self.texts);
        }
    }
}

impl Answers {
    fn add(&mut self, position: usize, answer: &Answer, texts: &mut Texts) {
        self.outputs.add(&answer.outputs, texts);
        if let Some(error) = &answer.error {
            self.errors.insert(position, texts.of(&error.message));
        }
        self.latency.push(answer.latency.map(|seconds| rounded(seconds * 1e3)));
        self.cost.push(answer.cost.map(rounded));
        let none = RowScore::default();
        for (number, (column, verdicts)) in self.scores.iter_mut().zip(&mut self.verdicts).enumerate() {
            let score = answer.scores.get(number).unwrap_or(&none);
            column.push(score.value.filter(|value| value.is_finite()).map(rounded));
            verdicts.push(match score.passed {
                Some(true) => '+',
                Some(false) => '-',
                None => '.',
            });
            let note = [&score.label, &score.explanation, &score.error];
            if note.iter().any(|text| text.is_some()) {
                let [label, explanation, error] = note.map(|text| texts.maybe(text.as_deref()));
                let number = i64::try_from(number).unwrap_or(0);
                self.notes.entry(position).or_default().push([number, label, explanation, error]);
            }
        }
    }
}

/// A number with five digits that count, which is more than a page shows.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}
