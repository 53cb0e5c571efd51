//! The tables of an outcome, beside that of the scores: what was summed up, confused and compared, and how each line fared.

use std::io;
use std::path::Path;

use flow_core::value::Value;

use super::calibration_table::CALIBRATIONS;
use super::flip::means;
use super::{Outcome, Scored, VariantOutcome};
use crate::score::Direction;
use crate::statistics::{Interval, Summary};
use crate::table::{ColumnKind, SchemaBuilder, TableError, TableOptions, TableWriter};

pub(super) const INT: ColumnKind = ColumnKind::Int;
pub(super) const FLOAT: ColumnKind = ColumnKind::Float;
pub(super) const TEXT: ColumnKind = ColumnKind::Text;

const AGGREGATES: (&str, &[(&str, ColumnKind)]) = (
    "aggregates",
    &[
        ("variant", TEXT),
        ("score", TEXT),
        ("number", TEXT),
        ("slice_column", TEXT),
        ("slice", TEXT),
        ("rows", INT),
        ("errors", INT),
        ("value", FLOAT),
        ("low", FLOAT),
        ("high", FLOAT),
        ("level", FLOAT),
        ("method", TEXT),
    ],
);

const CONFUSION: (&str, &[(&str, ColumnKind)]) =
    ("confusion", &[("variant", TEXT), ("score", TEXT), ("expected", TEXT), ("answer", TEXT), ("rows", INT)]);

const COMPARISONS: (&str, &[(&str, ColumnKind)]) = (
    "comparisons",
    &[
        ("score", TEXT),
        ("baseline", TEXT),
        ("variant", TEXT),
        ("rows", INT),
        ("baseline_value", FLOAT),
        ("variant_value", FLOAT),
        ("difference", FLOAT),
        ("low", FLOAT),
        ("high", FLOAT),
        ("level", FLOAT),
        ("method", TEXT),
        ("p", FLOAT),
        ("adjusted_p", FLOAT),
        ("test", TEXT),
        ("wins", INT),
        ("losses", INT),
        ("ties", INT),
        ("verdict", TEXT),
    ],
);

const PAIRS: (&str, &[(&str, ColumnKind)]) = (
    "pairs",
    &[
        ("line_number", INT),
        ("score", TEXT),
        ("baseline", TEXT),
        ("variant", TEXT),
        ("baseline_value", FLOAT),
        ("variant_value", FLOAT),
        ("outcome", TEXT),
    ],
);

impl Outcome {
    /// Writes its tables into the folder of the run that was scored. Each is there, also where it has no rows, so that none is of an
    /// evaluation before this one:
    ///
    /// * `aggregates`: a line for each number of each score and variant, of all rows (`slice_column` is null) and of those of a slice
    ///   (whose value is empty where the column has none). What was measured has no `score`.
    /// * `confusion`: how many lines of an expected class were given which; what never came is left out.
    /// * `comparisons`: a line for each comparison.
    /// * `pairs`: a line for each comparison and line of the data: `win`, `loss` or `tie` of the variant, and `error` where one of the
    ///   two has no score. An error may count as the worst score in the comparison.
    /// * `calibrations`: a line for each number that labels of people say of a score, and for each number of a variant as it is and corrected.
    ///
    /// # Errors
    /// The tables cannot be written.
    pub fn write_tables(&self, folder: &Path, scored: &Scored, repeats: usize) -> Result<(), TableError> {
        let mut aggregates = Table::create(folder, AGGREGATES)?;
        let mut confusion = Table::create(folder, CONFUSION)?;
        for variant in &self.variants {
            variant.measured(&mut aggregates)?;
            for score in &variant.scores {
                let of = Of { variant: &variant.name, score: Some(&score.name), slice: None };
                if let Some(summary) = &score.summary {
                    aggregates.summary(of, "", summary)?;
                }
                if let Some(share) = score.pass_rate {
                    aggregates.number(of, "pass_rate", None, share)?;
                }
                let Some(whole) = &score.whole else { continue };
                for (name, value) in &whole.numbers {
                    aggregates.number(of, name, Some(whole.rows), *value)?;
                }
                let Some(matrix) = &whole.confusion else { continue };
                for (expected, counts) in matrix.labels.iter().zip(&matrix.counts) {
                    for (answer, count) in matrix.labels.iter().zip(counts).filter(|(_, count)| **count > 0) {
                        let names = [&*variant.name, &*score.name, expected, answer].map(Value::from);
                        confusion.write(names.into_iter().chain([whole_number(*count)]))?;
                    }
                }
            }
        }
        for slice in &self.slices {
            for score in &slice.scores {
                let of = Of {
                    variant: &score.variant,
                    score: Some(&score.score),
                    slice: Some((&slice.column, &slice.value)),
                };
                if let Some(summary) = &score.summary {
                    aggregates.summary(of, "", summary)?;
                }
            }
        }
        aggregates.finish()?;
        confusion.finish()?;
        self.write_comparisons(folder)?;
        self.write_calibrations(folder)?;
        self.write_pairs(folder, scored, repeats)
    }

