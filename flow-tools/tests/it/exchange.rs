//! What goes over the wire, and what comes back.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_core::connection::{Connection, ConnectionKind};
use flow_core::model::{self, Api, CallContext, Dialect, Model, ModelError, ModelReply, ModelRequest};
use flow_core::value::Value;
use secrecy::SecretString;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::server::{Answer, Server};

/// The key in every test; no message may hold it.
pub(crate) const KEY: &str = "sk-Planted0Secret9Value";

pub(crate) fn connection(kind: ConnectionKind, fields: &[(&str, &str)], key: Option<&str>) -> Connection {
    Connection {
        name: "mine".into(),
        kind,
        fields: fields.iter().map(|(name, value)| (Arc::from(*name), Value::from(*value))).collect(),
        secrets: key.map(|key| (Arc::from("api_key"), SecretString::from(key.to_owned()))).into_iter().collect(),
        origin: "a test".into(),
    }
}

pub(crate) fn connect(connection: &Connection) -> Result<Arc<dyn Model>, String> {
    let providers = flow_tools::providers();
    let provider = providers.iter().find(|provider| provider.serves(connection.kind)).unwrap();
    let model = provider.connect(connection);
    let shown = format!("{provider:?} {model:?}");
    assert!(!shown.contains(KEY), "{shown}");
    model
}

pub(crate) fn openai(server: &Server) -> Arc<dyn Model> {
    connect(&connection(ConnectionKind::OpenAi, &[("base_url", &server.url("/v1"))], Some(KEY))).unwrap()
}

pub(crate) fn azure(server: &Server) -> Arc<dyn Model> {
    let fields = [("endpoint", &*server.url("/")), ("api_version", "2024-10-21")];
    connect(&connection(ConnectionKind::Azure, &fields, Some(KEY))).unwrap()
}

pub(crate) fn request(model: &str) -> ModelRequest {
    let body = json!({
        "model": model,
        "messages": [{ "role": "user", "content": "Grüße" }],
        "temperature": 1.0,
        "top_p": 0.5,
        "stream": false,
        "unheard_of": { "z": 1, "a": [null] },
    });
    ModelRequest { api: Api::Chat, model: model.into(), body: body.as_object().unwrap().clone() }
}

pub(crate) fn context() -> CallContext {
    CallContext { node: "answer".into(), row: None, deadline: None, repeat: 0, cancel: CancellationToken::new() }
}

pub(crate) fn completion(content: &str) -> Answer {
    let body = json!({
        "id": "c1",
        "model": "gpt-4o-2024",
        "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": content } }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": { "cached_tokens": 4 } },
    });
    Answer::Full(200, &[("content-type", "application/json")], body.to_string())
}

/// Sends one request; the whole answer.
pub(super) async fn ask(model: &dyn Model, request: &ModelRequest) -> Result<model::Answer, ModelError> {
    match model.call(request, &context()).await? {
        ModelReply::Whole(body) => Ok(model::Answer::from_body(request.api, body)),
        ModelReply::Stream(_) => panic!("nobody asked for pieces"),
    }
}

#[tokio::test]
async fn openai_sends_the_body_as_it_is_and_reads_the_answer() {
    let server = Server::start(vec![completion("Hallo"), completion("again")]).await;
    let fields = [("base_url", &*server.url("/v1/")), ("organization", "org-1")];
    let model = connect(&connection(ConnectionKind::OpenAi, &fields, Some(KEY))).unwrap();
    assert_eq!((model.dialect(), model.provider()), (Dialect::OpenAi, "openai"));
    let request = request("gpt-4o");
    let answer = ask(&*model, &request).await.unwrap();
    assert_eq!(answer.messages[0]["content"], "Hallo");
    assert_eq!(answer.finish_reason.as_deref(), Some("stop"));
    assert_eq!(answer.model.as_deref(), Some("gpt-4o-2024"));
    let usage = answer.usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens), (9, 2, 4));

    ask(&*model, &request).await.unwrap();
    let seen = server.requests();
    assert_eq!(seen.len(), 2);
    assert_eq!(server.connections(), 1, "the connection is kept alive");
    assert_eq!(seen[0].line, "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(seen[0].body, serde_json::to_string(&request.body).unwrap());
    let expected = [
        "accept: */*".to_owned(),
        format!("authorization: Bearer {KEY}"),
        format!("content-length: {}", seen[0].body.len()),
        "content-type: application/json".into(),
        format!("host: {}", server.address),
        "openai-organization: org-1".into(),
        format!("user-agent: flow/{}", env!("CARGO_PKG_VERSION")),
    ];
    assert_eq!(seen[0].headers, expected);
}

