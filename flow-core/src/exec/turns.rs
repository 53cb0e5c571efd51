//! The turns of a node: one per item of `for_each`, and those of `loop` inside of each.

use std::collections::VecDeque;
use std::pin::pin;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::arguments::Arguments;
use super::beside::beside;
use super::frame::{Replaced, Stage};
use super::scope::Scope;
use super::step::{Step, Tried};
use super::{Event, NodeFailure};
use crate::plan::{Activation, ForEach, ItemErrors, Loop};
use crate::value::Value;

impl Step<'_> {
    /// Runs a node that has `for_each`, `loop`, or both.
    pub(crate) async fn turns(&self) -> Tried {
        let scope = Scope::new(self.frame);
        let Some(for_each) = &self.node.for_each else { return self.turn(scope).await };
        let binding = match self.frame.stage {
            Stage::Single(Replaced { list: Some(list), .. }) => list,
            _ => &for_each.list,
        };
        let list = match scope.resolve(binding) {
            Ok(Value::List(items)) => items,
            Ok(other) => {
                let reference = for_each.list.reference(self.frame.plan);
                let failure = NodeFailure::NotAList { reference, found: other.kind() };
                return Tried { result: Err(failure), attempts: 1 };
            }
            Err(failure) => return Tried { result: Err(failure), attempts: 1 },
        };
        let mut items = Items { results: vec![None; list.len()], attempts: 1 };
        let result = if self.node.is_inline() {
            self.items_in_order(for_each, &list, &mut items).await
        } else {
            self.items_together(for_each, &list, &mut items).await
        };
        let result = result.map(|()| Value::list(items.results.into_iter().flatten()));
        Tried { result, attempts: items.attempts }
    }

    async fn items_in_order(&self, for_each: &ForEach, list: &[Value], items: &mut Items) -> Result<(), NodeFailure> {
        for position in 0..list.len() {
            tokio::task::consume_budget().await;
            let (_, tried) = self.item(list, position).await;
            self.keep(for_each, position, tried, items).await?;
        }
        Ok(())
    }

    async fn items_together(&self, for_each: &ForEach, list: &[Value], items: &mut Items) -> Result<(), NodeFailure> {
        let mut positions = 0..list.len();
        let mut waiting = FuturesUnordered::new();
        let mut ended = VecDeque::new();
        loop {
            while waiting.len() < for_each.concurrency.max(1)
                && let Some(position) = positions.next()
            {
                waiting.push(self.item(list, position));
            }
            let next = match ended.pop_front() {
                Some(next) => Some(next),
                None => waiting.next().await,
            };
            let Some((position, tried)) = next else { return Ok(()) };
            beside(&mut waiting, &mut ended, pin!(self.keep(for_each, position, tried, items))).await?;
        }
    }

    /// One item; no result if the node's `if` does not pick it.
    async fn item(&self, list: &[Value], position: usize) -> (usize, Option<Tried>) {
        let scope = Scope { item: Some((position, &list[position])), ..Scope::new(self.frame) };
        let is_picked = match &self.node.activation {
            Some(Activation::Expression(expression)) if self.node.asks_items() => scope.is_met("if", expression),
            _ => Ok(true),
        };
        let tried = match is_picked {
            Ok(true) => Some(self.turn(scope).await),
            Ok(false) => None,
            Err(failure) => Some(Tried { result: Err(failure), attempts: 1 }),
        };
        (position, tried)
    }

    /// Puts an item's result in its place, or does with its failure what the policy says.
    async fn keep(
        &self,
        for_each: &ForEach,
        position: usize,
        tried: Option<Tried>,
        items: &mut Items,
    ) -> Result<(), NodeFailure> {
        let Some(tried) = tried else { return Ok(()) };
        items.attempts = items.attempts.max(tried.attempts);
        let failure = match tried.result {
            Ok(value) => {
                items.results[position] = Some(value);
                return Ok(());
            }
            Err(failure) => NodeFailure::Item { index: position, failure: Box::new(failure) },
        };
        let replaced = match &for_each.errors {
            ItemErrors::Fail => return Err(failure),
            ItemErrors::Skip => None,
            ItemErrors::Default(value) => Some(value.clone()),
        };
        items.results[position].clone_from(&replaced);
        let error = self.error(failure);
        self.frame.emit(Event::ItemFailed { at: self.at.clone(), item: position, error, replaced }).await;
        Ok(())
    }

    /// One turn: a call, or a `loop` of calls.
    async fn turn(&self, scope: Scope<'_>) -> Tried {
        let Some(repeat) = &self.node.repeat else { return self.one_turn(&scope).await };
        let mut attempts = 1;
        let result = self.repeat(repeat, scope, &mut attempts).await;
        Tried { result, attempts }
    }

    async fn repeat(&self, repeat: &Loop, scope: Scope<'_>, attempts: &mut u32) -> Result<Value, NodeFailure> {
        let mut previous: Option<Value> = None;
        for turn in 0..repeat.max.max(1) {
            tokio::task::consume_budget().await;
            let here = Scope { turn: Some(turn), previous: previous.as_ref(), ..scope };
            let tried = self.one_turn(&here).await;
            *attempts = (*attempts).max(tried.attempts);
            let output = tried.result?;
            let after = Scope { own: Some((&self.node.name, &output)), ..here };
            if after.is_met("until", &repeat.until)? {
                return Ok(output);
            }
            previous = Some(output);
        }
        Ok(previous.unwrap_or_default())
    }

    async fn one_turn(&self, scope: &Scope<'_>) -> Tried {
        match Arguments::resolve(self.node, scope) {
            Ok(arguments) => self.tries(&arguments, scope.item.map(|(position, _)| position)).await,
            Err(failure) => Tried { result: Err(failure), attempts: 1 },
        }
    }
}

/// The results of `for_each` so far, in the list's order.
struct Items {
    results: Vec<Option<Value>>,
    attempts: u32,
}
