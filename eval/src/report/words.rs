use crate::evaluation::Compared;
use crate::statistics::{Comparison, TestMethod, Verdict};

/// A comparison in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What is said of the variant: `short is better than base`.
    pub verdict: String,
    /// What speaks for it: difference, interval and p.
    pub evidence: String,
    /// On how many rows it is better, worse and equal.
    pub rows: String,
}

impl Words {
    /// The words for a comparison.
    #[must_use]
    pub fn of(compared: &Compared) -> Self {
        let Compared { variant, baseline, comparison, .. } = compared;
        let verdict = match comparison.verdict {
            Verdict::Better => format!("{variant} is better than {baseline}"),
            Verdict::Worse => format!("{variant} is worse than {baseline}"),
            Verdict::NoWorse { margin } => format!("{variant} is no worse than {baseline} by {margin}"),
            Verdict::Small { smallest } => {
                format!("{variant} and {baseline} differ by less than {smallest}")
            }
            other => format!("{variant} against {baseline}: {other}"),
        };
        let evidence = evidence(comparison);
        let (better, worse, equal) = (comparison.better, comparison.worse, comparison.equal);
        Self { verdict, evidence, rows: format!("{better} rows better, {worse} worse, {equal} equal") }
    }
}

/// A difference with its interval and p.
#[must_use]
pub fn evidence(comparison: &Comparison) -> String {
    let interval = comparison.interval.as_ref();
    let interval = interval.map(|interval| format!(" ({} to {})", signed(interval.low), signed(interval.high)));
    let p = comparison.adjusted_p.unwrap_or(comparison.test.p);
    let whenever = if comparison.test.method == TestMethod::EValue { " whenever one looks" } else { "" };
    let p = if p < 0.0001 { format!("p < 0.0001{whenever}") } else { format!("p = {p:.4}{whenever}") };
    format!("{}{}, {p}", signed(comparison.difference), interval.unwrap_or_default())
}

/// A number with the digits that count.
#[must_use]
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && size < 0.01 {
        format!("{value:.6}")
    } else if size < 10.0 {
        format!("{value:.3}")
    } else {
        format!("{value:.1}")
    }
}

/// A number with its sign.
#[must_use]
pub fn signed(value: f64) -> String {
    let text = number(value);
    if value >= 0.0 { format!("+{text}") } else { text }
}
