//! Random plans: the order, the bypass rules against a simple model, the same results at any concurrency, and
//! cancellation at any instant.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use flow_core::exec::{Event, NodeStatus, RowOptions, RowResult};
use flow_core::plan::{OnError, Plan};
use flow_core::tool::ToolError;
use flow_core::value::Value;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use super::draft::{Draft, node};
use super::world::{Gauge, quick, run_with, slow, stopped_by, story};

/// A node of a random plan.
#[derive(Debug, Clone)]
struct Sketch {
    /// Which earlier nodes it takes inputs from, as positions modulo its own.
    sources: Vec<usize>,
    /// The earlier node its condition looks at, and what it must equal.
    condition: Option<(usize, i64)>,
    /// Milliseconds that it waits; 0 runs in place.
    pause: u64,
    /// It fails, and this is its output instead; `None` counts as bypassed.
    failure: Option<Option<i64>>,
}

fn sketches() -> impl Strategy<Value = Vec<Sketch>> {
    let sources = proptest::collection::vec(any::<usize>(), 0..4);
    let condition = proptest::option::weighted(0.3, (any::<usize>(), 0_i64..3));
    let pause = prop_oneof![Just(0_u64), 1_u64..20];
    let failure = proptest::option::weighted(0.1, proptest::option::of(0_i64..3));
    let sketch = (sources, condition, pause, failure).prop_map(|(sources, condition, pause, failure)| Sketch {
        sources,
        condition,
        pause,
        failure,
    });
    proptest::collection::vec(sketch, 1..=25).prop_map(|mut all| {
        for (position, sketch) in all.iter_mut().enumerate() {
            if position == 0 {
                sketch.sources.clear();
                sketch.condition = None;
            }
            sketch.sources.iter_mut().for_each(|source| *source %= position);
            sketch.sources.sort_unstable();
            sketch.sources.dedup();
            sketch.condition = sketch.condition.map(|(source, is)| (source % position, is));
        }
        all
    })
}

/// What a node gives: its place and its inputs, modulo 3.
fn result(position: usize, inputs: impl Iterator<Item = i64>) -> i64 {
    (i64::try_from(position).unwrap() + inputs.sum::<i64>()) % 3
}

fn plan(sketches: &[Sketch], gauge: &Arc<Gauge>) -> Arc<Plan> {
    let mut draft = Draft::default();
    for (position, sketch) in sketches.iter().enumerate() {
        let (pause, fails, gauge) = (sketch.pause, sketch.failure.is_some(), Arc::clone(gauge));
        let work = move |inputs: &Value| {
            let given = inputs.as_map().unwrap().values().filter_map(Value::as_int);
            if fails { Err(ToolError::failed("as planned")) } else { Ok(Value::from(result(position, given))) }
        };
        let op = if pause == 0 {
            quick(move |inputs| work(&inputs))
        } else {
            slow(move |inputs| {
                let (in_flight, result) = (gauge.enter(), work(&inputs));
                async move {
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    drop(in_flight);
                    result
                }
            })
        };
        let mut next = node(format!("n{position}"), op);
        for source in &sketch.sources {
            next = next.with(format!("from{source}"), format!("${{n{source}.output}}").as_str());
        }
        if let Some((source, is)) = sketch.condition {
            next = next.activate(format!("${{n{source}.output}}").as_str(), is);
        }
        if let Some(instead) = sketch.failure {
            next = next.on_error(instead.map_or(OnError::Skip, |value| OnError::Default(Value::from(value))));
        }
        draft = draft.node(next);
    }
    draft.build()
}

/// What must come out: for each node its output, or nothing if it was bypassed; and whether it ran.
fn model(sketches: &[Sketch]) -> Vec<(Option<i64>, bool)> {
    let mut ended: Vec<(Option<i64>, bool)> = Vec::new();
    for (position, sketch) in sketches.iter().enumerate() {
        let is_dead = |source: usize| ended[source].0.is_none();
        let runs = match sketch.condition {
            Some((source, is)) => ended[source].0 == Some(is),
            None => sketch.sources.is_empty() || !sketch.sources.iter().all(|source| is_dead(*source)),
        };
        let output = || match sketch.failure {
            Some(instead) => instead,
            None => Some(result(position, sketch.sources.iter().filter_map(|source| ended[*source].0))),
        };
        let end = if runs { (output(), true) } else { (None, false) };
        ended.push(end);
    }
    ended
}

fn paused<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(work)
}

fn at_concurrency(plan: &Arc<Plan>, concurrency: usize) -> (RowResult, Vec<Event>) {
    let options = RowOptions { concurrency, ..RowOptions::default() };
    paused(run_with(plan, "{}", options))
}

/// Each node's output and whether it ran, in the plan's order.
fn observed(plan: &Plan, result: &RowResult) -> Vec<(Option<i64>, bool)> {
    let see = |name: &str| {
        let node = result.node(name).expect("every node has an end");
        let ran = !matches!(node.status, NodeStatus::Bypassed(_));
        (node.output().and_then(Value::as_int), ran)
    };
    plan.nodes.iter().map(|node| see(&node.name)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn plans_run_in_order_each_node_once_by_the_rules(sketches in sketches()) {
        let gauge = Arc::new(Gauge::default());
        let plan = plan(&sketches, &gauge);
        let expected = model(&sketches);
        for concurrency in [16, 2, 1] {
            let (result, events) = at_concurrency(&plan, concurrency);
            prop_assert!(result.outcome.is_ok());
            prop_assert_eq!(&observed(&plan, &result), &expected);
            prop_assert_eq!(story(&at_concurrency(&plan, concurrency).1), story(&events), "the same again");
            prop_assert!(gauge.most() <= 16 && gauge.now() == 0);

            let mut started = BTreeMap::new();
            let mut ended = BTreeMap::new();
            for (time, event) in events.iter().enumerate() {
                let earlier = match event {
                    Event::NodeStarted { at, .. } => started.insert(at.node.to_string(), time),
                    Event::NodeFinished { at, .. } | Event::NodeFailed { at, .. } => ended.insert(at.node.to_string(), time),
                    Event::NodeBypassed { at, .. } => {
                        started.insert(at.node.to_string(), time);
                        ended.insert(at.node.to_string(), time)
                    }
                    _ => None,
                };
                prop_assert_eq!(earlier, None, "a node starts and ends once");
            }
            for node in &plan.nodes {
                for source in &node.dependencies {
                    let source = &plan.nodes[source.index()].name;
                    prop_assert!(ended[&**source] < started[&*node.name], "{} before {}", source, node.name);
                }
            }
        }
    }

    #[test]
    fn cancellation_at_any_instant_leaves_nothing_running_and_one_end(sketches in sketches(), after in 0_u64..60) {
        let gauge = Arc::new(Gauge::default());
        let plan = plan(&sketches, &gauge);
        let cancel = CancellationToken::new();
        let (_, events) = paused(async {
            let stop = async {
                tokio::time::sleep(Duration::from_millis(after)).await;
                cancel.cancel();
            };
            tokio::join!(run_with(&plan, "{}", stopped_by(&cancel)), stop).0
        });
        prop_assert_eq!(gauge.now(), 0);
        let is_end = |event: &Event| matches!(event, Event::RowFinished { .. } | Event::RowFailed { .. });
        prop_assert_eq!(events.iter().filter(|event| is_end(event)).count(), 1);
        prop_assert!(events.last().is_some_and(is_end));
    }
}
