//! Answers that come in pieces.

use std::sync::Arc;

use flow_core::model::{self, Api, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest, Unheard};
use futures_util::StreamExt;
use serde_json::{Value as Json, json};

use crate::exchange::{KEY, azure, context, openai, request};
use crate::server::{Answer, Part, Server};

const EVENTS: &str = "text/event-stream; charset=utf-8";

fn streamed(api: Api) -> ModelRequest {
    let mut request = request("gpt-x");
    request.body.insert("stream".into(), true.into());
    ModelRequest { api, ..request }
}

fn event(json: &Json) -> Part {
    Part::Text(format!("data: {json}\n\n"))
}

/// A short answer, event by event.
fn answer() -> Vec<Part> {
    let choice = |delta: Json, reason: Json| {
        event(&json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }] }))
    };
    vec![
        choice(json!({ "role": "assistant", "content": "" }), Json::Null),
        choice(json!({ "content": "Grüße" }), Json::Null),
        choice(json!({}), "stop".into()),
        event(&json!({ "choices": [], "usage": { "prompt_tokens": 1, "completion_tokens": 2 } })),
        Part::Text("data: [DONE]\n\n".into()),
    ]
}

/// Sends a request, and puts the answer together.
async fn ask(model: &dyn Model, request: &ModelRequest) -> Result<Json, ModelError> {
    match model.call(request, &context()).await? {
        ModelReply::Whole(body) => Ok(body),
        ModelReply::Stream(stream) => model::assemble(request.api, stream, &Unheard).await,
    }
}

#[tokio::test]
async fn events_come_one_by_one_and_the_connection_serves_again() {
    for model in [openai, azure] {
        let server = Server::start(vec![Answer::Parts(EVENTS, answer())]).await;
        let model = model(&server);
        for _ in 0..2 {
            let ModelReply::Stream(stream) = model.call(&streamed(Api::Chat), &context()).await.unwrap() else {
                panic!("pieces were asked for")
            };
            let events: Vec<Json> = stream.map(Result::unwrap).collect().await;
            assert_eq!(events.len(), 4);
            assert_eq!(events[1]["choices"][0]["delta"]["content"], "Grüße");
        }
        assert_eq!(server.requests().len(), 2);
        assert!(server.requests()[0].body.contains("\"stream\":true"));
    }
}

#[tokio::test]
async fn whatever_the_body_is_called_it_is_read_for_what_it_is() {
    let completion = json!({ "choices": [{ "index": 0, "finish_reason": "stop", "message": { "content": "Grüße" } }] });
    for (kind, parts) in [
        (EVENTS, answer()),
        ("text/plain", answer()),
        ("application/json", answer()),
        ("application/octet-stream", [vec![Part::Text(": wait\n\n".into())], answer()].concat()),
        // Servers that cannot stream.
        ("application/json", vec![Part::Text(completion.to_string())]),
        ("text/plain", vec![Part::Text(" \n".into()), Part::Text(completion.to_string())]),
    ] {
        let server = Server::start(vec![Answer::Parts(kind, parts)]).await;
        let body = ask(&*openai(&server), &streamed(Api::Chat)).await.unwrap();
        assert_eq!(body["choices"][0]["message"]["content"], "Grüße", "{kind}");
    }
    let server = Server::start(vec![Answer::Parts("text/html", vec![Part::Text(completion.to_string())])]).await;
    let body = ask(&*openai(&server), &request("gpt-x")).await.unwrap();
    assert_eq!(body, completion);
}

#[tokio::test]
async fn every_break_is_told() {
    let error = |text: &str| vec![Part::Text(format!("data: {text}\n\n"))];
    let head = |more: Vec<Part>| [answer()[..2].to_vec(), more].concat();
    let mut told = String::new();
    for (what, kind, parts) in [
        ("reset", EVENTS, head(vec![Part::Reset])),
        ("closed", EVENTS, head(vec![Part::Close])),
        ("closed within an event", EVENTS, head(vec![Part::Text("data: {\"choices\": [".into()), Part::Close])),
        ("ended", EVENTS, head(vec![])),
        ("ended within an event", EVENTS, head(vec![Part::Text("data: {\"choices\": [".into())])),
        ("nothing", EVENTS, vec![]),
        ("nothing of a kind", "text/plain", vec![]),
        ("closed at once", EVENTS, vec![Part::Close]),
        ("no JSON", EVENTS, head(error("{\"choices\": ["))),
        ("a web page", "text/html", vec![Part::Text("<html>log in</html>".into())]),
        ("a web page as events", EVENTS, vec![Part::Text("<html>log in</html>".into())]),
        (
            "an error",
            EVENTS,
            head(error(&format!("{{\"error\": {{\"message\": \"oh {KEY}\", \"type\": \"server_error\"}}}}"))),
        ),
        (
            "an error at once",
            EVENTS,
            error("{\"error\": {\"message\": \"slow down\", \"code\": \"rate_limit_exceeded\"}}"),
        ),
        (
            "an error as a whole",
            "application/json",
            vec![Part::Text("{\"error\": {\"message\": \"no\", \"code\": 503}}".into())],
        ),
    ] {
        let server = Server::start(vec![Answer::Parts(kind, parts)]).await;
        let model = openai(&server);
        let error = ask(&*model, &streamed(Api::Chat)).await.unwrap_err();
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
        assert_eq!(server.requests().len(), 1);
        let text = error.message.replace(&server.address.to_string(), "HOST");
        told += &format!("{what}: {:?} {:?} {text}\n", error.kind, error.code);
    }
    insta::assert_snapshot!(told, @r#"
    reset: Truncated None the connection to HOST broke: it was reset
    closed: Truncated None the connection to HOST broke: the answer is not complete
    closed within an event: Truncated None the connection to HOST broke: the answer is not complete
    ended: Truncated None the answer broke off before its end
    ended within an event: Truncated None the connection to HOST ended in the middle of its answer
    nothing: Truncated None the answer broke off before its end
    nothing of a kind: Truncated None the server at HOST gave an empty answer – check that HOST speaks the OpenAI API
    closed at once: Truncated None the connection to HOST broke: the answer is not complete
    no JSON: InvalidResponse None the server at HOST gave an answer that is not valid JSON (line 1, column 13) – check that HOST speaks the OpenAI API
    a web page: InvalidResponse None the server at HOST gave a web page in place of JSON – check that HOST speaks the OpenAI API
    a web page as events: Truncated None the answer broke off before its end
    an error: Status(500) Some("server_error") the server at HOST failed while it answered (server_error): oh ******
    an error at once: Status(429) Some("rate_limit_exceeded") the server at HOST failed while it answered (rate_limit_exceeded): slow down
    an error as a whole: Status(503) None the server at HOST failed while it answered: no
    "#);
}

#[tokio::test]
async fn a_stream_that_is_dropped_or_cancelled_closes_its_connection() {
    let server =
        Server::start(vec![Answer::Parts(EVENTS, [answer()[..2].to_vec(), vec![Part::Silence]].concat())]).await;
    let model: Arc<dyn Model> = openai(&server);
    let open = async |context| {
        let ModelReply::Stream(mut stream) = model.call(&streamed(Api::Chat), context).await.unwrap() else {
            panic!("pieces were asked for")
        };
        assert!(stream.next().await.unwrap().is_ok());
        stream
    };
    let context = context();
    drop(open(&context).await);
    server.closed(1).await;
    let mut stream = open(&context).await;
    assert!(stream.next().await.unwrap().is_ok());
    context.cancel.cancel();
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind, ModelErrorKind::Cancelled);
    assert!(stream.next().await.is_none());
    drop(stream);
    server.closed(2).await;
}
