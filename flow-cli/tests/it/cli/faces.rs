//! A served flow, asked as a chat client, a typed client and a page do.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::http::{Came, Serving, ask};

fn serve(example: &str) -> Serving {
    let flow = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example);
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.arg("serve").arg(flow).arg("--mock");
    Serving::start(command).expect("it starts")
}

fn post(serving: &Serving, path: &str, headers: &[(&str, &str)], body: &Value) -> Came {
    ask(serving.address, "POST", path, headers, Some(body.to_string().as_bytes()))
}

/// What the events of an answer hold, without those that only keep the connection alive.
fn events(came: &Came) -> Vec<String> {
    came.text().lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
}

#[test]
fn a_chat_client_talks_with_an_example() {
    let serving = serve("product-chat");
    let question = "The steam light blinks. What does it want?";
    let mut messages = vec![json!({ "role": "user", "content": question })];
    let came = post(&serving, "/v1/chat/completions", &[], &json!({ "model": "product-chat", "messages": messages }));
    assert_eq!(came.status, 200, "{}", came.text());
    let whole = came.json().unwrap();
    let said = whole["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    assert!(said.contains("the boiler is low on water"), "{said}");
    let usage = whole["usage"]["total_tokens"].as_u64().unwrap();

    let stream = json!({
        "model": "product-chat", "messages": messages, "stream": true, "stream_options": { "include_usage": true },
    });
    let came = post(&serving, "/v1/chat/completions", &[], &stream);
    let events = events(&came);
    let (last, chunks) = events.split_last().unwrap();
    assert_eq!((last.as_str(), came.cut), ("[DONE]", false));
    let chunks: Vec<Value> = chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let pieces = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str());
    assert_eq!(pieces.collect::<String>(), said);
    assert_eq!(chunks.last().unwrap()["usage"]["total_tokens"], usage);

    // What was said before decides what "that" is.
    messages = vec![
        json!({ "role": "user", "content": "How do I descale it?" }),
        json!({ "role": "assistant", "content": "Descale when the drop light is on." }),
        json!({ "role": "user", "content": "And how often?" }),
    ];
    let came = post(&serving, "/v1/chat/completions", &[], &json!({ "messages": messages }));
    let said = came.json().unwrap()["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    assert!(said.contains("every two months with hard water"), "{said}");
}

#[test]
fn nodes_side_by_side_are_told_of_while_they_stream() {
    let serving = serve("language-tour");
    let events_wanted = [("accept", "text/event-stream")];
    let came = post(&serving, "/run", &events_wanted, &json!({ "town": "Ghent" }));
    let text = came.text();
    let end = text.lines().rev().find_map(|line| line.strip_prefix("event: "));
    assert_eq!((came.status, end, came.cut), (200, Some("finished"), false), "{text}");
    let last: Value = serde_json::from_str(events(&came).last().unwrap()).unwrap();
    let whole = post(&serving, "/run", &[], &json!({ "town": "Ghent" })).json().unwrap();
    assert_eq!(last["outputs"], whole["outputs"]);
}

#[test]
fn inputs_are_checked_and_described() {
    let serving = serve("language-tour");
    let came = post(&serving, "/run", &[], &json!({ "town": 1, "hour": 6, "budget": "all of it" }));
    assert_eq!(came.status, 400);
    let error = came.json().unwrap();
    let named: Vec<&str> =
        error["error"]["fields"].as_array().unwrap().iter().map(|field| field["input"].as_str().unwrap()).collect();
    assert_eq!(named, ["town", "hour", "budget"]);
    assert!(error["error"]["fields"][1]["message"].as_str().unwrap().contains("did you mean `hours`?"));
    let document = ask(serving.address, "GET", "/openapi.json", &[], None).json().unwrap();
    let inputs = &document["components"]["schemas"]["Inputs"]["properties"];
    assert_eq!((&inputs["hours"]["type"], &inputs["hours"]["default"]), (&json!("integer"), &json!(6)));
    assert_eq!(inputs["town"]["description"], "Where the day is spent.");
    let page = ask(serving.address, "GET", "/docs", &[], None);
    assert!(page.headers["content-security-policy"].starts_with("default-src 'none'"));
}
