//! What OpenAI would object to in a request.

use flow_core::model::Api;
use hyper::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Map, Value as Json, json};

/// A request that is not answered by the model.
#[derive(Debug)]
pub(super) struct Objection {
    pub(super) status: u16,
    pub(super) body: Json,
}

impl Objection {
    fn new(status: u16, code: Option<&str>, parameter: Option<&str>, message: impl Into<String>) -> Self {
        let message: String = message.into();
        let kind = "invalid_request_error";
        let error = json!({ "message": message, "type": kind, "param": parameter, "code": code });
        Self { status, body: json!({ "error": error }) }
    }

    pub(super) fn unknown_path(method: &str, path: &str) -> Self {
        Self::new(404, Some("unknown_url"), None, format!("Unknown request URL: {method} {path}"))
    }

    pub(super) fn wrong_method(method: &str, path: &str) -> Self {
        Self::new(405, None, None, format!("Not allowed to {method} on {path}"))
    }

    /// Azure's words for nearly everything that is wrong with an address.
    pub(super) fn no_version() -> Self {
        Self { status: 404, body: json!({ "error": { "code": "404", "message": "Resource not found" } }) }
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Self::new(413, None, None, format!("The request is larger than {} MiB", limit >> 20))
    }

    pub(super) fn not_json(why: &serde_json::Error) -> Self {
        Self::new(400, None, None, format!("We could not parse the JSON body of your request: {why}"))
    }

    fn missing(parameter: &str) -> Self {
        let message = format!("Missing required parameter: '{parameter}'.");
        Self::new(400, Some("missing_required_parameter"), Some(parameter), message)
    }

    fn key(message: String) -> Self {
        Self::new(401, Some("invalid_api_key"), None, message)
    }
}

/// Objects to a request without the key, in either provider's header.
pub(super) fn check_key(headers: &HeaderMap, wanted: &str) -> Result<(), Objection> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let bearer = text(AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
    });
    match bearer.or_else(|| text("api-key")) {
        Some(key) if key == wanted => Ok(()),
        Some(key) if !key.is_empty() => Err(Objection::key(format!("Incorrect API key provided: {}.", masked(key)))),
        _ => Err(Objection::key("You didn't provide an API key.".to_owned())),
    }
}

/// A key as OpenAI repeats it: its start and end.
fn masked(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    if letters.len() <= 12 {
        return "*".repeat(letters.len());
    }
    let part = |letters: &[char]| letters.iter().collect::<String>();
    format!("{}{}{}", part(&letters[..4]), "*".repeat(letters.len() - 8), part(&letters[letters.len() - 4..]))
}

/// Objects to a body without what the API needs.
pub(super) fn check_body(api: Api, body: &Map<String, Json>, has_deployment: bool) -> Result<(), Objection> {
    if !has_deployment && body.get("model").and_then(Json::as_str).is_none_or(str::is_empty) {
        return Err(Objection::new(400, None, None, "you must provide a model parameter"));
    }
    let (name, is_there): (_, fn(&Json) -> bool) = match api {
        Api::Chat => ("messages", |value| value.as_array().is_some_and(|messages| !messages.is_empty())),
        Api::Completion => ("prompt", |value| value.is_string() || value.is_array()),
        Api::Responses | Api::Embedding => ("input", |value| value.is_string() || value.is_array()),
    };
    // A prompt can be left out.
    let is_needed = api != Api::Completion || body.contains_key(name);
    if is_needed && !body.get(name).is_some_and(is_there) {
        return Err(Objection::missing(name));
    }
    Ok(())
}
