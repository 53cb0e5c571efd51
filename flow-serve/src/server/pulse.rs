//! What a connection is at, and for how long. hyper knows one time limit for the head of a request, which would also cut connections that a proxy
//! keeps open for the next request; here the two have limits of their own, and so have answers that nobody reads.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::ServerOptions;

/// How often a connection is looked at, at the most and at the least.
const TICK: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// What a connection is at.
#[derive(Debug, Clone, Copy)]
enum State {
    /// It waits for a request.
    Idle(Instant),
    /// A request begins to arrive.
    Head(Instant),
    /// A request is answered.
    Answering,
}

/// What a connection is at, and whether it gets stuck.
#[derive(Debug)]
pub(super) struct Pulse(Mutex<Beat>);

#[derive(Debug)]
struct Beat {
    state: State,
    /// Since when the client takes nothing of what is written.
    stalled: Option<Instant>,
}

impl Pulse {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Beat { state: State::Idle(Instant::now()), stalled: None }))
    }

    fn beat(&self) -> std::sync::MutexGuard<'_, Beat> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Done when the connection took too long for what it is at.
    pub(super) async fn out_of_time(&self, options: &ServerOptions) {
        let tick = (options.head_timeout / 10).clamp(TICK.0, TICK.1);
        loop {
            tokio::time::sleep(tick).await;
            let beat = self.beat();
            let is_late = match beat.state {
                State::Idle(since) => since.elapsed() > options.idle_timeout,
                State::Head(since) => since.elapsed() > options.head_timeout,
                State::Answering => false,
            };
            if is_late || beat.stalled.is_some_and(|since| since.elapsed() > options.stall_timeout) {
                return;
            }
        }
    }

    fn read_something(&self) {
        let mut beat = self.beat();
        if matches!(beat.state, State::Idle(_)) {
            beat.state = State::Head(Instant::now());
        }
    }

    fn wrote(&self, something: bool) {
        let mut beat = self.beat();
        match (something, beat.stalled) {
            (true, _) => beat.stalled = None,
            (false, None) => beat.stalled = Some(Instant::now()),
            (false, Some(_)) => {}
        }
    }
}

/// A request that is being answered, until this is dropped.
#[derive(Debug)]
pub(super) struct Answering(Arc<Pulse>);

impl Answering {
    pub(super) fn begin(pulse: &Arc<Pulse>) -> Self {
        pulse.beat().state = State::Answering;
        Self(Arc::clone(pulse))
    }

    /// The body, with whose end the answer ends.
    pub(super) fn until_end_of(self, body: Body) -> AnswerBody {
        AnswerBody { body, _answering: self }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.beat().state = State::Idle(Instant::now());
    }
}

/// The body of an answer.
#[derive(Debug)]
pub(super) struct AnswerBody {
    body: Body,
    _answering: Answering,
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection whose pulse is felt.
#[derive(Debug)]
pub(super) struct Watched {
    stream: TcpStream,
    pulse: Arc<Pulse>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.pulse.read_something();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.pulse.wrote(written.is_ready());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.pulse.wrote(written.is_ready());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
