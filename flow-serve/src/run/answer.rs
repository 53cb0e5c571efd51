use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use flow_core::exec::RowError;
use flow_core::plan::Plan;
use flow_core::value::Map;
use serde_json::json;

use super::error::error;
use super::events::events;
use super::query::Query;
use crate::endpoint::{Running, Taken};
use crate::failure::Failure;
use crate::http::{self, Accepted, Answer, read_body};
use crate::inputs;
use crate::site::{Asked, Desk};

/// `POST /run`: runs the flow once.
pub(super) async fn run(State(desk): State<Desk>, Extension(asked): Extension<Asked>, request: Request) -> Answer {
    match try_run(&desk, asked, request).await {
        Ok(answer) => answer,
        Err(failure) => error(&failure),
    }
}

async fn try_run(desk: &Desk, asked: Asked, request: Request) -> Result<Answer, Failure> {
    let options = desk.site.options();
    let (head, body) = request.into_parts();
    let (query, form) = (Query::of(&head.uri)?, Form::of(&head.headers)?);
    let body = read_body(body, options.max_body, options.body_timeout).await?;
    let taken = desk.take(&asked);
    let inputs = inputs_of(taken.plan(), &body)?;
    let running = desk.site.run(&desk.slot, &taken, &asked, inputs, form == Form::Events).await?;
    match form {
        Form::Events => {
            let answer = events(running, taken.plan(), options.shown.clone(), Arc::clone(&asked.id), query).await?;
            desk.site.metrics().began(desk.slot.name(), asked.began.elapsed());
            Ok(answer)
        }
        Form::Whole => whole(running, desk, &taken, &asked.id).await,
    }
}

/// How a client wants its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    Events,
}

impl Form {
    fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let accepted = Accepted::of(headers);
        match (accepted.events, accepted.json) {
            (true, _) => Ok(Form::Events),
            (false, true) => Ok(Form::Whole),
            (false, false) => {
                let message = format!(
                    "/run gives application/json or text/event-stream, which `Accept: {}` does not take",
                    Accepted::written(headers)
                );
                Err(Failure::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", message))
            }
        }
    }
}

/// The inputs in a request's body: all that is wrong with them is told at once.
fn inputs_of(plan: &Plan, body: &[u8]) -> Result<Map, Failure> {
    let given = inputs::object(body)?;
    let mut wrong = inputs::objections(plan, &given);
    wrong.extend(inputs::missing(plan, &given));
    if wrong.is_empty() { Ok(given) } else { Err(Failure::of_fields(wrong)) }
}

/// The outputs as one JSON document.
async fn whole(mut running: Running, desk: &Desk, taken: &Taken, id: &Arc<str>) -> Result<Answer, Failure> {
    let Ok(ended) = (&mut running.ended).await else { return Err(Failure::from(&RowError::Cancelled)) };
    let result = &ended.result;
    let outputs = result.outcome.as_ref().map_err(|error| Failure::from(&**error))?;
    let answer = json!({
        "id": id,
        "outputs": desk.site.options().shown.visible(taken.plan(), outputs),
        "usage": result.usage,
        "elapsed_ms": milliseconds(result.elapsed),
    });
    Ok(http::json(StatusCode::OK, &answer))
}

/// A time in milliseconds, to the microsecond.
pub(super) fn milliseconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