#[tokio::test]
async fn azure_asks_the_deployment() {
    let server = Server::start(vec![completion("Hallo")]).await;
    let model = azure(&server);
    assert_eq!((model.dialect(), model.provider()), (Dialect::Azure, "azure.ai.openai"));
    ask(&*model, &request("gpt-35-turbo")).await.unwrap();
    ask(&*model, &request("my model/ä?")).await.unwrap();
    let seen = server.requests();
    let lines: Vec<_> = seen.iter().map(|request| request.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "POST /openai/deployments/gpt-35-turbo/chat/completions?api-version=2024-10-21 HTTP/1.1",
            "POST /openai/deployments/my%20model%2F%C3%A4%3F/chat/completions?api-version=2024-10-21 HTTP/1.1",
        ]
    );
    assert!(seen[0].headers.contains(&format!("api-key: {KEY}")));
    assert!(!seen[0].headers.iter().any(|header| header.starts_with("authorization")));
    assert!(seen[0].body.starts_with(r#"{"model":"gpt-35-turbo","#), "{}", seen[0].body);
}

/// A request to an API, its answer and what its path ends with.
fn of_api(api: Api) -> (ModelRequest, serde_json::Value) {
    let (body, answer) = match api {
        Api::Chat => (json!({ "model": "m", "messages": [] }), json!({ "choices": [] })),
        Api::Completion => {
            let choice = json!({ "index": 0, "text": " Welt", "finish_reason": "stop", "logprobs": null });
            (json!({ "model": "m", "prompt": "Hallo" }), json!({ "choices": [choice] }))
        }
        Api::Responses => {
            let text = json!({ "type": "output_text", "text": "Hallo", "annotations": [] });
            let message = json!({ "type": "message", "role": "assistant", "content": [text] });
            (
                json!({ "model": "m", "input": "x" }),
                json!({ "status": "completed", "error": null, "output": [message] }),
            )
        }
        Api::Embedding => {
            let vector = json!({ "object": "embedding", "index": 0, "embedding": [0.5, -1.0] });
            (json!({ "model": "m", "input": ["x"] }), json!({ "object": "list", "data": [vector] }))
        }
    };
    (ModelRequest { api, model: "m".into(), body: body.as_object().unwrap().clone() }, answer)
}

#[tokio::test]
async fn every_api_has_its_path() {
    let mut told = String::new();
    for (kind, version) in [
        (ConnectionKind::OpenAi, ""),
        (ConnectionKind::Azure, ""),
        (ConnectionKind::Azure, "2024-10-21"),
        (ConnectionKind::Azure, "preview"),
        (ConnectionKind::Azure, "v1"),
    ] {
        for api in [Api::Chat, Api::Completion, Api::Responses, Api::Embedding] {
            let (request, body) = of_api(api);
            let server = Server::start(vec![Answer::Full(200, &[], body.to_string())]).await;
            let address = server.url(if kind == ConnectionKind::Azure { "" } else { "/v1" });
            let fields = [("endpoint", &*address), ("base_url", &*address), ("api_version", version)];
            let model = connect(&connection(kind, &fields, Some(KEY))).unwrap();
            let reply = model.call(&request, &context()).await.unwrap();
            let ModelReply::Whole(whole) = reply else { panic!("nobody asked for pieces") };
            assert_eq!(whole, body);
            let seen = server.requests().pop().unwrap();
            assert_eq!(seen.body, serde_json::to_string(&request.body).unwrap());
            told += &format!("{} {version} {}: {}\n", kind.name(), api.name(), seen.line);
        }
    }
    insta::assert_snapshot!(told, @r#"
    openai  chat: POST /v1/chat/completions HTTP/1.1
    openai  completion: POST /v1/completions HTTP/1.1
    openai  responses: POST /v1/responses HTTP/1.1
    openai  embedding: POST /v1/embeddings HTTP/1.1
    azure  chat: POST /openai/deployments/m/chat/completions?api-version=2024-02-01 HTTP/1.1
    azure  completion: POST /openai/deployments/m/completions?api-version=2024-02-01 HTTP/1.1
    azure  responses: POST /openai/v1/responses HTTP/1.1
    azure  embedding: POST /openai/deployments/m/embeddings?api-version=2024-02-01 HTTP/1.1
    azure 2024-10-21 chat: POST /openai/deployments/m/chat/completions?api-version=2024-10-21 HTTP/1.1
    azure 2024-10-21 completion: POST /openai/deployments/m/completions?api-version=2024-10-21 HTTP/1.1
    azure 2024-10-21 responses: POST /openai/v1/responses HTTP/1.1
    azure 2024-10-21 embedding: POST /openai/deployments/m/embeddings?api-version=2024-10-21 HTTP/1.1
    azure preview chat: POST /openai/v1/chat/completions?api-version=preview HTTP/1.1
    azure preview completion: POST /openai/v1/completions?api-version=preview HTTP/1.1
    azure preview responses: POST /openai/v1/responses?api-version=preview HTTP/1.1
    azure preview embedding: POST /openai/v1/embeddings?api-version=preview HTTP/1.1
    azure v1 chat: POST /openai/v1/chat/completions HTTP/1.1
    azure v1 completion: POST /openai/v1/completions HTTP/1.1
    azure v1 responses: POST /openai/v1/responses HTTP/1.1
    azure v1 embedding: POST /openai/v1/embeddings HTTP/1.1
    "#);
}

#[tokio::test]
async fn each_api_needs_its_own_list() {
    let mut told = String::new();
    for api in [Api::Chat, Api::Completion, Api::Responses, Api::Embedding] {
        let server = Server::start(vec![Answer::Full(200, &[], "{\"id\": 1}".into())]).await;
        let error = openai(&server).call(&of_api(api).0, &context()).await.unwrap_err();
        assert_eq!(error.kind, model::ModelErrorKind::InvalidResponse);
        told += &format!("{}\n", error.message.replace(&server.address.to_string(), "HOST"));
    }
    insta::assert_snapshot!(told, @r#"
    the server at HOST gave an answer without `choices` – check that HOST speaks the OpenAI API
    the server at HOST gave an answer without `choices` – check that HOST speaks the OpenAI API
    the server at HOST gave an answer without `output` – check that HOST speaks the OpenAI API
    the server at HOST gave an answer without `data` – check that HOST speaks the OpenAI API
    "#);
}

#[tokio::test]
async fn serverless_gets_its_version_and_own_servers_need_no_key() {
    let server = Server::start(vec![completion("x")]).await;
    for (kind, base, path) in [
        (ConnectionKind::Serverless, "", "/v1"),
        (ConnectionKind::Serverless, "/m/v1/", "/m/v1"),
        (ConnectionKind::OpenAi, "/custom", "/custom"),
    ] {
        let model = connect(&connection(kind, &[("base_url", &server.url(base))], None)).unwrap();
        ask(&*model, &request("m")).await.unwrap();
        let last = server.requests().pop().unwrap();
        assert_eq!(last.line, format!("POST {path}/chat/completions HTTP/1.1"));
        assert!(!last.headers.iter().any(|header| header.starts_with("authorization")), "{:?}", last.headers);
    }
}

#[tokio::test]
async fn an_answer_without_choices_is_empty() {
    let body = json!({ "choices": [], "usage": null });
    let server = Server::start(vec![Answer::Full(200, &[], body.to_string())]).await;
    let answer = ask(&*openai(&server), &request("m")).await.unwrap();
    assert!(answer.messages.is_empty());
    assert_eq!(answer.usage, None);
}

#[test]
fn connections_that_lack_something_say_what() {
    let tries: BTreeMap<&str, Connection> = [
        ("1 no key", connection(ConnectionKind::OpenAi, &[], None)),
        ("2 blank key", connection(ConnectionKind::OpenAi, &[("base_url", "_")], Some(" "))),
        (
            "3 whole address",
            connection(ConnectionKind::OpenAi, &[("base_url", "http://localhost/v1/chat/completions")], Some(KEY)),
        ),
        ("3 no address", connection(ConnectionKind::OpenAi, &[("base_url", "localhost:1234")], Some(KEY))),
        ("4 query", connection(ConnectionKind::OpenAi, &[("base_url", "http://h/v1?a=b")], Some(KEY))),
        ("5 line end in key", connection(ConnectionKind::OpenAi, &[], Some(&format!("{KEY}\n{KEY}")))),
        ("6 no endpoint", connection(ConnectionKind::Azure, &[], Some(KEY))),
        ("7 no azure key", connection(ConnectionKind::Azure, &[("endpoint", "https://a.example")], None)),
        (
            "8 unknown mode",
            connection(ConnectionKind::Azure, &[("endpoint", "https://a.example"), ("auth_mode", "magic")], None),
        ),
        ("9 serverless", connection(ConnectionKind::Serverless, &[], Some(KEY))),
    ]
    .into();
    let told: String = tries
        .iter()
        .map(|(what, connection)| {
            let error = connect(connection).unwrap_err();
            assert!(!error.contains(KEY), "{error}");
            format!("{what}: {error}\n")
        })
        .collect();
    insta::assert_snapshot!(told, @r#"
    1 no key: connection `mine` has no api_key; add `api_key: "${env:OPENAI_API_KEY}"` to it
    2 blank key: connection `mine` has no api_key; add `api_key: "${env:OPENAI_API_KEY}"` to it
    3 no address: the base_url of connection `mine` is not a web address; it looks like https://host/path
    3 whole address: the base_url of connection `mine` must end before /chat/completions, which is added to it: …/v1
    4 query: the base_url of connection `mine` must end before any `?` or `#`; it looks like https://host/path
    5 line end in key: the api_key of connection `mine` holds characters that cannot be sent; copy it anew
    6 no endpoint: connection `mine` has no endpoint; add `endpoint: https://NAME.openai.azure.com`
    7 no azure key: connection `mine` has no api_key; add `api_key: "${env:AZURE_OPENAI_API_KEY}"` to it; or, in a connections file, `auth_mode: meid_token` to do without a key
    8 unknown mode: connection `mine` has the unknown auth_mode `magic`; it is `key` or `meid_token`
    9 serverless: connection `mine` has no base_url
    "#);
    assert!(connect(&connection(ConnectionKind::OpenAi, &[("base_url", "_")], Some(KEY))).is_ok());
}
