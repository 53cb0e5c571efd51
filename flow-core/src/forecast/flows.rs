//! Flows that nodes call, walked through in frames of their own.

use std::sync::Arc;

use super::Quantity;
use super::again::UNSEEN;
use super::items::GivenItems;
use super::view::View;
use super::walk::{Given, Turn, Walk, fail, longest};
use crate::exec::{Frame, Giver, NodeError, NodeFailure, RowError, Scope, Stage, coerce_input};
use crate::plan::{Binding, Plan};
use crate::value::Value;

impl Walk<'_> {
    /// Another flow: once, or for each item of a list.
    pub(super) async fn flow(&mut self, turn: &Turn<'_>, plan: &Plan) -> Result<Given, Arc<NodeError>> {
        let node = turn.node;
        let turns = node.repeat.as_ref().map_or(Quantity::ONE, |repeat| {
            let most = repeat.max.max(1) as f64;
            Quantity::between(1.0, f64::midpoint(1.0, most), most, Some(most))
        });
        let times = turn.times * turn.chance * turns;
        let Some(for_each) = &node.for_each else {
            let mut given = self.called(turn, plan, Scope::new(turn.frame), times, false).await?;
            given.is_open |= node.repeat.is_some();
            given.seconds = given.seconds.map(|seconds| seconds * turns.expected);
            return Ok(given);
        };
        let (items, number) = self.items(turn, &for_each.list);
        let is_open = turn.view.is_open(&for_each.list);
        let mut all = GivenItems::new(is_open);
        for (position, item) in items.iter().enumerate() {
            let scope = Scope { item: Some((position, item)), ..Scope::new(turn.frame) };
            let Some(picked) = turn.picked(&scope, is_open) else { continue };
            all.add(self.called(turn, plan, scope, times * picked * number, is_open).await?, picked * number);
        }
        Ok(all.together(for_each.concurrency.min(items.len())))
    }

    async fn called(
        &mut self,
        turn: &Turn<'_>,
        plan: &Plan,
        scope: Scope<'_>,
        times: Quantity,
        item_is_open: bool,
    ) -> Result<Given, Arc<NodeError>> {
        let arguments = self.arguments(turn, &scope);
        let is_open = |name: &str| {
            let mut bound = turn.node.arguments.iter().filter(|(argument, _)| &**argument == name);
            bound
                .any(|(_, binding)| turn.view.is_open(binding) || (item_is_open && matches!(binding, Binding::Item(_))))
        };
        let open: Vec<bool> = plan.inputs.iter().map(|input| is_open(&input.name)).collect();
        let mut values = Vec::with_capacity(open.len());
        for (input, is_open) in plan.inputs.iter().zip(&open) {
            let given = arguments.iter().find(|(name, _)| *name == input.name).map(|(_, value)| value);
            let value = given.or(input.default.as_ref()).cloned().unwrap_or_default();
            match coerce_input(input, &value, &plan.files, Giver::Node) {
                Ok(value) => values.push(value),
                // A mark is a text, whatever the answer will be.
                Err(_) if *is_open => values.push(value),
                Err(error) => {
                    let failure = NodeFailure::Flow(Box::new(RowError::Input(error)));
                    return fail(turn.frame, turn.node, failure).await.map(Given::of);
                }
            }
        }
        let frame = Frame {
            caller: Some(turn.frame.at(turn.node).node),
            item: scope.item.map(|(position, _)| position).or(turn.frame.item),
            level: turn.frame.level + 1,
            cached: turn.frame.cached && turn.node.cache,
            ..Frame::new(plan, turn.frame.context, values.into(), Stage::Row)
        };
        let around = self.again;
        if let Some(retry) = turn.node.retry {
            self.again = around * Quantity::between(1.0, 1.0, 1.0 + UNSEEN, Some(f64::from(retry.attempts.max(1))));
        }
        let walked = self.frame(&frame, &open, times).await;
        self.again = around;
        let known = match walked {
            Ok(known) => known,
            Err(error) => {
                let failure = NodeFailure::Flow(Box::new(RowError::Node(error)));
                return fail(turn.frame, turn.node, failure).await.map(Given::of);
            }
        };
        let inside = View { frame: &frame, open_inputs: &open, known: &known };
        let outputs = plan.outputs.iter().map(|output| {
            let value = self.resolved(&inside, &Scope::new(&frame), &output.binding);
            (Arc::clone(&output.name), value)
        });
        let value = Value::map(outputs.collect::<Vec<_>>());
        let any = |is: &dyn Fn(&Binding) -> bool| plan.outputs.iter().any(|output| is(&output.binding));
        Ok(Given {
            value,
            is_open: any(&|binding| inside.is_open(binding)),
            is_guessed: any(&|binding| inside.is_guessed(binding)),
            candidates: Vec::new(),
            seconds: longest(&known),
        })
    }
}
