//! What can go wrong in a try, told plainly or while the answer comes in pieces.

use std::time::Duration;

use flow_core::model::{ModelError, ModelErrorKind};
use serde_json::{Value as Json, json};

use super::script::{Step, Try, end, piece, whole};

/// Something that goes wrong.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// No answer begins: this kind, this code, this hint, after so many milliseconds.
    Refused(ModelErrorKind, &'static str, Option<Duration>, u64),
    /// The answer begins, and breaks after so many pieces.
    Breaks(usize, ModelErrorKind, &'static str),
    /// The answer begins, and ends after so many pieces as if that was all.
    Ends(usize),
    /// Nothing comes any more after so many pieces; with none, not even the answer's beginning.
    Hangs(usize),
    /// Nothing comes for so many milliseconds after so many pieces, and then the rest.
    Stalls(usize, u64),
    /// The answer is a strange one.
    Odd(Json),
    /// The answer is short, for this reason.
    Short(&'static str),
}

/// The pieces of an answer that is not whole.
const PIECES: [&str; 3] = ["The ", "sky ", "is "];

impl Fault {
    pub(super) fn hint(&self) -> Option<Duration> {
        match self {
            Fault::Refused(_, _, hint, _) => *hint,
            _ => None,
        }
    }

    pub(super) fn play(&self, is_streamed: bool) -> Try {
        let pause = |millis| Step::Wait(Duration::from_millis(millis));
        let pieces = |count: usize| PIECES.iter().cycle().take(count).flat_map(|text| [Step::Wait(TENTH), piece(text)]);
        let begun = |count: usize, then: Step| {
            if is_streamed { pieces(count).chain([pause(50), then]).collect() } else { vec![pause(150), then] }
        };
        match self {
            Fault::Refused(kind, code, hint, after) => {
                let mut error = failure(*kind, code);
                error.retry_after = *hint;
                vec![pause(*after), Step::Fail(error)]
            }
            Fault::Breaks(count, kind, code) => begun(*count, Step::Fail(failure(*kind, code))),
            Fault::Ends(count) if is_streamed => pieces(*count).chain([pause(50)]).collect(),
            Fault::Ends(_) => vec![pause(150), Step::Fail(failure(ModelErrorKind::Truncated, ""))],
            Fault::Hangs(count) => begun(*count, Step::Hang),
            Fault::Stalls(count, millis) => {
                let rest = if is_streamed {
                    pieces(3).skip(2 * count).chain([piece("blue."), end("stop")]).collect()
                } else {
                    vec![Step::Whole(whole(super::script::TEXT, "stop"))]
                };
                let begin = if is_streamed { pieces(*count).collect() } else { Vec::new() };
                [begin, vec![pause(*millis)], rest].concat()
            }
            Fault::Odd(body) if is_streamed => vec![pause(20), Step::Piece(body.clone())],
            Fault::Odd(body) => vec![pause(20), Step::Whole(body.clone())],
            Fault::Short(reason) if is_streamed => vec![pause(20), piece("The sky"), end(reason)],
            Fault::Short(reason) => vec![pause(20), Step::Whole(whole("The sky", reason))],
        }
    }
}

const TENTH: Duration = Duration::from_millis(100);

fn failure(kind: ModelErrorKind, code: &str) -> ModelError {
    let code = if code.is_empty() { None } else { Some(code.into()) };
    ModelError { code, ..ModelError::new(kind, "it went wrong") }
}

/// All faults, by name.
pub(super) fn all() -> Vec<(&'static str, Fault)> {
    use Fault::{Breaks, Ends, Hangs, Odd, Refused, Short, Stalls};
    use ModelErrorKind::{Broken, Connect, InvalidResponse, Status, Timeout, Truncated};
    let after = |seconds| Some(Duration::from_secs(seconds));
    let status = |status| Refused(Status(status), "", None, 30);
    let limited = |hint| Refused(Status(429), "", hint, 30);
    let said = |status, code| Refused(Status(status), code, None, 30);
    vec![
        ("status 400", status(400)),
        ("status 401", status(401)),
        ("status 402", status(402)),
        ("status 403", status(403)),
        ("status 404", status(404)),
        ("status 408", status(408)),
        ("status 409", status(409)),
        ("status 413", status(413)),
        ("status 418", status(418)),
        ("status 422", status(422)),
        ("status 301", status(301)),
        ("status 400, context too long", said(400, "context_length_exceeded")),
        ("status 400, content filter", said(400, "content_filter")),
        ("status 429", limited(None)),
        ("status 429, after 0 s", limited(after(0))),
        ("status 429, after 250 ms", limited(Some(Duration::from_millis(250)))),
        ("status 429, after 7 s", limited(after(7))),
        ("status 429, after 29 s", limited(after(29))),
        ("status 429, after 100 s", limited(after(100))),
        ("status 429, after 600 s", limited(after(600))),
        ("status 429, after 601 s", limited(after(601))),
        ("status 429, after 30 years", limited(after(1_000_000_000))),
        ("status 429, rate", said(429, "rate_limit_exceeded")),
        ("status 429, quota", said(429, "insufficient_quota")),
        ("status 400, billing", said(400, "billing_hard_limit_reached")),
        ("status 500", status(500)),
        ("status 501", status(501)),
        ("status 502", status(502)),
        ("status 503", status(503)),
        ("status 503, after 3 s", Refused(Status(503), "", after(3), 30)),
        ("status 504, late", Refused(Status(504), "", None, 9000)),
        ("status 529", status(529)),
        ("status 529, after 2 s", Refused(Status(529), "", after(2), 30)),
        ("nobody listens", Refused(Connect, "", None, 1)),
        ("no such host", Refused(Connect, "", None, 40)),
        ("no TLS", Refused(Connect, "", None, 5)),
        ("not reached in time", Refused(Timeout, "", None, 10_000)),
        ("reset before the headers", Refused(Broken, "", None, 30)),
        ("reset after the headers", Breaks(0, Truncated, "")),
        ("reset in the body", Breaks(2, Truncated, "")),
        ("broken in the body", Breaks(1, Broken, "")),
        ("closed without an answer", Refused(Broken, "", None, 0)),
        ("no JSON", Refused(InvalidResponse, "", None, 30)),
        ("no JSON in a piece", Breaks(2, InvalidResponse, "")),
        ("error before the answer", Breaks(0, InvalidResponse, "server_error")),
        ("error in the answer", Breaks(2, InvalidResponse, "server_error")),
        ("unknown error in the answer", Breaks(2, InvalidResponse, "strange_error")),
        ("overload in the answer", Breaks(1, InvalidResponse, "overloaded_error")),
        ("rate limit in the answer", Breaks(1, InvalidResponse, "rate_limit_exceeded")),
        ("quota in the answer", Breaks(1, InvalidResponse, "insufficient_quota")),
        ("status 500 in the answer", Breaks(2, Status(500), "")),
        ("ends before the first piece", Ends(0)),
        ("ends after the first piece", Ends(1)),
        ("ends before the last piece", Ends(3)),
        ("hangs", Hangs(0)),
        ("hangs after the first piece", Hangs(1)),
        ("hangs before the last piece", Hangs(3)),
        ("slow to begin", Stalls(0, 19_000)),
        ("too slow to begin", Stalls(0, 20_001)),
        ("slow between pieces", Stalls(2, 4899)),
        ("too slow between pieces", Stalls(2, 4901)),
        ("empty object", Odd(json!({}))),
        ("no object", Odd(json!("hello"))),
        ("no choices", Odd(json!({ "choices": [] }))),
        ("choices are null", Odd(json!({ "choices": null }))),
        ("choice without a message", Odd(json!({ "choices": [{ "index": 0 }] }))),
        ("cut at its length", Short("length")),
        ("cut by a filter", Short("content_filter")),
    ]
}
