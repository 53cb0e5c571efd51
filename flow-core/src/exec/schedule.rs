//! In which order the nodes of a frame run.

use std::collections::{BTreeSet, VecDeque};
use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::beside::beside;
use super::decide::Decision;
use super::frame::{Frame, Settled, Stage};
use super::{BypassReason, Event, NodeError};
use crate::plan::{NodeIndex, Shape};

impl Frame<'_> {
    /// Runs all nodes of the frame, also those that no output needs. The first failure ends it; what still runs is
    /// dropped.
    pub(super) async fn run_nodes(&self) -> Result<(), Arc<NodeError>> {
        let is_chain = self.plan.shape == Shape::Chain && !matches!(self.stage, Stage::Aggregation(_));
        if is_chain || self.context.concurrency <= 1 { self.run_in_order().await } else { self.run_graph().await }
    }

    /// One node after the other: the plan's order has each behind what it waits for.
    async fn run_in_order(&self) -> Result<(), Arc<NodeError>> {
        for index in self.indexes() {
            if let Some(runnable) = self.begin(index).await? {
                self.run_node(runnable).await?;
            }
        }
        Ok(())
    }

    /// Nodes run as soon as all that they wait for ended. Those that do not wait run in place, all others
    /// together; where there is room for one only, the first in the plan's order.
    async fn run_graph(&self) -> Result<(), Arc<NodeError>> {
        let mut pending: Vec<usize> = self
            .plan
            .nodes
            .iter()
            .map(|node| node.dependencies.iter().filter(|source| self.takes_part(self.node(**source))).count())
            .collect();
        let mut ready: BTreeSet<NodeIndex> = self.indexes().filter(|index| pending[index.index()] == 0).collect();
        let mut waiting = FuturesUnordered::new();
        let mut ended: VecDeque<Result<NodeIndex, Arc<NodeError>>> = VecDeque::new();
        loop {
            loop {
                for one in ended.drain(..) {
                    self.release(one?, &mut pending, &mut ready);
                }
                let has_room = waiting.len() < self.context.concurrency;
                let can_run = |index: &&NodeIndex| has_room || self.node(**index).is_inline();
                let Some(index) = ready.iter().find(can_run).copied() else { break };
                ready.remove(&index);
                let is_inline = self.node(index).is_inline();
                let begun = {
                    let begin = pin!(self.begin(index));
                    beside(&mut waiting, &mut ended, begin).await?
                };
                match begun {
                    Some(runnable) if !is_inline => {
                        waiting.push(self.run_node(runnable));
                        continue;
                    }
                    Some(runnable) => {
                        let run = pin!(self.run_node(runnable));
                        beside(&mut waiting, &mut ended, run).await?;
                    }
                    None => {}
                }
                self.release(index, &mut pending, &mut ready);
            }
            let Some(one) = waiting.next().await else { return Ok(()) };
            self.release(one?, &mut pending, &mut ready);
        }
    }

    /// Decides about a node; `Some` if it is to run.
    async fn begin(&self, index: NodeIndex) -> Result<Option<NodeIndex>, Arc<NodeError>> {
        // Nodes that never wait must still let a cancellation or the deadline through now and then.
        tokio::task::consume_budget().await;
        match self.decide(self.node(index)) {
            Decision::Run => Ok(Some(index)),
            Decision::Bypass(reason) => {
                self.emit(Event::NodeBypassed { at: self.at(self.node(index)), reason }).await;
                let is_lost = reason == BypassReason::SourceFailed;
                self.settle(index, if is_lost { Settled::Unreached } else { Settled::Bypassed });
                Ok(None)
            }
            Decision::Fail(failure) => self.fail_before_start(index, failure).await.map(|()| None),
        }
    }

    /// Tells those that wait for a node that it ended.
    fn release(&self, index: NodeIndex, pending: &mut [usize], ready: &mut BTreeSet<NodeIndex>) {
        for successor in &self.node(index).successors {
            if !self.takes_part(self.node(*successor)) {
                continue;
            }
            let left = &mut pending[successor.index()];
            *left = left.saturating_sub(1);
            if *left == 0 {
                ready.insert(*successor);
            }
        }
    }

    /// The nodes that this frame runs, in the plan's order.
    fn indexes(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        (0..).map(NodeIndex).zip(&self.plan.nodes).filter(|(_, node)| self.takes_part(node)).map(|(index, _)| index)
    }
}
