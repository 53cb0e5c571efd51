use serde::Serialize;

use super::error::{StatisticsError, checked, enough};
use super::interval::{Interval, IntervalMethod, Level};
use super::mean::{Mean, logit, sum};

/// How much of what a judge says is believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Belief {
    /// All of it: prediction-powered inference as it was first.
    Whole,
    /// As much as makes the variance least: PPI++.
    Best,
}

/// A mean by few labels of people and many of a judge (Angelopoulos et al., arXiv 2301.09633; PPI++: arXiv 2311.01453).
///
/// `θ = λ mean(f of unlabelled) + mean(y - λ f of labelled)`, `Var = λ² Var(f of unlabelled)/N + Var(y - λ f)/n`, and for PPI++
/// `λ = Cov(y, f) / ((1 + n/N) Var(f))` within 0 and 1, the covariance that of the labelled rows and the variance that of all. It needs no rates
/// of the judge, but labelled rows that are a random sample of all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PredictionPowered {
    /// θ.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// λ: 0 takes the labels alone, 1 the judge as it is.
    pub lambda: f64,
    /// Degrees of freedom of the standard error (Satterthwaite).
    pub degrees: f64,
}

const WHAT: &str = "a mean corrected by labels";

impl PredictionPowered {
    /// Of labelled rows as what people and the judge said, and of what the judge said of the others.
    ///
    /// # Errors
    /// Fewer than two rows of a kind, or a value that is not finite.
    pub fn of(
        labelled: &[(f64, f64)],
        unlabelled: &[f64],
        belief: Belief,
    ) -> Result<PredictionPowered, StatisticsError> {
        let lambda = lambda(labelled, unlabelled, belief)?;
        let rest: Vec<f64> = labelled.iter().map(|(human, said)| human - lambda * said).collect();
        let (rest, said) = (Mean::of(&rest)?, Mean::of(unlabelled)?);
        let parts = [
            ((lambda * said.standard_error).powi(2), unlabelled.len() as f64 - 1.0),
            (rest.standard_error.powi(2), labelled.len() as f64 - 1.0),
        ];
        Ok(PredictionPowered::with(lambda * said.mean + rest.mean, parts, lambda))
    }

    fn with(estimate: f64, parts: [(f64, f64); 2], lambda: f64) -> PredictionPowered {
        let variance: f64 = parts.iter().map(|(variance, _)| variance).sum();
        let below: f64 = parts.iter().map(|(variance, degrees)| variance * variance / degrees).sum();
        let degrees = if below > 0.0 { variance * variance / below } else { f64::NAN };
        PredictionPowered { estimate, standard_error: variance.sqrt(), lambda, degrees }
    }

    /// `θ ± t SE`.
    ///
    /// # Errors
    /// There is no spread to go by.
    pub fn interval(&self, level: Level) -> Result<Interval, StatisticsError> {
        if self.standard_error.is_nan() || self.standard_error <= 0.0 {
            return Err(StatisticsError::AllEqual { what: WHAT, rows: 2, value: self.estimate });
        }
        let margin = level.t(self.degrees) * self.standard_error;
        Ok(Interval::around(self.estimate, margin, level, IntervalMethod::PredictionPowered))
    }

    /// As [`PredictionPowered::interval`], on the logit scale of a range, and brought back: near the ends of the range the plain one holds the
    /// truth in 90 to 93 % of cases alone. Where the estimate lies beyond the range, the plain one, cut.
    ///
    /// # Errors
    /// There is no spread to go by.
    pub fn interval_within(&self, low: f64, high: f64, level: Level) -> Result<Interval, StatisticsError> {
        let plain = self.interval(level)?;
        let (estimate, method) = (self.estimate, IntervalMethod::PredictionPowered);
        if estimate <= low || estimate >= high {
            return Ok(Interval { estimate: estimate.clamp(low, high), ..plain.clamped(low, high) });
        }
        logit(estimate, plain.half_width(), (low, high), level, method)
    }

