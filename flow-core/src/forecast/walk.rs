//! The walk through a row: which nodes run, and what each gives to those below.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::aggregation::RowValues;
use super::call::Possible;
use super::items::GivenItems;
use super::unknown::Unknowns;
use super::view::{Known, Reason, Verdict, View};
use super::{CallForecast, Forecaster, Quantity};
use crate::cache::RowCache;
use crate::exec::{Arguments, Frame, NodeError, NodeFailure, RowContext, Scope, Settled, Stage, Step};
use crate::llm::LlmOp;
use crate::plan::{Activation, Binding, NodeIndex, Op, PlanNode};
use crate::script::Runner;
use crate::value::Value;

/// A walk, and what it found so far.
pub(super) struct Walk<'w> {
    pub(super) forecaster: &'w Forecaster,
    pub(super) unknowns: Unknowns,
    calls: Vec<CallForecast>,
    /// How often the flow that is walked through runs, as it may be tried again.
    pub(super) again: Quantity,
    /// The node cache, as each repetition of the row sees it.
    cache: Vec<RowCache>,
}

/// A node that may run.
pub(super) struct Turn<'t> {
    pub(super) frame: &'t Frame<'t>,
    pub(super) node: &'t PlanNode,
    pub(super) view: View<'t>,
    /// How often the frame runs.
    pub(super) times: Quantity,
    /// Whether the node runs.
    pub(super) chance: Quantity,
    reason: Option<Reason>,
}

/// What a node gives to those below.
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) is_open: bool,
    pub(super) is_guessed: bool,
    pub(super) candidates: Vec<Value>,
    /// Seconds that it takes; `None` where that is not known.
    pub(super) seconds: Option<f64>,
}

/// Walks through a row. The calls are those before a failure, where it fails for certain; else there are the seconds that it takes, and
/// what is seen of it after all rows.
pub(super) async fn row(
    forecaster: &Forecaster,
    context: &RowContext<'_>,
    values: Box<[Value]>,
    row: u64,
) -> (Vec<CallForecast>, Result<(Option<f64>, Option<RowValues>), Arc<NodeError>>) {
    let open = vec![false; values.len()];
    let frame = Frame::new(&forecaster.plan, context, values, Stage::Row);
    let (cache, repeats) = forecaster.cache.as_ref().map_or((None, 0), |(cache, repeats)| (Some(cache), *repeats));
    let cache = (0..repeats).filter_map(|repeat| Some(RowCache::new(Arc::clone(cache?), repeat))).collect();
    let mut walk = Walk::new(forecaster, Unknowns::of_row(row), cache);
    match walk.frame(&frame, &open, Quantity::ONE).await {
        Ok(known) => {
            let seconds = longest(&known);
            let values = forecaster.asks_after_rows().then(|| RowValues::of(&frame, &known, walk.unknowns));
            (walk.calls, Ok((seconds, values)))
        }
        Err(error) => (walk.calls, Err(error)),
    }
}

/// Walks through the nodes that run after all rows, of which so much is known.
pub(super) async fn after_rows(
    forecaster: &Forecaster,
    frame: &Frame<'_>,
    (known, unknowns): (Vec<Known>, Unknowns),
) -> (Vec<CallForecast>, Result<Option<f64>, Arc<NodeError>>) {
    let open = vec![false; frame.inputs.len()];
    let mut walk = Walk::new(forecaster, unknowns, Vec::new());
    let ended = walk.nodes(frame, &open, Quantity::ONE, known).await;
    (walk.calls, ended.map(|known| longest(&known)))
}

/// When the last node ends.
pub(super) fn longest(known: &[Known]) -> Option<f64> {
    known.iter().try_fold(0.0_f64, |longest, node| Some(longest.max(node.ends?)))
}

impl<'w> Walk<'w> {
    fn new(forecaster: &'w Forecaster, unknowns: Unknowns, cache: Vec<RowCache>) -> Self {
        Self { forecaster, unknowns, calls: Vec::new(), again: Quantity::ONE, cache }
    }

