use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use flow_core::exec::{Event, RowError};
use flow_core::value::Map;
use serde_json::json;

use super::body;
use super::error::{self, error, of_row};
use crate::endpoint::{RowState, Running, Shown, Spoken, Taken};
use crate::http::{self, Accepted, Answer, ClientGone, EventWriter, event_stream, read_body};
use crate::site::{Asked, Desk};

/// `POST /score`: runs the flow once.
pub(super) async fn score(State(desk): State<Desk>, Extension(asked): Extension<Asked>, request: Request) -> Answer {
    let options = desk.site.options();
    let (head, body) = request.into_parts();
    let body = match read_body(body, options.max_body, options.body_timeout).await {
        Ok(body) => body,
        Err(failure) => return error::of(failure),
    };
    let taken = desk.take(&asked);
    let inputs = match body::inputs(taken.plan(), &body) {
        Ok(inputs) => inputs,
        Err(refusal) => return *refusal,
    };
    let accepted = Accepted::of(&head.headers);
    let spoken = match Spoken::of_flow(taken.plan(), &options.shown) {
        Ok(spoken) => spoken.filter(|_| accepted.events),
        Err(several) if accepted.events => return error(StatusCode::BAD_REQUEST, &several.to_string()),
        Err(_) => None,
    };
    // promptflow finds out after the flow has run; here nothing is spent, but what is missing is still told first.
    if spoken.is_none() && !accepted.json && inputs_fit(&taken, &inputs) {
        return not_acceptable(&Accepted::written(&head.headers));
    }
    let running = match desk.site.run(&desk.slot, &taken, &asked, inputs, spoken.is_some()).await {
        Ok(running) => running,
        Err(refused) => return error::of(refused),
    };
    match spoken {
        Some(spoken) => in_pieces(running, spoken, &taken, (&desk, &asked)).await,
        None => whole(running, &taken, &options.shown).await,
    }
}

/// Whether all inputs without a default are given.
fn inputs_fit(taken: &Taken, inputs: &Map) -> bool {
    taken.plan().inputs.iter().all(|input| input.default.is_some() || inputs.contains_key(&input.name))
}

fn not_acceptable(accept: &str) -> Answer {
    let message = format!("the flow gives application/json, which `Accept: {accept}` does not take");
    error(StatusCode::NOT_ACCEPTABLE, &message)
}

/// The outputs as one JSON document.
async fn whole(mut running: Running, taken: &Taken, shown: &Shown) -> Answer {
    let Ok(ended) = (&mut running.ended).await else { return of_row(&RowError::Cancelled) };
    match &ended.result.outcome {
        Ok(outputs) => http::json(StatusCode::OK, &shown.visible(taken.plan(), outputs)),
        Err(failure) => of_row(failure),
    }
}

/// The outputs as events: first all that do not stream, then the pieces of the one that does.
///
/// What fails before there is anything to tell is an answer of its own.
async fn in_pieces(mut running: Running, spoken: Spoken, taken: &Taken, (desk, asked): (&Desk, &Asked)) -> Answer {
    let shown = desk.site.options().shown.clone();
    let mut telling = Telling {
        state: RowState::new(Arc::clone(taken.plan())),
        spoken,
        shown,
        has_spoken: false,
        held: Vec::new(),
        head: None,
    };
    loop {
        match running.events.recv().await {
            None => return of_row(&RowError::Cancelled),
            Some(Event::RowFailed { error, .. }) => return of_row(&error),
            Some(event) => {
                let is_end = matches!(event, Event::RowFinished { .. });
                telling.observe(&event);
                if is_end || (telling.head.is_some() && !telling.held.is_empty()) {
                    break;
                }
            }
        }
    }
    desk.site.metrics().began(desk.slot.name(), asked.began.elapsed());
    let (writer, answer) = event_stream(None);
    tokio::spawn(async move {
        // A client that is gone has the running request dropped, which ends it.
        let _ = telling.tell(&mut running, &writer).await;
    });
    answer
}

/// What is told, and how far it is.
struct Telling {
    state: RowState,
    spoken: Spoken,
    shown: Shown,
    /// Whether there was a piece of the streaming output.
    has_spoken: bool,
    /// Events of the streaming output that wait to be told.
    held: Vec<String>,
    /// The outputs that do not stream, once they are known.
    head: Option<Map>,
}

impl Telling {
    fn observe(&mut self, event: &Event) {
        self.state.observe(event);
        if let Some(piece) = self.spoken.piece(event) {
            self.held.push(json!({ &*self.spoken.output: **piece }).to_string());
            self.has_spoken = true;
        }
        if self.head.is_none() {
            self.head = self.state.outputs_but(&self.spoken.output, &self.shown);
        }
        if let Event::RowFinished { outputs, .. } = event {
            // Nothing was said: an answer that did not come in pieces.
            if let Some(value) = outputs.get(&self.spoken.output).filter(|_| !self.has_spoken) {
                self.held.push(json!({ &*self.spoken.output: value }).to_string());
            }
        }
    }

    async fn tell(&mut self, running: &mut Running, writer: &EventWriter) -> Result<(), ClientGone> {
        if let Some(head) = self.head.as_ref().filter(|head| !head.is_empty()) {
            writer.data(&serde_json::to_string(head).unwrap_or_default()).await?;
        }
        loop {
            for event in self.held.drain(..) {
                writer.data(&event).await?;
            }
            let event = tokio::select! {
                event = running.events.recv() => event,
                () = writer.closed() => return Err(ClientGone),
            };
            match event {
                None => return Ok(()),
                Some(Event::RowFailed { error, .. }) => {
                    let error = json!({ "error": { "code": "UserError", "message": error.to_string() } });
                    return writer.data(&error.to_string()).await;
                }
                Some(event) => self.observe(&event),
            }
        }
    }
}
