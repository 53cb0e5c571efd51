use std::fmt;

use serde::Serialize;

use super::distribution;
use super::error::{StatisticsError, share};

/// The share of cases in which an interval is to hold what it estimates, such as 0.95.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Level(f64);

impl Level {
    /// 95 %, the custom.
    pub const P95: Level = Level(0.95);
    /// 90 %, whose lower end is the one-sided bound at 95 %.
    pub const P90: Level = Level(0.9);

    /// A level strictly between 0 and 1.
    ///
    /// # Errors
    /// Any other number, NaN included.
    pub fn new(level: f64) -> Result<Level, StatisticsError> {
        share("the confidence level", level)?;
        Ok(Level(level))
    }

    /// The share itself.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// The share of cases in which the interval may miss: `1 - level`.
    #[must_use]
    pub fn alpha(self) -> f64 {
        1.0 - self.0
    }

    /// The level whose two-sided interval ends at this level's one-sided bound: `1 - 2α`; at most 50 % level gives 0+.
    #[must_use]
    pub fn one_sided(self) -> Level {
        Level((1.0 - 2.0 * self.alpha()).max(f64::MIN_POSITIVE))
    }

    /// The level of each of `count` intervals that shall hold together (Bonferroni): `1 - α/count`.
    #[must_use]
    pub fn shared_by(self, count: usize) -> Level {
        Level(1.0 - self.alpha() / count.max(1) as f64)
    }

    /// The level that spends this share of α.
    pub(super) fn spending(self, share: f64) -> Level {
        Level(1.0 - self.alpha() * share)
    }

    /// The two-sided normal quantile `z_{1-α/2}`.
    #[must_use]
    pub fn z(self) -> f64 {
        -distribution::normal_quantile(self.alpha() / 2.0)
    }

    /// The two-sided quantile of Student's t with `degrees` degrees of freedom.
    #[must_use]
    pub fn t(self, degrees: f64) -> f64 {
        distribution::t_upper(self.alpha() / 2.0, degrees)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounded, since 0.57 * 100 prints as 56.99999999999999.
        write!(formatter, "{} %", (self.0 * 1e8).round() / 1e6)
    }
}

/// An estimate with what is plausible around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// What the rows at hand give.
    pub estimate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How often such intervals hold what they estimate.
    pub level: Level,
    /// How it was made.
    pub method: IntervalMethod,
}

impl Interval {
    /// Whether a number lies in it, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Half of its width.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// The interval of the negated quantity: what swapping the two sides of a comparison makes of it.
    #[must_use]
    pub fn negated(self) -> Interval {
        Interval { estimate: -self.estimate, low: -self.high, high: -self.low, ..self }
    }

    pub(super) fn around(estimate: f64, margin: f64, level: Level, method: IntervalMethod) -> Interval {
        Interval { estimate, low: estimate - margin, high: estimate + margin, level, method }
    }

