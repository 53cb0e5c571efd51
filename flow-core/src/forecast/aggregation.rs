//! What nodes will ask that run once after all rows, over lists of what the rows have.
//!
//! The values of the rows that were walked through stand in those lists, with their marks. Where those are some of all rows, what is
//! asked over half of them tells how it grows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::unknown::Unknowns;
use super::view::Known;
use super::{Amount, CallForecast, Forecaster, Moments, Nobody, Quantity, RowForecast, walk};
use crate::exec::{EventSink, Executor, Frame, RowError, RowForAggregation, RowOptions, Settled, Stage};
use crate::plan::{Op, Plan, PlanNode};
use crate::value::{Map, Value};

/// What nodes after all rows see of a row.
#[derive(Debug, Clone)]
pub struct RowValues {
    row: RowForAggregation,
    unknowns: Unknowns,
    /// Nodes whose outputs depend on answers, and whether they may be anything.
    open: BTreeMap<Arc<str>, bool>,
}

impl RowValues {
    pub(super) fn of(frame: &Frame<'_>, known: &[Known], unknowns: Unknowns) -> Self {
        let (mut nodes, mut open) = (BTreeMap::new(), BTreeMap::new());
        for name in RowForAggregation::sources(frame.plan) {
            let Some((index, _)) = frame.plan.node(&name) else { continue };
            if let Some(Settled::Output(value)) = frame.settled(index) {
                nodes.insert(Arc::clone(&name), value.clone());
            }
            if let Some(known) = known.get(index.index()).filter(|known| known.is_open) {
                open.insert(name, known.is_guessed);
            }
        }
        let names = frame.plan.inputs.iter().map(|input| Arc::clone(&input.name));
        let inputs: Map = names.zip(frame.inputs.iter().cloned()).collect();
        Self { row: RowForAggregation { inputs: Arc::new(inputs), nodes }, unknowns, open }
    }
}

impl Forecaster {
    /// Whether nodes ask models that run after all rows.
    #[must_use]
    pub fn asks_after_rows(&self) -> bool {
        self.plan.nodes.iter().any(|node| node.aggregation && asks(node))
    }

    /// Foresees the calls of nodes that run once after all rows, of which so many will end well and these were walked through.
    pub async fn after_rows(&self, rows: &[RowValues], number: f64) -> RowForecast {
        let once = Self { rows: 1.0, cache: None, ..self.clone() };
        let whole = once.over(rows).await;
        if whole.failure.is_some() || number <= rows.len() as f64 || rows.is_empty() {
            return whole;
        }
        let part = once.over(&rows[..rows.len() / 2]).await;
        let size = |row: &RowValues| self.size(row.row.nodes.values().chain(row.row.inputs.values()), &row.unknowns);
        let mut sizes = Moments::default();
        rows.iter().for_each(|row| sizes.take(size(row).expected));
        let play = sizes.error_of_mean(number).filter(|_| sizes.mean > 0.0).map_or(1.0, |error| error / sizes.mean);
        let more = Growth { from: (rows.len() / 2) as f64, to: rows.len() as f64, number, play };
        // A list is as long as there are rows, so that its items are as many calls.
        let (whole, part) = (RowForecast { calls: summed(whole.calls), ..whole }, summed(part.calls));
        let calls = whole.calls.into_iter().map(|call| {
            let less = part.iter().find(|less| is_same(less, &call));
            let grown = more.call(less, call);
            CallForecast { too_long: once.too_long(&grown), ..grown }
        });
        RowForecast { calls: calls.collect(), ..whole }
    }

