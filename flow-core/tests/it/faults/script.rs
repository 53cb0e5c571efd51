//! A model that plays a script, and a listener that writes down what it hears.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow_core::gate::{CallPolicy, Gate, GateCall};
use flow_core::model::{
    Answer, Api, CallContext, CallListener, CallRecord, Dialect, Model, ModelError, ModelReply, ModelRequest, Wait,
};
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt};
use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// What a try does.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Wait(Duration),
    /// Never goes on.
    Hang,
    /// Before the first piece: the whole answer. Else nothing follows.
    Whole(Json),
    Piece(Json),
    Fail(ModelError),
}

pub(super) type Try = Vec<Step>;

/// Counts what is alive.
#[derive(Debug, Default)]
pub(super) struct Alive {
    now: AtomicUsize,
    most: AtomicUsize,
}

#[derive(Debug)]
struct Life(Arc<Alive>);

impl Alive {
    fn enter(self: &Arc<Self>) -> Life {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        Life(Arc::clone(self))
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Plays the tries in turn; the last one again and again.
#[derive(Debug)]
pub(super) struct Script {
    tries: Mutex<VecDeque<Try>>,
    alive: Arc<Alive>,
    /// When each request came, and what it met.
    log: Mutex<Vec<(Instant, Try)>>,
    /// How long each try lasted, until its answer was whole or dropped.
    lasted: Arc<Mutex<Vec<Duration>>>,
}

impl Script {
    pub(super) fn new(tries: impl IntoIterator<Item = Try>) -> Arc<Self> {
        Arc::new(Self {
            tries: Mutex::new(tries.into_iter().collect()),
            alive: Arc::default(),
            log: Mutex::default(),
            lasted: Arc::default(),
        })
    }

    /// Requests, and answers of which somebody still waits for a part.
    pub(super) fn alive(&self) -> usize {
        self.alive.now.load(Ordering::SeqCst)
    }

    pub(super) fn most_alive(&self) -> usize {
        self.alive.most.load(Ordering::SeqCst)
    }

    pub(super) fn requests(&self) -> Vec<Instant> {
        self.log.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }

    pub(super) fn log(&self) -> Vec<(Instant, Try)> {
        self.log.lock().unwrap().clone()
    }

    /// The time in which a request was under way.
    pub(super) fn busy(&self) -> Duration {
        self.lasted.lock().unwrap().iter().sum()
    }

    fn next(&self) -> Try {
        let mut tries = self.tries.lock().unwrap();
        if tries.len() > 1 { tries.pop_front().unwrap() } else { tries.front().cloned().unwrap() }
    }
}

/// Notes how long something lived.
#[derive(Debug)]
struct Lasting {
    began: Instant,
    lasted: Arc<Mutex<Vec<Duration>>>,
    _life: Life,
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.lasted.lock().unwrap().push(self.began.elapsed());
    }
}

impl Model for Script {
    fn dialect(&self) -> Dialect {
        Dialect::OpenAi
    }

    fn provider(&self) -> &'static str {
        "script"
    }

    fn call<'a>(&'a self, _: &'a ModelRequest, _: &'a CallContext) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        let began = Instant::now();
        let lasting = Lasting { began, lasted: Arc::clone(&self.lasted), _life: self.alive.enter() };
        let steps = self.next();
        self.log.lock().unwrap().push((began, steps.clone()));
        let mut steps: VecDeque<Step> = steps.into();
        async move {
            while let Some(step) = steps.pop_front() {
                match step {
                    Step::Wait(pause) => sleep(pause).await,
                    Step::Hang => std::future::pending().await,
                    Step::Whole(body) => return Ok(ModelReply::Whole(body)),
                    Step::Fail(error) => return Err(error),
                    Step::Piece(_) => {
                        steps.push_front(step);
                        break;
                    }
                }
            }
            let pieces = stream::unfold((steps, lasting), |(mut steps, lasting)| async move {
                loop {
                    let piece = match steps.pop_front()? {
                        Step::Wait(pause) => {
                            sleep(pause).await;
                            continue;
                        }
                        Step::Hang => std::future::pending().await,
                        Step::Whole(body) | Step::Piece(body) => Ok(body),
                        Step::Fail(error) => Err(error),
                    };
                    return Some((piece, (steps, lasting)));
                }
            });
            Ok(ModelReply::Stream(pieces.boxed()))
        }
        .boxed()
    }
}

/// What the model says where nothing goes wrong.
pub(super) const TEXT: &str = "The sky is blue.";

/// A whole answer.
pub(super) fn whole(text: &str, reason: &str) -> Json {
    json!({
        "choices": [{ "message": { "role": "assistant", "content": text }, "finish_reason": reason }],
        "usage": { "prompt_tokens": 5, "completion_tokens": 4 },
    })
}

/// A piece of an answer.
pub(super) fn piece(text: &str) -> Step {
    Step::Piece(json!({ "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }] }))
}

/// The piece with which an answer ends.
pub(super) fn end(reason: &str) -> Step {
    Step::Piece(json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] }))
}

/// A good answer, in a tenth of a second.
pub(super) fn good(is_streamed: bool) -> Try {
    let pause = |millis| Step::Wait(Duration::from_millis(millis));
    if is_streamed {
        vec![pause(50), piece("The sky "), pause(25), piece("is blue."), pause(25), end("stop")]
    } else {
        vec![pause(100), Step::Whole(whole(TEXT, "stop"))]
    }
}

/// Writes down what it hears.
#[derive(Debug, Default)]
pub(super) struct Ear {
    pub(super) wants: bool,
    pub(super) text: Mutex<String>,
    pub(super) waits: Mutex<Vec<Option<Wait>>>,
    pub(super) records: Mutex<Vec<CallRecord>>,
}

impl CallListener for Ear {
    fn wants_deltas(&self) -> bool {
        self.wants
    }

    fn delta<'a>(&'a self, text: &'a str) -> BoxFuture<'a, ()> {
        self.text.lock().unwrap().push_str(text);
        std::future::ready(()).boxed()
    }

    fn waiting(&self, wait: Option<Wait>) -> BoxFuture<'_, ()> {
        self.waits.lock().unwrap().push(wait);
        std::future::ready(()).boxed()
    }

    fn ended(&self, record: CallRecord) -> BoxFuture<'_, ()> {
        self.records.lock().unwrap().push(record);
        std::future::ready(()).boxed()
    }
}

/// A call in the making.
pub(super) struct Asking {
    pub(super) policy: CallPolicy,
    pub(super) deadline: Option<Duration>,
    pub(super) row: u64,
    pub(super) cancel: CancellationToken,
    pub(super) model: &'static str,
}

impl Default for Asking {
    fn default() -> Self {
        Self { policy: CallPolicy::default(), deadline: None, row: 0, cancel: CancellationToken::new(), model: "m" }
    }
}

impl Asking {
    /// Asks, from now on.
    pub(super) async fn ask(&self, gate: &Gate, model: &dyn Model, ear: &Ear) -> Result<Arc<Answer>, Arc<ModelError>> {
        let body = json!({ "model": self.model, "messages": [] });
        let request =
            ModelRequest { api: Api::Chat, model: self.model.into(), body: body.as_object().unwrap().clone() };
        let context = CallContext {
            node: "ask".into(),
            row: Some(self.row),
            repeat: 0,
            deadline: self.deadline.map(|deadline| Instant::now() + deadline),
            cancel: self.cancel.clone(),
        };
        let call = GateCall {
            model,
            connection: &"script".into(),
            request: &Arc::new(request),
            policy: &self.policy,
            context: &context,
            listener: ear,
        };
        gate.call(call).await
    }
}
