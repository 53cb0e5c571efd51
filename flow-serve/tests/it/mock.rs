//! The mock model behind a port.

use flow_core::mock::Answered;
use flow_core::model::{Api, ModelRequest};
use flow_serve::mock::MockOptions;
use serde_json::{Value as Json, json};

use crate::client::{End, LIMIT, Served, model, receive, send};

const RULES: &str = "
rules:
  - { when: { model: my gpt }, reply: from the deployment }
  - { when: { text: weather }, call: { name: get_weather, arguments: { city: Oslo } } }
  - reply: 'You said: {{ text }}'
";

fn chat(text: &str) -> Json {
    json!({ "model": "gpt-4o", "messages": [{ "role": "user", "content": text }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_api_answers_under_every_path() {
    let served = Served::start(RULES).await;
    let prefixes = ["/v1", "", "/openai/v1", "/openai/deployments/my%20gpt"];
    for prefix in prefixes {
        let query = if prefix.contains("deployments") { "?api-version=2024-02-01" } else { "" };
        for (api, body) in [
            (Api::Chat, chat("hi")),
            (Api::Completion, json!({ "model": "gpt-4o", "prompt": "hi" })),
            (Api::Embedding, json!({ "model": "gpt-4o", "input": "hi", "dimensions": 3 })),
            (Api::Responses, json!({ "model": "gpt-4o", "input": "hi" })),
        ] {
            let came = served.post(&format!("{prefix}{}{query}", api.path()), &body).await;
            assert_eq!(came.status(), 200, "{came:?}");
            let answer = came.json();
            let said = match api {
                Api::Chat => &answer["choices"][0]["message"]["content"],
                Api::Completion => &answer["choices"][0]["text"],
                Api::Responses => &answer["output"][0]["content"][0]["text"],
                Api::Embedding => {
                    assert_eq!(answer["data"][0]["embedding"].as_array().unwrap().len(), 3);
                    continue;
                }
            };
            assert_eq!(*said, if query.is_empty() { "You said: hi" } else { "from the deployment" });
        }
    }
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_that_of_the_mock_in_the_process() {
    let served = Served::start(RULES).await;
    let body = chat("the same");
    let request = ModelRequest { api: Api::Chat, model: "gpt-4o".into(), body: body.as_object().unwrap().clone() };
    let Answered::Whole(expected) = model(RULES).react(&request, "").answer else { panic!("a whole answer") };
    assert_eq!(served.post("/v1/chat/completions", &body).await.body, expected.to_string());
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_server_sent_events() {
    let served = Served::start(RULES).await;
    let mut seen = String::new();
    for (path, mut body) in [
        ("/v1/chat/completions", chat("weather")),
        ("/v1/completions", json!({ "model": "gpt-4o", "prompt": "hi" })),
        ("/v1/responses", json!({ "model": "gpt-4o", "input": "hi" })),
    ] {
        body["stream"] = json!(true);
        let came = served.post(path, &body).await;
        assert_eq!(came.end, End::Whole);
        let lines: Vec<String> = came.body.lines().map(|line| line.chars().take(150).collect()).collect();
        seen += &format!("## {path} {}\n{}\n", came.header("content-type").unwrap(), lines.join("\n"));
    }
    insta::assert_snapshot!(seen);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn objections_are_worded_as_errors() {
    let served = Served::start("- reply: '{{ match[3].x }}'").await;
    let mut seen = String::new();
    for (method, path, body) in [
        ("POST", "/v1/chat/completions", "{"),
        ("POST", "/v1/chat/completions", "[]"),
        ("POST", "/v1/chat/completions", r#"{"messages": [{"role": "user", "content": "x"}]}"#),
        ("POST", "/v1/chat/completions", r#"{"model": "m"}"#),
        ("POST", "/v1/chat/completions", r#"{"model": "m", "messages": [{}]}"#),
        ("POST", "/v1/embeddings", r#"{"model": "m", "input": null}"#),
        ("POST", "/openai/deployments/m/chat/completions", "{}"),
        ("GET", "/v1/chat/completions", ""),
        ("POST", "/v3/anything", "{}"),
    ] {
        let came = served.ask(method, path, "", body, LIMIT).await;
        seen += &format!("{method} {path} {body}\n  {} {}\n", came.status(), came.body);
    }
    insta::assert_snapshot!(seen);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_asked_for_where_one_is_set() {
    let options = MockOptions { api_key: Some("sk-right".into()) };
    let served = Served::with(model(RULES), options).await;
    let ask = async |headers: &str| {
        let came = served.ask("POST", "/v1/chat/completions", headers, &chat("x").to_string(), LIMIT).await;
        format!("{} {}", came.status(), came.json()["error"]["message"].as_str().unwrap_or("answered"))
    };
    assert_eq!(ask("authorization: Bearer sk-right\r\n").await, "200 answered");
    assert_eq!(ask("api-key: sk-right\r\n").await, "200 answered");
    assert_eq!(ask("authorization: bearer sk-right\r\n").await, "200 answered");
    assert_eq!(ask("").await, "401 You didn't provide an API key.");
    assert_eq!(
        ask("authorization: Bearer sk-something-else\r\n").await,
        "401 Incorrect API key provided: sk-s*********else."
    );
    assert_eq!(ask("authorization: Basic sk-right\r\n").await, "401 You didn't provide an API key.");
    assert_eq!(served.ask("GET", "/v1/models", "", "", LIMIT).await.status(), 401);
    assert_eq!(served.ask("GET", "/stats", "", "", LIMIT).await.status(), 200);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_those_of_the_rules_and_a_few_more() {
    let served = Served::start(RULES).await;
    let models = served.get("/v1/models").await;
    let names: Vec<&str> = models["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(names[..2], ["my gpt", "gpt-4o"]);
    assert_eq!(served.get("/v1/models/any%2Fthing").await["id"], "any/thing");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_over_one_connection() {
    let served = Served::start(RULES).await;
    let mut stream = served.connect().await;
    for text in ["a", "b", "a", "a"] {
        send(&mut stream, "POST", "/v1/chat/completions", "", &chat(text).to_string()).await;
        assert_eq!(receive(&mut stream, LIMIT).await.status(), 200);
    }
    insta::assert_json_snapshot!(served.get("/stats").await);
    let cleared = served.ask("DELETE", "/stats", "", "", LIMIT).await.json();
    assert_eq!((&cleared["requests"], &cleared["paths"]), (&json!(0), &json!({})));
    served.stop().await;
}
