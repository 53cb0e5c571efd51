use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, FutureExt, ready};
use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Map, Value as Json, json};
use tokio_util::sync::CancellationToken;

use super::exchange::{Exchange, Outcome};
use super::{Player, Recorder, read, write};
use crate::diag::{Diagnostics, RenderOptions, render};
use crate::model::{
    Api, CallContext, Dialect, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest, Unheard, assemble,
};
use crate::secret::Secrets;
use crate::source::SourceMap;

/// What a scripted model says next.
enum Said {
    Whole(Json),
    Stream(Vec<Result<Json, ModelError>>),
    Fails(ModelError),
}

/// A model that says what it was told to, in that order.
struct Scripted(Mutex<Vec<Said>>);

impl std::fmt::Debug for Scripted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Scripted")
    }
}

impl Model for Scripted {
    fn dialect(&self) -> Dialect {
        Dialect::OpenAi
    }

    fn provider(&self) -> &str {
        "openai"
    }

    fn call<'a>(&'a self, _: &'a ModelRequest, _: &'a CallContext) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        let reply = match self.0.lock().unwrap().remove(0) {
            Said::Whole(body) => Ok(ModelReply::Whole(body)),
            Said::Stream(events) => Ok(ModelReply::Stream(stream::iter(events).boxed())),
            Said::Fails(error) => Err(error),
        };
        ready(reply).boxed()
    }
}

fn context() -> CallContext {
    CallContext { node: "ask".into(), row: None, deadline: None, repeat: 0, cancel: CancellationToken::new() }
}

fn request(text: &str, stream: bool) -> ModelRequest {
    let body = json!({
        "model": "gpt-4o-mini", "temperature": 0.0, "stream": stream,
        "messages": [{ "role": "system", "content": "Be brief.\nBe kind.\n" }, { "role": "user", "content": text }],
    });
    let Json::Object(body) = body else { unreachable!("it is an object") };
    ModelRequest { api: Api::Chat, model: "gpt-4o-mini".into(), body }
}

fn whole(text: &str) -> Json {
    json!({
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 2 },
    })
}

fn piece(delta: &Json, finish: Option<&str>) -> Json {
    json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] })
}

/// What a reply comes to: the whole body, put together where it came in pieces.
async fn body(reply: Result<ModelReply, ModelError>) -> Result<Json, ModelError> {
    match reply? {
        ModelReply::Whole(body) => Ok(body),
        ModelReply::Stream(stream) => assemble(Api::Chat, stream, &Unheard).await,
    }
}

/// Records these requests, each with what the model says, and gives what came of them.
async fn record(folder: &Path, secrets: Secrets, script: Vec<(ModelRequest, Said)>) -> Vec<Result<Json, ModelError>> {
    let recorder = Arc::new(Recorder::new(folder, secrets).unwrap());
    let (requests, said): (Vec<_>, Vec<_>) = script.into_iter().unzip();
    let model = recorder.model(&"openai".into(), Arc::new(Scripted(Mutex::new(said))));
    let mut bodies = Vec::new();
    for request in &requests {
        bodies.push(body(model.call(request, &context()).await).await);
    }
    assert_eq!(recorder.count(), requests.len());
    bodies
}

fn player(folder: &Path) -> Arc<Player> {
    let mut diagnostics = Diagnostics::default();
    let player = Player::load(folder, Secrets::default(), &mut SourceMap::default(), &mut diagnostics);
    Arc::new(player.unwrap_or_else(|| panic!("{diagnostics:?}")))
}

async fn replay(folder: &Path, requests: &[ModelRequest]) -> Vec<Result<Json, ModelError>> {
    let model = player(folder).model(&"openai".into(), Dialect::Azure);
    assert!(model.is_replay());
    let mut bodies = Vec::new();
    for request in requests {
        bodies.push(body(model.call(request, &context()).await).await);
    }
    bodies
}

fn shown(results: &[Result<Json, ModelError>]) -> Vec<String> {
    let show = |result: &Result<Json, ModelError>| match result {
        Ok(body) => body.to_string(),
        Err(error) => format!("{:?} {:?} {}", error.kind, error.code, error.message),
    };
    results.iter().map(show).collect()
}

/// The files of a folder with their texts, by name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn refused() -> ModelError {
    ModelError {
        code: Some("rate_limit_exceeded".into()),
        ..ModelError::new(ModelErrorKind::Status(429), "the provider answered 429: slow down")
    }
}

fn broken() -> ModelError {
    ModelError::new(ModelErrorKind::Truncated, "the connection broke")
}

