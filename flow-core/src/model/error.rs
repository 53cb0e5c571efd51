use std::sync::Arc;
use std::time::Duration;

/// A call that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// Why, for retries and exit codes.
    pub kind: ModelErrorKind,
    /// What happened and what to do, without secrets.
    pub message: String,
    /// The provider's own word for it, such as `insufficient_quota`.
    pub code: Option<Arc<str>>,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
}

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelErrorKind {
    /// The provider answered with this HTTP status.
    Status(u16),
    /// The provider could not be reached.
    Connect,
    /// The connection broke before an answer began.
    Broken,
    /// No answer in time.
    Timeout,
    /// The answer broke off before its end.
    Truncated,
    /// The answer is not what the API promises.
    InvalidResponse,
    /// The call was ended from here.
    Cancelled,
    /// What is left of the row's time does not suffice for the call.
    Deadline,
    /// What may be spent does not suffice for the call.
    Budget,
    /// Nobody recorded the call that is to be replayed, or its recording could not be written.
    Recording,
}

impl ModelErrorKind {
    /// A short name of the kind, for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ModelErrorKind::Status(429) => "model-rate-limited",
            ModelErrorKind::Status(_) => "model-refused",
            ModelErrorKind::Connect | ModelErrorKind::Broken => "model-unreachable",
            ModelErrorKind::Truncated => "model-answer-cut",
            ModelErrorKind::Timeout => "timeout",
            ModelErrorKind::Deadline => "deadline",
            ModelErrorKind::Budget => "budget-exhausted",
            ModelErrorKind::InvalidResponse => "model-answer-invalid",
            ModelErrorKind::Cancelled => "cancelled",
            ModelErrorKind::Recording => "recording-missing",
        }
    }
}

impl ModelError {
    /// A failure of some kind.
    #[must_use]
    pub fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), code: None, retry_after: None }
    }
}
