use std::sync::Arc;

use flow_core::exec::{Event, RowError};
use flow_core::plan::Plan;
use serde_json::{Value as Json, json};

use super::answer::{Completion, used};
use super::error::content;
use crate::endpoint::{Running, Spoken};
use crate::failure::Failure;
use crate::http::{Answer, ClientGone, EventWriter, HEARTBEAT, event_stream};

/// The answer in pieces.
///
/// What fails before the first piece is an answer of its own, with a status; but a client never waits in silence for longer than between
/// heartbeats.
pub(super) async fn in_pieces(
    mut running: Running,
    completion: Completion,
    spoken: Option<Spoken>,
    plan: Arc<Plan>,
) -> Result<Answer, Failure> {
    let first = match tokio::time::timeout(HEARTBEAT, next(&mut running, spoken.as_ref())).await {
        Ok(Told::Failed(failure)) => return Err(*failure),
        Ok(told) => Some(told),
        Err(_) => None,
    };
    let (writer, answer) = event_stream(Some(HEARTBEAT));
    let mut telling = Telling { completion, spoken, plan, has_spoken: false };
    tokio::spawn(async move {
        // A client that is gone has the running request dropped, which ends it.
        let _ = telling.tell(first, &mut running, &writer).await;
    });
    Ok(answer)
}

/// What events mean for the answer.
enum Told {
    Piece(Arc<str>),
    End(Event),
    Failed(Box<Failure>),
}

/// Waits for the next event that means anything.
async fn next(running: &mut Running, spoken: Option<&Spoken>) -> Told {
    loop {
        match running.events.recv().await {
            None => return Told::Failed(Box::new(Failure::from(&RowError::Cancelled))),
            Some(Event::RowFailed { error, .. }) => return Told::Failed(Box::new(Failure::from(&*error))),
            Some(end @ Event::RowFinished { .. }) => return Told::End(end),
            Some(event) => {
                if let Some(piece) = spoken.and_then(|spoken| spoken.piece(&event)) {
                    return Told::Piece(Arc::clone(piece));
                }
            }
        }
    }
}

/// What is told, and how far it is.
struct Telling {
    completion: Completion,
    spoken: Option<Spoken>,
    plan: Arc<Plan>,
    /// Whether there was a piece.
    has_spoken: bool,
}

impl Telling {
    async fn tell(
        &mut self,
        first: Option<Told>,
        running: &mut Running,
        writer: &EventWriter,
    ) -> Result<(), ClientGone> {
        let begin = self.chunk(&json!({ "role": "assistant", "content": "" }), None);
        writer.data(&begin.to_string()).await?;
        let mut first = first;
        loop {
            let told = match first.take() {
                Some(told) => told,
                None => tokio::select! {
                    told = next(running, self.spoken.as_ref()) => told,
                    () = writer.closed() => return Err(ClientGone),
                },
            };
            match told {
                Told::Piece(piece) => {
                    self.has_spoken = true;
                    writer.data(&self.chunk(&json!({ "content": piece }), None).to_string()).await?;
                }
                // There is no [DONE] behind it, so that nobody takes it for a whole answer.
                Told::Failed(failure) => return writer.data(&content(&failure).to_string()).await,
                Told::End(event) => return self.end(&event, writer).await,
            }
        }
    }

    async fn end(&self, event: &Event, writer: &EventWriter) -> Result<(), ClientGone> {
        let Event::RowFinished { outputs, usage, .. } = event else { return Ok(()) };
        if !self.has_spoken {
            // An answer that did not come in pieces.
            let text = self.completion.text(outputs);
            writer.data(&self.chunk(&json!({ "content": text }), None).to_string()).await?;
        }
        let mut last = self.chunk(&json!({}), Some("stop"));
        last["flow"] = self.completion.extension(outputs, &self.plan);
        writer.data(&last.to_string()).await?;
        if self.completion.include_usage {
            let mut chunk = self.head();
            chunk["choices"] = json!([]);
            chunk["usage"] = used(usage);
            writer.data(&chunk.to_string()).await?;
        }
        writer.data("[DONE]").await
    }

    fn head(&self) -> Json {
        let Completion { id, created, model, .. } = &self.completion;
        json!({ "id": id, "object": "chat.completion.chunk", "created": created, "model": model })
    }

    fn chunk(&self, delta: &Json, finish_reason: Option<&str>) -> Json {
        let mut chunk = self.head();
        chunk["choices"] = json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason }]);
        if self.completion.include_usage {
            chunk["usage"] = Json::Null;
        }
        chunk
    }
}
