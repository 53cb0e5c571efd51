//! What the engine costs beside the model: `cargo bench -p flow-core`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot go on fails")]

#[expect(dead_code, reason = "a part of it is for tests only")]
#[path = "../tests/it/exec/draft.rs"]
mod draft;

use std::sync::Arc;
use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use flow_core::exec::{Event, EventSink, Executor, Observer, Row, RowOptions};
use flow_core::gate::{CallPolicy, Limits};
use flow_core::llm::{Defaults, ModelTool, Target};
use flow_core::model::{Api, CallContext, Dialect, Model, ModelError, ModelReply, ModelRequest};
use flow_core::plan::{ItemErrors, LlmOp, Op, Plan};
use flow_core::template::{Engine, ListStyle, Strictness, Template};
use flow_core::tool::{Effect, Pace, Tool, ToolContext, ToolError, ToolSpec};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use draft::{Draft, node, prompt};

fn main() {
    divan::main();
}

/// Five templates, each printing the one before.
fn chain() -> Arc<Plan> {
    let first = prompt("Dear {{ name }}, thank you for your question.\n");
    let mut draft =
        Draft::default().input("name", Ty::String, None).node(node("n0", first).with("name", "${inputs.name}"));
    for position in 1..5 {
        let before = format!("${{n{}.output}}", position - 1);
        let op = prompt("{{ before }}{{ name }} wrote more.\n");
        let next = node(format!("n{position}"), op).with("before", before.as_str()).with("name", "${inputs.name}");
        draft = draft.node(next);
    }
    draft.output("letter", "${n4.output}").build()
}

/// One call, three side by side, and one that takes all three.
fn diamond() -> Arc<Plan> {
    let mut draft = Draft::default()
        .input("name", Ty::String, None)
        .node(node("top", ask("system:\nBe kind.\nuser:\nGreet {{ name }}.")).with("name", "${inputs.name}"));
    for name in ["left", "middle", "right"] {
        draft =
            draft.node(node(name, ask("system:\nBe kind.\nuser:\nAnswer: {{ text }}")).with("text", "${top.output}"));
    }
    let bottom = node("bottom", ask("system:\nBe kind.\nuser:\n{{ a }}\n{{ b }}\n{{ c }}"))
        .with("a", "${left.output}")
        .with("b", "${middle.output}")
        .with("c", "${right.output}");
    draft.node(bottom).output("answer", "${bottom.output}").build()
}

/// A quick tool over a list.
fn over_a_list() -> Arc<Plan> {
    let each = node("each", Op::Tool(Arc::new(Pick::new())))
        .with("of", "${item}")
        .with("place", "${loop.index}")
        .for_each("${inputs.list}", 8, ItemErrors::Fail);
    Draft::default().input("list", Ty::List, None).node(each).output("all", "${each.output}").build()
}

fn ask(source: &str) -> Op {
    let template = Template::compile(&Engine::new(Strictness::Compatible), "ask", source).unwrap();
    Op::Llm(Box::new(LlmOp {
        api: Api::Chat,
        tool: ModelTool::Node,
        template: Some(Arc::new(template)),
        prompt: None,
        target: Target {
            model: Arc::new(Ready),
            connection: Arc::from("ready"),
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

/// A model that answers at once.
#[derive(Debug)]
struct Ready;

impl Model for Ready {
    fn dialect(&self) -> Dialect {
        Dialect::OpenAi
    }

    fn provider(&self) -> &'static str {
        "ready"
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        _: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        async move {
            divan::black_box(request);
            Ok(ModelReply::Whole(serde_json::json!({
                "choices": [{ "message": { "role": "assistant", "content": "Good day to you." }, "finish_reason": "stop" }],
                "usage": { "prompt_tokens": 20, "completion_tokens": 5 },
            })))
        }
        .boxed()
    }
}

/// A tool that takes one of its inputs.
#[derive(Debug)]
struct Pick {
    spec: ToolSpec,
}

impl Pick {
    fn new() -> Self {
        let (inputs, output) = (serde_json::Value::Null, Ty::Any);
        let (pace, effect) = (Pace::Inline, Effect::None);
        Self { spec: ToolSpec { name: "pick", summary: "", inputs, output, pace, effect } }
    }
}

impl Tool for Pick {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn call<'a>(&'a self, inputs: Value, context: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        std::future::ready(self.call_inline(inputs, context)).boxed()
    }

    fn call_inline(&self, inputs: Value, _: &ToolContext) -> Result<Value, ToolError> {
        Ok(inputs.get("of").cloned().unwrap_or_default())
    }
}

/// Takes events and forgets them.
struct Nobody;

impl Observer for Nobody {
    fn observe(&self, event: Event) {
        divan::black_box(event);
    }
}

/// Runs one row per turn, on one thread, with a deadline as batch runs have it.
fn rows(bencher: Bencher<'_, '_>, plan: Arc<Plan>, name: &str, value: Value) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let executor = Executor::new();
    let events = EventSink::observer(Arc::new(Nobody));
    let inputs = Map::from_iter([(Arc::from(name), value)]);
    let options = RowOptions { deadline: Some(Duration::from_secs(600)), ..RowOptions::default() };
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        let row = Row { index: 0, inputs: inputs.clone() };
        runtime.block_on(executor.run_row(&plan, row, &events, options.clone()));
    });
}

#[divan::bench]
fn row_of_a_chain_of_5_templates(bencher: Bencher<'_, '_>) {
    rows(bencher, chain(), "name", Value::from("Ann"));
}

#[divan::bench]
fn row_of_a_chain_of_5_templates_through_a_channel(bencher: Bencher<'_, '_>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (plan, executor) = (chain(), Executor::new());
    let (events, mut reader) = EventSink::channel(64);
    let inputs = Map::from_iter([(Arc::from("name"), Value::from("Ann"))]);
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        let row = Row { index: 0, inputs: inputs.clone() };
        runtime.block_on(executor.run_row(&plan, row, &events, RowOptions::default()));
        while let Ok(event) = reader.try_recv() {
            divan::black_box(event);
        }
    });
}

#[divan::bench]
fn row_of_a_diamond_of_5_model_calls(bencher: Bencher<'_, '_>) {
    rows(bencher, diamond(), "name", Value::from("Ann"));
}

#[divan::bench]
fn row_of_a_for_each_of_100_items(bencher: Bencher<'_, '_>) {
    rows(bencher, over_a_list(), "list", Value::list((0..100).map(Value::from)));
}

/// The templates alone, to compare with the chain.
#[divan::bench]
fn render_5_templates(bencher: Bencher<'_, '_>) {
    let plan = chain();
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        let mut before = Value::Null;
        for node in &plan.nodes {
            let Op::Prompt(template) = &node.op else { continue };
            let variables = vec![(Arc::from("before"), before), (Arc::from("name"), Value::from("Ann"))];
            before = template.render(variables).unwrap().into_value();
        }
        divan::black_box(before)
    });
}
