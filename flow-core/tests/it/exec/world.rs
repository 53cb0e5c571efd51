//! What plans run against in tests: tools of a closure, a scripted model, counters of what is in flight; and the
//! running itself, with events in words.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow_core::exec::{Event, EventSink, Executor, NodeAt, Observer, Row, RowCollector, RowOptions, RowResult};
use flow_core::gate::{CallPolicy, Limits};
use flow_core::llm::{Defaults, ModelTool, Target};
use flow_core::model::{Api, CallContext, Dialect, Model, ModelError, ModelReply, ModelRequest};
use flow_core::plan::{LlmOp, Op, Plan};
use flow_core::template::{Engine, ListStyle, Strictness, Template};
use flow_core::tool::{Effect, Pace, Tool, ToolContext, ToolError, ToolSpec};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

type Waiting = Box<dyn Fn(Value, ToolContext) -> BoxFuture<'static, Result<Value, ToolError>> + Send + Sync>;
type Inline = Box<dyn Fn(Value) -> Result<Value, ToolError> + Send + Sync>;

struct TestTool {
    spec: ToolSpec,
    inline: Option<Inline>,
    waiting: Option<Waiting>,
}

impl fmt::Debug for TestTool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TestTool")
    }
}

impl Tool for TestTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn call<'a>(&'a self, inputs: Value, context: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        (self.waiting.as_ref().unwrap())(inputs, context.clone())
    }

    fn call_inline(&self, inputs: Value, _: &ToolContext) -> Result<Value, ToolError> {
        (self.inline.as_ref().unwrap())(inputs)
    }
}

fn spec(pace: Pace) -> ToolSpec {
    ToolSpec {
        name: "test",
        summary: "",
        inputs: serde_json::Value::Null,
        output: Ty::Any,
        pace,
        effect: Effect::Changes,
    }
}

/// A quick tool.
pub(super) fn quick(call: impl Fn(Value) -> Result<Value, ToolError> + Send + Sync + 'static) -> Op {
    Op::Tool(Arc::new(TestTool { spec: spec(Pace::Inline), inline: Some(Box::new(call)), waiting: None }))
}