#[tokio::test]
async fn what_was_recorded_is_replayed() {
    let temp = tempfile::tempdir().unwrap();
    let call = json!({ "id": "call_1", "type": "function", "function": { "name": "look", "arguments": "{\"a\": 1}" } });
    let tools = json!({ "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": {
        "role": "assistant", "content": null, "tool_calls": [call] } }] });
    let events = || {
        vec![
            Ok(piece(&json!({ "role": "assistant" }), None)),
            Ok(piece(&json!({ "content": "two\nlines: " }), None)),
            Ok(piece(&json!({ "content": "#ü" }), Some("stop"))),
        ]
    };
    let mut cut = events();
    cut[2] = Err(broken());
    let script = vec![
        (request("Hello?", false), Said::Fails(refused())),
        (request("Hello?", false), Said::Whole(whole("Hi"))),
        (request("Look it up", false), Said::Whole(tools)),
        (request("Hello?", true), Said::Stream(cut)),
        (request("Hello?", true), Said::Stream(events())),
        (request("Anybody?", false), Said::Fails(ModelError::new(ModelErrorKind::Connect, "nobody there"))),
    ];
    let requests: Vec<ModelRequest> = script.iter().map(|(request, _)| request.clone()).collect();
    let live = record(temp.path(), Secrets::default(), script).await;
    assert_eq!(shown(&replay(temp.path(), &requests).await), shown(&live));
    // In another order each request has the same answers.
    let turned: Vec<ModelRequest> =
        [2, 5, 3, 0, 4, 1].iter().map(|position: &usize| requests[*position].clone()).collect();
    let mut replayed = shown(&replay(temp.path(), &turned).await);
    let mut expected = shown(&live);
    replayed.sort();
    expected.sort();
    assert_eq!(replayed, expected);
    let texts: Vec<String> = files(temp.path()).iter().map(|(name, text)| format!("===== {name}\n{text}")).collect();
    insta::assert_snapshot!(texts.join("\n"));
}

#[tokio::test]
async fn equal_requests_at_once_share_their_answers_out() {
    let temp = tempfile::tempdir().unwrap();
    let texts = ["a", "b", "c", "d"];
    let script = texts.iter().map(|text| (request("Say a letter", false), Said::Whole(whole(text)))).collect();
    record(temp.path(), Secrets::default(), script).await;
    let model = player(temp.path()).model(&"openai".into(), Dialect::OpenAi);
    let asked = request("Say a letter", false);
    let context = context();
    let calls = (0..4).map(|_| async { body(model.call(&asked, &context).await).await.unwrap() });
    let bodies = futures_util::future::join_all(calls).await;
    let mut said: Vec<&str> =
        bodies.iter().map(|body| body["choices"][0]["message"]["content"].as_str().unwrap()).collect();
    said.sort_unstable();
    assert_eq!(said, texts);
    let error = body(model.call(&asked, &context).await).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ModelErrorKind::Recording, Some("recording-missing")));
    assert!(!error.is_passing());
    assert!(error.message.contains("recorded 4 times in"), "{}", error.message);
}

#[tokio::test]
async fn recording_again_replaces_what_was_asked_again() {
    let temp = tempfile::tempdir().unwrap();
    let first = vec![
        (request("Hello?", false), Said::Fails(refused())),
        (request("Hello?", false), Said::Fails(refused())),
        (request("Hello?", false), Said::Whole(whole("Hi"))),
        (request("Other?", false), Said::Whole(whole("Other"))),
    ];
    record(temp.path(), Secrets::default(), first).await;
    assert_eq!(files(temp.path()).len(), 4);
    record(temp.path(), Secrets::default(), vec![(request("Hello?", false), Said::Whole(whole("Hello")))]).await;
    assert_eq!(files(temp.path()).len(), 2);
    let replayed = replay(temp.path(), &[request("Hello?", false), request("Other?", false)]).await;
    assert_eq!(shown(&replayed), [whole("Hello").to_string(), whole("Other").to_string()]);
}

#[tokio::test]
async fn a_stream_that_is_left_and_a_call_that_is_given_up_leave_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let recorder = Arc::new(Recorder::new(temp.path(), Secrets::default()).unwrap());
    let said = vec![
        Said::Stream(vec![Ok(piece(&json!({ "content": "a" }), None)), Ok(piece(&json!({}), Some("stop")))]),
        Said::Fails(ModelError::new(ModelErrorKind::Cancelled, "stopped")),
    ];
    let model = recorder.model(&"openai".into(), Arc::new(Scripted(Mutex::new(said))));
    let ModelReply::Stream(mut stream) = model.call(&request("Hello?", true), &context()).await.unwrap() else {
        panic!("a stream was asked for")
    };
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    assert!(model.call(&request("Hello?", false), &context()).await.is_err());
    assert_eq!((recorder.count(), files(temp.path()).len()), (0, 0));
}

