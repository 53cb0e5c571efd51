//! What went wrong, in words for the flow's author: what the provider said, and what to check. No secret is in them.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use async_openai::error::OpenAIError;
use flow_core::model::{Api, ModelError, ModelErrorKind};
use serde_json::Value as Json;

use super::client::Via;
use super::identity::Unidentified;
use super::incoming::Broken;
use super::objection::Objection;
use super::retry_after::retry_after;
use super::secrets::Secrets;
use super::transport::Refusal;

/// The longest part of a provider's words that is repeated, in characters.
const LONGEST_QUOTE: usize = 500;

/// Who is asked.
#[derive(Debug)]
pub(super) struct Party {
    /// The provider as messages name it.
    pub(super) title: String,
    pub(super) connection: Arc<str>,
    /// Host and port.
    pub(super) host: String,
    /// The proxy on the way.
    pub(super) via: Option<Via>,
    pub(super) secrets: Secrets,
    /// What to check for a status; `{model}` and `{connection}` stand for their names.
    pub(super) advice: fn(u16) -> &'static str,
}

/// Who was asked for what.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) party: Arc<Party>,
    pub(super) model: Arc<str>,
    /// The secrets of this call alone.
    pub(super) more: Secrets,
}

impl Asked {
    pub(super) fn of(party: &Arc<Party>, model: &str) -> Self {
        Self { party: Arc::clone(party), model: model.into(), more: Secrets::default() }
    }

    /// Foreign words, short and without secrets.
    fn quote(&self, text: &str) -> String {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = self.more.hide(&self.party.secrets.hide(&text));
        match text.char_indices().nth(LONGEST_QUOTE) {
            Some((end, _)) => format!("{} …", &text[..end]),
            None => text,
        }
    }

    fn advise(&self, status: u16) -> String {
        self.check((self.party.advice)(status))
    }

    /// What to check, behind a dash.
    fn check(&self, advice: &str) -> String {
        if advice.is_empty() {
            return String::new();
        }
        format!(" – {}", advice.replace("{model}", &self.model).replace("{connection}", &self.party.connection))
    }

    /// The call was ended from here.
    pub(super) fn cancelled(&self) -> ModelError {
        ModelError::new(ModelErrorKind::Cancelled, format!("the call of {} was cancelled", self.party.title))
    }

    fn invalid(&self, what: &str) -> ModelError {
        let Party { title, host, .. } = &*self.party;
        let message = format!("{title} gave {what} – check that {host} speaks the OpenAI API");
        ModelError::new(ModelErrorKind::InvalidResponse, message)
    }
}

/// The error of a call that got no answer.
pub(super) fn explain(error: &OpenAIError, asked: &Asked) -> ModelError {
    match error {
        OpenAIError::Boxed(inner) => {
            if let Some(refusal) = inner.downcast_ref::<Refusal>() {
                return refused(refusal, asked);
            }
            match inner.downcast_ref::<Broken>() {
                Some(broken) => unanswered(broken, asked),
                None => failed(&inner.to_string(), asked),
            }
        }
        OpenAIError::Reqwest(error) => unreached(error, asked),
        other => failed(&other.to_string(), asked),
    }
}

/// The error for a whole body that is not JSON: one that ends too early may come whole the next time.
pub(super) fn no_whole_json(error: &serde_json::Error, body: &[u8], asked: &Asked) -> ModelError {
    if !error.is_eof() {
        return no_json(error, body, asked);
    }
    let what = if body.trim_ascii().is_empty() { "an empty answer" } else { "an answer that ends too early" };
    ModelError { kind: ModelErrorKind::Truncated, ..asked.invalid(what) }
}

/// The error for a text that is not JSON.
pub(super) fn no_json(error: &serde_json::Error, body: &[u8], asked: &Asked) -> ModelError {
    let start = body.trim_ascii_start();
    if start.is_empty() {
        return asked.invalid("an empty answer");
    }
    if start.starts_with(b"<") {
        return asked.invalid("a web page in place of JSON");
    }
    if start.starts_with(&[0x1f, 0x8b]) {
        return asked.invalid("a compressed answer that was not asked for");
    }
    asked.invalid(&format!("an answer that is not valid JSON (line {}, column {})", error.line(), error.column()))
}

