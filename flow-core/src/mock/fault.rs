use std::time::Duration;

use serde_json::{Value as Json, json};

/// A way in which a provider fails.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// An HTTP status from 400 with an error body.
    Refusal(Refusal),
    /// The connection is reset (TCP RST).
    Reset(Stage),
    /// The connection is closed.
    Close(Stage),
    /// Nothing more comes.
    Hang(Stage),
    /// The answer is cut off, and HTTP does not show it: a body that ends amid its JSON, a stream without its end.
    Truncated,
    /// A stream that is whole, but ends without `[DONE]`.
    NoDone,
    /// A body, or an event of a stream, that is not JSON.
    InvalidJson,
    /// A body, or a stream, in which there is nothing.
    Empty,
    /// A web page in place of an answer.
    WrongType,
    /// An error object with status 200; in a stream, amid the events.
    ErrorObject,
    /// The answer comes in small pieces with this pause before each.
    Slow(Duration),
}

/// How far an answer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing comes.
    Start,
    /// The head with the status, and nothing of the body.
    Head,
    /// The head and half of the body.
    Middle,
}

/// The pause of a slow answer where a rule names none.
const SLOW: Duration = Duration::from_millis(100);

impl Fault {
    /// All but statuses, by their names in rules files.
    pub(super) const NAMED: [(&'static str, Fault); 16] = [
        ("reset", Fault::Reset(Stage::Start)),
        ("reset-after-headers", Fault::Reset(Stage::Head)),
        ("reset-mid-body", Fault::Reset(Stage::Middle)),
        ("close", Fault::Close(Stage::Start)),
        ("close-after-headers", Fault::Close(Stage::Head)),
        ("close-mid-body", Fault::Close(Stage::Middle)),
        ("hang", Fault::Hang(Stage::Start)),
        ("hang-after-headers", Fault::Hang(Stage::Head)),
        ("hang-mid-body", Fault::Hang(Stage::Middle)),
        ("truncated", Fault::Truncated),
        ("no-done", Fault::NoDone),
        ("invalid-json", Fault::InvalidJson),
        ("empty", Fault::Empty),
        ("wrong-type", Fault::WrongType),
        ("error-object", Fault::ErrorObject),
        ("slow", Fault::Slow(SLOW)),
    ];

    /// Its name, as rules files write it: a status is named by its number.
    #[must_use]
    pub fn name(&self) -> String {
        let same = |other: &Fault| match (self, other) {
            (Fault::Slow(_), Fault::Slow(_)) => true,
            _ => self == other,
        };
        match self {
            Fault::Refusal(refusal) => refusal.status.to_string(),
            _ => {
                Self::NAMED.iter().find(|(_, fault)| same(fault)).map_or(String::new(), |(name, _)| (*name).to_owned())
            }
        }
    }
}

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What is said; the usual words where there are none.
    pub message: Option<String>,
    /// The provider's word for it, such as `rate_limit_exceeded`.
    pub code: Option<String>,
    /// How long to wait.
    pub retry_after: Option<RetryAfter>,
}

/// How a provider says how long to wait.
#[derive(Debug, Clone, PartialEq)]
pub enum RetryAfter {
    /// `Retry-After: 1.5`: seconds.
    Seconds(Duration),
    /// `retry-after-ms: 1500`: milliseconds.
    Milliseconds(Duration),
    /// `Retry-After: Wed, 21 Oct 2015 07:28:00 GMT`: a date so long from now.
    Date(Duration),
    /// `Retry-After` with these words, whatever they mean.
    Words(String),
}

impl Refusal {
    /// An error with the usual words for its status.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, message: None, code: None, retry_after: None }
    }

    /// What is said.
    #[must_use]
    pub fn words(&self) -> &str {
        self.message.as_deref().unwrap_or(match self.status {
            400 => "the request is not valid",
            401 => "the api_key is not valid",
            403 => "access is denied",
            404 => "the model does not exist",
            408 => "the request took too long",
            429 => "too many requests",
            500.. => "the server failed",
            _ => "the request was refused",
        })
    }

    /// The body, as OpenAI forms it.
    #[must_use]
    pub fn body(&self) -> Json {
        let kind = match (self.status, self.code.as_deref()) {
            (429, Some("insufficient_quota")) => "insufficient_quota",
            (429, _) => "requests",
            (500.., _) => "server_error",
            _ => "invalid_request_error",
        };
        json!({ "error": { "message": self.words(), "type": kind, "param": null, "code": self.code } })
    }
}

impl RetryAfter {
    /// The wait that a client reads from it; nothing where the words make no sense.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        match self {
            RetryAfter::Seconds(wait) | RetryAfter::Milliseconds(wait) | RetryAfter::Date(wait) => Some(*wait),
            RetryAfter::Words(words) => Duration::try_from_secs_f64(words.trim().parse().ok()?).ok(),
        }
    }
}