#[tokio::test]
async fn secrets_are_in_no_file_and_do_not_matter_to_what_is_found() {
    let temp = tempfile::tempdir().unwrap();
    let secrets = |value: &str| Secrets::new([SecretString::from(value)]);
    let events = ["the key is sk-", "canary", "-77"].map(|text| Ok(piece(&json!({ "content": text }), None)));
    let events = events.into_iter().chain([Ok(piece(&json!({}), Some("stop")))]).collect();
    let script = vec![
        (request("my key: sk-canary-77", false), Said::Whole(whole("you said sk-canary-77"))),
        (request("my key: sk-canary-77", true), Said::Stream(events)),
        (
            request("again", false),
            Said::Fails(ModelError::new(ModelErrorKind::Status(401), "no such key sk-canary-77")),
        ),
    ];
    let live = record(temp.path(), secrets("sk-canary-77"), script).await;
    assert!(live[0].as_ref().unwrap().to_string().contains("sk-canary-77"), "the run itself gets what was said");
    for (name, text) in files(temp.path()) {
        assert!(!text.contains("canary"), "{name}: {text}");
    }
    // Whoever replays has another key.
    let mut diagnostics = Diagnostics::default();
    let player = Player::load(temp.path(), secrets("sk-other-key"), &mut SourceMap::default(), &mut diagnostics);
    let model = Arc::new(player.unwrap()).model(&"openai".into(), Dialect::OpenAi);
    for stream in [false, true] {
        let body = body(model.call(&request("my key: sk-other-key", stream), &context()).await).await.unwrap();
        assert!(body.to_string().contains("<secret>"), "{body}");
    }
}

#[tokio::test]
async fn a_miss_shows_what_differs_from_the_nearest_recording() {
    let temp = tempfile::tempdir().unwrap();
    let mut hot = request("Why is the sky blue?", false);
    hot.body.insert("temperature".into(), json!(0.7));
    hot.body.insert("seed".into(), json!(1));
    let script = vec![
        (request("Why is the sky blue?", false), Said::Whole(whole("air"))),
        (
            request("What is for lunch in the canteen of the town hall today, and is there any soup?", false),
            Said::Whole(whole("soup")),
        ),
    ];
    record(temp.path(), Secrets::default(), script).await;
    let mut other_roles = request("", false);
    other_roles.body.insert("messages".into(), json!([{ "role": "user", "content": "x\ny" }]));
    let requests = [
        hot,
        request("Why is the sky red?", false),
        request("What is for lunch in the canteen of the town hall today, and is there any soup?!", true),
        other_roles,
    ];
    let told = shown(&replay(temp.path(), &requests).await).join("\n\n");
    insta::assert_snapshot!(told.replace(&*temp.path().to_string_lossy(), "FOLDER"));
}

#[test]
fn failures_keep_their_kind() {
    use ModelErrorKind::{Broken, Connect, InvalidResponse, Status, Timeout, Truncated};
    for kind in [Status(529), Connect, Broken, Timeout, Truncated, InvalidResponse] {
        let error = ModelError { code: Some("a_code".into()), ..ModelError::new(kind, "it says:\n- no") };
        let text = write::text(&exchange(Map::new(), Outcome::Failure(error.clone())));
        let Outcome::Failure(back) = read_back(&text).unwrap().outcome else { panic!("a failure was written: {text}") };
        assert_eq!((back.kind, back.code, back.message), (error.kind, error.code, error.message));
    }
}

