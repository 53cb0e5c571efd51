//! The mock over HTTP. That its answers are those of the Python one is for `scripts/cross-check-mock` to say.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::MockServer;

/// Status line and headers, and the body, of an exchange whose connection ends with it.
fn exchange(mock: &MockServer, method: &str, path: &str, body: &str) -> (String, String) {
    let address = mock.url().replace("http://", "");
    let mut connection = TcpStream::connect(&address).expect("the mock listens");
    let length = body.len();
    write!(
        connection,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .expect("the mock reads");
    let mut said = String::new();
    connection.read_to_string(&mut said).expect("the mock answers");
    let (head, body) = said.split_once("\r\n\r\n").expect("an HTTP response");
    (head.to_owned(), body.to_owned())
}

fn ask(mock: &MockServer, body: &Value) -> Value {
    let (_, answer) = exchange(mock, "POST", "/v1/chat/completions", &body.to_string());
    serde_json::from_str(&answer).expect("a JSON answer")
}

#[test]
fn answers_are_those_of_the_recording() {
    // The case llm-azure-defaults holds the answer that the Python mock gave to this message.
    let mock = MockServer::start();
    let answer = ask(&mock, &json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}));
    assert_eq!(answer["choices"][0]["message"]["content"], "answer 4e79873118cd");
}

#[test]
fn the_log_is_what_was_asked_until_it_is_forgotten() {
    let mock = MockServer::start();
    exchange(&mock, "POST", "/openai/deployments/d/embeddings?api-version=1", r#"{"input": "x"}"#);
    let log = mock.log();
    assert_eq!(log.len(), 1);
    assert_eq!((&*log[0].path, &*log[0].query), ("/openai/deployments/d/embeddings", "api-version=1"));
    assert_eq!(log[0].body, json!({"input": "x"}));
    let (_, listed) = exchange(&mock, "GET", "/log", "");
    assert_eq!(serde_json::from_str::<Value>(&listed).expect("a list"), serde_json::to_value(&log).expect("a list"));
    mock.clear();
    assert!(mock.log().is_empty());
}

#[test]
fn a_flaky_model_fails_as_often_as_it_says() {
    let mock = MockServer::start();
    let request = json!({"model": "flaky-429-1", "messages": [{"role": "user", "content": "hi"}]});
    let (head, _) = exchange(&mock, "POST", "/v1/chat/completions", &request.to_string());
    assert!(head.starts_with("HTTP/1.1 429 ") && head.contains("retry-after: 0"), "{head}");
    assert_eq!(ask(&mock, &request)["object"], "chat.completion");
    mock.clear();
    assert_eq!(ask(&mock, &request)["error"]["code"], "429");
}

#[test]
fn a_stream_comes_in_pieces_of_four_letters() {
    let mock = MockServer::start();
    let request = json!({"prompt": "[[reply: äbcdef]]", "stream": true});
    let (head, body) = exchange(&mock, "POST", "/v1/completions", &request.to_string());
    assert!(head.contains("text/event-stream"), "{head}");
    let events: Vec<_> = body.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(events.last(), Some(&"[DONE]"));
    let texts: Vec<Value> = events[..events.len() - 1]
        .iter()
        .map(|event| serde_json::from_str::<Value>(event).expect("a chunk")["choices"][0]["text"].clone())
        .collect();
    assert_eq!(texts, ["äbcd", "ef", ""]);
}