/// What each successful body of an API has, as a list.
fn essence(api: Api) -> &'static str {
    match api {
        Api::Chat | Api::Completion => "choices",
        Api::Responses => "output",
        Api::Embedding => "data",
    }
}

/// The error for a successful answer that holds what is none.
pub(super) fn check_whole(api: Api, body: &Json, asked: &Asked) -> Result<(), ModelError> {
    if let Some(error) = objection(body, false, asked) {
        return Err(error);
    }
    let essence = essence(api);
    if body.get(essence).is_some_and(Json::is_array) {
        return Ok(());
    }
    let said = Objection::of(body).map(|found| format!(": {}", asked.quote(&found.said))).unwrap_or_default();
    Err(asked.invalid(&format!("an answer without `{essence}`{said}")))
}

/// The error that a body of success tells of: a whole one or an event, or by its name nothing but an error.
pub(super) fn objection(body: &Json, is_error: bool, asked: &Asked) -> Option<ModelError> {
    let found = Objection::in_success(body, is_error)?;
    let code = found.code.as_ref().map(|code| asked.quote(code));
    let named = code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let title = &asked.party.title;
    let status = found.status;
    let advice = status.map(|status| asked.advise(status)).unwrap_or_default();
    let message = format!("{title} failed while it answered{named}: {}{advice}", asked.quote(&found.said));
    let kind = status.map_or(ModelErrorKind::InvalidResponse, ModelErrorKind::Status);
    Some(ModelError { code: code.map(Into::into), ..ModelError::new(kind, message) })
}

/// The error for an answer that began and did not end.
pub(super) fn broken_off(broken: &Broken, asked: &Asked) -> ModelError {
    let host = &asked.party.host;
    match broken {
        Broken::Silent(patience) => {
            let message = format!("{host} fell silent for {} s in the middle of its answer", patience.as_secs_f64());
            ModelError::new(ModelErrorKind::Timeout, message)
        }
        Broken::TooLong => ModelError::new(ModelErrorKind::InvalidResponse, format!("{host} does not end: {broken}")),
        Broken::Failed(error) => {
            let why = match cause(error) {
                Cause::Io(std::io::ErrorKind::ConnectionReset, _) => "it was reset".to_owned(),
                Cause::Io(std::io::ErrorKind::UnexpectedEof, _) => "the answer is not complete".to_owned(),
                _ if error.is_body() || error.is_decode() => "the answer is not complete".to_owned(),
                Cause::Io(_, text) | Cause::Other(text) => asked.quote(&text),
            };
            ModelError::new(ModelErrorKind::Truncated, format!("the connection to {host} broke: {why}"))
        }
    }
}

/// The error for a stream whose last event is half there.
pub(super) fn cut_short(asked: &Asked) -> ModelError {
    let message = format!("the connection to {} ended in the middle of its answer", asked.party.host);
    ModelError::new(ModelErrorKind::Truncated, message)
}

fn unanswered(broken: &Broken, asked: &Asked) -> ModelError {
    match broken {
        Broken::Silent(patience) => {
            let message = format!("{} did not answer within {} s", asked.party.host, patience.as_secs_f64());
            ModelError::new(ModelErrorKind::Timeout, message)
        }
        Broken::Failed(error) => unreached(error, asked),
        Broken::TooLong => broken_off(broken, asked),
    }
}

/// The error for an identity that gives no token.
pub(super) fn unidentified(error: Unidentified, asked: &Asked) -> ModelError {
    let title = &asked.party.title;
    let advice = asked.check("check the identity of connection `{connection}`");
    let message = format!("no token for {title}: {}{advice}", asked.quote(&error.why));
    ModelError::new(error.kind, message)
}

pub(super) fn failed(why: &str, asked: &Asked) -> ModelError {
    let message = format!("the call of {} failed: {}", asked.party.title, asked.quote(why));
    ModelError::new(ModelErrorKind::Connect, message)
}

