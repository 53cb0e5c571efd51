//! `/v1/chat/completions` and `/v1/models`.

use flow_serve::{ServerOptions, SiteOptions};
use serde_json::{Value as Json, json};

use super::{ECHO, RULES, several, told};
use crate::client::{End, LIMIT, receive, send};
use crate::flows::Flows;

const CHAT: &str = "POST /v1/chat/completions";

fn said(model: &str, text: &str) -> Json {
    json!({ "model": model, "messages": [{ "role": "user", "content": text }] })
}

/// A request of `echo` with something more.
fn with(more: Json) -> String {
    let mut body = said("echo", "hi");
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.to_string()
}

fn messages(model: &str, messages: Json) -> String {
    json!({ "model": model, "messages": messages }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_become_inputs_and_outputs_an_answer() {
    let flows = several().await;
    let picture = json!({ "type": "image_url", "image_url": { "url": "https://example.com/a.png", "detail": "high" } });
    let file = json!({ "type": "image_url", "image_url": { "url": "file:///etc/passwd" } });
    let text = |text: &str| json!({ "type": "text", "text": text });
    let user = |content: Json| json!({ "role": "user", "content": content });
    let assistant = |content: &str| json!({ "role": "assistant", "content": content });
    let bodies = [
        ("a question", said("echo", "hi").to_string()),
        (
            "a history",
            messages(
                "echo",
                json!([user(json!("a")), assistant("b"), user(json!("c")), assistant("d"), user(json!("e"))]),
            ),
        ),
        (
            "a greeting, and two messages in a row",
            messages("echo", json!([assistant("welcome"), user(json!("a")), user(json!("b"))])),
        ),
        ("parts of text", messages("echo", json!([user(json!([text("a"), text("b")]))]))),
        ("further inputs", with(json!({ "inputs": { "times": 3 }, "metadata": { "tone": "loud" } }))),
        ("numbers as texts", with(json!({ "metadata": { "times": "4" } }))),
        (
            "a system message without a place",
            messages("echo", json!([{ "role": "system", "content": "s" }, user(json!("a"))])),
        ),
        (
            "a system message with one",
            messages(
                "form",
                json!([{ "role": "system", "content": "s" }, { "role": "developer", "content": "t" }, user(json!("a"))]),
            ),
        ),
        ("a flow of one text", said("form", "hi").to_string()),
        ("its history has no place", messages("form", json!([user(json!("a")), assistant("b"), user(json!("c"))]))),
        ("a text and a picture", messages("look", json!([user(json!([text("look"), picture]))]))),
        ("two pictures for one place", messages("look", json!([user(json!([picture, picture]))]))),
        ("no place for a picture", messages("echo", json!([user(json!([picture]))]))),
        (
            "a list of parts",
            messages("pictures", json!([user(json!("a")), assistant("b"), user(json!([text("look"), picture]))])),
        ),
        ("a file of the server", messages("pictures", json!([user(json!([file]))]))),
        ("no chat: one of two texts", said("typed", "hi").to_string()),
        ("no question", messages("echo", json!([user(json!("a")), assistant("b")]))),
        ("no messages", messages("echo", json!([]))),
        (
            "a tool's message",
            messages("echo", json!([user(json!("a")), { "role": "tool", "content": "x", "tool_call_id": "1" }])),
        ),
        ("an unknown role", messages("echo", json!([{ "role": "bot", "content": "x" }]))),
        ("a name", messages("echo", json!([{ "role": "user", "name": "Ada", "content": "x" }]))),
        ("a sound", messages("echo", json!([user(json!([{ "type": "input_audio", "input_audio": {} }]))]))),
        (
            "what an SDK sends back of an answer",
            messages(
                "echo",
                json!([user(json!("a")), { "role": "assistant", "content": "b", "refusal": null, "annotations": [], "tool_calls": null }, user(json!("c"))]),
            ),
        ),
    ];
    let cases: Vec<_> = bodies.iter().map(|(about, body)| (*about, CHAT, "", &**body)).collect();
    insta::assert_snapshot!(told(&flows, &cases).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_followed_or_refused_or_named() {
    let flows = several().await;
    let bodies = [
        (
            "what clients always send",
            json!({ "temperature": 0.7, "top_p": 1, "max_tokens": 100, "user": "u-1", "n": 1, "stream": false, "presence_penalty": 0, "frequency_penalty": 0 }),
        ),
        (
            "what asks for nothing else",
            json!({ "logprobs": false, "tools": [], "tool_choice": "none", "response_format": { "type": "text" }, "stop": null, "store": false, "logit_bias": {}, "modalities": ["text"], "service_tier": "auto" }),
        ),
        ("several answers", json!({ "n": 2 })),
        ("probabilities", json!({ "logprobs": true })),
        ("tools", json!({ "tools": [{ "type": "function", "function": { "name": "f" } }] })),
        ("a format", json!({ "response_format": { "type": "json_object" } })),
        ("a stop", json!({ "stop": "x" })),
        ("an unknown one", json!({ "top_k": 3 })),
        ("an input at the wrong place", json!({ "tone": "loud" })),
        ("an unknown input", json!({ "inputs": { "tine": "loud" }, "metadata": { "chat_id": "1" } })),
        ("inputs of other types", json!({ "inputs": { "times": "3" }, "metadata": { "tone": 1, "times": "x" } })),
        ("one twice", json!({ "inputs": { "tone": "a" }, "metadata": { "tone": "b" } })),
        ("the question twice", json!({ "inputs": { "question": "a" } })),
        ("stream that is no flag", json!({ "stream": "yes" })),
        ("stream options without a stream", json!({ "stream_options": { "include_usage": true } })),
        ("unknown stream options", json!({ "stream": true, "stream_options": { "include_usge": true } })),
    ];
    let bodies: Vec<_> = bodies.into_iter().map(|(about, more)| (about, with(more))).collect();
    let cases: Vec<_> = bodies.iter().map(|(about, body)| (*about, CHAT, "", &**body)).collect();
    insta::assert_snapshot!(told(&flows, &cases).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_is_a_flow() {
    let flows = several().await;
    let (echo, unknown) = (said("echo", "hi").to_string(), said("ehco", "hi").to_string());
    let none = json!({ "messages": [{ "role": "user", "content": "hi" }] }).to_string();
    let long = said("echo", &"x".repeat(5000)).to_string();
    let cases = [
        ("an unknown model", CHAT, "", &*unknown),
        ("no model", CHAT, "", &*none),
        ("under a flow's name there is one", "POST /echo/v1/chat/completions", "", &*none),
        ("and no other", "POST /chat/v1/chat/completions", "", &*echo),
        ("no JSON", CHAT, "", "{"),
        ("too much", CHAT, "", &*long),
        ("another method", "GET /v1/chat/completions", "", ""),
        ("an API that is not there", "POST /v1/embeddings", "", "{}"),
        ("a provider that refuses", CHAT, "", &said("chat", "forbidden").to_string()),
        ("a node that cannot", CHAT, "", &said("breaks", "hi").to_string()),
        ("all models", "GET /v1/models", "", ""),
        ("the models of one", "GET /echo/v1/models", "", ""),
        ("a model", "GET /v1/models/echo", "", ""),
        ("one that is not there", "GET /v1/models/gpt-4o", "", ""),
    ];
    insta::assert_snapshot!(told(&flows, &cases).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_come_as_openai_sends_them() {
    let flows = several().await;
    let stream = |model: &str, usage: bool| {
        let mut body = said(model, "hi you");
        body["stream"] = json!(true);
        if usage {
            body["stream_options"] = json!({ "include_usage": true });
            body["temperature"] = json!(0.5);
        }
        body.to_string()
    };
    let forbidden = said("chat", "forbidden").to_string().replacen('{', "{\"stream\":true,", 1);
    let cut = said("chat", "cut").to_string().replacen('{', "{\"stream\":true,", 1);
    let cases = [
        ("pieces", CHAT, "", &*stream("chat", false)),
        ("with usage, and what had no effect", CHAT, "", &*stream("chat", true)),
        ("an answer that no model speaks", CHAT, "", &*stream("echo", false)),
        ("a failure before the first piece of another node", CHAT, "", &*stream("breaks", true)),
        ("a failure in the middle", CHAT, "", &*cut),
        ("a failure before the first piece", CHAT, "", &*forbidden),
    ];
    insta::assert_snapshot!(told(&flows, &cases).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_only_flow_is_also_at_the_root_and_sheds_in_the_form_of_the_face() {
    let options = SiteOptions { in_flight: 1, queue: 0, ..SiteOptions::default() };
    let rules = "latency: 60000\nrules: [{ reply: late }]";
    let flows = Flows::chat(rules, options, ServerOptions::default()).await;
    let mut waiting = flows.connect().await;
    let body = said("chat", "hi").to_string();
    send(&mut waiting, "POST", "/v1/chat/completions", "", &body).await;
    flows.until(async |flows| flows.site.running() == 1).await;
    let run = r#"{"question": "hi"}"#;
    let cases = [
        ("chat", "POST /v1/chat/completions", "", &*body),
        ("run", "POST /run", "", run),
        ("run under its name", "POST /chat/run", "", run),
        ("a page elsewhere", "POST /run", "origin: https://elsewhere.example\r\n", run),
        ("a page elsewhere", CHAT, "origin: https://elsewhere.example\r\n", &*body),
    ];
    insta::assert_snapshot!(told(&flows, &cases).await);
    drop(waiting);
    flows.until(async |flows| flows.site.running() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_ends_well_leaves_the_connection_open() {
    let flows = Flows::of(&[("echo", ECHO)], RULES, SiteOptions::default(), ServerOptions::default()).await;
    let mut stream = flows.connect().await;
    let body = with(json!({ "stream": true }));
    for _ in 0..2 {
        send(&mut stream, "POST", "/v1/chat/completions", "", &body).await;
        let came = receive(&mut stream, LIMIT).await;
        assert_eq!((came.status(), came.end), (200, End::Whole));
        assert!(came.body.ends_with("data: [DONE]\n\n"), "{came:?}");
    }
}
