//! Calls that fail: what is told, that nothing is repeated, and that no secret is in it.

use std::sync::Arc;
use std::time::Duration;

use flow_core::connection::ConnectionKind;
use flow_core::model::{Model, ModelError, ModelErrorKind};
use serde_json::json;

use crate::exchange::{KEY, azure, connect, connection, context, openai, request};
use crate::server::{Answer, Server};

/// The failure of one call, which the server must have seen exactly once.
async fn failure(answer: Answer, model: fn(&Server) -> Arc<dyn Model>) -> (ModelError, String) {
    let server = Server::start(vec![answer]).await;
    let error = model(&server).call(&request("gpt-x"), &context()).await.unwrap_err();
    assert_eq!(server.requests().len(), 1, "{error}");
    assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    let text = error.message.replace(&server.address.to_string(), "HOST");
    (error, text)
}

fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let body = json!({ "error": { "message": message, "type": "t", "code": code, "param": null } });
    Answer::Full(status, &[("content-type", "application/json")], body.to_string())
}

#[tokio::test]
async fn refusals_keep_status_code_and_words() {
    let mut told = String::new();
    for (status, code, message) in [
        (400, "context_length_exceeded", "too many\n  tokens"),
        (401, "invalid_api_key", "Incorrect API key provided: sk-Planted0Secret9Value."),
        (403, "", "country not supported"),
        (404, "model_not_found", "The model `gpt-x` does not exist"),
        (429, "insufficient_quota", "You exceeded your current quota"),
        (500, "server_error", "oops"),
    ] {
        for model in [openai, azure] {
            let (error, text) = failure(refusal(status, code, message), model).await;
            assert_eq!(error.kind, ModelErrorKind::Status(status));
            assert_eq!(error.retry_after, None);
            told += &format!("{text}\n");
        }
    }
    insta::assert_snapshot!(told, @r#"
    the server at HOST answered 400 (context_length_exceeded): too many tokens
    Azure OpenAI answered 400 (context_length_exceeded): too many tokens
    the server at HOST answered 401 (invalid_api_key): Incorrect API key provided: ******. – check the api_key of connection `mine`
    Azure OpenAI answered 401 (invalid_api_key): Incorrect API key provided: ******. – check the api_key of connection `mine`
    the server at HOST answered 403 (t): country not supported – check the api_key of connection `mine`
    Azure OpenAI answered 403 (t): country not supported – check the api_key of connection `mine`
    the server at HOST answered 404 (model_not_found): The model `gpt-x` does not exist – check the model `gpt-x` and the base_url of connection `mine`
    Azure OpenAI answered 404 (model_not_found): The model `gpt-x` does not exist – check the deployment `gpt-x`, and the endpoint and api_version of connection `mine`
    the server at HOST answered 429 (insufficient_quota): You exceeded your current quota
    Azure OpenAI answered 429 (insufficient_quota): You exceeded your current quota
    the server at HOST answered 500 (server_error): oops
    Azure OpenAI answered 500 (server_error): oops
    "#);
}

#[tokio::test]
async fn other_servers_words_are_understood() {
    let mut told = String::new();
    for (status, body) in [
        (500, "<html><body>Bad gateway</body></html>"),
        (502, ""),
        (503, "overloaded, try later"),
        (400, r#"{"error": "no such option"}"#),
        (422, r#"{"detail": "wrong field", "code": "field"}"#),
        (400, r#"[{"error": {"message": "from a list", "code": 400, "status": "INVALID"}}]"#),
        (401, r#"{"statusCode": 401, "message": "Access denied"}"#),
        (418, "{\"odd\": true}"),
        (302, ""),
    ] {
        let (error, text) = failure(Answer::Full(status, &[("location", "/other")], body.into()), openai).await;
        assert_eq!(error.kind, ModelErrorKind::Status(status));
        told += &format!("{text}\n");
    }
    insta::assert_snapshot!(told, @r#"
    the server at HOST answered 500: Internal Server Error
    the server at HOST answered 502: Bad Gateway
    the server at HOST answered 503: overloaded, try later
    the server at HOST answered 400: no such option
    the server at HOST answered 422 (field): wrong field
    the server at HOST answered 400: from a list
    the server at HOST answered 401: Access denied – check the api_key of connection `mine`
    the server at HOST answered 418: {"odd": true}
    the server at HOST answered 302: Found – the address has moved; check the base_url of connection `mine`
    "#);
    let long = failure(Answer::Full(500, &[], "long ".repeat(100_000)), openai).await.1;
    assert!(long.chars().count() < 600, "{long}");
}

#[tokio::test]
async fn the_wait_that_is_asked_for_is_handed_on() {
    let answer = |headers| Answer::Full(429, headers, String::new());
    let seconds = failure(answer(&[("Retry-After", "7")]), openai).await.0;
    assert_eq!(seconds.retry_after, Some(Duration::from_secs(7)));
    let exact = failure(answer(&[("retry-after", "1"), ("retry-after-ms", "350")]), azure).await.0;
    assert_eq!(exact.retry_after, Some(Duration::from_millis(350)));
    let date = failure(answer(&[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")]), openai).await.0;
    assert_eq!(date.retry_after, Some(Duration::ZERO));
}

#[tokio::test]
async fn answers_that_are_none_are_invalid() {
    let mut told = String::new();
    for body in [
        "{\"choices\": [",
        "",
        "hello",
        "<html>Please log in</html>",
        "[]",
        "{\"error\": {\"message\": \"upstream failed\"}}",
        "{\"choices\": null}",
    ] {
        let (error, text) = failure(Answer::Full(200, &[], body.into()), openai).await;
        // What ends too early may come whole the next time.
        let is_cut = body.is_empty() || body.ends_with('[');
        let kind = if is_cut { ModelErrorKind::Truncated } else { ModelErrorKind::InvalidResponse };
        assert_eq!(error.kind, kind, "{body}");
        told += &format!("{text}\n");
    }
    insta::assert_snapshot!(told, @r#"
    the server at HOST gave an answer that ends too early – check that HOST speaks the OpenAI API
    the server at HOST gave an empty answer – check that HOST speaks the OpenAI API
    the server at HOST gave an answer that is not valid JSON (line 1, column 1) – check that HOST speaks the OpenAI API
    the server at HOST gave a web page in place of JSON – check that HOST speaks the OpenAI API
    the server at HOST gave an answer without `choices` – check that HOST speaks the OpenAI API
    the server at HOST failed while it answered: upstream failed
    the server at HOST gave an answer without `choices` – check that HOST speaks the OpenAI API
    "#);
}

#[tokio::test]
async fn connections_that_break_are_told() {
    let mut told = String::new();
    for (answer, kind) in [
        (Answer::Reset, ModelErrorKind::Truncated),
        (Answer::Truncated, ModelErrorKind::Truncated),
        (Answer::Garbage, ModelErrorKind::Connect),
    ] {
        let (error, text) = failure(answer, openai).await;
        assert_eq!(error.kind, kind);
        assert!(error.is_passing());
        told += &format!("{text}\n");
    }
    insta::assert_snapshot!(told, @r#"
    the connection to HOST broke: it was reset
    the connection to HOST broke: the answer is not complete
    the connection to HOST broke: what it sends is no HTTP
    "#);
}

#[tokio::test]
async fn servers_that_are_not_there_are_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://user:{KEY}@{address}/v1");
    let model = connect(&connection(ConnectionKind::OpenAi, &[("base_url", &url)], Some("other"))).unwrap();
    let error = model.call(&request("m"), &context()).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Connect);
    assert!(error.is_passing());
    assert!(!error.message.contains(KEY));
    insta::assert_snapshot!(error.message.replace(&address.to_string(), "HOST"), @"HOST could not be reached: nothing listens there – check the base_url of connection `mine` and the network");
}

#[tokio::test]
async fn a_server_without_tls_is_told_apart_from_none() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        // Servers that expect HTTP answer the greeting of TLS with a refusal in plain text.
        if let Ok((mut stream, _)) = listener.accept() {
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
            let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
        }
    });
    let model = connect(&connection(ConnectionKind::OpenAi, &[("base_url", &url)], Some(KEY))).unwrap();
    let error = model.call(&request("m"), &context()).await.unwrap_err();
    assert!(error.message.contains("does not speak TLS"), "{error}");
}

#[tokio::test]
async fn a_cancelled_call_ends_at_once_and_closes_its_connection() {
    let server = Server::start(vec![Answer::Silence]).await;
    let model = openai(&server);
    let (request, context) = (request("m"), context());
    let (answer, ()) = tokio::join!(model.call(&request, &context), async {
        server.asked(1).await;
        context.cancel.cancel();
    });
    assert_eq!(answer.unwrap_err().kind, ModelErrorKind::Cancelled);
    server.closed(1).await;
    let answer = model.call(&request, &context).await;
    assert_eq!(answer.unwrap_err().kind, ModelErrorKind::Cancelled);
    assert_eq!(server.requests().len(), 1, "a call that is cancelled before it begins sends nothing");
}
