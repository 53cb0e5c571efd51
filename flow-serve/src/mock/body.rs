use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::Sleep;

use super::line::Fate;
use super::stats::Visit;

/// The body of an answer, sent step by step.
pub(super) struct Body {
    steps: VecDeque<Step>,
    /// The length that the head promises, whatever is sent.
    length: Option<u64>,
    sleep: Option<Pin<Box<Sleep>>>,
    fate: Arc<Fate>,
    /// The request is under way as long as its answer is.
    _visit: Option<Visit>,
}

/// A step of sending a body.
#[derive(Debug)]
pub(super) enum Step {
    Send(Bytes),
    Wait(Duration),
    /// Close the connection.
    Close,
    /// Reset the connection.
    Reset,
    /// Nothing more, ever.
    Hang,
}

/// The connection was given up on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the connection is given up, as the rules want it")]
pub(super) struct GivenUp;

impl Body {
    /// A body that is sent at once.
    pub(super) fn whole(bytes: impl Into<Bytes>, fate: Arc<Fate>, visit: Option<Visit>) -> Self {
        let bytes: Bytes = bytes.into();
        let length = u64::try_from(bytes.len()).ok();
        let steps = if bytes.is_empty() { VecDeque::new() } else { VecDeque::from([Step::Send(bytes)]) };
        Self { steps, length, sleep: None, fate, _visit: visit }
    }

    /// A body that is sent in steps.
    pub(super) fn steps(steps: Vec<Step>, length: Option<u64>, fate: Arc<Fate>, visit: Option<Visit>) -> Self {
        Self { steps: steps.into(), length, sleep: None, fate, _visit: visit }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = GivenUp;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, GivenUp>>> {
        loop {
            if let Some(sleep) = &mut self.sleep {
                std::task::ready!(sleep.as_mut().poll(context));
                self.sleep = None;
            }
            match self.steps.front() {
                None => return Poll::Ready(None),
                // The client's leaving ends it: hyper drops the body then.
                Some(Step::Hang) => return Poll::Pending,
                Some(_) => {}
            }
            match self.steps.pop_front() {
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Step::Wait(time)) => self.sleep = Some(Box::pin(tokio::time::sleep(time))),
                Some(Step::Reset) => {
                    self.fate.reset();
                    return Poll::Ready(Some(Err(GivenUp)));
                }
                Some(Step::Close) => return Poll::Ready(Some(Err(GivenUp))),
                Some(Step::Hang) | None => {}
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty() && self.sleep.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