#[test]
fn files_that_are_broken_are_told_with_the_place() {
    const GOOD: &str = "connection: openai\nprovider: openai\ndialect: openai\napi: chat\noccurrence: 1\nrequest:\n  model: m\nanswer:\n  choices: []\n";
    let cases = [
        ("no-yaml", GOOD.replace("  model: m", "  model: [m")),
        ("unknown-key", GOOD.replace("occurrence:", "ocurrence:")),
        ("no-api", GOOD.replace("api: chat\n", "")),
        ("other-api", GOOD.replace("api: chat", "api: chatt")),
        ("no-outcome", GOOD.replace("answer:\n  choices: []\n", "")),
        ("two-outcomes", format!("{GOOD}failure: {{ kind: connect, message: gone }}\n")),
        (
            "broken-event",
            GOOD.replace("answer:\n  choices: []\n", "events: |\n  {\"choices\": []}\n  {\"choices\": [\n"),
        ),
        ("broken-body", GOOD.replace("answer:\n  choices: []\n", "answer: '{\"choices\": ['\n")),
        ("no-status", GOOD.replace("answer:\n  choices: []\n", "failure: { kind: status, message: no }\n")),
        ("occurrence", GOOD.replace("occurrence: 1", "occurrence: first")),
        ("a-list", "- 1\n".to_owned()),
    ];
    let temp = tempfile::tempdir().unwrap();
    let mut told = String::new();
    for (name, text) in cases {
        let path = temp.path().join(format!("{name}.yaml"));
        std::fs::write(&path, text).unwrap();
        let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
        assert!(Player::load(temp.path(), Secrets::default(), &mut sources, &mut diagnostics).is_none(), "{name}");
        std::fs::remove_file(&path).unwrap();
        told += &render(&diagnostics, &sources, RenderOptions { color: false, width: 100 });
        told.push('\n');
    }
    let mut diagnostics = Diagnostics::default();
    for folder in [temp.path().to_path_buf(), temp.path().join("gone")] {
        assert!(Player::load(&folder, Secrets::default(), &mut SourceMap::default(), &mut diagnostics).is_none());
    }
    told += &render(&diagnostics, &SourceMap::default(), RenderOptions { color: false, width: 100 });
    insta::assert_snapshot!(told.replace(&*temp.path().to_string_lossy(), "FOLDER"));
}

/// JSON that a provider could send, with the texts that YAML finds hardest.
fn any_json() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        any::<String>(),
        "[ -~\n\t]{0,30}",
        "[a-z: #\n|>\\-]{0,20}",
        Just("yes".to_owned()),
        Just("null".to_owned()),
        Just("1_000".to_owned()),
        Just("~".to_owned()),
        Just("\n\n".to_owned()),
        Just("a\n\nb\n\n\n".to_owned()),
        Just("a\r\nb".to_owned()),
        Just("%TAG".to_owned()),
        Just("a: b".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let entries = proptest::collection::vec((text.clone(), inner.clone()), 0..5);
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Json::from),
            entries.prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

fn exchange(request: Map<String, Json>, outcome: Outcome) -> Exchange {
    Exchange {
        connection: "openai".into(),
        provider: "openai".into(),
        dialect: Dialect::Azure,
        api: Api::Embedding,
        occurrence: 3,
        request,
        outcome,
    }
}

fn read_back(text: &str) -> Result<Exchange, String> {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("recording.yaml");
    std::fs::write(&path, text).unwrap();
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    read::read(&path, &mut sources, &mut diagnostics)
        .ok_or_else(|| render(&diagnostics, &sources, RenderOptions { color: false, width: 100 }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(value in any_json(), body in any_json(), events in proptest::collection::vec(any_json(), 0..4)) {
        let request = Map::from_iter([("value".to_owned(), value)]);
        let said = exchange(request.clone(), Outcome::Answer(body.clone()));
        let text = write::text(&said);
        let back = read_back(&text).map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
        prop_assert_eq!(&Json::Object(back.request), &Json::Object(request.clone()), "{}", text);
        prop_assert_eq!((back.dialect, back.api, back.occurrence), (Dialect::Azure, Api::Embedding, 3));
        let Outcome::Answer(back) = back.outcome else { return Err(TestCaseError::fail(text)) };
        prop_assert_eq!(&back, &body, "{}", text);
        let error = ModelError::new(ModelErrorKind::Truncated, body.to_string());
        let text = write::text(&exchange(request, Outcome::Events(events.clone(), Some(error.clone()))));
        let back = read_back(&text).map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
        let Outcome::Events(back, Some(told)) = back.outcome else { return Err(TestCaseError::fail(text)) };
        prop_assert_eq!((&back, &told.message), (&events, &error.message), "{}", text);
    }
}

#[test]
fn bodies_of_many_numbers_are_one_line_of_json() {
    let vector: Vec<f64> = (0..6000).map(f64::from).collect();
    let body = json!({ "data": [{ "embedding": vector, "index": 0 }] });
    let text = write::text(&exchange(Map::new(), Outcome::Answer(body.clone())));
    assert_eq!(text.lines().count(), 8, "{}", &text[..300]);
    let Outcome::Answer(back) = read_back(&text).unwrap().outcome else { panic!("an answer was written") };
    assert_eq!(back, body);
}
