use flow_core::value::{Map, Value};

use super::{LINE_NUMBER, Source};
use crate::data::{DataError, Row};

/// A source's rows, in ascending order of their numbers.
type Rows = Box<dyn Iterator<Item = Result<Row, DataError>> + Send>;

/// The rows of several sources, joined by their numbers: by the column `line_number` where a row has one, else by their
/// position. Only lines that all sources have are given, as in promptflow, and those that were left out are counted.
pub struct Aligned {
    sources: Vec<(Source, Rows)>,
    /// The number that each source gave last.
    last: Vec<Option<u64>>,
    left_out: u64,
    is_over: bool,
    part: Option<(u32, u32)>,
}

/// The rows of one number.
#[derive(Debug, Clone)]
pub struct Line {
    /// The number.
    pub line: u64,
    /// The variant and the repetition of the run that is referred to, where its rows are taken in all of them.
    pub part: Option<(u32, u32)>,
    rows: Vec<(Source, Row)>,
}

impl Line {
    /// The row of a source.
    #[must_use]
    pub fn row(&self, source: Source) -> Option<&Row> {
        self.rows.iter().find(|(known, _)| *known == source).map(|(_, row)| row)
    }

    /// The values of a source.
    #[must_use]
    pub fn values(&self, source: Source) -> Option<&Map> {
        self.row(source).map(|row| &row.values)
    }
}

impl Aligned {
    /// Joins sources. One alone keeps the numbers of its rows, whatever their columns say.
    #[must_use]
    pub fn new(sources: Vec<(Source, Rows)>) -> Self {
        let last = vec![None; sources.len()];
        Self { sources, last, left_out: 0, is_over: false, part: None }
    }

    /// The same, whose lines say that they are of this variant and repetition of the run that is referred to.
    #[must_use]
    pub fn of_part(self, variant: u32, repeat: u32) -> Self {
        Self { part: Some((variant, repeat)), ..self }
    }

    /// How many rows were passed over so far, as another source lacks them.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    fn step(&mut self) -> Result<Option<Line>, DataError> {
        let mut heads = Vec::with_capacity(self.sources.len());
        for index in 0..self.sources.len() {
            match self.advance(index)? {
                Some(head) => heads.push(head),
                None => {
                    self.left_out += heads.len() as u64;
                    return Ok(None);
                }
            }
        }
        let Some(mut highest) = heads.iter().map(|(line, _)| *line).max() else { return Ok(None) };
        while let Some(index) = heads.iter().position(|(line, _)| *line < highest) {
            self.left_out += 1;
            let Some(head) = self.advance(index)? else {
                self.left_out += heads.len() as u64 - 1;
                return Ok(None);
            };
            highest = highest.max(head.0);
            heads[index] = head;
        }
        let sources = self.sources.iter().map(|(source, _)| *source);
        let rows = sources.zip(heads.into_iter().map(|(_, row)| row)).collect();
        Ok(Some(Line { line: highest, part: self.part, rows }))
    }

    /// The next row of a source, whose number must be higher than those before.
    fn advance(&mut self, index: usize) -> Result<Option<(u64, Row)>, DataError> {
        let is_alone = self.sources.len() == 1;
        let Some((_, rows)) = self.sources.get_mut(index) else { return Ok(None) };
        let Some(row) = rows.next().transpose()? else { return Ok(None) };
        let line = if is_alone { row.line } else { number(&row) };
        let last = self.last.get_mut(index).and_then(|last| last.replace(line));
        if last.is_some_and(|last| last >= line) {
            let message =
                format!("its `{LINE_NUMBER}` is {line}, and the rows before have numbers up to {}", last.unwrap_or(0));
            let help = format!(
                "rows are joined with those of the run by `{LINE_NUMBER}`; sort them by it, or give the column another name"
            );
            return Err(DataError::broken(row.place, message).with_help(help));
        }
        Ok(Some((line, row)))
    }
}

impl Iterator for Aligned {
    type Item = Result<Line, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let step = self.step().transpose();
        self.is_over = !matches!(step, Some(Ok(_)));
        step
    }
}

impl std::fmt::Debug for Aligned {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Aligned").field("left_out", &self.left_out).finish_non_exhaustive()
    }
}

/// The number that a row has for promptflow.
fn number(row: &Row) -> u64 {
    let written = match row.values.get(LINE_NUMBER) {
        Some(Value::Int(number)) => u64::try_from(*number).ok(),
        Some(Value::Text(text)) => text.parse().ok(),
        _ => None,
    };
    written.unwrap_or(row.line)
}
