use std::fmt;

use serde::Serialize;

/// The outcome of a test of a hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Test {
    /// How it was made.
    pub method: TestMethod,
    /// The statistic, where the method has one: t, z, χ², W.
    pub statistic: Option<f64>,
    /// Its degrees of freedom, where it has them.
    pub degrees: Option<f64>,
    /// How often data at least as far from the hypothesis come about when it is true; two-sided unless the method says
    /// otherwise.
    pub p: f64,
}

impl Test {
    pub(super) fn with(method: TestMethod, statistic: f64, degrees: Option<f64>, p: f64) -> Test {
        Test { method, statistic: Some(statistic), degrees, p: p.clamp(0.0, 1.0) }
    }
}

/// On which side a test looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Both.
    Both,
    /// Whether the truth is greater than the hypothesis.
    Greater,
    /// Whether the truth is less than the hypothesis.
    Less,
}

/// How a test was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TestMethod {
    /// Exact test of a proportion.
    Binomial,
    /// Paired t.
    PairedT,
    /// Paired t against a margin.
    NonInferiorityT,
    /// Two one-sided t: the larger p of both.
    EquivalenceT,
    /// Clustered t (CR1).
    ClusterT,
    /// All sign flips of the differences.
    SignFlipExact,
    /// Random sign flips of the differences.
    SignFlip,
    /// All sign flips of the clusters' sums.
    ClusterSignFlipExact,
    /// Random sign flips of the clusters' sums.
    ClusterSignFlip,
    /// Signs of the differences.
    Sign,
    /// Wilcoxon's signed ranks over all sign flips of the (mid)ranks.
    WilcoxonExact,
    /// Wilcoxon's signed ranks, normal approximation with correction for ties.
    Wilcoxon,
    /// Wilcoxon's signed ranks, normal approximation with corrections for ties and continuity.
    WilcoxonContinuity,
    /// McNemar, exact.
    McNemarExact,
    /// McNemar, mid-p.
    McNemarMidP,
    /// McNemar, χ².
    McNemar,
    /// McNemar, χ² with continuity correction.
    McNemarContinuity,
    /// Tango's score against a margin.
    NonInferiorityTango,
    /// Fisher's exact test.
    Fisher,
    /// Two proportions with a pooled variance.
    TwoProportions,
    /// Welch's t.
    Welch,
    /// Friedman's test.
    Friedman,
    /// Cochran's Q.
    CochranQ,
    /// χ² of how many requests each variant got.
    SampleRatio,
    /// Bets against no difference, row by row: the statistic is the e value.
    EValue,
    /// Kendall's S within strata, normal approximation with correction for ties.
    StratifiedKendall,
}

impl TestMethod {
    /// The name as a report shows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TestMethod::Binomial => "exact binomial",
            TestMethod::PairedT => "paired t",
            TestMethod::NonInferiorityT => "paired t against the margin",
            TestMethod::EquivalenceT => "two one-sided t",
            TestMethod::ClusterT => "clustered t (CR1)",
            TestMethod::SignFlipExact => "sign flips, all",
            TestMethod::SignFlip => "sign flips, random",
            TestMethod::ClusterSignFlipExact => "sign flips of clusters, all",
            TestMethod::ClusterSignFlip => "sign flips of clusters, random",
            TestMethod::Sign => "sign test",
            TestMethod::WilcoxonExact => "Wilcoxon, exact",
            TestMethod::Wilcoxon => "Wilcoxon, normal",
            TestMethod::WilcoxonContinuity => "Wilcoxon, normal with continuity correction",
            TestMethod::McNemarExact => "McNemar, exact",
            TestMethod::McNemarMidP => "McNemar, mid-p",
            TestMethod::McNemar => "McNemar, chi-squared",
            TestMethod::McNemarContinuity => "McNemar, chi-squared with continuity correction",
            TestMethod::NonInferiorityTango => "Tango's score against the margin",
            TestMethod::Fisher => "Fisher, exact",
            TestMethod::TwoProportions => "two proportions, z",
            TestMethod::Welch => "Welch t",
            TestMethod::Friedman => "Friedman",
            TestMethod::CochranQ => "Cochran's Q",
            TestMethod::SampleRatio => "sample ratio, chi-squared",
            TestMethod::EValue => "e value, at any time",
            TestMethod::StratifiedKendall => "Kendall within strata",
        }
    }
}

impl fmt::Display for TestMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
