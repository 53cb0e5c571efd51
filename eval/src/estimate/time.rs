use std::collections::BTreeMap;

use flow_core::forecast::{Moments, Quantity};
use flow_core::gate::Limits;
use serde::{Deserialize, Serialize};

use super::NodeEstimate;

/// How long a run will take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeEstimate {
    /// In seconds; `None` where calls were never timed.
    pub seconds: Option<Quantity>,
    /// It cannot be less, by the limits that are known.
    pub at_least: Option<f64>,
    /// What each limit alone would make of it, the one that holds it up most first.
    pub limits: Vec<LimitTime>,
}

/// What a limit makes of the time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LimitTime {
    /// Which: `16 rows in flight`, `500 requests a minute (gpt-4o)`.
    pub limit: String,
    /// Seconds.
    pub seconds: Quantity,
}

/// How much of a limit for a minute may be used at once: as the gate has it.
const AT_ONCE: f64 = 0.1;
/// Seconds that a run may take beside its rows.
const AROUND: f64 = 1.0;
/// What is left open of a time that is reckoned from the mean latency: queues, slow calls at the end.
const PLAY: f64 = 0.3;

impl TimeEstimate {
    /// Of rows that take so many seconds each (`None` where that is not known), so many of them in flight.
    pub(super) fn of(
        nodes: &[(NodeEstimate, Limits)],
        row: Option<&Moments>,
        runs: f64,
        jobs: usize,
        calls: Quantity,
    ) -> Self {
        let mut limits = Vec::new();
        if let Some(row) = row.filter(|row| row.count > 0) {
            // The last rows have the run for themselves, and end one by one.
            let expected = row.mean * (runs / jobs as f64 + 0.5).max(1.0);
            let part = |of: f64| if calls.expected > 0.0 { of / calls.expected } else { 1.0 };
            let (low, high) = (part(calls.low) * (1.0 - PLAY), part(calls.high) * (1.0 + PLAY));
            let seconds = Quantity::between(expected * low, expected, expected * high + AROUND, None);
            let rows = if jobs == 1 { "row" } else { "rows" };
            limits.push(LimitTime { limit: format!("{jobs} {rows} in flight"), seconds });
        }
        for (model, lane) in lanes(nodes) {
            limits.extend(lane.limits(model));
        }
        limits.sort_by(|one, other| other.seconds.expected.total_cmp(&one.seconds.expected));
        let first = limits.first().map(|limit| limit.seconds);
        let longest = limits.iter().map(|limit| limit.seconds).reduce(|one, other| {
            Quantity::between(one.low.max(other.low), one.expected.max(other.expected), one.high.max(other.high), None)
        });
        let is_known = row.is_some() || calls.is_none();
        Self {
            seconds: if is_known { Some(longest.unwrap_or(Quantity::NONE)) } else { None },
            at_least: first.map(|seconds| seconds.low).filter(|seconds| *seconds > 0.0 && !is_known),
            limits,
        }
    }
}

/// All calls of one model over one connection.
struct Lane {
    limits: Limits,
    calls: Quantity,
    tokens: Quantity,
    /// Seconds of all calls together; `None` where some were never timed.
    busy: Option<f64>,
}

fn lanes(nodes: &[(NodeEstimate, Limits)]) -> BTreeMap<(&str, &str), Lane> {
    let mut lanes: BTreeMap<(&str, &str), Lane> = BTreeMap::new();
    for (node, limits) in nodes {
        let lane = lanes.entry((&node.connection, &node.model)).or_insert(Lane {
            limits: *limits,
            calls: Quantity::NONE,
            tokens: Quantity::NONE,
            busy: Some(0.0),
        });
        let asked = 1.0 - node.cached_share();
        lane.calls += node.calls.scaled(asked);
        lane.tokens += (node.prompt_tokens + node.completion_tokens).scaled(asked);
        let busy = node.seconds_per_call.map(|seconds| seconds * node.calls.expected * asked);
        lane.busy = lane.busy.zip(busy).map(|(one, other)| one + other);
    }
    lanes
}

impl Lane {
    fn limits(&self, (_, model): (&str, &str)) -> Vec<LimitTime> {
        let mut limits = Vec::new();
        let a_minute = |amount: Quantity, limit: f64| {
            let minutes = |amount: f64| (amount - limit * AT_ONCE).max(0.0) / limit * 60.0;
            Quantity::between(minutes(amount.low), minutes(amount.expected), minutes(amount.high), None)
        };
        if let Some(limit) = self.limits.requests_per_minute {
            let words = format!("{limit} requests a minute ({model})");
            limits.push(LimitTime { limit: words, seconds: a_minute(self.calls, f64::from(limit)) });
        }
        if let Some(limit) = self.limits.tokens_per_minute {
            let words = format!("{limit} tokens a minute ({model})");
            limits.push(LimitTime { limit: words, seconds: a_minute(self.tokens, limit as f64) });
        }
        if let (Some(limit), Some(busy)) = (self.limits.concurrency, self.busy) {
            let seconds = busy / f64::from(limit.max(1));
            let words = format!("{limit} requests at the same time ({model})");
            let seconds = Quantity::between(seconds * (1.0 - PLAY), seconds, seconds * (1.0 + PLAY), None);
            limits.push(LimitTime { limit: words, seconds });
        }
        limits
    }
}
