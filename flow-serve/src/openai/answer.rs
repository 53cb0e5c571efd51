use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use flow_core::exec::RowError;
use flow_core::model::Usage;
use flow_core::plan::Plan;
use flow_core::value::{Map, Value};
use serde_json::{Value as Json, json};

use super::asking::{self, Asking};
use super::chatting::Chatting;
use super::error::error;
use super::models::{Models, now};
use super::stream::in_pieces;
use crate::endpoint::{Running, Shown, Spoken};
use crate::failure::Failure;
use crate::http::{self, Answer, read_body};
use crate::inputs;
use crate::site::{Asked, Desk};

/// Says what of a request had no effect.
const IGNORED: HeaderName = HeaderName::from_static("x-flow-ignored");

/// `POST /v1/chat/completions`: runs the flow that is named once.
pub(super) async fn complete(
    State(models): State<Models>,
    Extension(asked): Extension<Asked>,
    request: Request,
) -> Answer {
    match try_complete(&models, asked, request).await {
        Ok(answer) => answer,
        Err(failure) => error(&failure),
    }
}

async fn try_complete(models: &Models, asked: Asked, request: Request) -> Result<Answer, Failure> {
    let options = models.site.options();
    let body = read_body(request.into_body(), options.max_body, options.body_timeout).await?;
    let body = inputs::object(&body)?;
    let slot = models.choose(asking::model(&body)?)?;
    let taken = Desk { site: Arc::clone(&models.site), slot: Arc::clone(slot) }.take(&asked);
    let plan = taken.plan();
    let mut asking = Asking::read(plan, &body)?;
    let chatting = Chatting::of(plan, &options.shown, &asking.inputs)?;
    let inputs = chatting.inputs(&mut asking)?;
    let spoken = Spoken::of_output(plan, chatting.output).filter(|_| asking.stream);
    let completion = Completion {
        id: format!("chatcmpl-{}", asked.id),
        created: now(),
        model: Arc::clone(slot.name()),
        output: Arc::clone(&chatting.output.name),
        shown: options.shown.clone(),
        ignored: asking.ignored,
        include_usage: asking.include_usage,
    };
    let ignored = completion.ignored.join(", ");
    let running = models.site.run(slot, &taken, &asked, inputs, asking.stream).await?;
    let mut answer = match asking.stream {
        true => {
            let answer = in_pieces(running, completion, spoken, Arc::clone(plan)).await?;
            models.site.metrics().began(slot.name(), asked.began.elapsed());
            answer
        }
        false => whole(running, &completion, plan).await?,
    };
    // A name that a header cannot hold stands in the answer alone.
    if let Some(ignored) = HeaderValue::from_str(&ignored).ok().filter(|ignored| !ignored.is_empty()) {
        answer.headers_mut().insert(IGNORED, ignored);
    }
    Ok(answer)
}

/// The answer as one JSON document.
async fn whole(mut running: Running, completion: &Completion, plan: &Plan) -> Result<Answer, Failure> {
    let Ok(ended) = (&mut running.ended).await else { return Err(Failure::from(&RowError::Cancelled)) };
    let outputs = ended.result.outcome.as_ref().map_err(|error| Failure::from(&**error))?;
    let answer = json!({
        "id": completion.id,
        "object": "chat.completion",
        "created": completion.created,
        "model": completion.model,
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": completion.text(outputs), "refusal": null },
            "logprobs": null,
            "finish_reason": "stop",
        }],
        "usage": used(&ended.result.usage),
        "flow": completion.extension(outputs, plan),
    });
    Ok(http::json(StatusCode::OK, &answer))
}

/// An answer, as far as it is known before the flow has run.
#[derive(Debug)]
pub(super) struct Completion {
    pub(super) id: String,
    pub(super) created: u64,
    pub(super) model: Arc<str>,
    /// The output that answers.
    pub(super) output: Arc<str>,
    pub(super) shown: Shown,
    /// What of the request had no effect.
    pub(super) ignored: Vec<String>,
    pub(super) include_usage: bool,
}

impl Completion {
    /// The answer's text: a value that is none as JSON, and nothing for null.
    pub(super) fn text(&self, outputs: &Map) -> String {
        match outputs.get(&self.output) {
            None | Some(Value::Null) => String::new(),
            Some(Value::Text(text)) => text.as_str().to_owned(),
            Some(other) => other.to_json(),
        }
    }

    /// What the answer holds beyond what OpenAI's has: the other outputs, and what had no effect.
    pub(super) fn extension(&self, outputs: &Map, plan: &Plan) -> Json {
        let mut others = self.shown.visible(plan, outputs);
        others.shift_remove(&self.output);
        let mut extension = json!({ "outputs": others });
        if !self.ignored.is_empty() {
            extension["ignored"] = json!(self.ignored);
        }
        extension
    }
}

/// What all calls of the flow used, in OpenAI's form.
pub(super) fn used(usage: &Usage) -> Json {
    json!({
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": { "cached_tokens": usage.cached_tokens },
        "completion_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
    })
}
