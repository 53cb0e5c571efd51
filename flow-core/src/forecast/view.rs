//! What is known of a frame's nodes so far, and whether a node runs by that.

use super::Quantity;
use crate::exec::{Decision, Frame, NodeFailure, Settled, Stage};
use crate::plan::{Activation, Binding, NodeIndex, PlanNode};
use crate::template::Expression;
use crate::value::Value;

/// What is known of a node that was walked over.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Whether it runs: between 0 and 1.
    pub(super) chance: Quantity,
    /// Whether its output depends on an answer.
    pub(super) is_open: bool,
    /// Whether its output may be anything.
    pub(super) is_guessed: bool,
    /// The outputs between which conditions may have to decide.
    pub(super) candidates: Vec<Value>,
    /// When it ends, in seconds from the row's beginning; `None` where that is not known.
    pub(super) ends: Option<f64>,
}

impl Default for Known {
    fn default() -> Self {
        Self { chance: Quantity::ONE, is_open: false, is_guessed: false, candidates: Vec::new(), ends: Some(0.0) }
    }
}

/// A frame, and what is known of it.
#[derive(Clone, Copy)]
pub(super) struct View<'v> {
    pub(super) frame: &'v Frame<'v>,
    /// Which of its inputs depend on answers.
    pub(super) open_inputs: &'v [bool],
    pub(super) known: &'v [Known],
}

/// Why it is not certain how often something happens, and what is taken for it.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    pub(super) why: String,
    pub(super) assumed: &'static str,
}

/// Whether a node runs.
pub(super) enum Verdict {
    Runs { chance: Quantity, reason: Option<Reason> },
    Bypassed,
    Fails(NodeFailure),
}

