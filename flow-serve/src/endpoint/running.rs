use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use flow_core::exec::{Event, EventSink, Executor, Observer, Row, RowCollector, RowOptions, RowResult};
use flow_core::model::passing_on;
use flow_core::plan::Plan;
use flow_core::run::CallEntry;
use flow_core::trace::{Trace, TraceBuilder};
use flow_core::value::Map;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How many events wait for whoever tells them to a client.
const WAITING: usize = 32;

/// What becomes of a request whose client goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDisconnect {
    /// It is stopped, with the calls that are under way.
    #[default]
    Cancel,
    /// It runs to its end, for flows that do something in the world.
    Complete,
}

/// A request as a row to be run.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) plan: Arc<Plan>,
    /// Its number among the requests.
    pub(crate) line: u64,
    pub(crate) inputs: Map,
    /// The longest time for it.
    pub(crate) deadline: Option<Duration>,
    pub(crate) on_disconnect: OnDisconnect,
    /// Whether its events are wanted, with answers of models in pieces.
    pub(crate) events: bool,
    /// What is passed on to those who are asked.
    pub(crate) traceparent: Option<Arc<str>>,
    /// Whether what happens is put together as a trace.
    pub(crate) trace: bool,
    /// Stops it from outside.
    pub(crate) stop: CancellationToken,
}

/// A request that runs. Dropping it says that the client is gone.
#[derive(Debug)]
pub(crate) struct Running {
    /// Its events, if they were wanted; the last is the row's end.
    pub(crate) events: mpsc::Receiver<Event>,
    /// What came of it.
    pub(crate) ended: oneshot::Receiver<Arc<Ended>>,
    _stop: Option<DropGuard>,
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) result: RowResult,
    /// Its calls of models, in the order in which they ended.
    pub(crate) calls: Vec<CallEntry>,
    /// What happened, if that was wanted.
    pub(crate) trace: Option<Trace>,
    /// The time in which at least one call of a model was under way.
    pub(crate) calling: Duration,
}

/// Starts a row on a task of its own. `after` is told what came of it, also where nobody waits for that.
pub(crate) fn start<F>(executor: Executor, work: Work, after: impl FnOnce(Arc<Ended>) -> F + Send + 'static) -> Running
where
    F: Future<Output = ()> + Send,
{
    let cancel = work.stop.clone();
    let traceparent = work.traceparent.clone();
    let (tell_end, ended) = oneshot::channel();
    let (tell, events) = mpsc::channel(WAITING);
    let stop = (work.on_disconnect == OnDisconnect::Cancel).then(|| cancel.clone().drop_guard());
    tokio::spawn(async move {
        let folded = Folded::new(&work);
        let run = async {
            if work.events {
                run_telling(&executor, work, (cancel, folded), tell).await
            } else {
                run_quietly(&executor, work, (cancel, folded)).await
            }
        };
        let folded = Box::pin(passing_on(traceparent, run)).await;
        let ended = Arc::new(folded.end());
        // Nobody may wait for it any more.
        let _ = tell_end.send(Arc::clone(&ended));
        after(ended).await;
    });
    Running { events, ended, _stop: stop }
}

fn row_of(work: Work, cancel: CancellationToken) -> (Arc<Plan>, Row, RowOptions) {
    let options = RowOptions { deadline: work.deadline, stream: work.events, cancel, ..RowOptions::default() };
    (work.plan, Row { index: work.line, inputs: work.inputs }, options)
}

/// Runs a row whose events nobody wants.
async fn run_quietly(executor: &Executor, work: Work, (cancel, folded): (CancellationToken, Folded)) -> Folded {
    let seen = Arc::new(Seen(Mutex::new(folded)));
    let sink = EventSink::observer(Arc::clone(&seen) as Arc<dyn Observer>);
    let (plan, row, options) = row_of(work, cancel);
    executor.run_row(&plan, row, &sink, options).await;
    std::mem::take(&mut *seen.0.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Runs a row and hands its events on. Where nobody takes them any more, the row goes on unless it is cancelled.
///
/// Nothing in the row waits for a client that reads slowly: nodes that run side by side share a task, so that one which waits to be heard
/// would wait for itself behind another. What such a client has not taken lies here, and is no more than one row tells.
async fn run_telling(
    executor: &Executor,
    work: Work,
    (cancel, mut folded): (CancellationToken, Folded),
    tell: mpsc::Sender<Event>,
) -> Folded {
    let (heard, mut events) = mpsc::unbounded_channel();
    let sink = EventSink::observer(Arc::new(Heard(heard)));
    let (plan, row, options) = row_of(work, cancel);
    let run = async {
        executor.run_row(&plan, row, &sink, options).await;
        drop(sink);
    };
    let hear = async {
        while let Some(event) = events.recv().await {
            let _ = tell.send(event.clone()).await;
            folded.observe(event);
        }
    };
    tokio::join!(run, hear);
    folded
}

struct Heard(mpsc::UnboundedSender<Event>);

impl Observer for Heard {
    fn observe(&self, event: Event) {
        // Whoever hears goes on to the row's end.
        let _ = self.0.send(event);
    }
}

/// Gathers what a row's events tell.
#[derive(Debug, Default)]
struct Folded {
    collector: RowCollector,
    calls: Vec<CallEntry>,
    /// When calls were under way.
    spans: Vec<(Instant, Instant)>,
    trace: Option<TraceBuilder>,
}

impl Folded {
    fn new(work: &Work) -> Self {
        let trace = work.trace.then(|| TraceBuilder::new(Arc::clone(&work.plan)));
        Self { trace, ..Self::default() }
    }

    fn observe(&mut self, event: Event) {
        if let Event::Called { call, .. } = &event {
            let now = Instant::now();
            let waiting = call.elapsed.saturating_sub(call.waited);
            self.spans.push((now.checked_sub(waiting).unwrap_or(now), now));
        }
        if let Some(trace) = &mut self.trace {
            trace.observe(&event);
        }
        self.calls.extend(CallEntry::of_event(&event));
        self.collector.observe(event);
    }

    fn end(self) -> Ended {
        let trace = self.trace.map(TraceBuilder::finish);
        Ended { result: self.collector.finish(), calls: self.calls, trace, calling: covered(self.spans) }
    }
}

/// How much time the spans cover together.
fn covered(mut spans: Vec<(Instant, Instant)>) -> Duration {
    spans.sort_unstable();
    let mut sum = Duration::ZERO;
    let mut until: Option<Instant> = None;
    for (begin, end) in spans {
        let begin = until.map_or(begin, |until| begin.max(until));
        sum += end.saturating_duration_since(begin);
        until = Some(until.map_or(end, |until| until.max(end)));
    }
    sum
}

struct Seen(Mutex<Folded>);

impl Observer for Seen {
    fn observe(&self, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).observe(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_counted_once_where_calls_overlap() {
        let zero = Instant::now();
        let at = |milliseconds: u64| zero + Duration::from_millis(milliseconds);
        assert_eq!(covered(Vec::new()), Duration::ZERO);
        let spans = vec![(at(40), at(50)), (at(0), at(20)), (at(10), at(30)), (at(12), at(15))];
        assert_eq!(covered(spans), Duration::from_millis(40));
    }
}
