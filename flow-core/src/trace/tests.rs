use std::sync::Arc;
use std::time::Duration;

use super::{SpanDetail, SpanStatus, TraceBuilder, Work};
use crate::connection::{Connections, Environment};
use crate::engine::{Engine, LoadOptions};
use crate::exec::{Event, EventSink, Executor, Observer, Row, RowOptions};
use crate::mock::{MockModel, Rules};
use crate::tool::ToolRegistry;
use crate::value::Map;

/// Builds while the row runs.
struct Builder(std::sync::Mutex<TraceBuilder>);

impl Observer for Builder {
    fn observe(&self, event: Event) {
        self.0.lock().unwrap().observe(&event);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_stand_below_their_nodes_and_nodes_of_sub_flows_below_their_callers() {
    let temp = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = temp.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "inner/flow.yaml",
        "inputs: { q: { type: string } }\noutputs: { a: { type: string, reference: \"${ask.output}\" } }\nnodes:\n- { name: ask, type: llm, connection: mock, prompt: \"user:\\n{{ q }}\", inputs: { model: m, q: \"${inputs.q}\" } }\n",
    );
    write(
        "flow.yaml",
        "inputs: { names: { type: list } }\noutputs: { a: { type: string, reference: \"${each.output}\" } }\nnodes:\n- { name: each, type: flow, flow: inner, for_each: \"${inputs.names}\", inputs: { q: \"${item}\" } }\n- { name: never, type: prompt, if: \"inputs.names | length > 5\", prompt: hi }\n",
    );
    let rules = "latency: 20\nrules:\n- reply: \"hello {{ text }}\"\n";
    let mut sources = crate::source::SourceMap::default();
    let file = sources.add("mock.yaml", rules);
    let rules = Rules::read(&sources, file, &mut crate::diag::Diagnostics::default()).unwrap();
    let options = LoadOptions { model: Some(Arc::new(MockModel::new(rules))), ..LoadOptions::default() };
    let connections = Connections::of_environment(Arc::new(Environment::default()), temp.path());
    let loaded = Engine::new(ToolRegistry::default(), Vec::new()).load(temp.path(), &connections, &options);
    let told = crate::diag::render(&loaded.diagnostics, &loaded.sources, crate::diag::RenderOptions::default());
    let plan = loaded.flow.unwrap_or_else(|| panic!("{told}")).plan;

    let builder = Arc::new(Builder(std::sync::Mutex::new(TraceBuilder::new(Arc::clone(&plan)))));
    let events = EventSink::observer(Arc::clone(&builder) as Arc<dyn Observer>);
    let inputs: Map =
        [(Arc::from("names"), crate::value::Value::list(["Ann".into(), "Bo".into()]))].into_iter().collect();
    Executor::new().run_row(&plan, Row { index: 7, inputs }, &events, RowOptions::default()).await;
    let trace = builder.0.lock().unwrap().trace().clone();

    let told: Vec<String> = trace
        .spans
        .iter()
        .map(|span| {
            let what = match &span.detail {
                SpanDetail::Flow { name: _, row, inputs, outputs } => {
                    format!("row {row} {} -> {}", inputs.to_json(), outputs.to_json())
                }
                SpanDetail::Node(node) => format!("{} {:?} item {:?}", node.name, node.work, node.item),
                SpanDetail::Call(call) => format!("{} {} of {}", call.api().name(), call.model(), call.provider),
            };
            let took = (span.started.as_millis(), span.elapsed.as_millis());
            format!("{:?} {what} {:?} at {} for {} ms", span.parent, span.status, took.0, took.1)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!((trace.usage(2).calls, trace.usage(3).calls), (0, 1));
    assert!(trace.spans.iter().all(|span| span.status != SpanStatus::Running));
    assert!(matches!(&trace.spans[2].detail, SpanDetail::Node(node) if node.work == Work::Flow));
    assert_eq!(trace.spans[0].elapsed, Duration::from_millis(20));
}
