//! Models that stand in for one that fails, and answers that come in pieces.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use flow_core::exec::RowOptions;
use flow_core::gate::{CallPolicy, Limits};
use flow_core::llm::{Defaults, ModelTool, Target};
use flow_core::model::{Api, CallContext, Dialect, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest};
use flow_core::plan::{LlmOp, Op, Plan};
use flow_core::template::{Engine, ListStyle, Strictness, Template};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::{Value as Json, json};

use super::draft::{Draft, node};
use super::world::{outcome, run_with, story};

type Scripted = Result<Vec<Result<Json, ModelError>>, ModelError>;

/// A model that answers as scripted: with the pieces of a stream, or a failure.
#[derive(Debug)]
struct Speaker {
    script: Mutex<VecDeque<Scripted>>,
    bodies: Mutex<Vec<Json>>,
}

impl Speaker {
    fn new(script: impl IntoIterator<Item = Scripted>) -> Arc<Self> {
        Arc::new(Self { script: Mutex::new(script.into_iter().collect()), bodies: Mutex::default() })
    }
}

impl Model for Speaker {
    fn dialect(&self) -> Dialect {
        Dialect::OpenAi
    }

    fn provider(&self) -> &'static str {
        "speaker"
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        _: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        async move {
            self.bodies.lock().unwrap().push(Json::Object(request.body.clone()));
            let pieces = self.script.lock().unwrap().pop_front().expect("the script has an answer")?;
            Ok(ModelReply::Stream(stream::iter(pieces).boxed()))
        }
        .boxed()
    }
}

fn failure(kind: ModelErrorKind) -> ModelError {
    ModelError::new(kind, format!("{kind:?}"))
}

fn piece(text: &str) -> Result<Json, ModelError> {
    Ok(json!({ "choices": [{ "index": 0, "delta": { "content": text } }] }))
}

fn end() -> Result<Json, ModelError> {
    Ok(json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] }))
}

/// A flow of one node that asks these models one after the other, each once.
fn plan(api: Api, models: &[Arc<Speaker>]) -> Arc<Plan> {
    let template = Template::compile(&Engine::new(Strictness::Strict), "ask", "user:\nhi\n").unwrap();
    let mut targets = models.iter().enumerate().map(|(number, model)| Target {
        model: Arc::clone(model) as Arc<dyn Model>,
        connection: Arc::from(format!("c{number}")),
        parameters: Box::default(),
        overrides: Box::default(),
        limits: Limits::default(),
    });
    let op = Op::Llm(Box::new(LlmOp {
        api,
        tool: ModelTool::Node,
        template: Some(Arc::new(template)),
        prompt: None,
        target: targets.next().unwrap(),
        fallback: targets.collect(),
        lists: ListStyle::Python,
        defaults: Defaults::Provider,
        extra: serde_json::Map::from_iter([("store".to_owned(), json!(false))]),
        schema: None,
        prompty: None,
        streams: true,
        policy: CallPolicy { attempts: 1, ..CallPolicy::default() },
    }));
    Draft::default().node(node("ask", op)).output("answer", "${ask.output}").build()
}

fn streaming() -> RowOptions {
    RowOptions { stream: true, ..RowOptions::default() }
}

#[tokio::test(start_paused = true)]
async fn the_next_model_is_asked_where_one_fails_for_good() {
    for (kind, goes_on) in [
        (ModelErrorKind::Status(400), true),
        (ModelErrorKind::Status(429), true),
        (ModelErrorKind::Connect, true),
        (ModelErrorKind::Timeout, true),
        (ModelErrorKind::InvalidResponse, true),
        (ModelErrorKind::Cancelled, false),
        (ModelErrorKind::Deadline, false),
        (ModelErrorKind::Budget, false),
    ] {
        let first = Speaker::new([Err(failure(kind))]);
        let second = Speaker::new([Ok(vec![piece("fine"), end()])]);
        let (result, _) = run_with(&plan(Api::Chat, &[first, Arc::clone(&second)]), "{}", streaming()).await;
        let asked = second.bodies.lock().unwrap().len();
        assert_eq!((result.outcome.is_ok(), asked), (goes_on, usize::from(goes_on)), "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_told_is_not_told_again_by_another_model() {
    let broken = || failure(ModelErrorKind::Truncated);
    let first = Speaker::new([Ok(vec![piece("once "), Err(broken())])]);
    let second = Speaker::new([]);
    let (result, events) = run_with(&plan(Api::Chat, &[first, second]), "{}", streaming()).await;
    assert_eq!(outcome(&result), "model-answer-cut: node `ask`: Truncated");
    assert!(story(&events).contains(&"ask says once ".to_owned()));
    // Without anything told, the other model is asked.
    let first = Speaker::new([Ok(vec![Err(broken())])]);
    let second = Speaker::new([Ok(vec![piece("fi"), piece("ne"), end()])]);
    let (result, events) = run_with(&plan(Api::Chat, &[first, second]), "{}", streaming()).await;
    assert_eq!(outcome(&result), r#"{"answer":"fine"}"#);
    assert!(story(&events).contains(&"ask says fi".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_responses_api_comes_in_pieces() {
    let delta = |text: &str| Ok(json!({ "type": "response.output_text.delta", "delta": text }));
    let output = json!([{ "type": "message", "content": [{ "type": "output_text", "text": "fine" }] }]);
    let usage = json!({ "input_tokens": 3, "output_tokens": 2 });
    let whole = json!({ "status": "completed", "output": output, "usage": usage });
    let done = || Ok(json!({ "type": "response.completed", "response": whole }));
    let speaker = Speaker::new([Ok(vec![delta("fi"), delta("ne"), done()]), Ok(vec![delta("fi")])]);
    let plan = plan(Api::Responses, &[Arc::clone(&speaker)]);
    let (result, events) = run_with(&plan, "{}", streaming()).await;
    assert_eq!(outcome(&result), r#"{"answer":"fine"}"#);
    assert_eq!(story(&events)[2..5], ["ask says fi", "ask says ne", "ask used 5"]);
    let body = speaker.bodies.lock().unwrap()[0].clone();
    let input = json!([{ "role": "user", "content": "hi" }]);
    assert_eq!(body, json!({ "model": "", "input": input, "store": false, "stream": true }));
    let (result, _) = run_with(&plan, "{}", streaming()).await;
    assert_eq!(outcome(&result), "model-answer-cut: node `ask`: the answer broke off before its end");
    // A failure in the midst of an answer is the provider's, not a short answer.
    let error = json!({ "code": "server_error", "message": "no such luck" });
    let failed = json!({ "type": "response.failed", "response": { "status": "failed", "error": error } });
    let speaker = Speaker::new([Ok(vec![delta("fi"), Ok(failed)])]);
    let (result, _) = run_with(&self::plan(Api::Responses, &[speaker]), "{}", streaming()).await;
    let told = "model-refused: node `ask`: the model failed while it answered (server_error): no such luck";
    assert_eq!(outcome(&result), told);
}
