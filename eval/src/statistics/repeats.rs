use serde::Serialize;

use super::error::{StatisticsError, checked, enough, positive, same_length};
use super::mean::{Mean, sum};

/// Where the variance of a mean comes from, of rows with the same number of runs, and runs with the same number of judgements.
///
/// In the square of the scores' unit; each is at least 0. The mean squares are NaN where there is nothing to compare.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Components {
    /// How many rows there are.
    pub rows: usize,
    /// Runs of each row.
    pub runs: usize,
    /// Judgements of each run.
    pub judgements: usize,
    /// Mean squares of rows, runs and judgements.
    pub mean_squares: [f64; 3],
    /// `σ²_I = (MS_I - MS_R)/(KJ)`: how rows differ.
    pub row: f64,
    /// `σ²_R = (MS_R - MS_J)/J`: how runs of one row differ.
    pub run: f64,
    /// `σ²_J = MS_J`: how judgements of one run differ.
    pub judgement: f64,
    /// The mean of all.
    pub mean: f64,
    /// The standard error of the mean: `sqrt(MS_I/(IKJ))`. Never the deviation of all values by the root of their number.
    pub standard_error: f64,
}

impl Components {
    /// The components of rows of runs of judgements.
    ///
    /// # Errors
    /// Fewer than two rows, rows or runs of different lengths, an empty one, or a value that is not finite.
    pub fn nested(rows: &[Vec<Vec<f64>>]) -> Result<Components, StatisticsError> {
        enough("the components of variance", "rows", 2, rows.len())?;
        let runs = rows[0].len();
        enough("the components of variance", "runs", 1, runs)?;
        let judgements = rows[0][0].len();
        for row in rows {
            same_length("the first row", runs, "another row", row.len())?;
            for run in row {
                same_length("the first run", judgements, "another run", run.len())?;
                checked("the components of variance", run, 1)?;
            }
        }
        let average = |values: &[f64]| sum(values.iter().copied()) / values.len() as f64;
        let away = |values: &[f64]| {
            let centre = average(values);
            sum(values.iter().map(|value| (value - centre).powi(2)))
        };
        let of_runs: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().map(|run| average(run)).collect()).collect();
        let of_rows: Vec<f64> = of_runs.iter().map(|runs| average(runs)).collect();
        let (i, k, j) = (rows.len() as f64, runs as f64, judgements as f64);
        let share = |squares: f64, degrees: f64| if degrees > 0.0 { squares / degrees } else { f64::NAN };
        let ms_row = share(k * j * away(&of_rows), i - 1.0);
        let ms_run = share(j * sum(of_runs.iter().map(|runs| away(runs))), i * (k - 1.0));
        let ms_judge = share(sum(rows.iter().flatten().map(|run| away(run))), i * k * (j - 1.0));
        // What cannot be told apart belongs to the coarser one: with one judgement, judging is part of the run.
        let known = |value: f64| if value.is_nan() { 0.0 } else { value };
        let judgement = known(ms_judge);
        let run = known((ms_run - judgement) / j).max(0.0);
        let below = if ms_run.is_nan() { judgement } else { ms_run };
        Ok(Components {
            rows: rows.len(),
            runs,
            judgements,
            mean_squares: [ms_row, ms_run, ms_judge],
            row: ((ms_row - below) / (k * j)).max(0.0),
            run,
            judgement,
            mean: average(&of_rows),
            standard_error: (ms_row / (i * k * j)).sqrt(),
        })
    }

    /// The components of rows with several runs each.
    ///
    /// # Errors
    /// As [`Components::nested`].
    pub fn of_runs<'a>(rows: impl IntoIterator<Item = &'a [f64]>) -> Result<Components, StatisticsError> {
        let nested: Vec<Vec<Vec<f64>>> =
            rows.into_iter().map(|row| row.iter().map(|value| vec![*value]).collect()).collect();
        Components::nested(&nested)
    }

    /// The variance that the mean would have with other numbers of rows, runs and judgements:
    /// `(σ²_I + σ²_R/K + σ²_J/(KJ))/n`.
    ///
    /// # Errors
    /// A number is 0.
    pub fn variance_of_mean(&self, rows: usize, runs: usize, judgements: usize) -> Result<f64, StatisticsError> {
        for (unit, count) in [("rows", rows), ("runs", runs), ("judgements", judgements)] {
            enough("the variance of a mean", unit, 1, count)?;
        }
        let (n, k, j) = (rows as f64, runs as f64, judgements as f64);
        Ok((self.row + self.run / k + self.judgement / (k * j)) / n)
    }
}

/// How many repeats of each row make a budget go furthest: `K* = sqrt(c0 σ²/(c1 ω²))`, at least 1, where a row costs `c0` once
/// and `c1` for each repeat, `within` is the variance of repeats of one row and `between` that of rows. Where all cost is per
/// call, more rows always beat more repeats.
///
/// # Errors
/// A cost of repeats or a variance between rows that is not positive; another number that is negative or not finite.
pub fn best_repeats(cost_row: f64, cost_repeat: f64, within: f64, between: f64) -> Result<f64, StatisticsError> {
    positive("the cost of a repeat", cost_repeat)?;
    positive("the variance between rows", between)?;
    for (what, value) in [("the cost of a row", cost_row), ("the variance within rows", within)] {
        if !(value >= 0.0 && value.is_finite()) {
            return Err(StatisticsError::Setting { what, value, must: "0 or above" });
        }
    }
    Ok((cost_row * within / (cost_repeat * between)).sqrt().max(1.0))
}

/// The mean over rows of their means, with its standard error over rows: rows may have different numbers of runs.
///
/// # Errors
/// No rows, a row without runs, or a value that is not finite.
pub fn mean_of_rows<'a>(rows: impl IntoIterator<Item = &'a [f64]>) -> Result<Mean, StatisticsError> {
    let means: Result<Vec<f64>, StatisticsError> =
        rows.into_iter().map(|runs| Mean::of(runs).map(|m| m.mean)).collect();
    Mean::of(&means?)
}
