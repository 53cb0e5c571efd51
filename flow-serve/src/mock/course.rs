//! What is sent of an answer, and when: the faults of a reaction, on the wire.

use std::time::Duration;

use bytes::Bytes;
use flow_core::mock::{Fault, Piece, Refusal, Stage};
use flow_core::model::Api;
use serde_json::Value as Json;

use super::body::Step;

/// An answer as it goes over the wire.
pub(super) struct Course {
    pub(super) content_type: &'static str,
    pub(super) steps: Vec<Step>,
    /// The length that the head tells; none for a stream.
    pub(super) length: Option<u64>,
}

pub(super) const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream; charset=utf-8";
const PAGE: &str = "text/html; charset=utf-8";

/// Time for what was sent to arrive before the connection breaks.
const ARRIVAL: Duration = Duration::from_millis(20);
/// Bytes that a slow answer sends at a time.
const SLOW_BYTES: usize = 64;

impl Course {
    fn whole(content_type: &'static str, bytes: Bytes) -> Self {
        let length = u64::try_from(bytes.len()).ok();
        let steps = if bytes.is_empty() { Vec::new() } else { vec![Step::Send(bytes)] };
        Self { content_type, steps, length }
    }

    /// Where the fault does not depend on what would have been said.
    fn without_answer(fault: &Fault) -> Option<Self> {
        match fault {
            Fault::WrongType => {
                let page = "<!doctype html>\n<title>Welcome</title>\n<h1>This is not the API that you look for.</h1>\n";
                Some(Self::whole(PAGE, Bytes::from_static(page.as_bytes())))
            }
            _ => None,
        }
    }

    /// How the answer breaks off after what was sent.
    fn break_off(fault: &Fault) -> Vec<Step> {
        match fault {
            Fault::Reset(_) => vec![Step::Wait(ARRIVAL), Step::Reset],
            Fault::Close(_) => vec![Step::Wait(ARRIVAL), Step::Close],
            _ => vec![Step::Hang],
        }
    }

    /// A body with its fault. A fault that comes before the head is not played here.
    pub(super) fn of_body(body: &Json, fault: Option<&Fault>) -> Self {
        let Some(fault) = fault else { return Self::whole(JSON, encode(body)) };
        if let Some(course) = Self::without_answer(fault) {
            return course;
        }
        let bytes = encode(body);
        let mut course = Self::whole(JSON, bytes.clone());
        match fault {
            Fault::Reset(stage) | Fault::Close(stage) | Fault::Hang(stage) => {
                let sent = if *stage == Stage::Middle { bytes.len() / 2 } else { 0 };
                course.steps = Vec::new();
                if sent > 0 {
                    course.steps.push(Step::Send(bytes.slice(..sent)));
                }
                course.steps.extend(Self::break_off(fault));
            }
            Fault::Truncated => return Self::whole(JSON, bytes.slice(..bytes.len() / 2)),
            Fault::InvalidJson => return Self::whole(JSON, Bytes::from_static(b"{\"choices\": [{\"message\": ]}")),
            Fault::Empty => return Self::whole(JSON, Bytes::new()),
            Fault::ErrorObject => return Self::whole(JSON, encode(&Refusal::new(500).body())),
            Fault::Slow(pause) => {
                let starts = (0..bytes.len()).step_by(SLOW_BYTES);
                let parts = starts.map(|start| bytes.slice(start..(start + SLOW_BYTES).min(bytes.len())));
                course.steps = parts.flat_map(|part| [Step::Wait(*pause), Step::Send(part)]).collect();
            }
            Fault::NoDone | Fault::WrongType | Fault::Refusal(_) => {}
        }
        course
    }

    /// A stream with its fault.
    pub(super) fn of_pieces(api: Api, pieces: Vec<Piece>, fault: Option<&Fault>) -> Self {
        if let Some(course) = fault.and_then(Self::without_answer) {
            return course;
        }
        let middle = pieces.len() / 2;
        let mut steps = Vec::with_capacity(2 * pieces.len() + 1);
        let mut is_whole = true;
        for (at, mut piece) in pieces.into_iter().enumerate() {
            let is_middle = at == middle;
            match fault {
                Some(Fault::Reset(stage) | Fault::Close(stage) | Fault::Hang(stage))
                    if *stage != Stage::Middle || is_middle =>
                {
                    steps.extend(fault.map(Self::break_off).unwrap_or_default());
                    is_whole = false;
                }
                Some(Fault::Truncated) => is_whole = !is_middle,
                Some(Fault::Empty) => is_whole = false,
                Some(Fault::ErrorObject) if is_middle => {
                    steps.push(Step::Send(event(api, &Refusal::new(500).body())));
                    is_whole = false;
                }
                Some(Fault::InvalidJson) if is_middle => {
                    steps.push(Step::Send(Bytes::from_static(b"data: {\"choices\": [\n\n")));
                }
                Some(Fault::Slow(pause)) => piece.pause = piece.pause.saturating_add(*pause),
                _ => {}
            }
            if !is_whole {
                break;
            }
            if !piece.pause.is_zero() {
                steps.push(Step::Wait(piece.pause));
            }
            steps.push(Step::Send(event(api, &piece.event)));
        }
        if is_whole && api != Api::Responses && fault != Some(&Fault::NoDone) {
            steps.push(Step::Send(Bytes::from_static(b"data: [DONE]\n\n")));
        }
        Self { content_type: EVENTS, steps, length: None }
    }
}

fn encode(json: &Json) -> Bytes {
    serde_json::to_vec(json).unwrap_or_default().into()
}

/// An event of a stream: of the responses API with its name.
fn event(api: Api, json: &Json) -> Bytes {
    let name = json.get("type").and_then(Json::as_str).filter(|_| api == Api::Responses);
    match name {
        Some(name) => format!("event: {name}\ndata: {json}\n\n").into(),
        None => format!("data: {json}\n\n").into(),
    }
}
