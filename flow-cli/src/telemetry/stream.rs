//! Traces of many requests, sent in groups beside them.

use std::time::{Duration, SystemTime};

use flow_core::trace::Trace;
use flow_serve::{TraceContext, Traces};
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::SpanData;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::convert::{self, Above};
use super::export;

/// Traces that wait to be sent; further ones are lost, since a collector that is slow must not hold up requests.
const WAITING: usize = 1024;
/// A group is sent after this time, or when it has so many spans.
const PAUSE: Duration = Duration::from_secs(1);
const GROUP: usize = 512;

/// Sends traces to the collector that the environment names.
#[derive(Debug)]
pub(crate) struct TraceStream {
    waiting: mpsc::Sender<Told>,
    content: bool,
}

/// What is told to the task that sends.
#[derive(Debug)]
enum Told {
    Spans(Vec<SpanData>),
    /// All that was told before is to be sent now.
    Flush(oneshot::Sender<()>),
}

impl TraceStream {
    /// Begins to send, on a task of the runtime that this is called in; `None` if the environment names no collector.
    pub(crate) fn start() -> Option<Self> {
        let endpoint = export::endpoint()?;
        let (waiting, mut traces) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            while let Some(first) = traces.recv().await {
                let until = Instant::now() + PAUSE;
                let (mut spans, mut next, mut flushed) = (Vec::new(), Some(first), None);
                while let Some(told) = next.take() {
                    match told {
                        Told::Spans(more) => spans.extend(more),
                        Told::Flush(done) => flushed = Some(done),
                    }
                    if spans.len() < GROUP && flushed.is_none() {
                        next = tokio::time::timeout_at(until, traces.recv()).await.ok().flatten();
                    }
                }
                if !spans.is_empty() {
                    export::export(&endpoint, spans).await;
                }
                // Nobody may wait for it any more.
                let _ = flushed.map(|done| done.send(()));
            }
        });
        Some(Self { waiting, content: export::wants_content() })
    }

    /// Sends all that waits, but for no longer than so.
    pub(crate) async fn flush(&self, patience: Duration) {
        let (done, flushed) = oneshot::channel();
        let flush = async {
            if self.waiting.send(Told::Flush(done)).await.is_ok() {
                let _ = flushed.await;
            }
        };
        let _ = tokio::time::timeout(patience, flush).await;
    }
}

impl Traces for TraceStream {
    fn take(&self, trace: Trace, came: SystemTime, context: TraceContext) {
        let above = Above {
            trace: TraceId::from(context.trace),
            parent: context.parent.map_or(SpanId::INVALID, SpanId::from),
            own: SpanId::from(context.own),
        };
        // Where too many wait, this one is lost.
        let _ = self.waiting.try_send(Told::Spans(convert::spans(&trace, came, Some(above), self.content)));
    }
}