    pub(super) fn clamped(self, low: f64, high: f64) -> Interval {
        Interval { low: self.low.max(low), high: self.high.min(high), ..self }
    }
}

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Wilson's score interval of a proportion.
    Wilson,
    /// Wilson's with continuity correction.
    WilsonContinuity,
    /// The exact one of Clopper and Pearson.
    ClopperPearson,
    /// Quantiles of Beta(k+½, n-k+½).
    Jeffreys,
    /// Student's t around a mean.
    StudentT,
    /// Student's t on the logit of a mean within a range.
    LogitT,
    /// Student's t on the mean logarithm, as a geometric mean.
    LogT,
    /// Cluster-robust CR1 with t of clusters less one.
    ClusterT,
    /// Cluster-robust CR1 on the logit of a mean within a range.
    ClusterLogitT,
    /// From how rare another value must be where all rows have the same one.
    AllEqualBound,
    /// Bootstrap: percentiles of the replicates.
    Percentile,
    /// Bootstrap: percentiles mirrored at the estimate.
    Basic,
    /// Bootstrap: bias-corrected and accelerated.
    Bca,
    /// Bootstrap of a quantile, computed without resampling.
    QuantileBootstrap,
    /// Paired proportions: Wald.
    PairedWald,
    /// Paired proportions: Bonett and Price.
    BonettPrice,
    /// Paired proportions: Agresti and Min.
    AgrestiMin,
    /// Paired proportions: Tango's score interval.
    Tango,
    /// Paired proportions: Newcombe's method 8, square and add.
    NewcombePaired,
    /// Paired proportions: Newcombe's method 10, with continuity in the correlation.
    NewcombePairedContinuity,
    /// Unpaired proportions: Newcombe's hybrid of two Wilson intervals.
    Newcombe,
    /// Unpaired proportions: Miettinen and Nurminen's score interval.
    MiettinenNurminen,
    /// Unpaired means: Welch.
    Welch,
    /// The middle of pairwise averages, from the distribution of the signed-rank statistic.
    HodgesLehmann,
    /// Confidence sequence: the means against which no bettor got rich.
    BettingSequence,
    /// The same for the mean of a data set whose rows come one by one.
    BettingWithoutReplacement,
    /// Confidence sequence of a proportion: Robbins.
    RobbinsSequence,
    /// The same for the share of a data set whose rows come one by one.
    RobbinsWithoutReplacement,
    /// Confidence sequence that holds for many rows.
    AsymptoticSequence,
    /// Kappa: Fleiss, Cohen and Everitt's standard error on the scale of Fisher's z.
    FisherZ,
    /// A sum of proportions: Newcombe's squaring and adding of two Wilson intervals.
    SquareAndAdd,
    /// A share corrected by a judge's rates: Rogan and Gladen, of one share by Lang and Reiczigel.
    RoganGladen,
    /// A mean corrected by labels: prediction-powered inference, of a mean within a range on the logit scale.
    PredictionPowered,
}

impl IntervalMethod {
    /// The name as a report shows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            IntervalMethod::Wilson => "Wilson",
            IntervalMethod::WilsonContinuity => "Wilson with continuity correction",
            IntervalMethod::ClopperPearson => "Clopper-Pearson",
            IntervalMethod::Jeffreys => "Jeffreys",
            IntervalMethod::StudentT => "t",
            IntervalMethod::LogitT => "logit t",
            IntervalMethod::LogT => "log t",
            IntervalMethod::ClusterT => "clustered t (CR1)",
            IntervalMethod::ClusterLogitT => "clustered logit t (CR1)",
            IntervalMethod::AllEqualBound => "bound for equal values",
            IntervalMethod::Percentile => "percentile bootstrap",
            IntervalMethod::Basic => "basic bootstrap",
            IntervalMethod::Bca => "BCa bootstrap",
            IntervalMethod::QuantileBootstrap => "exact bootstrap of the quantile",
            IntervalMethod::PairedWald => "paired Wald",
            IntervalMethod::BonettPrice => "Bonett-Price",
            IntervalMethod::AgrestiMin => "Agresti-Min",
            IntervalMethod::Tango => "Tango",
            IntervalMethod::NewcombePaired => "paired Newcombe",
            IntervalMethod::NewcombePairedContinuity => "paired Newcombe with continuity correction",
            IntervalMethod::Newcombe => "Newcombe",
            IntervalMethod::MiettinenNurminen => "Miettinen-Nurminen",
            IntervalMethod::Welch => "Welch t",
            IntervalMethod::HodgesLehmann => "Hodges-Lehmann",
            IntervalMethod::BettingSequence => "confidence sequence, betting",
            IntervalMethod::BettingWithoutReplacement => "confidence sequence of the data set, betting",
            IntervalMethod::RobbinsSequence => "confidence sequence, Robbins",
            IntervalMethod::RobbinsWithoutReplacement => "confidence sequence of the data set, Robbins",
            IntervalMethod::AsymptoticSequence => "confidence sequence, asymptotic",
            IntervalMethod::FisherZ => "Fisher's z",
            IntervalMethod::SquareAndAdd => "square and add",
            IntervalMethod::RoganGladen => "Rogan-Gladen",
            IntervalMethod::PredictionPowered => "PPI++",
        }
    }
}

impl fmt::Display for IntervalMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
