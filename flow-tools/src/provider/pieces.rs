//! An answer in pieces: the JSON of each event until the stream says that it is done, or breaks.

use std::collections::VecDeque;

use flow_core::model::ModelError;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::failure::{self, Asked};
use super::incoming::Chunks;
use super::sse::{Event, EventReader};

/// The data with which OpenAI ends a stream.
const DONE: &[u8] = b"[DONE]";

/// Names of events without meaning, which keep the connection awake.
const IDLE: &[&[u8]] = &[b"keepalive", b"ping", b"heartbeat"];

/// The events of a body. It ends after the first error, and early when the call is cancelled.
pub(super) fn pieces(
    chunks: Chunks,
    asked: Asked,
    cancel: CancellationToken,
) -> BoxStream<'static, Result<Json, ModelError>> {
    let pieces = Pieces {
        chunks,
        reader: EventReader::default(),
        ready: VecDeque::new(),
        asked,
        cancel,
        is_done: false,
        is_over: false,
    };
    stream::unfold(pieces, |mut pieces| async move {
        let item = pieces.next().await?;
        // What follows an error means nothing.
        pieces.is_done |= item.is_err();
        Some((item, pieces))
    })
    .boxed()
}

struct Pieces {
    chunks: Chunks,
    reader: EventReader,
    ready: VecDeque<Event>,
    asked: Asked,
    cancel: CancellationToken,
    /// Nothing more is wanted.
    is_done: bool,
    /// Nothing more comes.
    is_over: bool,
}

impl Pieces {
    async fn next(&mut self) -> Option<Result<Json, ModelError>> {
        while !self.is_done {
            if let Some(event) = self.ready.pop_front() {
                if event.data == DONE {
                    self.is_done = true;
                    self.release();
                    return None;
                }
                if let Some(piece) = self.read(&event) {
                    return Some(piece);
                }
            } else if self.is_over {
                return None;
            } else if let Err(error) = self.fill().await {
                return Some(Err(error));
            }
        }
        None
    }

    /// Takes in the next chunk.
    async fn fill(&mut self) -> Result<(), ModelError> {
        let chunk = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(self.asked.cancelled()),
            chunk = self.chunks.next() => chunk,
        };
        match chunk {
            Some(Ok(chunk)) => self.reader.push(&chunk, |event| self.ready.push_back(event)),
            Some(Err(broken)) => return Err(failure::broken_off(&broken, &self.asked)),
            None => {
                self.is_over = true;
                self.ready.extend(self.reader.finish());
            }
        }
        Ok(())
    }

    /// The JSON of an event, unless it has none.
    fn read(&self, event: &Event) -> Option<Result<Json, ModelError>> {
        if event.data.is_empty() || IDLE.contains(&event.name.as_slice()) {
            return None;
        }
        let is_error = event.name == b"error";
        match serde_json::from_slice::<Json>(&event.data) {
            Ok(body) => match failure::objection(&body, is_error, &self.asked) {
                Some(error) => Some(Err(error)),
                None => Some(Ok(body)),
            },
            Err(_) if is_error => {
                let body = Json::from(String::from_utf8_lossy(&event.data).into_owned());
                failure::objection(&body, true, &self.asked).map(Err)
            }
            // The end of the body cut it short, and nobody else noticed.
            Err(_) if self.is_over && self.ready.is_empty() => Some(Err(failure::cut_short(&self.asked))),
            Err(error) => Some(Err(failure::no_json(&error, &event.data, &self.asked))),
        }
    }

    /// Reads what is left if it has come already, so that the connection can serve another call.
    fn release(&mut self) {
        while let Some(Some(Ok(_))) = self.chunks.next().now_or_never() {}
    }
}