    /// Foresees them over these rows and no others.
    async fn over(&self, rows: &[RowValues]) -> RowForecast {
        let (executor, events) = (Executor::new(), EventSink::observer(Arc::new(Nobody)));
        let context = executor.context(&self.plan, None, &events, RowOptions::default());
        let column =
            |name: &str| Value::list(rows.iter().map(|row| row.row.inputs.get(name).cloned().unwrap_or_default()));
        let inputs = self.plan.inputs.iter().map(|input| column(&input.name)).collect();
        let seen: Vec<RowForAggregation> = rows.iter().map(|row| row.row.clone()).collect();
        let frame = Frame::new(&self.plan, &context, inputs, Stage::Aggregation(&seen));
        let mut unknowns = Unknowns::default();
        rows.iter().for_each(|row| unknowns.extend(&row.unknowns));
        let known = |node: &PlanNode| {
            let open = || rows.iter().filter_map(|row| row.open.get(&node.name));
            Known { is_open: open().next().is_some(), is_guessed: open().any(|guessed| *guessed), ..Known::default() }
        };
        let known = self.plan.nodes.iter().map(known).collect();
        let (calls, ended) = walk::after_rows(self, &frame, (known, unknowns)).await;
        match ended {
            Ok(seconds) => RowForecast { calls, seconds, ..RowForecast::default() },
            Err(error) => {
                let failure = Some(self.failure(&RowError::Node(error)));
                RowForecast { calls, failure, ..RowForecast::default() }
            }
        }
    }
}

fn asks(node: &PlanNode) -> bool {
    let of_plan = |plan: &Plan| plan.nodes.iter().any(asks);
    match &node.op {
        Op::Llm(_) => true,
        Op::Flow(plan) => of_plan(plan),
        Op::Prompt(_) | Op::Tool(_) | Op::Script(_) => false,
    }
}

fn is_same(one: &CallForecast, other: &CallForecast) -> bool {
    let key = |call: &CallForecast| [&call.node, &call.connection, &call.model].map(Arc::clone);
    key(one) == key(other) && one.is_fallback == other.is_fallback
}

/// Calls of the same node and model as one.
fn summed(calls: Vec<CallForecast>) -> Vec<CallForecast> {
    let mut sums: Vec<CallForecast> = Vec::new();
    for call in calls {
        let Some(sum) = sums.iter_mut().find(|sum| is_same(sum, &call)) else {
            sums.push(call);
            continue;
        };
        sum.calls += call.calls;
        sum.requests += call.requests;
        sum.prompt += call.prompt;
        sum.completion += call.completion;
        sum.cached += call.cached;
        sum.cost = sum.cost.zip(call.cost).map(|(mut sum, cost)| {
            sum += cost;
            sum
        });
        sum.request = None;
    }
    sums
}

/// How something grows with the number of rows.
struct Growth {
    from: f64,
    to: f64,
    number: f64,
    /// How far the rows that are not looked at may differ, in parts.
    play: f64,
}

impl Growth {
    fn call(&self, less: Option<&CallForecast>, call: CallForecast) -> CallForecast {
        let of = |part: fn(&CallForecast) -> Quantity| self.quantity(less.map_or(Quantity::NONE, part), part(&call));
        // The price of a token is the same, unless a long prompt costs more.
        let factor =
            |grown: Quantity, was: Quantity| if was.expected > 0.0 { grown.expected / was.expected } else { 1.0 };
        let (prompt, completion) = (of(|call| call.prompt), of(|call| call.completion));
        let tokens = factor(prompt + completion, call.prompt + call.completion);
        let cost = call.cost.map(|cost| Amount { worst: None, ..cost.scaled(tokens) }.widened(self.play));
        CallForecast {
            calls: of(|call| call.calls),
            requests: of(|call| call.requests),
            prompt,
            completion,
            cost,
            request: None,
            ..call
        }
    }

    fn quantity(&self, less: Quantity, more: Quantity) -> Quantity {
        let left = (self.number - self.to).max(0.0);
        let grown = |less: f64, more: f64| (more + (more - less) / (self.to - self.from) * left).max(0.0);
        let expected = grown(less.expected, more.expected);
        let play = (expected - more.expected).abs() * self.play;
        let worst = if less.worst == more.worst { more.worst } else { None };
        let [low, high] = [grown(less.low, more.low) - play, grown(less.high, more.high) + play];
        Quantity::between(low, expected, high, worst)
    }
}
