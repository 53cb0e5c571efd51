use crate::score::aggregate::same;
use crate::score::parameters::NoParameters;
use crate::score::tally::as_float;
use crate::score::{
    Aggregate, AggregateError, Alias, Definition, Direction, Input, InputKind, ParameterError, Row, Score, ScoreError,
    Scorer, Spec, Summary, Unit,
};

/// How far a number is off, and the errors of all rows.
#[derive(Debug)]
pub(crate) struct Regression;

impl Definition for Regression {
    const SPEC: Spec = Spec {
        name: "absolute_error",
        aliases: &[Alias::of("regression"), Alias::of("mae"), Alias::of("rmse"), Alias::of("mse")],
        summary: "how far a number is off; of all rows MAE, MSE, RMSE, MAPE, bias, R² and the correlation",
        formula: "|answer − expected|. Of all rows, d = answer − expected: MAE mean |d|, MSE mean d², RMSE √MSE, bias mean d, MAPE mean |d|/|expected|, \
                  R² = 1 − Σd²/Σ(expected − mean)²",
        source: "agrees with scikit-learn 1.9 and, for the correlation, with NumPy's `corrcoef`",
        inputs: &[
            Input { name: "answer", kind: InputKind::Number, required: true, summary: "the number that is scored" },
            Input { name: "expected", kind: InputKind::Number, required: true, summary: "the number that is right" },
        ],
        direction: Direction::Lower,
        unit: Unit::Free,
        ..Spec::VERDICT
    };
    type Parameters = NoParameters;

    fn new(_: NoParameters) -> Result<Self, ParameterError> {
        Ok(Self)
    }
}

impl Scorer for Regression {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let error = row.number("answer")? - row.number("expected")?;
        Ok(Score::of(error.abs()).with("error", error).with("squared_error", error * error))
    }

    fn aggregate(&self) -> Option<Box<dyn Aggregate>> {
        Some(Box::new(Errors::default()))
    }
}

/// The errors of many rows: sums, and moments around the means as by Welford and Chan.
#[derive(Debug, Clone, Copy, Default)]
struct Errors {
    rows: u64,
    signed: f64,
    absolute: f64,
    squared: f64,
    relative: f64,
    greatest: f64,
    answer_mean: f64,
    expected_mean: f64,
    answer_squares: f64,
    expected_squares: f64,
    products: f64,
}

impl Aggregate for Errors {
    fn add(&mut self, row: &Row<'_>) -> Result<(), ScoreError> {
        let (answer, expected) = (row.number("answer")?, row.number("expected")?);
        let error = answer - expected;
        self.rows += 1;
        self.signed += error;
        self.absolute += error.abs();
        self.squared += error * error;
        self.relative += error.abs() / expected.abs().max(f64::EPSILON);
        self.greatest = self.greatest.max(error.abs());
        let count = as_float(self.rows);
        let (one, other) = (answer - self.answer_mean, expected - self.expected_mean);
        self.answer_mean += one / count;
        self.expected_mean += other / count;
        self.answer_squares += one * (answer - self.answer_mean);
        self.expected_squares += other * (expected - self.expected_mean);
        self.products += one * (expected - self.expected_mean);
        Ok(())
    }

    fn merge(&mut self, other: Box<dyn Aggregate>) -> Result<(), AggregateError> {
        let other: Self = same(other)?;
        let (mine, theirs) = (as_float(self.rows), as_float(other.rows));
        if other.rows > 0 {
            let both = mine + theirs;
            let (one, two) = (other.answer_mean - self.answer_mean, other.expected_mean - self.expected_mean);
            let share = mine * theirs / both;
            self.answer_mean += one * theirs / both;
            self.expected_mean += two * theirs / both;
            self.answer_squares += other.answer_squares + one * one * share;
            self.expected_squares += other.expected_squares + two * two * share;
            self.products += other.products + one * two * share;
        }
        self.rows += other.rows;
        self.signed += other.signed;
        self.absolute += other.absolute;
        self.squared += other.squared;
        self.relative += other.relative;
        self.greatest = self.greatest.max(other.greatest);
        Ok(())
    }

    fn finish(&self) -> Summary {
        let mut summary = Summary::of(self.rows);
        if self.rows == 0 {
            return summary;
        }
        let rows = as_float(self.rows);
        summary.push("mean_absolute_error", self.absolute / rows);
        summary.push("mean_squared_error", self.squared / rows);
        summary.push("root_mean_squared_error", (self.squared / rows).sqrt());
        summary.push("mean_absolute_percentage_error", self.relative / rows);
        summary.push("mean_error", self.signed / rows);
        summary.push("max_error", self.greatest);
        if self.rows > 1 {
            // Where all that is expected is the same, it is all or nothing.
            let constant = if self.squared == 0.0 { 1.0 } else { 0.0 };
            let spread = self.expected_squares;
            summary.push("r2", if spread == 0.0 { constant } else { 1.0 - self.squared / spread });
            summary.push("pearson_correlation", self.products / (self.answer_squares * spread).sqrt());
        }
        summary
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}