/// A tool that waits.
pub(super) fn slow<F>(call: impl Fn(Value) -> F + Send + Sync + 'static) -> Op
where
    F: Future<Output = Result<Value, ToolError>> + Send + 'static,
{
    slow_with_context(move |inputs, _| call(inputs))
}

/// A tool that waits, and looks at its context.
pub(super) fn slow_with_context<F>(call: impl Fn(Value, ToolContext) -> F + Send + Sync + 'static) -> Op
where
    F: Future<Output = Result<Value, ToolError>> + Send + 'static,
{
    let call: Waiting = Box::new(move |inputs, context| call(inputs, context).boxed());
    Op::Tool(Arc::new(TestTool { spec: spec(Pace::Waiting), inline: None, waiting: Some(call) }))
}

/// Gives its arguments back.
pub(super) fn echo() -> Op {
    quick(Ok)
}

/// Gives its arguments back after some time.
pub(super) fn echo_after(pause: Duration) -> Op {
    slow(move |inputs| async move {
        tokio::time::sleep(pause).await;
        Ok(inputs)
    })
}

pub(super) fn failing(message: &'static str, passing: bool) -> Op {
    quick(move |_| Err(ToolError::Failed { message: message.to_owned(), passing }))
}

/// Counts calls in flight.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
    calls: AtomicUsize,
}

pub(super) struct InFlight(Arc<Gauge>);

impl Gauge {
    /// A call begins; it ends when what is returned is dropped.
    pub(super) fn enter(self: &Arc<Self>) -> InFlight {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.calls.fetch_add(1, Ordering::SeqCst);
        InFlight(Arc::clone(self))
    }

    pub(super) fn now(&self) -> usize {
        self.now.load(Ordering::SeqCst)
    }

    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A tool that waits, counted.
pub(super) fn counted(gauge: &Arc<Gauge>, pause: Duration) -> Op {
    let gauge = Arc::clone(gauge);
    slow(move |inputs| {
        let in_flight = gauge.enter();
        async move {
            tokio::time::sleep(pause).await;
            drop(in_flight);
            Ok(inputs)
        }
    })
}

/// A model that gives these answers, one per call, each after 10 ms.
#[derive(Debug)]
pub(super) struct ScriptedModel {
    answers: Mutex<VecDeque<Result<&'static str, ModelError>>>,
    pub(super) requests: Mutex<Vec<String>>,
}

impl ScriptedModel {
    pub(super) fn new(answers: impl IntoIterator<Item = Result<&'static str, ModelError>>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), requests: Mutex::default() })
    }

    /// An LLM node that asks this model.
    pub(super) fn op(self: &Arc<Self>, source: &str) -> Op {
        let template = Template::compile(&Engine::new(Strictness::Compatible), "ask", source).unwrap();
        Op::Llm(Box::new(LlmOp {
            api: Api::Chat,
            tool: ModelTool::Node,
            template: Some(Arc::new(template)),
            prompt: None,
            target: Target {
                model: Arc::clone(self) as Arc<dyn Model>,
                connection: Arc::from("scripted"),
                parameters: Box::default(),
                overrides: Box::default(),
                limits: Limits::default(),
            },
            fallback: Box::default(),
            lists: ListStyle::Python,
            defaults: Defaults::Promptflow,
            extra: serde_json::Map::new(),
            schema: None,
            prompty: None,
            streams: false,
            policy: CallPolicy::default(),
        }))
    }
}

impl Model for ScriptedModel {
    fn dialect(&self) -> Dialect {
        Dialect::OpenAi
    }

    fn provider(&self) -> &'static str {
        "scripted"
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        _: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        async move {
            self.requests.lock().unwrap().push(request.body["messages"].to_string());
            let answer = self.answers.lock().unwrap().pop_front().expect("the script has an answer");
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok(ModelReply::Whole(serde_json::json!({
                "choices": [{ "message": { "role": "assistant", "content": answer? }, "finish_reason": "stop" }],
                "usage": { "prompt_tokens": 5, "completion_tokens": 2 },
            })))
        }
        .boxed()
    }
}

/// Keeps all events.
#[derive(Default)]
pub(super) struct Recorder(pub(super) Mutex<Vec<Event>>);

impl Observer for Recorder {
    fn observe(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Recorder {
    pub(super) fn sink(self: &Arc<Self>) -> EventSink {
        EventSink::observer(Arc::clone(self) as Arc<dyn Observer>)
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }
}

pub(super) fn entries(value: &Value) -> Map {
    value.as_map().unwrap().clone()
}

pub(super) fn row(inputs: &str) -> Row {
    Row { index: 0, inputs: entries(&super::draft::json(inputs)) }
}

/// Runs a row with all defaults.
pub(super) async fn run(plan: &Arc<Plan>, inputs: &str) -> (RowResult, Vec<Event>) {
    run_with(plan, inputs, RowOptions::default()).await
}

pub(super) fn stopped_by(cancel: &CancellationToken) -> RowOptions {
    RowOptions { cancel: cancel.clone(), ..RowOptions::default() }
}

pub(super) async fn run_with(plan: &Arc<Plan>, inputs: &str, options: RowOptions) -> (RowResult, Vec<Event>) {
    let recorder = Arc::new(Recorder::default());
    Executor::new().run_row(plan, row(inputs), &recorder.sink(), options).await;
    let events = recorder.events();
    (gather(&events), events)
}

pub(super) fn gather(events: &[Event]) -> RowResult {
    let mut collector = RowCollector::default();
    events.iter().for_each(|event| collector.observe(event.clone()));
    collector.finish()
}

/// The outputs as JSON, or the error in words.
pub(super) fn outcome(result: &RowResult) -> String {
    match &result.outcome {
        Ok(outputs) => Value::Map(Arc::clone(outputs)).to_json(),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

/// Events in words, one each; arguments and times left out.
pub(super) fn story(events: &[Event]) -> Vec<String> {
    events.iter().map(tell).collect()
}

fn tell(event: &Event) -> String {
    let place = |at: &NodeAt| match at.item {
        None => at.node.to_string(),
        Some(item) => format!("{}[{item}]", at.node),
    };
    match event {
        Event::RowStarted { row, .. } => format!("row {row}"),
        Event::NodeStarted { at, .. } => format!("{} starts", place(at)),
        Event::Printed { at, text } => format!("{} prints {text}", place(at)),
        Event::Measured { at, metric } => format!("{} logs {} = {}", place(at), metric.name, metric.value.to_json()),
        Event::Delta { at, text } => format!("{} says {text}", place(at)),
        Event::Waiting { at, wait: Some(wait) } => format!("{} waits {}", place(at), wait.reason),
        Event::Waiting { at, wait: None } => format!("{} waits no longer", place(at)),
        Event::Called { at, call, .. } => match call.usage() {
            Some(usage) => format!("{} used {}", place(at), usage.total_tokens()),
            None => format!("{} got no answer", place(at)),
        },
        Event::Read { at, liberties } => {
            let taken: Vec<String> = liberties.iter().map(ToString::to_string).collect();
            format!("{} read: {}", place(at), taken.join(", "))
        }
        Event::NodeFinished { at, output, attempts: 1, .. } => format!("{} = {}", place(at), output.to_json()),
        Event::NodeFinished { at, output, attempts, .. } => {
            format!("{} = {} after {attempts} tries", place(at), output.to_json())
        }
        Event::NodeFailed { at, error, replaced, .. } => match replaced {
            None => format!("{} fails: {}", place(at), error.code()),
            Some(value) => format!("{} fails: {}, {} instead", place(at), error.code(), value.to_json()),
        },
        Event::ItemFailed { at, item, error, .. } => format!("{} item {item} fails: {}", place(at), error.code()),
        Event::NodeBypassed { at, reason } => format!("{} bypassed: {reason:?}", place(at)),
        Event::RowFinished { row, .. } => format!("row {row} ends"),
        Event::RowFailed { row, error, .. } => format!("row {row} fails: {}", error.code()),
    }
}