impl View<'_> {
    fn of(&self, node: NodeIndex) -> Option<&Known> {
        self.known.get(node.index())
    }

    /// Whether what a binding gives depends on an answer.
    pub(super) fn is_open(&self, binding: &Binding) -> bool {
        match binding {
            Binding::Node { node, .. } => self.of(*node).is_some_and(|known| known.is_open),
            Binding::Input(input) => self.open_inputs.get(input.index()).copied().unwrap_or(false),
            Binding::LoopPrevious(_) => true,
            Binding::Literal(_) | Binding::Item(_) | Binding::LoopIndex => false,
        }
    }

    /// Whether what a binding gives may be anything.
    pub(super) fn is_guessed(&self, binding: &Binding) -> bool {
        binding.node().and_then(|node| self.of(node)).is_some_and(|known| known.is_guessed)
    }

    /// Whether a binding gives a list over all rows.
    pub(super) fn is_of_rows(&self, binding: &Binding) -> bool {
        let is_of_rows = |node: NodeIndex| !self.frame.takes_part(self.frame.node(node));
        matches!(self.frame.stage, Stage::Aggregation(_)) && binding.node().is_some_and(is_of_rows)
    }

    /// Whether a binding comes from a node that may not run.
    pub(super) fn may_be_missing(&self, binding: &Binding) -> bool {
        binding
            .node()
            .and_then(|node| self.of(node))
            .is_some_and(|known| known.chance.low < 1.0 && !known.chance.is_none())
    }

    /// Whether an expression reads something that depends on an answer.
    pub(super) fn reads_open(&self, expression: &Expression) -> bool {
        self.open_nodes(expression).next().is_some() || self.reads_open_input(expression)
    }

    fn reads_open_input(&self, expression: &Expression) -> bool {
        let is_open =
            |name: &str| self.frame.plan.input(name).is_some_and(|(input, _)| self.is_open(&Binding::Input(input)));
        expression.names().iter().filter(|name| name.root() == "inputs").any(|name| match name.segments.get(1) {
            Some(input) => is_open(input),
            None => self.open_inputs.contains(&true),
        })
    }

    /// The nodes that an expression reads whose outputs depend on answers.
    fn open_nodes<'e>(&self, expression: &'e Expression) -> impl Iterator<Item = NodeIndex> + use<'_, 'e> {
        let nodes = expression.names().iter().filter_map(|name| Some(self.frame.plan.node(name.root())?.0));
        nodes.filter(|node| self.of(*node).is_some_and(|known| known.is_open))
    }

    /// Whether a node runs.
    pub(super) fn verdict(&self, node: &PlanNode) -> Verdict {
        let open: Vec<NodeIndex> = match &node.activation {
            Some(_) if node.asks_items() => Vec::new(),
            Some(Activation::Equals { when, .. }) if self.is_open(when) => when.node().into_iter().collect(),
            Some(Activation::Expression(expression)) => self.open_nodes(expression).collect(),
            Some(Activation::Equals { .. }) => Vec::new(),
            None => return self.by_sources(node),
        };
        let reads_open_input = match &node.activation {
            Some(Activation::Equals { when: Binding::Input(input), .. }) => self.is_open(&Binding::Input(*input)),
            Some(Activation::Expression(expression)) if !node.asks_items() => self.reads_open_input(expression),
            _ => false,
        };
        if open.is_empty() && !reads_open_input {
            return self.decided(node);
        }
        let names = || {
            let mut names: Vec<String> =
                open.iter().map(|index| format!("`{}`", self.frame.node(*index).name)).collect();
            names.sort_unstable();
            names.dedup();
            names.join(" and ")
        };
        let whose = if open.is_empty() { "what its flow is given".to_owned() } else { names() };
        let one = open.first().filter(|first| open.iter().all(|other| other == *first) && !reads_open_input);
        if let Some(share) = one.and_then(|source| self.share(node, *source)) {
            return match share {
                0.0 => Verdict::Bypassed,
                1.0 => Verdict::Runs { chance: Quantity::ONE, reason: None },
                share => Verdict::Runs {
                    chance: Quantity::between(0.0, share, 1.0, Some(1.0)),
                    reason: Some(Reason {
                        why: format!("its condition depends on {whose}"),
                        assumed: "all answers that the schema allows are taken to be equally likely",
                    }),
                },
            };
        }
        let reason =
            Reason { why: format!("its condition depends on {whose}"), assumed: "taken to hold for half of the rows" };
        Verdict::Runs { chance: Quantity::between(0.0, 0.5, 1.0, Some(1.0)), reason: Some(reason) }
    }

    /// A node without a condition runs unless nothing that it takes is there.
    fn by_sources(&self, node: &PlanNode) -> Verdict {
        let chance = |sources: &mut dyn Iterator<Item = NodeIndex>| {
            let known = sources.filter_map(|source| Some(self.of(source)?.chance));
            known.reduce(|one, other| {
                let worst = one.worst.zip(other.worst).map(|(one, other)| one.max(other));
                Quantity::between(
                    one.low.max(other.low),
                    one.expected.max(other.expected),
                    one.high.max(other.high),
                    worst,
                )
            })
        };
        let mut likely = chance(&mut node.sources.iter().copied()).unwrap_or(Quantity::ONE);
        if let Some(list) = node.for_each.as_ref().and_then(|for_each| for_each.list.node()) {
            likely = likely * chance(&mut std::iter::once(list)).unwrap_or(Quantity::ONE);
        }
        if likely.is_exact() {
            return self.decided(node);
        }
        Verdict::Runs {
            chance: likely,
            reason: Some(Reason {
                why: "it takes what nodes give that may not run".to_owned(),
                assumed: "as often as those",
            }),
        }
    }

    fn decided(&self, node: &PlanNode) -> Verdict {
        match self.frame.decide(node) {
            Decision::Run => Verdict::Runs { chance: Quantity::ONE, reason: None },
            Decision::Bypass(_) => Verdict::Bypassed,
            Decision::Fail(failure) => Verdict::Fails(failure),
        }
    }

    /// For which part of the answers that a node may give another one runs; `None` where that cannot be told.
    fn share(&self, node: &PlanNode, source: NodeIndex) -> Option<f64> {
        let known = self.of(source).filter(|known| known.chance.low >= 1.0 && !known.candidates.is_empty())?;
        let mut runs = 0_usize;
        for candidate in &known.candidates {
            let frame = self.with(source, candidate);
            match frame.decide(node) {
                Decision::Run => runs += 1,
                Decision::Bypass(_) => {}
                Decision::Fail(_) => return None,
            }
        }
        Some(runs as f64 / known.candidates.len() as f64)
    }

    /// The frame as it is when a node has given something else.
    fn with(&self, node: NodeIndex, output: &Value) -> Frame<'_> {
        let frame = Frame::new(self.frame.plan, self.frame.context, self.frame.inputs.clone(), self.frame.stage);
        for index in (0..).map(NodeIndex).take(self.frame.plan.nodes.len()) {
            match self.frame.settled(index) {
                _ if index == node => frame.settle(index, Settled::Output(output.clone())),
                Some(Settled::Output(value)) => frame.settle(index, Settled::Output(value.clone())),
                Some(_) => frame.settle(index, Settled::Bypassed),
                None => {}
            }
        }
        frame
    }
}
