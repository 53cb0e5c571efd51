use axum::extract::{Request, State};
use axum::http::StatusCode;
use flow_core::value::Value;
use percent_encoding::percent_decode_str;
use serde_json::{Value as Json, json};

use super::error::{self, error};
use crate::http::{self, Answer, read_body};
use crate::site::Desk;

/// The program's version, as `/health` and `/version` tell it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `GET /health`: whether the server is there.
pub(super) async fn health(State(desk): State<Desk>) -> Answer {
    if desk.site.is_draining() {
        return http::json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "Draining" }));
    }
    http::json(StatusCode::OK, &json!({ "status": "Healthy", "version": version_of(&desk) }))
}

/// `GET /version`
pub(super) async fn version(State(desk): State<Desk>) -> Answer {
    let build = desk.site.options().build_info.as_deref().unwrap_or_default();
    http::json(StatusCode::OK, &json!({ "status": "Healthy", "build_info": build, "version": version_of(&desk) }))
}

/// The number of the build, if the environment tells one, else the program's version.
fn version_of(desk: &Desk) -> String {
    let build: Option<Json> =
        desk.site.options().build_info.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let number = build.as_ref().and_then(|build| build.get("build_number")).and_then(Json::as_str);
    number.unwrap_or(VERSION).to_owned()
}

/// `POST /feedback`: any JSON, or a text. What request it is about, `?request_id=` says, or an entry of that name; it is kept where requests are.
pub(super) async fn feedback(State(desk): State<Desk>, request: Request) -> Answer {
    let options = desk.site.options();
    let (head, body) = request.into_parts();
    let body = match read_body(body, options.max_body, options.body_timeout).await {
        Ok(body) => body,
        Err(failure) => return error::of(failure),
    };
    if let Some(keeper) = desk.slot.keeper() {
        let text = String::from_utf8_lossy(&body);
        let value = Value::from_json(&text).unwrap_or_else(|_| Value::from(&*text));
        let asked = query(head.uri.query().unwrap_or_default(), "request_id");
        let about = asked.or_else(|| value.get("request_id").and_then(Value::as_str).map(str::to_owned));
        if let Err(failure) = keeper.keep_feedback(&desk.slot.endpoint(), about, value).await {
            return error(StatusCode::SERVICE_UNAVAILABLE, &format!("the feedback could not be kept: {failure}"));
        }
    }
    http::json(StatusCode::OK, &json!({ "status": "Feedback received." }))
}

/// The value of a name in a query.
fn query(text: &str, name: &str) -> Option<String> {
    let found = text.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_decode_str(found).decode_utf8_lossy().into_owned())
}

/// Whatever does not exist.
pub(crate) async fn not_found(request: Request) -> Answer {
    let message = format!("there is no {} {} here\n", request.method(), request.uri().path());
    http::text(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", message)
}
