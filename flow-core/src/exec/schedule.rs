//! In which order the nodes of a frame run.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::decide::Decision;
use super::frame::{Frame, Stage};
use super::{Event, NodeError};
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

    /// Nodes run as soon as all that they wait for ended. Those that do not wait run in place, all others together.
    async fn run_graph(&self) -> Result<(), Arc<NodeError>> {
        let mut pending: Vec<usize> = self
            .plan
            .nodes
            .iter()
            .map(|node| node.dependencies.iter().filter(|source| self.takes_part(self.node(**source))).count())
            .collect();
        let mut ready: VecDeque<NodeIndex> = self.indexes().filter(|index| pending[index.index()] == 0).collect();
        let mut held = VecDeque::new();
        let mut waiting = FuturesUnordered::new();
        loop {
            while let Some(index) = ready.pop_front() {
                let node = self.node(index);
                if !node.is_inline() && waiting.len() >= self.context.concurrency {
                    held.push_back(index);
                    continue;
                }
                if let Some(runnable) = self.begin(index).await? {
                    if !node.is_inline() {
                        waiting.push(self.run_node(runnable));
                        continue;
                    }
                    self.run_node(runnable).await?;
                }
                self.release(index, &mut pending, &mut ready);
            }
            let Some(ended) = waiting.next().await else { return Ok(()) };
            self.release(ended?, &mut pending, &mut ready);
            ready.extend(held.pop_front());
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
                self.settle(index, super::frame::Settled::Bypassed);
                Ok(None)
            }
            Decision::Fail(failure) => self.fail_before_start(index, failure).await.map(|()| None),
        }
    }

    /// Tells those that wait for a node that it ended.
    fn release(&self, index: NodeIndex, pending: &mut [usize], ready: &mut VecDeque<NodeIndex>) {
        for successor in &self.node(index).successors {
            if !self.takes_part(self.node(*successor)) {
                continue;
            }
            let left = &mut pending[successor.index()];
            *left = left.saturating_sub(1);
            if *left == 0 {
                ready.push_back(*successor);
            }
        }
    }

    /// The nodes that this frame runs, in the plan's order.
    fn indexes(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        (0..).map(NodeIndex).zip(&self.plan.nodes).filter(|(_, node)| self.takes_part(node)).map(|(index, _)| index)
    }
}
