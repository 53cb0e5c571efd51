use flow_core::forecast::Quantity;
use flow_core::model::Usage;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use super::Estimate;

/// How good an estimate was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Calls.
    pub calls: Compared,
    /// Tokens of prompts.
    pub prompt_tokens: Compared,
    /// Tokens of answers.
    pub completion_tokens: Compared,
    /// US dollars; `None` where prices were not known.
    pub cost: Option<Compared>,
    /// Seconds; `None` where they were not estimated.
    pub seconds: Option<Compared>,
}

/// What was expected, and what came.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Compared {
    /// What was expected.
    pub estimate: Quantity,
    /// What came.
    pub actual: f64,
    /// Where it lies.
    pub verdict: Verdict,
}

/// Where what came lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Within the interval.
    Within,
    /// Below it.
    Below,
    /// Above it.
    Above,
}

impl Outcome {
    /// Compares an estimate with what a whole run took.
    #[must_use]
    pub fn of(estimate: &Estimate, usage: &Usage, elapsed_ms: Option<f64>) -> Self {
        let total = &estimate.total;
        let number = |amount: rust_decimal::Decimal| amount.to_f64().unwrap_or(f64::MAX);
        let cost = total.whole_cost().filter(|_| usage.cost.unpriced_calls == 0).map(|cost| {
            let worst = cost.worst.map(number);
            let estimate = Quantity::between(number(cost.low), number(cost.expected), number(cost.high), worst);
            Compared::of(estimate, number(usage.cost.known), MICRO)
        });
        let seconds = estimate.time.seconds.zip(elapsed_ms);
        Self {
            calls: Compared::of(total.calls, usage.calls as f64, 0.5),
            prompt_tokens: Compared::of(total.prompt_tokens, usage.prompt_tokens as f64, 0.5),
            completion_tokens: Compared::of(total.completion_tokens, usage.completion_tokens as f64, 0.5),
            cost,
            seconds: seconds.map(|(seconds, elapsed)| Compared::of(seconds, elapsed / 1e3, 0.0)),
        }
    }
}

/// Amounts of money that differ by less are the same.
const MICRO: f64 = 1e-6;

impl Compared {
    /// Numbers that differ by no more than the rounding are the same.
    fn of(estimate: Quantity, actual: f64, rounding: f64) -> Self {
        let verdict = if actual < estimate.low - rounding {
            Verdict::Below
        } else if actual > estimate.high + rounding {
            Verdict::Above
        } else {
            Verdict::Within
        };
        Self { estimate, actual, verdict }
    }

    /// By how much the expectation was too low (or too high, below 0), in parts of what came; `None` where nothing came.
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        (self.actual > 0.0).then(|| self.estimate.expected / self.actual - 1.0)
    }
}
