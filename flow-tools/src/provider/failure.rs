//! What went wrong, in words for the flow's author: what the provider said, and what to check. No secret is in them.

use std::error::Error;
use std::time::SystemTime;

use async_openai::error::OpenAIError;
use flow_core::model::{ModelError, ModelErrorKind};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;

use super::retry_after::retry_after;
use super::transport::{CONNECT_TIMEOUT, Refusal};

/// The longest part of a provider's words that is repeated, in characters.
const LONGEST_QUOTE: usize = 500;

/// Who was asked for what.
pub(super) struct Asked<'a> {
    pub(super) title: &'a str,
    pub(super) connection: &'a str,
    pub(super) host: &'a str,
    pub(super) model: &'a str,
    pub(super) secrets: &'a [SecretString],
    /// What to check for a status; `{model}` and `{connection}` stand for their names.
    pub(super) advice: fn(u16) -> &'static str,
}

impl Asked<'_> {
    /// Foreign words, short and without secrets.
    fn quote(&self, text: &str) -> String {
        let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for secret in self.secrets {
            let secret = secret.expose_secret().trim();
            if !secret.is_empty() {
                text = text.replace(secret, "******");
            }
        }
        match text.char_indices().nth(LONGEST_QUOTE) {
            Some((end, _)) => format!("{} …", &text[..end]),
            None => text,
        }
    }

    fn advise(&self, status: u16) -> String {
        let advice = (self.advice)(status);
        if advice.is_empty() {
            return String::new();
        }
        format!(" – {}", advice.replace("{model}", self.model).replace("{connection}", self.connection))
    }
}

/// The error of a call.
pub(super) fn explain(error: &OpenAIError, asked: &Asked<'_>) -> ModelError {
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast_ref::<Refusal>() {
            Some(refusal) => refused(refusal, asked),
            None => broken(&inner.to_string(), asked),
        },
        OpenAIError::Reqwest(error) => unreached(error, asked),
        OpenAIError::JSONDeserialize(error, content) => {
            let what = if content.trim().is_empty() {
                "an empty answer".into()
            } else if content.trim_start().starts_with('<') {
                "a web page in place of JSON".into()
            } else {
                format!("an answer that is not valid JSON (line {}, column {})", error.line(), error.column())
            };
            let message = format!("{} gave {what} – check that {} speaks the OpenAI API", asked.title, asked.host);
            ModelError::new(ModelErrorKind::InvalidResponse, message)
        }
        other => broken(&other.to_string(), asked),
    }
}

/// The error for a successful answer without a list of choices.
pub(super) fn no_completion(body: &Json, asked: &Asked<'_>) -> ModelError {
    let said = said(body).map(|(said, _)| format!(": {}", asked.quote(&said))).unwrap_or_default();
    let message = format!(
        "{} gave an answer without `choices`{said} – check that {} speaks the OpenAI API",
        asked.title, asked.host
    );
    ModelError::new(ModelErrorKind::InvalidResponse, message)
}

fn broken(why: &str, asked: &Asked<'_>) -> ModelError {
    let message = format!("the call of {} failed: {}", asked.title, asked.quote(why));
    ModelError::new(ModelErrorKind::Connect, message)
}

fn refused(refusal: &Refusal, asked: &Asked<'_>) -> ModelError {
    let status = refusal.status.as_u16();
    let body: Option<Json> = serde_json::from_slice(&refusal.body).ok();
    let (said, code) = body.as_ref().and_then(said).unwrap_or_else(|| {
        let text = String::from_utf8_lossy(&refusal.body);
        // A page of HTML says less than the status.
        let text = if text.trim_start().starts_with('<') { "" } else { text.trim() };
        let text = if text.is_empty() { refusal.status.canonical_reason().unwrap_or("no reason given") } else { text };
        (text.to_owned(), None)
    });
    let code = code.map(|code| asked.quote(&code));
    let named = code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let message = format!("{} answered {status}{named}: {}{}", asked.title, asked.quote(&said), asked.advise(status));
    ModelError {
        kind: ModelErrorKind::Status(status),
        message,
        code: code.map(Into::into),
        retry_after: retry_after(&refusal.headers, SystemTime::now()),
    }
}

/// The words and the code of an error body. Servers agree on `error.message` only roughly.
fn said(body: &Json) -> Option<(String, Option<String>)> {
    let body = body.as_array().and_then(|items| items.first()).unwrap_or(body);
    let error = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
    let text = |json: &Json, key: &str| json.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let said = error.as_str().map(str::to_owned);
    let said = said.or_else(|| text(error, "message")).or_else(|| text(error, "detail"))?;
    Some((said, text(error, "code").or_else(|| text(error, "type"))))
}

/// The error for a request that got no whole answer.
fn unreached(error: &reqwest::Error, asked: &Asked<'_>) -> ModelError {
    let host = asked.host;
    if error.is_connect() {
        if error.is_timeout() {
            let message = format!("{host} could not be reached within {} s", CONNECT_TIMEOUT.as_secs());
            return ModelError::new(ModelErrorKind::Timeout, format!("{message}{}", asked.advise(0)));
        }
        let why = match cause(error) {
            Cause::Io(std::io::ErrorKind::ConnectionRefused, _) => "nothing listens there".to_owned(),
            Cause::Io(_, text) | Cause::Other(text) if text.contains("lookup address") => {
                "there is no such host".to_owned()
            }
            Cause::Io(_, text) | Cause::Other(text) if text.contains("InvalidContentType") => {
                "it does not speak TLS; is its address http:// rather than https://?".to_owned()
            }
            Cause::Io(_, text) | Cause::Other(text) => asked.quote(&text),
        };
        return ModelError::new(
            ModelErrorKind::Connect,
            format!("{host} could not be reached: {why}{}", asked.advise(0)),
        );
    }
    if error.is_timeout() {
        return ModelError::new(ModelErrorKind::Timeout, format!("{host} did not answer in time"));
    }
    let why = match cause(error) {
        Cause::Io(std::io::ErrorKind::ConnectionReset, _) => "it was reset".to_owned(),
        _ if error.is_body() || error.is_decode() => "the answer is not complete".to_owned(),
        Cause::Other(text) if text.contains("invalid HTTP") => "what it sends is no HTTP".to_owned(),
        Cause::Io(_, text) | Cause::Other(text) => asked.quote(&text),
    };
    ModelError::new(ModelErrorKind::Connect, format!("the connection to {host} broke: {why}"))
}

/// What lies at the bottom of an error.
enum Cause {
    Io(std::io::ErrorKind, String),
    Other(String),
}

fn cause(error: &reqwest::Error) -> Cause {
    let mut deepest: &dyn Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
        if let Some(io) = deepest.downcast_ref::<std::io::Error>()
            && io.get_ref().is_none()
        {
            return Cause::Io(io.kind(), io.to_string());
        }
    }
    Cause::Other(deepest.to_string())
}
