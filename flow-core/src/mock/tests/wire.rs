use serde_json::{Value as Json, json};

use super::{answer, context, model, request_of};
use crate::mock::{Answered, MockModel, Rules};
use crate::model::{Answer, Api, Model, ModelReply, Unheard, assemble};

/// The events of a streamed answer, one a line.
fn events(model: &MockModel, api: Api, mut body: Json) -> Vec<Json> {
    body["stream"] = json!(true);
    match model.react(&request_of(api, body), "").answer {
        Answered::Pieces(pieces) => pieces.into_iter().map(|piece| piece.event).collect(),
        other => panic!("{other:?}"),
    }
}

fn lines(events: &[Json]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

fn chat(text: &str) -> Json {
    json!({ "model": "gpt-4o", "messages": [{ "role": "user", "content": text }] })
}

#[test]
fn a_chat_is_answered_in_openai_s_shape() {
    let model = model("usage: { cached_tokens: 1, reasoning_tokens: 5 }\nrules:\n  - reply: 'Hello, {{ text }}!'");
    insta::assert_json_snapshot!(answer(&model, Api::Chat, chat("Ann")));
    let mut body = chat("Ann");
    body["stream_options"] = json!({ "include_usage": true });
    insta::assert_snapshot!(lines(&events(&model, Api::Chat, body)));
}

#[test]
fn a_completion_is_answered_for_each_prompt() {
    let model = model("- { when: { text: two }, reply: second }\n- reply: first of all");
    let body = json!({ "model": "gpt-3.5-turbo-instruct", "prompt": ["one", "two"], "n": 2 });
    insta::assert_json_snapshot!(answer(&model, Api::Completion, body.clone()));
    insta::assert_snapshot!(lines(&events(&model, Api::Completion, body)));
}

#[test]
fn responses_are_answered_with_typed_events() {
    let model = model("- { when: { text: book }, calls: [{ name: book, arguments: { day: 3 } }] }\n- reply: Two words");
    let body = |text: &str| json!({ "model": "gpt-4o", "instructions": "Be short.", "input": text, "tools": [] });
    insta::assert_json_snapshot!(answer(&model, Api::Responses, body("hi")));
    insta::assert_snapshot!(lines(&events(&model, Api::Responses, body("hi"))));
    insta::assert_snapshot!(lines(&events(&model, Api::Responses, body("book it"))));
    let mut short = body("hi");
    short["max_output_tokens"] = json!(1);
    let cut = answer(&model, Api::Responses, short);
    assert_eq!(cut["status"], "incomplete");
    assert_eq!(cut["output"][0]["content"][0]["text"], "Two ");
    assert_eq!(cut["incomplete_details"]["reason"], "max_output_tokens");
}

#[tokio::test]
async fn a_stream_put_together_is_the_whole_answer() {
    let model = model(
        "
- { when: { text: both }, reply: I look it up., calls: [{ name: look, arguments: { a: 1 } }, { name: see, arguments: '{' }] }
- { when: { text: refuse }, refusal: I would rather not. }
- { when: { text: nothing }, reply: null }
- { when: { text: errs }, reply: right, wrong: [wrong, off], accuracy: 0.5 }
- reply: \"Line one\\n  and  line two\"
",
    );
    for text in ["both", "refuse", "nothing", "plain", "errs 1", "errs 2", "errs 3"] {
        for count in [1, 2] {
            let mut body = chat(text);
            body["n"] = json!(count);
            body["stream"] = json!(false);
            let whole = Answer::from_body(Api::Chat, answer(&model, Api::Chat, body.clone()));
            body["stream"] = json!(true);
            let ModelReply::Stream(stream) = model.call(&request_of(Api::Chat, body), &context()).await.unwrap() else {
                panic!("pieces were asked for");
            };
            let body = assemble(Api::Chat, stream, &Unheard).await.unwrap();
            let put_together = Answer::from_body(Api::Chat, body);
            assert_eq!(put_together.finish_reason, whole.finish_reason);
            assert_eq!(put_together.messages.len(), count);
            for (one, other) in put_together.messages.iter().zip(&whole.messages) {
                let of =
                    |message: &serde_json::Map<String, Json>, key: &str| message.get(key).cloned().unwrap_or_default();
                for key in ["content", "refusal", "tool_calls", "role"] {
                    assert_eq!(of(one, key), of(other, key), "{key} of {text}");
                }
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let rules = "
latency: { p50: 100, p99: 900 }
stream: { first: { p50: 50, p99: 90 }, each: { p50: 5, p99: 9 } }
rules: [{ replies: [a b, c d, e f], wrong: [x y, z], accuracy: 0.6 }]";
    let (one, two, other) = (model(rules), model(rules), model(rules).with_seed(9));
    let mut differs = false;
    for number in 0..50 {
        for api in [Api::Chat, Api::Completion, Api::Responses, Api::Embedding] {
            for stream in [false, true] {
                let text = format!("question {number}");
                let body = json!({
                    "model": "m", "stream": stream, "prompt": text, "input": text,
                    "messages": [{ "role": "user", "content": text }], "dimensions": 8,
                });
                let request = request_of(api, body);
                let first = one.react(&request, "n");
                assert_eq!(first, one.react(&request, "n"));
                assert_eq!(first, two.react(&request, "n"));
                differs |= first != other.react(&request, "n");
            }
        }
    }
    assert!(differs);
}

#[test]
fn limits_and_stop_texts_end_an_answer() {
    let model = model("usage: { reasoning_tokens: 2 }\nrules: [{ reply: 'one two three STOP four' }]");
    let say = |more: Json| {
        let mut body = chat("x");
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = answer(&model, Api::Chat, body);
        let (choice, usage) = (&body["choices"][0], &body["usage"]);
        format!(
            "{} {} {}/{}",
            choice["message"]["content"],
            choice["finish_reason"],
            usage["completion_tokens_details"]["reasoning_tokens"],
            usage["completion_tokens"]
        )
    };
    assert_eq!(say(json!({})), r#""one two three STOP four" "stop" 2/8"#);
    assert_eq!(say(json!({ "stop": "STOP" })), r#""one two three " "stop" 2/6"#);
    assert_eq!(say(json!({ "stop": ["none", "two"] })), r#""one " "stop" 2/3"#);
    assert_eq!(say(json!({ "max_tokens": 3 })), r#""one " "length" 2/3"#);
    assert_eq!(say(json!({ "max_completion_tokens": 1 })), r#""" "length" 1/1"#);
    assert_eq!(say(json!({ "max_tokens": 8 })), r#""one two three STOP four" "stop" 2/8"#);
}

#[test]
fn rules_see_images_roles_and_formats() {
    let model = model(
        "
- { when: { images: 2 }, reply: '{{ images | length }} pictures, {{ images[0] }}' }
- { when: { images: true }, reply: one picture }
- { when: { api: responses, format: json_schema }, json_schema: true }
- { when: { format: json_object }, json: { ok: true } }
- { when: { role: assistant }, reply: go on }
- { when: { model: o3 }, reply: x, finish_reason: content_filter }
",
    );
    let image = |url: &str| json!({ "type": "image_url", "image_url": { "url": url } });
    let with = |parts: Json| json!({ "messages": [{ "role": "user", "content": parts }] });
    let said = |body: Json| answer(&model, Api::Chat, body)["choices"][0]["message"]["content"].clone();
    let text = json!({ "type": "text", "text": "look" });
    assert_eq!(said(with(json!([text, image("https://a.example/1.png")]))), "one picture");
    assert_eq!(
        said(with(json!([image("data:image/png;base64,AA"), image("b")]))),
        "2 pictures, data:image/png;base64,AA"
    );
    let mut body = with(json!("x"));
    body["response_format"] = json!({ "type": "json_object" });
    assert_eq!(said(body), r#"{"ok":true}"#);
    assert_eq!(said(json!({ "messages": [{ "role": "assistant", "content": "so" }] })), "go on");
    let schema =
        json!({ "type": "object", "properties": { "age": { "type": "integer", "minimum": 3, "maximum": 3 } } });
    let format = json!({ "format": { "type": "json_schema", "name": "a", "schema": schema } });
    let body = answer(&model, Api::Responses, json!({ "input": "x", "text": format }));
    assert_eq!(body["output"][0]["content"][0]["text"], r#"{"age":3}"#);
    let filtered = answer(&model, Api::Chat, json!({ "model": "o3", "messages": [] }));
    assert_eq!(filtered["choices"][0]["finish_reason"], "content_filter");
}

#[test]
fn nothing_is_required_of_a_body() {
    let model = MockModel::new(Rules::default());
    for api in [Api::Chat, Api::Completion, Api::Responses, Api::Embedding] {
        for body in [json!({}), json!({ "messages": 3, "input": {}, "prompt": [[1, 2], null], "tools": "x", "n": -1 })]
        {
            assert!(answer(&model, api, body).is_object());
        }
    }
}
