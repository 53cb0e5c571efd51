//! Why a request was not answered: status, code and message, the same for every face but promptflow's, which has words of its own.

mod flow;

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;

use crate::http::{Answer, BodyError, seconds};
use crate::site::Refused;

/// Why a request was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    /// A short name of the kind of failure, for machines.
    pub(crate) code: String,
    pub(crate) message: String,
    /// What in the request is wrong.
    pub(crate) fields: Vec<Field>,
    /// The node that failed.
    pub(crate) node: Option<String>,
    /// When the same request may succeed; `None` where nobody knows.
    pub(crate) retry_after: Option<Duration>,
    /// Whether the same request may succeed later.
    pub(crate) is_passing: bool,
}

/// Something in a request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Field {
    /// Which input, or which part of the request.
    pub(crate) input: String,
    /// What is wrong with it, and what to do.
    pub(crate) message: String,
}

impl Failure {
    /// A failure of which no more is known.
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            fields: Vec::new(),
            node: None,
            retry_after: None,
            is_passing: false,
        }
    }

    /// Inputs that do not fit, of which there is at least one.
    pub(crate) fn of_fields(fields: Vec<Field>) -> Self {
        let message = match &fields[..] {
            [only] => format!("`{}`: {}", only.input, only.message),
            several => {
                let names: Vec<String> = several.iter().map(|field| format!("`{}`", field.input)).collect();
                format!("{} inputs do not fit the flow: {}; `fields` says why", several.len(), names.join(", "))
            }
        };
        Self { fields, ..Self::new(StatusCode::BAD_REQUEST, "input-invalid", message) }
    }

    /// Adds to an answer what its headers have to say of the failure.
    pub(crate) fn head(&self, answer: &mut Answer) {
        if let Some(wait) = self.retry_after {
            answer.headers_mut().insert(RETRY_AFTER, seconds(wait));
        }
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let (status, code) = match error {
            BodyError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"),
            BodyError::TooSlow { .. } => (StatusCode::REQUEST_TIMEOUT, "body-too-slow"),
            BodyError::BrokenOff => (StatusCode::BAD_REQUEST, "body-broken-off"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self {
            retry_after: Some(Duration::from_secs(1)),
            is_passing: true,
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", refused.to_string())
        }
    }
}
