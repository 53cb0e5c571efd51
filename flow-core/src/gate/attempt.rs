//! One try of a call: from the request to the end of the answer, or to the end of its time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use serde_json::Value as Json;
use tokio::time::{Instant, timeout, timeout_at};

use super::{CallPolicy, GateCall};
use crate::model::{Answer, CallListener, CallRecord, ModelError, ModelErrorKind, ModelReply, assemble};

type Pieces = BoxStream<'static, Result<Json, ModelError>>;

/// What was seen of a try beside its result.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The beginning of the answer was told to somebody.
    pub(super) was_told: bool,
    /// From the start to the first piece of the answer.
    pub(super) first_delta: Option<Duration>,
}

impl GateCall<'_> {
    /// One try.
    pub(super) async fn attempt(&self, policy: &CallPolicy) -> (Result<Answer, ModelError>, Seen) {
        let began = Instant::now();
        let first = Arc::new(OnceLock::new());
        let teller = Teller { listener: self.listener, was_told: AtomicBool::new(false) };
        let exchange = self.exchange(policy, (began, &first), &teller);
        let own_end = policy.timeout.map(|limit| began + limit);
        let deadline = self.context.deadline;
        let result = match own_end.into_iter().chain(deadline).min() {
            None => exchange.await,
            Some(end) => timeout_at(end, exchange).await.unwrap_or_else(|_| {
                Err(match policy.timeout {
                    Some(limit) if own_end == Some(end) && deadline != Some(end) => {
                        let message = format!("no answer within the timeout of {} s", limit.as_secs_f64());
                        ModelError::new(ModelErrorKind::Timeout, message)
                    }
                    _ => {
                        let message = "the row's time was up before the answer was there";
                        ModelError::new(ModelErrorKind::Deadline, message)
                    }
                })
            }),
        };
        let seen = Seen { was_told: teller.was_told.load(Ordering::Relaxed), first_delta: first.get().copied() };
        (result, seen)
    }

    async fn exchange(
        &self,
        policy: &CallPolicy,
        (began, first): (Instant, &Arc<OnceLock<Duration>>),
        teller: &Teller<'_>,
    ) -> Result<Answer, ModelError> {
        let api = self.request.api;
        let body = match self.model.call(self.request, self.context).await? {
            ModelReply::Whole(body) => body,
            ModelReply::Stream(pieces) => {
                let first = Arc::clone(first);
                let pieces = unbroken(pieces, policy.idle).inspect(move |_| {
                    first.get_or_init(|| began.elapsed());
                });
                assemble(api, pieces.boxed(), teller).await?
            }
        };
        Ok(Answer::from_body(api, body))
    }
}

/// The pieces, up to the first silence that is too long. The first piece may take as long as the whole answer.
fn unbroken(pieces: Pieces, idle: Option<Duration>) -> Pieces {
    let Some(idle) = idle else { return pieces };
    let next = move |(mut pieces, position): (Pieces, Position)| async move {
        let piece = match position {
            Position::First => pieces.next().await?,
            Position::Later => match timeout(idle, pieces.next()).await {
                Ok(piece) => piece?,
                Err(_) => {
                    let message = format!("the answer stopped: nothing came for {} s", idle.as_secs_f64());
                    return Some((Err(ModelError::new(ModelErrorKind::Timeout, message)), (pieces, Position::End)));
                }
            },
            Position::End => return None,
        };
        Some((piece, (pieces, Position::Later)))
    };
    stream::unfold((pieces, Position::First), next).boxed()
}

/// Where in an answer.
#[derive(Clone, Copy)]
enum Position {
    First,
    Later,
    End,
}

/// Passes pieces on to who wants them, and remembers that.
struct Teller<'a> {
    listener: &'a dyn CallListener,
    was_told: AtomicBool,
}

impl CallListener for Teller<'_> {
    fn wants_deltas(&self) -> bool {
        self.listener.wants_deltas()
    }

    fn delta<'a>(&'a self, text: &'a str) -> BoxFuture<'a, ()> {
        if !self.listener.wants_deltas() {
            return Box::pin(std::future::ready(()));
        }
        self.was_told.store(true, Ordering::Relaxed);
        self.listener.delta(text)
    }

    fn ended(&self, record: CallRecord) -> BoxFuture<'_, ()> {
        self.listener.ended(record)
    }
}