    /// Removes the tables of an evaluation before this one.
    ///
    /// # Errors
    /// One of them cannot be removed.
    pub fn remove_tables(folder: &Path) -> Result<(), TableError> {
        for (name, _) in [AGGREGATES, CONFUSION, COMPARISONS, PAIRS, CALIBRATIONS] {
            let path = folder.join(format!("{name}.parquet"));
            match std::fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(TableError::File { path, source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn write_comparisons(&self, folder: &Path) -> Result<(), TableError> {
        let mut table = Table::create(folder, COMPARISONS)?;
        for compared in &self.comparisons {
            let comparison = &compared.comparison;
            let names = [&*compared.score, &*compared.baseline, &*compared.variant].map(Value::from);
            let [baseline, variant] = comparison.means.map(float);
            let counts =
                [comparison.better, comparison.worse, comparison.equal].map(|count| whole_number(count as u64));
            let test = &comparison.test;
            let tested =
                [float(test.p), comparison.adjusted_p.map_or(Value::Null, float), Value::from(test.method.name())];
            let cells = names.into_iter().chain([whole_number(comparison.rows as u64), baseline, variant]);
            let cells = cells.chain([float(comparison.difference)]).chain(ends(comparison.interval.as_ref()));
            let cells = cells.chain(tested).chain(counts);
            table.write(cells.chain([Value::from(comparison.verdict.to_string())]))?;
        }
        table.finish()
    }

    fn write_pairs(&self, folder: &Path, scored: &Scored, repeats: usize) -> Result<(), TableError> {
        let mut table = Table::create(folder, PAIRS)?;
        for compared in &self.comparisons {
            let of = |name: &str| self.variants.iter().position(|variant| variant.name == name);
            let (Some(baseline), Some(variant)) = (of(&compared.baseline), of(&compared.variant)) else { continue };
            let scores = &self.variants[variant].scores;
            let Some(position) = scores.iter().position(|score| score.name == compared.score) else { continue };
            let values = |variant: usize| &*scored.variants[variant].values[position];
            let names = [&*compared.score, &*compared.baseline, &*compared.variant].map(Value::from);
            let ran = scored.variants[baseline].ran.iter().zip(&scored.variants[variant].ran);
            let pairs = means([values(baseline), values(variant)], repeats, &scored.lines);
            for ((line, pair), _) in pairs.zip(ran).filter(|(_, (one, other))| **one && **other) {
                let outcome = Value::from(outcome(pair, scores[position].direction));
                let values = pair.map(|value| value.map_or(Value::Null, float));
                let cells = [whole_number(line)].into_iter().chain(names.clone());
                table.write(cells.chain(values).chain([outcome]))?;
            }
        }
        table.finish()
    }
}

/// How a variant fares beside the baseline.
fn outcome(pair: [Option<f64>; 2], direction: Direction) -> &'static str {
    let [Some(baseline), Some(variant)] = pair else { return "error" };
    let gain = if direction == Direction::Higher { variant - baseline } else { baseline - variant };
    match gain {
        gain if gain > 0.0 => "win",
        gain if gain < 0.0 => "loss",
        _ => "tie",
    }
}

impl VariantOutcome {
    /// What was measured of it.
    fn measured(&self, table: &mut Table) -> Result<(), TableError> {
        let of = Of { variant: &self.name, score: None, slice: None };
        for (name, summary) in [("latency_", &self.latency), ("cost_", &self.cost)] {
            if let Some(summary) = summary {
                table.summary(of, name, summary)?;
            }
        }
        if let Some(tokens) = self.tokens {
            table.number(of, "tokens_mean", None, tokens)?;
        }
        table.number(of, "failed", Some(self.rows), self.failed as f64)
    }
}

/// What a number is of.
#[derive(Clone, Copy)]
struct Of<'a> {
    variant: &'a str,
    score: Option<&'a str>,
    /// The column and its value.
    slice: Option<(&'a str, &'a str)>,
}

/// A table that is being written.
pub(super) struct Table {
    writer: TableWriter,
    cells: Vec<Value>,
}

impl Table {
    pub(super) fn create(folder: &Path, (name, columns): (&str, &[(&str, ColumnKind)])) -> Result<Self, TableError> {
        let mut schema = SchemaBuilder::default();
        for (column, kind) in columns {
            schema.declare(*column, Some(*kind));
        }
        let path = folder.join(format!("{name}.parquet"));
        let writer = TableWriter::create(&path, &schema.finish(), TableOptions::default())?;
        Ok(Self { writer, cells: Vec::with_capacity(columns.len()) })
    }

    pub(super) fn write(&mut self, cells: impl Iterator<Item = Value>) -> Result<(), TableError> {
        self.cells.clear();
        self.cells.extend(cells);
        self.writer.write_cells(&self.cells)
    }

    /// A mean and its quantiles, named with what stands before.
    fn summary(&mut self, of: Of<'_>, before: &str, summary: &Summary) -> Result<(), TableError> {
        let counted = (Some(summary.rows as u64), Some(summary.errors as u64));
        self.aggregate(of, &format!("{before}mean"), counted, (summary.mean, summary.interval.as_ref()))?;
        self.aggregate(of, &format!("{before}deviation"), counted, (summary.deviation, None))?;
        for quantile in &summary.quantiles {
            let name = format!("{before}p{}", (quantile.at * 1e8).round() / 1e6);
            self.aggregate(of, &name, counted, (quantile.value, quantile.interval.as_ref()))?;
        }
        Ok(())
    }

    fn number(&mut self, of: Of<'_>, name: &str, rows: Option<u64>, value: f64) -> Result<(), TableError> {
        self.aggregate(of, name, (rows, None), (value, None))
    }

    fn aggregate(
        &mut self,
        of: Of<'_>,
        name: &str,
        (rows, errors): (Option<u64>, Option<u64>),
        (value, interval): (f64, Option<&Interval>),
    ) -> Result<(), TableError> {
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        let count = |count: Option<u64>| count.map_or(Value::Null, whole_number);
        let (column, slice) = of.slice.unzip();
        let cells = [Value::from(of.variant), text(of.score), Value::from(name), text(column), text(slice)];
        let cells = cells.into_iter().chain([count(rows), count(errors), float(value)]);
        self.write(cells.chain(ends(interval)))
    }

    pub(super) fn finish(self) -> Result<(), TableError> {
        self.writer.finish()
    }
}

/// The cells of an interval: its ends, its level and its method.
pub(super) fn ends(interval: Option<&Interval>) -> [Value; 4] {
    let Some(interval) = interval else { return [const { Value::Null }; 4] };
    let level = interval.level.get();
    [float(interval.low), float(interval.high), float(level), Value::from(interval.method.name())]
}

/// A number; none where it is not defined.
pub(super) fn float(number: f64) -> Value {
    if number.is_finite() { Value::Float(number) } else { Value::Null }
}

pub(super) fn whole_number(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