    /// Walks through the nodes of a frame of which nothing is known yet.
    pub(super) fn frame<'b>(
        &'b mut self,
        frame: &'b Frame<'b>,
        open_inputs: &'b [bool],
        times: Quantity,
    ) -> BoxFuture<'b, Result<Vec<Known>, Arc<NodeError>>> {
        self.nodes(frame, open_inputs, times, vec![Known::default(); frame.plan.nodes.len()])
    }

    /// Walks through the nodes of a frame.
    fn nodes<'b>(
        &'b mut self,
        frame: &'b Frame<'b>,
        open_inputs: &'b [bool],
        times: Quantity,
        mut known: Vec<Known>,
    ) -> BoxFuture<'b, Result<Vec<Known>, Arc<NodeError>>> {
        async move {
            let of_stage = |(_, node): &(NodeIndex, &PlanNode)| frame.takes_part(node);
            for (index, node) in (0..).map(NodeIndex).zip(&frame.plan.nodes).filter(of_stage) {
                let view = View { frame, open_inputs, known: &known };
                let begins =
                    node.dependencies.iter().try_fold(0.0_f64, |at, source| Some(at.max(known[source.index()].ends?)));
                let (chance, reason) = match view.verdict(node) {
                    Verdict::Runs { chance, reason } => (chance, reason),
                    Verdict::Bypassed => {
                        frame.settle(index, Settled::Bypassed);
                        known[index.index()] = Known { chance: Quantity::NONE, ends: begins, ..Known::default() };
                        continue;
                    }
                    Verdict::Fails(failure) => {
                        let settled = fail(frame, node, failure).await?;
                        frame.settle(index, settled);
                        known[index.index()] = Known { ends: begins, ..Known::default() };
                        continue;
                    }
                };
                let turn = Turn { frame, node, view, times, chance, reason };
                let given = self.node(&turn).await?;
                let is_certain = chance.low >= 1.0;
                let ends = begins.zip(given.seconds).map(|(begins, seconds)| begins + seconds * chance.expected);
                if frame.settled(index).is_none() {
                    frame.settle(index, Settled::Output(given.value));
                }
                known[index.index()] = Known {
                    chance,
                    is_open: given.is_open || !is_certain,
                    is_guessed: given.is_guessed,
                    candidates: given.candidates,
                    ends,
                };
            }
            Ok(known)
        }
        .boxed()
    }

    async fn node(&mut self, turn: &Turn<'_>) -> Result<Given, Arc<NodeError>> {
        match &turn.node.op {
            Op::Llm(op) => self.model(turn, op).await,
            Op::Flow(plan) => self.flow(turn, plan).await,
            Op::Prompt(_) | Op::Tool(_) | Op::Script(_) => self.plain(turn).await,
        }
    }

    /// An LLM node: once, or for each item of a list.
    async fn model(&mut self, turn: &Turn<'_>, op: &LlmOp) -> Result<Given, Arc<NodeError>> {
        let node = turn.node;
        let Some(for_each) = &node.for_each else {
            return self.asked(turn, op, Scope::new(turn.frame), turn.times * turn.chance, false).await;
        };
        let (items, number) = self.items(turn, &for_each.list);
        let is_open = turn.view.is_open(&for_each.list);
        let mut all = GivenItems::new(is_open);
        for (position, item) in items.iter().enumerate() {
            let scope = Scope { item: Some((position, item)), ..Scope::new(turn.frame) };
            let Some(picked) = turn.picked(&scope, is_open) else { continue };
            let times = turn.times * turn.chance * picked * number;
            all.add(self.asked(turn, op, scope, times, is_open).await?, picked * number);
        }
        let given = all.together(for_each.concurrency.min(items.len()));
        Ok(Given { is_open: given.is_open || turn.asks_open_items(), ..given })
    }

    /// A call, or a loop of them.
    async fn asked(
        &mut self,
        turn: &Turn<'_>,
        op: &LlmOp,
        scope: Scope<'_>,
        times: Quantity,
        item_is_open: bool,
    ) -> Result<Given, Arc<NodeError>> {
        let node = turn.node;
        let at = turn.frame.at(node);
        let reads_item = node.arguments.iter().any(|(_, binding)| matches!(binding, Binding::Item(_)));
        let is_open =
            node.arguments.iter().any(|(_, binding)| turn.view.is_open(binding)) || (reads_item && item_is_open);
        let is_guessed = node.arguments.iter().any(|(_, binding)| turn.view.is_guessed(binding))
            || node.for_each.as_ref().is_some_and(|for_each| reads_item && turn.view.is_guessed(&for_each.list));
        let turns = node.repeat.as_ref().map_or(Quantity::ONE, |repeat| {
            let most = repeat.max.max(1) as f64;
            Quantity::between(1.0, f64::midpoint(1.0, most), most, Some(most))
        });
        let reason = turn.reason.clone().or_else(|| match &node.repeat {
            Some(repeat) => Some(Reason {
                why: format!("a loop ends when `{}`, after {} turns at the most", repeat.until.text(), repeat.max),
                assumed: "half of them are taken",
            }),
            None => item_is_open.then(|| Reason {
                why: "once for each item of a list that depends on an answer".to_owned(),
                assumed: "its length is guessed",
            }),
        });
        let scope = Scope { turn: node.repeat.as_ref().map(|_| 0), ..scope };
        let arguments = self.arguments(turn, &scope);
        let without = turn.without(&arguments);
        let possible = Possible {
            node: &at.node,
            op,
            arguments: &arguments,
            without,
            times: times * turns,
            again: self.again,
            is_open: is_open || node.repeat.is_some(),
            is_guessed,
            reason,
            cache: if node.cache && turn.frame.cached && node.repeat.is_none() { &self.cache } else { &[] },
        };
        match self.forecaster.call(&possible, &mut self.unknowns) {
            Ok((calls, assumed)) => {
                let seconds = seconds_of(&calls).map(|seconds| seconds * turns.expected);
                self.calls.extend(calls);
                let candidates = if node.repeat.is_some() { Vec::new() } else { assumed.candidates };
                Ok(Given { value: assumed.value, is_open: assumed.is_open, is_guessed: false, candidates, seconds })
            }
            Err(error) if !is_open && turn.chance.low >= 1.0 => {
                let settled = fail(turn.frame, node, NodeFailure::Llm(error)).await?;
                Ok(Given::of(settled))
            }
            // With a real answer in the place of the mark it may well be rendered; nobody can say what it would be.
            Err(_) => {
                let size = self.size(&arguments);
                let value = self.unknowns.mark(size);
                Ok(Given { value, is_open: true, is_guessed: true, candidates: Vec::new(), seconds: None })
            }
        }
    }

    /// A node that asks no model. It runs where all is known, and asks nobody.
    async fn plain(&mut self, turn: &Turn<'_>) -> Result<Given, Arc<NodeError>> {
        let Turn { frame, node, view, .. } = turn;
        let lists = node.for_each.iter().map(|for_each| &for_each.list);
        let sources = || node.arguments.iter().map(|(_, binding)| binding).chain(lists.clone());
        let is_open = sources().any(|binding| view.is_open(binding)) || turn.asks_open_items();
        let is_guessed = sources().any(|binding| view.is_guessed(binding));
        let (asks_nobody, may_try) = match &node.op {
            Op::Tool(tool) => (tool.is_local(), tool.is_local()),
            Op::Prompt(_) => (true, true),
            // Code is written for answers, and may do anything with a mark; what runs outside may do anything at all.
            Op::Script(op) => (op.script.runner() == Runner::Embedded, false),
            Op::Llm(_) | Op::Flow(_) => (false, false),
        };
        let has_turns = node.for_each.is_some() || node.repeat.is_some();
        let at = frame.at(node);
        let step = Step { frame, node, at: &at, started: Instant::now() };
        let arguments = self.arguments(turn, &Scope::new(frame));
        if asks_nobody && !is_open {
            let tried = if has_turns { step.turns().await } else { step.tries(&Arguments::of(arguments), None).await };
            return match tried.result {
                Ok(value) => Ok(Given { is_guessed, ..Given::known(value) }),
                Err(failure) => step.fail(failure, tried.attempts).await.map(Given::of),
            };
        }
        let size = self.size(&arguments);
        if asks_nobody && may_try && !has_turns {
            let tried = step.tries(&Arguments::of(arguments), None).await;
            if let Ok(value) = tried.result {
                return Ok(Given { is_open: true, is_guessed, ..Given::known(value) });
            }
        }
        let is_json = matches!(&node.op, Op::Tool(tool) if tool.spec().name.starts_with("json."));
        let worst = size.worst.filter(|_| is_json).map(|worst| worst * 2.0);
        let value = self.unknowns.mark(Quantity::between(0.0, size.expected, size.high * 2.0, worst));
        // What a tool reads out of JSON is a part of it; anything else can become anything.
        Ok(Given { is_open: true, is_guessed: is_guessed || !is_json, ..Given::known(value) })
    }
}