    /// The difference of two variants' means, the second less the first, on the same rows of data: each row as what the judge said of both
    /// variants' answers, and what people said where they did. Rows that both share make it narrower. λ is that of the second.
    ///
    /// # Errors
    /// Fewer than two labelled rows of a variant, or two rows that both have and of which neither is labelled.
    pub fn difference(rows: &[[Judged; 2]]) -> Result<PredictionPowered, StatisticsError> {
        let mut lambdas = [0.0; 2];
        let mut rests = [(0.0, 0.0); 2];
        for side in [0, 1] {
            let own = rows.iter().map(|row| row[side]);
            let labelled: Vec<(f64, f64)> =
                own.clone().filter_map(|answer| Some((answer.human?, answer.said?))).collect();
            let others: Vec<f64> = own.filter(|answer| answer.human.is_none()).filter_map(|one| one.said).collect();
            lambdas[side] = lambda(&labelled, &others, Belief::Best)?;
            let rest = labelled.iter().map(|(human, said)| human - lambdas[side] * said);
            rests[side] = (sum(rest) / labelled.len() as f64, labelled.len() as f64);
        }
        let open = rows.iter().filter(|row| row.iter().all(|answer| answer.human.is_none()));
        let apart: Vec<f64> =
            open.filter_map(|[one, two]| Some(lambdas[1] * two.said? - lambdas[0] * one.said?)).collect();
        enough(WHAT, "rows without labels", 2, apart.len())?;
        let apart = Mean::of(&apart)?;
        // What each labelled row adds to the difference of the rests; those of a row that is labelled for both add up.
        let of_row = |row: &[Judged; 2]| -> f64 {
            let side = |side: usize, sign: f64| {
                let (mean, count) = rests[side];
                let pair = row[side].human.zip(row[side].said);
                pair.map_or(0.0, |(human, said)| {
                    sign * (human - lambdas[side] * said - mean) / (count * (count - 1.0)).sqrt()
                })
            };
            side(0, -1.0) + side(1, 1.0)
        };
        let of_labels = sum(rows.iter().map(|row| of_row(row).powi(2)));
        let estimate = apart.mean + rests[1].0 - rests[0].0;
        let parts =
            [(apart.standard_error.powi(2), apart.rows as f64 - 1.0), (of_labels, rests[0].1 + rests[1].1 - 2.0)];
        Ok(PredictionPowered::with(estimate, parts, lambdas[1]))
    }
}

/// What was said of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Judged {
    /// By the judge.
    pub said: Option<f64>,
    /// By people.
    pub human: Option<f64>,
}

fn lambda(labelled: &[(f64, f64)], unlabelled: &[f64], belief: Belief) -> Result<f64, StatisticsError> {
    enough(WHAT, "labelled rows", 2, labelled.len())?;
    enough(WHAT, "rows without labels", 2, unlabelled.len())?;
    let (human, said): (Vec<f64>, Vec<f64>) = labelled.iter().copied().unzip();
    for values in [&human, &said] {
        checked(WHAT, values, 2)?;
    }
    checked(WHAT, unlabelled, 2)?;
    if belief == Belief::Whole {
        return Ok(1.0);
    }
    let all: Vec<f64> = said.iter().chain(unlabelled).copied().collect();
    let variance = Mean::of(&all)?.deviation.powi(2);
    if variance == 0.0 {
        return Ok(0.0);
    }
    let n = labelled.len() as f64;
    let (mean_human, mean_said) = (Mean::of(&human)?.mean, Mean::of(&said)?.mean);
    let products = labelled.iter().map(|(human, said)| (human - mean_human) * (said - mean_said));
    let covariance = sum(products) / (n - 1.0);
    Ok((covariance / ((1.0 + n / unlabelled.len() as f64) * variance)).clamp(0.0, 1.0))
}
