use std::sync::Arc;

use flow_core::run::RequestEntry;
use flow_core::value::Map;
use tokio::sync::OwnedSemaphorePermit;

use super::{AccessLog, Asked, RunLine, Traces};
use crate::endpoint::Ended;
use crate::keep::{KeepError, Keeper, KeptRow, rfc3339};
use crate::metrics::Metrics;

/// Counts, logs and keeps what came of a request.
pub(super) struct Witness {
    pub(super) metrics: Arc<Metrics>,
    pub(super) log: Option<Arc<dyn AccessLog>>,
    pub(super) traces: Option<Arc<dyn Traces>>,
    pub(super) asked: Asked,
    pub(super) flow: Arc<str>,
    pub(super) variant: Arc<str>,
    pub(super) kept: Option<Kept>,
    /// The request's place, which is free when all is done.
    pub(super) place: OwnedSemaphorePermit,
}

/// Where a request is kept.
pub(super) struct Kept {
    pub(super) keeper: Arc<Keeper>,
    pub(super) row: KeptRow,
    pub(super) variant: u32,
    /// Its inputs as they were given.
    pub(super) given: Map,
}

impl Witness {
    pub(super) async fn saw(self, ended: Arc<Ended>) {
        self.metrics.ran(&self.flow, &ended);
        if let Some(log) = &self.log {
            self.log_run(&**log, &ended);
        }
        if let (Some(traces), Some(trace), Some(context)) = (&self.traces, &ended.trace, self.asked.trace) {
            traces.take(trace.clone(), self.asked.came, context);
        }
        let Self { metrics, log, asked, flow, kept, place, .. } = self;
        if let Some(kept) = kept {
            let key = asked.key.as_ref().map(|key| key.name.to_string());
            let request = RequestEntry { id: asked.id.to_string(), at: rfc3339(asked.came), key };
            let done = kept.keeper.keep(kept.row, kept.variant, request, kept.given, &ended).await;
            if let Err(error) = done {
                not_kept(&metrics, log.as_deref(), &flow, &error);
            }
        }
        drop(place);
    }

    fn log_run(&self, log: &dyn AccessLog, ended: &Ended) {
        let result = &ended.result;
        let error = result.outcome.as_ref().err();
        let node = error.and_then(|error| error.node()).map(|node| &*node.innermost().node);
        log.run(&RunLine {
            id: &self.asked.id,
            flow: &self.flow,
            variant: &self.variant,
            error: error.map(|error| error.code()),
            node,
            elapsed: result.elapsed,
            overhead: result.elapsed.saturating_sub(ended.calling),
            calls: result.usage.calls,
            prompt_tokens: result.usage.prompt_tokens,
            completion_tokens: result.usage.completion_tokens,
            cost: &result.usage.cost.known.normalize().to_string(),
        });
    }
}

/// Says that a request is not kept.
pub(super) fn not_kept(metrics: &Metrics, log: Option<&dyn AccessLog>, flow: &str, error: &KeepError) {
    metrics.not_kept(flow);
    if let Some(log) = log {
        log.trouble(&format!("a request to {flow} could not be kept: {error}"));
    }
}
