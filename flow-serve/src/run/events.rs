use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_core::exec::{Event, NodeAt, RowError};
use flow_core::plan::Plan;
use serde_json::{Value as Json, json};

use super::answer::milliseconds;
use super::error::content;
use super::query::Query;
use crate::endpoint::{Running, Shown};
use crate::failure::Failure;
use crate::http::{Answer, ClientGone, EventWriter, HEARTBEAT, event_stream};

/// What happens in the flow, as events with names. What does not fit before it begins is an answer of its own.
pub(super) async fn events(
    mut running: Running,
    plan: &Arc<Plan>,
    shown: Shown,
    id: Arc<str>,
    query: Query,
) -> Result<Answer, Failure> {
    let begin = Instant::now();
    let first = match running.events.recv().await {
        None => return Err(Failure::from(&RowError::Cancelled)),
        Some(Event::RowFailed { error, .. }) => return Err(Failure::from(&*error)),
        Some(event) => event,
    };
    let told = Told { plan: Arc::clone(plan), shown, id, values: query.values, begin };
    let (writer, answer) = event_stream(Some(HEARTBEAT));
    tokio::spawn(async move {
        // A client that is gone has the running request dropped, which ends it.
        let _ = tell(&told, first, &mut running, &writer).await;
    });
    Ok(answer)
}

async fn tell(told: &Told, first: Event, running: &mut Running, writer: &EventWriter) -> Result<(), ClientGone> {
    let mut next = Some(first);
    while let Some(event) = next {
        if let Some((name, content)) = told.event(&event) {
            writer.event(name, &content.to_string()).await?;
        }
        next = tokio::select! {
            event = running.events.recv() => event,
            () = writer.closed() => return Err(ClientGone),
        };
    }
    Ok(())
}

/// How events are told.
struct Told {
    plan: Arc<Plan>,
    shown: Shown,
    id: Arc<str>,
    /// With what goes into nodes and what comes out.
    values: bool,
    begin: Instant,
}

impl Told {
    /// An event's name and content, if it is one that is told.
    fn event(&self, event: &Event) -> Option<(&'static str, Json)> {
        let (name, mut content) = match event {
            Event::RowStarted { inputs, .. } => {
                let mut content = json!({ "id": self.id, "flow": self.plan.name });
                self.add(&mut content, "inputs", inputs);
                ("row_started", content)
            }
            Event::NodeStarted { at, inputs } => {
                let mut content = of(at);
                self.add(&mut content, "inputs", inputs);
                ("node_started", content)
            }
            Event::Delta { at, text } => {
                let mut content = of(at);
                content["text"] = json!(text);
                ("delta", content)
            }
            Event::NodeFinished { at, output, elapsed, attempts } => {
                let mut content = ended(at, *elapsed, *attempts);
                self.add(&mut content, "output", output);
                ("node_finished", content)
            }
            Event::NodeFailed { at, error, replaced, elapsed, attempts } => {
                let mut content = ended(at, *elapsed, *attempts);
                content["error"] = json!({ "code": error.code(), "message": error.to_string() });
                content["goes_on"] = json!(replaced.is_some());
                if let Some(replaced) = replaced {
                    self.add(&mut content, "output", replaced);
                }
                ("node_failed", content)
            }
            Event::NodeBypassed { at, reason } => {
                let mut content = of(at);
                content["reason"] = json!(reason);
                ("node_bypassed", content)
            }
            Event::RowFinished { outputs, elapsed, usage, .. } => {
                let outputs = self.shown.visible(&self.plan, outputs);
                let elapsed = milliseconds(*elapsed);
                ("finished", json!({ "id": self.id, "outputs": outputs, "usage": usage, "elapsed_ms": elapsed }))
            }
            Event::RowFailed { error, elapsed, usage, .. } => {
                let failure = Failure::from(&**error);
                let mut error = content(&failure);
                error["status"] = json!(failure.status.as_u16());
                let elapsed = milliseconds(*elapsed);
                ("failed", json!({ "id": self.id, "error": error, "usage": usage, "elapsed_ms": elapsed }))
            }
            Event::Waiting { .. }
            | Event::Called { .. }
            | Event::Read { .. }
            | Event::Printed { .. }
            | Event::Measured { .. }
            | Event::ItemFailed { .. } => return None,
        };
        content["time_ms"] = json!(milliseconds(self.begin.elapsed()));
        Some((name, content))
    }

    fn add(&self, content: &mut Json, key: &str, value: &impl serde::Serialize) {
        if self.values {
            content[key] = json!(value);
        }
    }
}

/// Which node an event is about.
fn of(at: &NodeAt) -> Json {
    let mut content = json!({ "node": at.node });
    if let Some(item) = at.item {
        content["item"] = json!(item);
    }
    content
}

fn ended(at: &NodeAt, elapsed: Duration, attempts: u32) -> Json {
    let mut content = of(at);
    content["elapsed_ms"] = json!(milliseconds(elapsed));
    content["attempts"] = json!(attempts);
    content
}
