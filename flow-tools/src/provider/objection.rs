//! What a body says went wrong. Servers agree only roughly on how.

use serde_json::Value as Json;

/// An error as a body tells it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Objection {
    /// The provider's words.
    pub(super) said: String,
    /// Its own word for the kind of error.
    pub(super) code: Option<String>,
    /// The HTTP status that it would have had as a response of its own, if the body tells.
    pub(super) status: Option<u16>,
}

/// Words for kinds of errors, of OpenAI, Azure, Anthropic, Gemini and those who follow them, and the status that each
/// has where it comes as a response.
const STATUSES: &[(u16, &[&str])] = &[
    (
        400,
        &[
            "invalid_request_error",
            "context_length_exceeded",
            "content_filter",
            "invalid_prompt",
            "INVALID_ARGUMENT",
            "BadRequestError",
        ],
    ),
    (401, &["authentication_error", "invalid_api_key", "UNAUTHENTICATED"]),
    (403, &["permission_error", "permission_denied", "PERMISSION_DENIED"]),
    (404, &["not_found_error", "model_not_found", "NOT_FOUND", "NotFoundError"]),
    (408, &["timeout", "request_timeout", "timeout_error"]),
    (
        429,
        &[
            "rate_limit_exceeded",
            "rate_limit_error",
            "insufficient_quota",
            "tokens",
            "requests",
            "RESOURCE_EXHAUSTED",
            "too_many_requests",
        ],
    ),
    (500, &["server_error", "internal_error", "internal_server_error", "api_error", "InternalServerError", "INTERNAL"]),
    (503, &["service_unavailable", "engine_overloaded", "UNAVAILABLE"]),
    (504, &["DEADLINE_EXCEEDED", "gateway_timeout"]),
    (529, &["overloaded_error"]),
];

impl Objection {
    /// The error of a body that holds nothing else, such as that of a refusal.
    pub(super) fn of(body: &Json) -> Option<Self> {
        let body = body.as_array().and_then(|items| items.first()).unwrap_or(body);
        let error = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
        let text = |key: &str| error.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let said = error.as_str().map(str::to_owned);
        let said = said.or_else(|| text("message")).or_else(|| text("detail"))?;
        Some(Self { said, code: text("code").or_else(|| text("type")), status: status(error) })
    }

    /// The error that a body of success tells of, if it tells of one. Where its name says that it is an error, it is
    /// one in any case.
    pub(super) fn in_success(body: &Json, is_error: bool) -> Option<Self> {
        let kind = body.get("type").and_then(Json::as_str).unwrap_or_default();
        let response = match kind {
            "response.failed" => body.get("response").unwrap_or(body),
            _ => body,
        };
        let has_error = response.get("error").is_some_and(|error| !error.is_null());
        let is_error = is_error
            || matches!(kind, "error" | "response.failed")
            || response.get("status").is_some_and(|status| status == "failed");
        if !has_error && !is_error {
            return None;
        }
        Some(Self::of(response).unwrap_or_else(|| {
            let body = response.get("error").filter(|error| !error.is_null()).unwrap_or(response);
            Self { said: body.to_string(), code: None, status: status(body) }
        }))
    }
}

/// The status that an error has by its number, else by its words.
fn status(error: &Json) -> Option<u16> {
    let number = |key: &str| {
        let value = error.get(key)?;
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
        u16::try_from(number).ok().filter(|number| (400..600).contains(number))
    };
    let word = |key: &str| {
        let word = error.get(key)?.as_str()?;
        STATUSES.iter().find(|(_, words)| words.contains(&word)).map(|(status, _)| *status)
    };
    ["code", "status", "status_code"]
        .into_iter()
        .find_map(number)
        .or_else(|| ["code", "status", "type"].into_iter().find_map(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_within_a_success_are_found_and_ranked() {
        for (body, expected) in [
            (
                r#"{"error": {"message": "m", "type": "server_error", "code": null}}"#,
                Some(("m", Some("server_error"), Some(500))),
            ),
            (r#"{"error": {"message": "m", "code": 502}}"#, Some(("m", None, Some(502)))),
            (r#"{"error": {"message": "m", "type": "None", "code": "429"}}"#, Some(("m", Some("429"), Some(429)))),
            (
                r#"{"type": "error", "code": "rate_limit_exceeded", "message": "m", "param": null}"#,
                Some(("m", Some("rate_limit_exceeded"), Some(429))),
            ),
            (
                r#"{"type": "error", "error": {"type": "overloaded_error", "message": "m"}}"#,
                Some(("m", Some("overloaded_error"), Some(529))),
            ),
            (
                r#"{"type": "response.failed", "response": {"status": "failed", "error": {"code": "server_error", "message": "m"}}}"#,
                Some(("m", Some("server_error"), Some(500))),
            ),
            (
                r#"{"status": "failed", "error": {"code": "odd", "message": "m"}, "output": []}"#,
                Some(("m", Some("odd"), None)),
            ),
            (r#"{"error": "m"}"#, Some(("m", None, None))),
            (r#"{"error": {"odd": 1}}"#, Some((r#"{"odd":1}"#, None, None))),
            (r#"{"error": null, "choices": []}"#, None),
            (r#"{"status": "completed", "output": [], "error": null}"#, None),
            (r#"{"type": "response.created", "response": {"status": "in_progress", "error": null}}"#, None),
            ("[]", None),
        ] {
            let found = Objection::in_success(&serde_json::from_str(body).unwrap(), false);
            let found = found.as_ref().map(|found| (&*found.said, found.code.as_deref(), found.status));
            assert_eq!(found, expected, "{body}");
        }
    }
}