fn refused(refusal: &Refusal, asked: &Asked) -> ModelError {
    let status = refusal.status.as_u16();
    let body: Option<Json> = serde_json::from_slice(&refusal.body).ok();
    let (said, code) = match body.as_ref().and_then(Objection::of) {
        Some(found) => (found.said, found.code),
        None => {
            let text = String::from_utf8_lossy(&refusal.body);
            // A page of HTML says less than the status.
            let text = if text.trim_start().starts_with('<') { "" } else { text.trim() };
            let reason = refusal.status.canonical_reason().unwrap_or("no reason given");
            (if text.is_empty() { reason } else { text }.to_owned(), None)
        }
    };
    let code = code.map(|code| asked.quote(&code));
    let named = code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let (title, advice) = match &asked.party.via {
        Some(via) if status == 407 => (format!("the proxy {}", via.host), asked.check(via.advice)),
        _ => (asked.party.title.clone(), asked.advise(status)),
    };
    let message = format!("{title} answered {status}{named}: {}{advice}", asked.quote(&said));
    ModelError {
        kind: ModelErrorKind::Status(status),
        message,
        code: code.map(Into::into),
        retry_after: retry_after(&refusal.headers, SystemTime::now()),
    }
}

/// The error for a request that got no answer.
fn unreached(error: &reqwest::Error, asked: &Asked) -> ModelError {
    let host = &asked.party.host;
    let cause = cause(error);
    if error.is_connect() {
        // TLS is spoken with the server itself, all before it with the proxy.
        let via = asked.party.via.as_ref().filter(|_| !cause.is_of_tls());
        let advice = via.map_or_else(|| asked.advise(0), |via| asked.check(via.advice));
        let met = via.map_or_else(|| host.clone(), |via| format!("the proxy {}", via.host));
        if error.is_timeout() {
            return ModelError::new(ModelErrorKind::Timeout, format!("{met} could not be reached in time{advice}"));
        }
        let message = match (cause.why(asked), via) {
            (Why::Refused(why), Some(_)) => format!("{met} does not lead to {host}: {why}{advice}"),
            (Why::Refused(why) | Why::Unreached(why), _) => format!("{met} could not be reached: {why}{advice}"),
        };
        return ModelError::new(ModelErrorKind::Connect, message);
    }
    if error.is_timeout() {
        return ModelError::new(ModelErrorKind::Timeout, format!("{host} did not answer in time"));
    }
    let (kind, why) = match cause {
        Cause::Io(std::io::ErrorKind::ConnectionReset, _) => (ModelErrorKind::Broken, "it was reset".to_owned()),
        // What listens there is no model server.
        Cause::Other(text) if text.contains("invalid HTTP") => {
            (ModelErrorKind::Connect, "what it sends is no HTTP".to_owned())
        }
        Cause::Io(_, text) | Cause::Other(text) => (ModelErrorKind::Broken, asked.quote(&text)),
    };
    ModelError::new(kind, format!("the connection to {host} broke: {why}"))
}

/// Why there is no connection.
enum Why {
    /// A proxy was reached and does not want to go on.
    Refused(String),
    Unreached(String),
}

impl Cause {
    fn text(&self) -> &str {
        let (Cause::Io(_, text) | Cause::Other(text)) = self;
        text
    }

    fn is_of_tls(&self) -> bool {
        let text = self.text();
        ["certificate", "InvalidContentType", "CaUsedAsEndEntity", "UnknownIssuer", "alert"]
            .iter()
            .any(|word| text.contains(word))
    }

    fn why(&self, asked: &Asked) -> Why {
        let text = self.text();
        let why = match self {
            Cause::Io(std::io::ErrorKind::ConnectionRefused, _) => "nothing listens there",
            _ if text.contains("lookup address") => "there is no such host",
            _ if text.contains("InvalidContentType") => {
                "it does not speak TLS; is its address http:// rather than https://?"
            }
            _ if text.contains("UnknownIssuer") => {
                "nobody whom this machine trusts has signed its certificate; a `ca_file` in the connection names its authority"
            }
            _ if text.contains("proxy authorization") || text.contains("authentication required") => {
                return Why::Refused("it wants a user and a password".to_owned());
            }
            _ if text.contains("unsuccessful") => return Why::Refused("it refused".to_owned()),
            _ => return Why::Unreached(asked.quote(text)),
        };
        Why::Unreached(why.to_owned())
    }
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
