use serde_json::{Value as Json, json};

use super::{CREATED, Event, Head, interleave, pieces};
use crate::mock::speech::{Speech, Tokens};

pub(super) fn whole(head: &Head<'_>, speeches: &[Speech], tokens: Option<Tokens>) -> Json {
    let choices = speeches.iter().enumerate().map(|(index, speech)| {
        let text = speech.content.as_deref().unwrap_or_default();
        choice(index, text, &json!(speech.finish_reason))
    });
    body(head, choices.collect(), tokens.map(Tokens::to_usage))
}

fn choice(index: usize, text: &str, reason: &Json) -> Json {
    json!({ "text": text, "index": index, "logprobs": null, "finish_reason": reason })
}

fn body(head: &Head<'_>, choices: Json, usage: Option<Json>) -> Json {
    let mut body = json!({
        "id": head.id("cmpl-", 0),
        "object": "text_completion",
        "created": CREATED,
        "model": head.model(),
        "choices": choices,
    });
    if let (Some(usage), Some(body)) = (usage, body.as_object_mut()) {
        body.insert("usage".into(), usage);
    }
    body
}

pub(super) fn events(head: &Head<'_>, speeches: &[Speech], tokens: Option<Tokens>) -> Vec<Event> {
    let tells_usage = head.tells_usage() && tokens.is_some();
    let chunk = |choice: Json| body(head, json!([choice]), tells_usage.then_some(Json::Null));
    let choices = speeches.iter().enumerate().map(|(index, speech)| {
        let texts = pieces(speech.content.as_deref().unwrap_or_default()).into_iter();
        let mut events: Vec<Event> = texts.map(|text| Event::piece(chunk(choice(index, text, &Json::Null)))).collect();
        events.push(Event::frame(chunk(choice(index, "", &json!(speech.finish_reason)))));
        events
    });
    let mut events = interleave(choices.collect());
    if let (true, Some(tokens)) = (tells_usage, tokens) {
        events.push(Event::frame(body(head, json!([]), Some(tokens.to_usage()))));
    }
    events
}
