use serde_json::{Value as Json, json};

use super::{CREATED, Event, Head, pieces};
use crate::mock::speech::{Speech, Tokens};

pub(super) fn whole(head: &Head<'_>, speeches: &[Speech], tokens: Option<Tokens>) -> Json {
    let Some(speech) = speeches.first() else {
        return response(head, "completed", Json::Array(Vec::new()), None, None);
    };
    let (items, _) = items(head, speech);
    let (status, incomplete) = status(speech);
    response(head, status, items.into_iter().collect(), incomplete, tokens)
}

/// The status, and why the answer is not complete.
fn status(speech: &Speech) -> (&'static str, Option<&'static str>) {
    match &*speech.finish_reason {
        "length" => ("incomplete", Some("max_output_tokens")),
        "content_filter" => ("incomplete", Some("content_filter")),
        _ => ("completed", None),
    }
}

fn response(head: &Head<'_>, status: &str, output: Json, incomplete: Option<&str>, tokens: Option<Tokens>) -> Json {
    let asked = |name: &str, usual: Json| head.request.body.get(name).cloned().unwrap_or(usual);
    json!({
        "id": head.id("resp_", 0),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": false,
        "error": null,
        "incomplete_details": incomplete.map(|reason| json!({ "reason": reason })),
        "instructions": asked("instructions", Json::Null),
        "max_output_tokens": asked("max_output_tokens", Json::Null),
        "model": head.model(),
        "output": output,
        "parallel_tool_calls": asked("parallel_tool_calls", json!(true)),
        "previous_response_id": asked("previous_response_id", Json::Null),
        "reasoning": asked("reasoning", json!({ "effort": null, "summary": null })),
        "store": asked("store", json!(true)),
        "temperature": asked("temperature", json!(1.0)),
        "text": asked("text", json!({ "format": { "type": "text" } })),
        "tool_choice": asked("tool_choice", json!("auto")),
        "tools": asked("tools", json!([])),
        "top_p": asked("top_p", json!(1.0)),
        "truncation": asked("truncation", json!("disabled")),
        "usage": tokens.map(|tokens| json!({
            "input_tokens": tokens.prompt,
            "input_tokens_details": { "cached_tokens": tokens.cached },
            "output_tokens": tokens.completion,
            "output_tokens_details": { "reasoning_tokens": tokens.reasoning },
            "total_tokens": tokens.prompt.saturating_add(tokens.completion),
        })),
        "user": asked("user", Json::Null),
        "metadata": asked("metadata", json!({})),
    })
}

/// An item of the output and how it is streamed.
enum Told<'a> {
    Text(&'a str),
    Refusal(&'a str),
    Call { name: &'a str, arguments: &'a str },
}

/// The items of the output, each with what it tells.
fn items<'a>(head: &Head<'_>, speech: &'a Speech) -> (Vec<Json>, Vec<Told<'a>>) {
    let (status, _) = status(speech);
    let mut told = Vec::new();
    if let Some(refusal) = &speech.refusal {
        told.push(Told::Refusal(refusal));
    } else if let Some(text) = &speech.content {
        told.push(Told::Text(text));
    }
    told.extend(speech.calls.iter().map(|call| Told::Call { name: &call.name, arguments: &call.arguments }));
    let items = told.iter().enumerate().map(|(at, told)| item(head, at, told, status, true));
    (items.collect(), told)
}

fn item(head: &Head<'_>, at: usize, told: &Told<'_>, status: &str, is_filled: bool) -> Json {
    match told {
        Told::Call { name, arguments } => json!({
            "id": head.id("fc_", at),
            "type": "function_call",
            "status": status,
            "arguments": if is_filled { arguments } else { "" },
            "call_id": head.id("call_", at),
            "name": name,
        }),
        message => json!({
            "id": head.id("msg_", at),
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": if is_filled { json!([part(message, true)]) } else { json!([]) },
        }),
    }
}

/// The part of a message.
fn part(told: &Told<'_>, is_filled: bool) -> Json {
    let text = |text: &str| if is_filled { text.to_owned() } else { String::new() };
    match told {
        Told::Refusal(words) => json!({ "type": "refusal", "refusal": text(words) }),
        Told::Text(words) | Told::Call { arguments: words, .. } => {
            json!({ "type": "output_text", "annotations": [], "logprobs": [], "text": text(words) })
        }
    }
}

pub(super) fn events(head: &Head<'_>, speeches: &[Speech], tokens: Option<Tokens>) -> Vec<Event> {
    let mut stream = Stream { events: Vec::new() };
    let begun = response(head, "in_progress", json!([]), None, None);
    stream.frame("response.created", json!({ "response": begun }));
    stream.frame("response.in_progress", json!({ "response": begun }));
    if let Some(speech) = speeches.first() {
        let (items, told) = items(head, speech);
        for (at, (whole, told)) in items.iter().zip(&told).enumerate() {
            let begun = item(head, at, told, "in_progress", false);
            stream.frame("response.output_item.added", json!({ "output_index": at, "item": begun }));
            stream.tell(at, &whole["id"], told);
            stream.frame("response.output_item.done", json!({ "output_index": at, "item": whole }));
        }
    }
    let whole = whole(head, speeches, tokens);
    let end = if whole["status"] == "incomplete" { "response.incomplete" } else { "response.completed" };
    stream.frame(end, json!({ "response": whole }));
    stream.events
}

struct Stream {
    events: Vec<Event>,
}

impl Stream {
    fn event(&self, kind: &str, fields: Json) -> Json {
        let mut event = json!({ "type": kind, "sequence_number": self.events.len() });
        if let (Some(event), Json::Object(fields)) = (event.as_object_mut(), fields) {
            event.extend(fields);
        }
        event
    }

    fn frame(&mut self, kind: &str, fields: Json) {
        let event = self.event(kind, fields);
        self.events.push(Event::frame(event));
    }

    fn piece(&mut self, kind: &str, fields: Json) {
        let event = self.event(kind, fields);
        self.events.push(Event::piece(event));
    }

    /// The pieces of an item, and its end.
    fn tell(&mut self, at: usize, id: &Json, told: &Told<'_>) {
        if let Told::Call { name, arguments } = told {
            for text in pieces(arguments) {
                let fields = json!({ "item_id": id, "output_index": at, "delta": text });
                self.piece("response.function_call_arguments.delta", fields);
            }
            let fields = json!({ "item_id": id, "output_index": at, "name": name, "arguments": arguments });
            self.frame("response.function_call_arguments.done", fields);
            return;
        }
        let (kind, key, words) = match told {
            Told::Refusal(words) => ("response.refusal", "refusal", *words),
            Told::Text(words) | Told::Call { arguments: words, .. } => ("response.output_text", "text", *words),
        };
        let place = |more: Json| {
            let mut fields = json!({ "item_id": id, "output_index": at, "content_index": 0 });
            if let (Some(fields), Json::Object(more)) = (fields.as_object_mut(), more) {
                fields.extend(more);
            }
            fields
        };
        let logprobs = |mut fields: Json| {
            if key == "text" {
                fields["logprobs"] = json!([]);
            }
            fields
        };
        self.frame("response.content_part.added", place(json!({ "part": part(told, false) })));
        for text in pieces(words) {
            self.piece(&format!("{kind}.delta"), logprobs(place(json!({ "delta": text }))));
        }
        self.frame(&format!("{kind}.done"), logprobs(place(json!({ key: words }))));
        self.frame("response.content_part.done", place(json!({ "part": part(told, true) })));
    }
}
