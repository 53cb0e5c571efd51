use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use flow_core::image::MessageFormat;
use flow_core::plan::{Plan, PlanInput};
use flow_core::ty::Ty;
use serde_json::{Value as Json, json};

use super::graph;
use crate::endpoint::{Endpoint, Shown, Spoken};
use crate::http::{self, Answer};
use crate::openai::answering;
use crate::site::Desk;

/// `GET /page.json`: what the page shows of the flow.
pub(super) async fn description(State(desk): State<Desk>) -> Answer {
    let endpoint = desk.slot.endpoint();
    let mut answer = http::json(StatusCode::OK, &describe(&endpoint, &desk.site.options().shown));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn describe(endpoint: &Endpoint, shown: &Shown) -> Json {
    let (plan, flow) = (endpoint.plan(), endpoint.flow());
    let outputs = shown.of(plan).map(|output| {
        let node = Spoken::of_output(plan, output).map(|spoken| spoken.node);
        json!({ "name": output.name, "type": output.ty.name(), "description": output.description, "spoken_by": node })
    });
    json!({
        "name": endpoint.name,
        "description": flow.description,
        "chat": chat(plan, shown),
        "inputs": plan.inputs.iter().map(input).collect::<Vec<_>>(),
        "outputs": outputs.collect::<Vec<_>>(),
        "sample": sample(endpoint),
        "variants": endpoint.variants.iter().map(|variant| &variant.label).collect::<Vec<_>>(),
        "graph": graph::graph(flow, shown),
    })
}

fn input(input: &PlanInput) -> Json {
    let mut described = json!({
        "name": input.name,
        "type": input.ty.name(),
        "description": input.description,
        "required": input.default.is_none(),
    });
    // The default of a secret is told to nobody; it holds where nothing is given.
    if let Some(default) = input.default.as_ref().filter(|_| input.ty != Ty::Secret) {
        described["default"] = json!(default);
    }
    described
}

/// How one talks to the flow: where what is said goes, in which form it is remembered, and which output answers.
fn chat(plan: &Plan, shown: &Shown) -> Option<Json> {
    let chat = plan.chat?;
    let output = answering(plan, shown)?;
    let name = |input: &PlanInput| input.name.to_string();
    let input = plan.inputs.get(chat.input.index())?;
    let parts = match (input.ty, input.message_format) {
        (Ty::List, MessageFormat::OpenAiVision) => Some("openai"),
        (Ty::List, _) => Some("plain"),
        _ => None,
    };
    Some(json!({
        "input": name(input),
        "parts": parts,
        "output": output.name,
        "history": chat.history.and_then(|history| plan.inputs.get(history.index())).map(name),
        // A prompty takes messages; other flows take the inputs and outputs of each turn.
        "remembers": if plan.takes_messages() { "messages" } else { "turns" },
    }))
}

/// The sample beside the flow, without what it has no input for.
fn sample(endpoint: &Endpoint) -> Option<Json> {
    let plan = endpoint.plan();
    let known = |name: &str| plan.input(name).is_some_and(|(_, input)| input.ty != Ty::Secret);
    let sample = endpoint.sample.as_ref().and_then(Json::as_object).cloned();
    let mut sample = sample.or_else(|| plan.sample().and_then(|sample| json!(sample).as_object().cloned()))?;
    sample.retain(|name, _| known(name));
    Some(Json::Object(sample))
}
