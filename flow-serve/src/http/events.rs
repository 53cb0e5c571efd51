use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use hyper::body::{Body as HttpBody, Frame};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep};

use super::Answer;

/// How many events wait for a client that reads slowly; then the flow waits.
const WAITING: usize = 16;
/// A client that takes nothing for this long is gone.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a client hears something while there is nothing to tell, so that nobody on the way takes the connection for dead.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(15);
/// What proxies on the way are told so that they do not gather events.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Events as they are written, and the answer that carries them. With `heartbeat`, a comment is sent whenever nothing else was for that long.
pub(crate) fn event_stream(heartbeat: Option<Duration>) -> (EventWriter, Answer) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let pause = heartbeat.map(|period| Heartbeat { period, sleep: Box::pin(tokio::time::sleep(period)) });
    let mut answer = Response::new(Body::new(EventBody { receiver, heartbeat: pause }));
    *answer.status_mut() = StatusCode::OK;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(NO_BUFFERING, HeaderValue::from_static("no"));
    (EventWriter { sender }, answer)
}

/// Writes events to a client.
#[derive(Debug)]
pub(crate) struct EventWriter {
    sender: mpsc::Sender<Bytes>,
}

/// The client is gone, or takes nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientGone;

impl EventWriter {
    /// Writes an event without a name, of one line of data.
    pub(crate) async fn data(&self, data: &str) -> Result<(), ClientGone> {
        self.write(format!("data: {data}\n\n")).await
    }

    /// Writes an event with a name, of one line of data.
    pub(crate) async fn event(&self, name: &str, data: &str) -> Result<(), ClientGone> {
        self.write(format!("event: {name}\ndata: {data}\n\n")).await
    }

    /// Done when the client is gone.
    pub(crate) async fn closed(&self) {
        self.sender.closed().await;
    }

    async fn write(&self, text: String) -> Result<(), ClientGone> {
        self.sender.send_timeout(text.into(), PATIENCE).await.map_err(|_| ClientGone)
    }
}

struct EventBody {
    receiver: mpsc::Receiver<Bytes>,
    heartbeat: Option<Heartbeat>,
}

struct Heartbeat {
    period: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl HttpBody for EventBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = self.receiver.poll_recv(context);
        let Some(heartbeat) = &mut self.heartbeat else { return next.map(|bytes| bytes.map(Frame::data).map(Ok)) };
        let bytes = match next {
            Poll::Ready(bytes) => bytes,
            Poll::Pending => {
                std::task::ready!(heartbeat.sleep.as_mut().poll(context));
                Some(Bytes::from_static(b": ping\n\n"))
            }
        };
        let next = Instant::now() + heartbeat.period;
        heartbeat.sleep.as_mut().reset(next);
        Poll::Ready(bytes.map(Frame::data).map(Ok))
    }
}
