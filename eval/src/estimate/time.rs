use std::collections::BTreeMap;

use flow_core::forecast::{Moments, Quantity};
use flow_core::gate::Limits;
use serde::{Deserialize, Serialize};

use super::NodeEstimate;

/// How long a run will take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeEstimate {
    /// In seconds; `None` where that is not known.
    pub seconds: Option<Quantity>,
    /// Whether it is not known since models answer so quickly that this machine's own work decides, which was not measured yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_own_work: bool,
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
/// Seconds of a run's row that no model and no limit holds up, at the most. Where a run would be quicker by its calls alone, they do not
/// say how long it takes.
const OWN_WORK: f64 = 1e-3;
/// How much slower or quicker this machine may do the same the next time.
const OWN_PLAY: f64 = 2.0;
/// Rows of which a run has to be so that it tells how quick the machine is.
const ENOUGH_ROWS: u64 = 100;
/// What is left open of a time that is reckoned from the mean latency: queues, slow calls at the end.
const PLAY: f64 = 0.3;

/// How quickly this machine ran rows that nothing else held up.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// Where: `20261126-160612-724-triage`, `the pilot`.
    pub run: String,
    /// Seconds of a row, of all that were in flight.
    pub seconds: f64,
}

impl Pace {
    /// The pace of a run of so many rows; `None` where it had too few, or its calls may have held it up.
    #[must_use]
    pub fn of(run: &str, rows: u64, elapsed_ms: f64) -> Option<Self> {
        let seconds = elapsed_ms / 1e3 / rows.max(1) as f64;
        (rows >= ENOUGH_ROWS && seconds <= OWN_WORK).then(|| Self { run: run.to_owned(), seconds })
    }
}

/// What a run's rows take.
pub(super) struct Rows<'r> {
    /// Seconds of a row; `None` where that is not known.
    pub(super) seconds: Option<&'r Moments>,
    /// Seconds of what runs after all of them; `None` where that is not known.
    pub(super) behind: Option<f64>,
    /// How many are run.
    pub(super) runs: f64,
    /// How many are in flight.
    pub(super) jobs: usize,
    /// All their calls.
    pub(super) calls: Quantity,
    /// How quickly such rows were run that nothing held up.
    pub(super) pace: Option<&'r Pace>,
}

impl TimeEstimate {
    /// Of such rows.
    pub(super) fn of(nodes: &[(NodeEstimate, Limits)], rows: &Rows<'_>) -> Self {
        let Rows { seconds: row, behind, runs, jobs, calls, pace } = *rows;
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
        let slowest = limits.iter().map(|limit| limit.seconds.expected).fold(0.0, f64::max);
        // What takes so little is over within a second, whatever the machine does beside it.
        let is_own_work = row.is_some() && slowest < runs * OWN_WORK && runs * OWN_WORK > AROUND;
        if let (true, Some(pace)) = (is_own_work, pace) {
            let expected = pace.seconds * runs;
            let seconds = Quantity::between(expected / OWN_PLAY, expected, expected * OWN_PLAY + AROUND, None);
            limits.push(LimitTime { limit: format!("this machine's own work, as in {}", pace.run), seconds });
        }
        limits.sort_by(|one, other| other.seconds.expected.total_cmp(&one.seconds.expected));
        let first = limits.first().map(|limit| limit.seconds);
        let longest = limits.iter().map(|limit| limit.seconds).reduce(|one, other| {
            Quantity::between(one.low.max(other.low), one.expected.max(other.expected), one.high.max(other.high), None)
        });
        let is_own_work = is_own_work && pace.is_none();
        let is_known = (row.is_some() && behind.is_some() && !is_own_work) || calls.is_none();
        let longest = longest.unwrap_or(Quantity::NONE) + behind.map_or(Quantity::NONE, once);
        Self {
            seconds: is_known.then_some(longest),
            is_own_work,
            at_least: first.map(|seconds| seconds.low).filter(|seconds| *seconds > 0.0 && !is_known && !is_own_work),
            limits,
        }
    }
}

/// The time of what is done once.
fn once(seconds: f64) -> Quantity {
    Quantity::between(seconds * (1.0 - PLAY), seconds, seconds * (1.0 + PLAY), None)
}

/// All calls of one model over one connection.
struct Lane {
    limits: Limits,
    requests: Quantity,
    tokens: Quantity,
    /// Seconds of all calls together; `None` where some were never timed.
    busy: Option<f64>,
}

fn lanes(nodes: &[(NodeEstimate, Limits)]) -> BTreeMap<(&str, &str), Lane> {
    let mut lanes: BTreeMap<(&str, &str), Lane> = BTreeMap::new();
    for (node, limits) in nodes {
        let lane = lanes.entry((&node.connection, &node.model)).or_insert(Lane {
            limits: *limits,
            requests: Quantity::NONE,
            tokens: Quantity::NONE,
            busy: Some(0.0),
        });
        let asked = 1.0 - node.cached_share();
        lane.requests += node.requests.scaled(asked);
        lane.tokens += (node.prompt_tokens + node.completion_tokens).scaled(asked);
        let busy = match node.calls.expected * asked {
            0.0 => Some(0.0),
            calls => node.seconds_per_call.map(|seconds| seconds * calls),
        };
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
            limits.push(LimitTime { limit: words, seconds: a_minute(self.requests, f64::from(limit)) });
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
