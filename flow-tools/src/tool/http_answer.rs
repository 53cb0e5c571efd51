//! What becomes of an answer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flow_core::tool::ToolError;
use flow_core::value::{Map, Value};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode, Url};
use schemars::JsonSchema;
use serde::Deserialize;

use super::http_exchange::Request;

/// How much of a refusal a message shows, in characters.
const SHOWN: usize = 300;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    #[default]
    Auto,
    Json,
    Text,
    Bytes,
}

/// What is wanted of an answer.
pub(super) struct Kept {
    pub(super) form: Form,
    /// The largest body, in bytes.
    pub(super) max_bytes: usize,
    /// Whether a status other than 2xx is an error.
    pub(super) fails: bool,
    /// Statuses that are none.
    pub(super) accepted: Vec<u16>,
}

/// Reads an answer.
pub(super) async fn answer(response: Response, url: &Url, request: &Request, kept: &Kept) -> Result<Value, ToolError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let is_refusal = kept.fails && !status.is_success() && !kept.accepted.contains(&status.as_u16());
    let body = match body(response, request, kept.max_bytes).await {
        // The status says enough.
        Err(_) if is_refusal => Vec::new(),
        body => body?,
    };
    if is_refusal {
        return Err(refusal(status, &body, request));
    }
    let body = read(body, &headers, request, kept.form)?;
    let status = Value::Int(status.as_u16().into());
    let entries = [("status", status), ("headers", listed(&headers)), ("body", body), ("url", url.as_str().into())];
    Ok(Value::map(entries))
}

async fn body(mut response: Response, request: &Request, max_bytes: usize) -> Result<Vec<u8>, ToolError> {
    let too_large = || {
        let message = format!("{} answered more than {max_bytes} bytes; raise `max_bytes` to read it", request.shown());
        ToolError::failed(message)
    };
    if response.content_length().is_some_and(|length| usize::try_from(length).unwrap_or(usize::MAX) > max_bytes) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|_| {
            let message = format!("the answer to {} broke off after {} bytes", request.shown(), body.len());
            ToolError::Failed { message, passing: true }
        })?;
        let Some(chunk) = chunk else { return Ok(body) };
        if body.len() + chunk.len() > max_bytes {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
}

fn refusal(status: StatusCode, body: &[u8], request: &Request) -> ToolError {
    let text = request.secrets.hide(&String::from_utf8_lossy(body));
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = text.chars().take(SHOWN).collect();
    let said = match (cut.is_empty(), cut.len() < text.len()) {
        (true, _) => String::new(),
        (false, false) => format!(": {cut}"),
        (false, true) => format!(": {cut}…"),
    };
    let reason = status.canonical_reason().map_or(String::new(), |reason| format!(" {reason}"));
    let message = format!("{} answered {}{reason}{said}", request.shown(), status.as_u16());
    let passing = matches!(status.as_u16(), 408 | 425 | 429) || status.is_server_error();
    ToolError::Failed { message, passing }
}

fn read(body: Vec<u8>, headers: &HeaderMap, request: &Request, form: Form) -> Result<Value, ToolError> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let text = |body: &[u8]| {
        let text = String::from_utf8_lossy(body);
        Value::from(text.strip_prefix('\u{feff}').unwrap_or(&text))
    };
    let json = |body: &[u8]| std::str::from_utf8(body).ok().and_then(|text| Value::from_json(text.trim()).ok());
    Ok(match form {
        Form::Bytes => STANDARD.encode(&body).into(),
        Form::Text => text(&body),
        Form::Json => json(&body).ok_or_else(|| {
            ToolError::failed(format!("{} did not answer JSON (but `{kind}`); see `response`", request.shown()))
        })?,
        Form::Auto if kind.ends_with("/json") || kind.ends_with("+json") => json(&body).unwrap_or_else(|| text(&body)),
        Form::Auto if kind.starts_with("text/") => text(&body),
        Form::Auto => match String::from_utf8(body) {
            Ok(body) => text(body.as_bytes()),
            Err(error) => STANDARD.encode(error.as_bytes()).into(),
        },
    })
}

/// Headers in small letters; of those that come several times, one text with commas.
fn listed(headers: &HeaderMap) -> Value {
    let mut listed = Map::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let known = listed.get(name.as_str()).and_then(Value::as_str);
        let value = known.map_or_else(|| value.to_string(), |known| format!("{known}, {value}"));
        listed.insert(name.as_str().into(), value.into());
    }
    Value::Map(std::sync::Arc::new(listed))
}
