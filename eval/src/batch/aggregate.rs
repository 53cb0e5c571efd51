use std::sync::{Arc, Mutex, PoisonError};

use flow_core::exec::{AggregationOutcome, Event, EventSink, Executor, Observer, RowForAggregation, RowOptions};
use flow_core::journal::Writer;
use flow_core::plan::Plan;
use flow_core::run::{AggregationRecord, CallEntry, ErrorEntry, RowKey, RowStatus};
use flow_core::value::Map;
use indexmap::IndexMap;

use super::memory::RowMemory;
use super::{Ledger, LedgerError, Observe, OrderedRows};

/// Runs the aggregation nodes of a variant over its rows that ended well, in the data's order. Their calls are recorded like those of rows,
/// and those that are recorded are not made again. `None` where the plan has none, or they were stopped.
///
/// # Errors
///
/// If the journal cannot be read.
pub async fn aggregate(
    executor: &Executor,
    (variant, plan): (u32, &Arc<Plan>),
    ledger: &Ledger,
    journal: &Arc<Writer>,
    options: RowOptions,
    observe: &Arc<dyn Observe>,
) -> Result<Option<AggregationRecord>, LedgerError> {
    if !plan.nodes.iter().any(|node| node.aggregation) {
        return Ok(None);
    }
    let is_wanted = move |key: RowKey, status| key.variant == variant && status == RowStatus::Completed;
    let mut rows = Vec::new();
    for row in OrderedRows::open(ledger, is_wanted)? {
        let row = row?;
        rows.push(RowForAggregation { inputs: Arc::new(row.inputs), nodes: row.nodes.into_iter().collect() });
    }
    let calls = Arc::new(Calls { calls: Mutex::default(), observe: Arc::clone(observe) });
    let events = EventSink::observer(Arc::clone(&calls) as Arc<dyn Observer>);
    let (key, past) = (RowKey::of_aggregation(variant), ledger.calls_of_aggregation(variant));
    let memory = Arc::new(RowMemory::new(key, past, Arc::clone(journal), options.cancel.clone()));
    let options = RowOptions { memory: Some(memory), ..options };
    let result = executor.run_aggregation(plan, &rows, &events, options).await;
    if result.stopped.is_some() {
        return Ok(None);
    }
    let (mut outputs, mut errors) = (Map::new(), IndexMap::new());
    for (name, outcome) in result.nodes {
        match outcome {
            AggregationOutcome::Finished(output) => drop(outputs.insert(name, output)),
            AggregationOutcome::Failed(error) => {
                let node = Some(error.innermost().node.to_string());
                errors.insert(name, ErrorEntry { code: error.code().to_owned(), message: error.to_string(), node });
            }
            AggregationOutcome::Bypassed | AggregationOutcome::Stopped => {}
        }
    }
    let calls = std::mem::take(&mut *calls.calls.lock().unwrap_or_else(PoisonError::into_inner));
    let rows = rows.len() as u64;
    Ok(Some(AggregationRecord { variant, rows, outputs, errors, metrics: result.metrics, usage: result.usage, calls }))
}

/// Keeps the calls of models.
struct Calls {
    calls: Mutex<Vec<CallEntry>>,
    observe: Arc<dyn Observe>,
}

impl Observer for Calls {
    fn observe(&self, event: Event) {
        self.observe.event(&event);
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).extend(CallEntry::of_event(&event));
    }
}