impl Turn<'_> {
    /// Whether the node's `if` picks an item: `None` where it does not for certain.
    pub(super) fn picked(&self, scope: &Scope<'_>, item_is_open: bool) -> Option<Quantity> {
        match &self.node.activation {
            Some(Activation::Expression(expression)) if self.node.asks_items() => {
                if item_is_open || self.view.reads_open(expression) {
                    return Some(Quantity::between(0.0, 0.5, 1.0, Some(1.0)));
                }
                scope.is_met("if", expression).unwrap_or(true).then_some(Quantity::ONE)
            }
            _ => Some(Quantity::ONE),
        }
    }

    /// Whether its `if` picks items by something that is not known yet.
    fn asks_open_items(&self) -> bool {
        match &self.node.activation {
            Some(Activation::Expression(expression)) if self.node.asks_items() => self.view.reads_open(expression),
            _ => false,
        }
    }

    /// The arguments where nodes do not run that may not run; `None` where all of them do.
    fn without(&self, arguments: &[(Arc<str>, Value)]) -> Option<Vec<(Arc<str>, Value)>> {
        let may_be_missing = |name: &Arc<str>| {
            let mut bound = self.node.arguments.iter().filter(|(argument, _)| argument == name);
            bound.any(|(_, binding)| self.view.may_be_missing(binding))
        };
        arguments.iter().any(|(name, _)| may_be_missing(name)).then(|| {
            let without = |(name, value): &(Arc<str>, Value)| {
                (Arc::clone(name), if may_be_missing(name) { Value::Null } else { value.clone() })
            };
            arguments.iter().map(without).collect()
        })
    }
}

impl Given {
    fn known(value: Value) -> Self {
        Self { value, is_open: false, is_guessed: false, candidates: Vec::new(), seconds: Some(0.0) }
    }

    /// What stands in the place of a failed node's output.
    pub(super) fn of(settled: Settled) -> Self {
        match settled {
            Settled::Output(value) => Self::known(value),
            _ => Self::known(Value::Null),
        }
    }
}

/// The seconds of a call, which the node's model answers, or one of the others.
fn seconds_of(calls: &[CallForecast]) -> Option<f64> {
    let first = calls.first()?;
    let whole: f64 = calls.iter().map(|call| call.calls.expected).sum();
    if whole <= 0.0 || calls.len() == 1 {
        return first.seconds;
    }
    let likely = calls.iter().filter(|call| call.calls.expected > 0.0);
    likely.map(|call| Some(call.seconds? * call.calls.expected / whole)).sum()
}

/// What stands in the place of a node's output that fails for certain.
pub(super) async fn fail(frame: &Frame<'_>, node: &PlanNode, failure: NodeFailure) -> Result<Settled, Arc<NodeError>> {
    let at = frame.at(node);
    Step { frame, node, at: &at, started: Instant::now() }.fail(failure, 1).await
}
