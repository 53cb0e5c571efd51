use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use flow_core::exec::{Event, EventSink, Executor, Observer, Row, RowCollector, RowError, RowOptions, RowResult};
use flow_core::journal::{self, Writer};
use flow_core::plan::{Plan, PlanNode};
use flow_core::run::{CallEntry, Record, RowKey, RowRecord, digest_of};
use flow_core::value::Map;
use indexmap::IndexMap;

use super::Observe;

/// What all rows of a variant share.
pub(super) struct Ground {
    pub(super) plan: Arc<Plan>,
    /// Nodes whose outputs aggregation nodes refer to.
    pub(super) kept: Arc<[Arc<str>]>,
    /// Whether calls are recorded before their row ends.
    pub(super) remembers: bool,
    /// The position of each node.
    pub(super) order: HashMap<Arc<str>, usize>,
}

impl Ground {
    /// Puts a row's calls into the plan's order; they ended in one that differs from run to run.
    fn sort(&self, calls: &mut [CallEntry]) {
        let position = |call: &CallEntry| self.order.get(call.node.split('/').next().unwrap_or_default()).copied();
        calls.sort_by(|one, other| {
            let place = position(one).cmp(&position(other));
            place.then_with(|| one.node.cmp(&other.node)).then(one.item.cmp(&other.item))
        });
    }

    /// Digests of what the nodes of a row gave.
    fn gave(&self, result: &RowResult) -> IndexMap<Arc<str>, String> {
        let digest = |node: &PlanNode| {
            let mut digest = digest_of(result.node(&node.name)?.output()?.to_json().as_bytes());
            digest.truncate(DIGITS);
            Some((Arc::clone(&node.name), digest))
        };
        self.plan.nodes.iter().filter(|node| !node.aggregation).filter_map(digest).collect()
    }
}

/// So many digits of the digest of what a node gave are kept.
const DIGITS: usize = 12;

/// How a row's task ended.
pub(super) enum TaskEnd {
    /// Its record is in the journal.
    Recorded(Box<RowRecord>),
    /// It was stopped, and is to be run again.
    Stopped,
    /// A limit of what may be spent was met, and the row is to be run again.
    OverBudget(String),
    /// The journal does not take its record.
    Unwritten(journal::Error),
}

/// Runs a row and records what came of it.
pub(super) async fn run_row(
    executor: Executor,
    ground: Arc<Ground>,
    (key, inputs): (RowKey, Map),
    options: RowOptions,
    journal: Arc<Writer>,
    observe: Arc<dyn Observe>,
) -> TaskEnd {
    let seen = Arc::new(Seen { folded: Mutex::default(), observe: Arc::clone(&observe) });
    let events = EventSink::observer(Arc::clone(&seen) as Arc<dyn Observer>);
    let row = Row { index: key.line, inputs: inputs.clone() };
    executor.run_row(&ground.plan, row, &events, options).await;
    let (collector, mut calls) = std::mem::take(&mut *seen.folded.lock().unwrap_or_else(PoisonError::into_inner));
    let result = collector.finish();
    ground.sort(&mut calls);
    // Where a call could not be recorded, the row was stopped for it.
    if let Some(error) = journal.failure() {
        return TaskEnd::Unwritten(error);
    }
    match &result.outcome {
        Err(error) if matches!(**error, RowError::Cancelled) => return TaskEnd::Stopped,
        Err(error) if error.code() == "budget-exhausted" => return TaskEnd::OverBudget(error.to_string()),
        _ => {}
    }
    let gave = ground.gave(&result);
    let row = RowRecord::of_result(key, result, inputs, &ground.kept, calls);
    record(RowRecord { gave, ..row }, &journal, &*observe).await
}

/// Hands a row's record to the journal.
pub(super) async fn record(row: RowRecord, journal: &Writer, observe: &dyn Observe) -> TaskEnd {
    let record = Record::Row(row);
    let appended = journal.append(record.encode()).await;
    let Record::Row(row) = record else { return TaskEnd::Stopped };
    match appended {
        Ok(()) => {
            observe.row(&row);
            TaskEnd::Recorded(Box::new(row))
        }
        Err(error) => TaskEnd::Unwritten(error),
    }
}

/// Folds a row's events.
struct Seen {
    folded: Mutex<(RowCollector, Vec<CallEntry>)>,
    observe: Arc<dyn Observe>,
}

impl Observer for Seen {
    fn observe(&self, event: Event) {
        self.observe.event(&event);
        let mut folded = self.folded.lock().unwrap_or_else(PoisonError::into_inner);
        folded.1.extend(CallEntry::of_event(&event));
        folded.0.observe(event);
    }
}
