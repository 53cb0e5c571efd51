//! Aggregation nodes, over rows that were run.

use std::sync::Arc;

use flow_core::exec::{AggregationOutcome, AggregationResult, Executor, RowForAggregation, RowOptions};
use flow_core::plan::Plan;
use flow_core::ty::Ty;
use flow_core::value::Value;

use super::draft::{Draft, json, node};
use super::world::{Recorder, echo, failing, run, story};

async fn aggregate(plan: &Arc<Plan>, rows: &[&str]) -> (AggregationResult, Vec<String>) {
    let mut ended = Vec::new();
    for row in rows {
        ended.extend(run(plan, row).await.0.for_aggregation(plan));
    }
    let recorder = Arc::new(Recorder::default());
    let executor = Executor::new();
    let result = executor.run_aggregation(plan, &ended, &recorder.sink(), RowOptions::default()).await;
    (result, story(&recorder.events()))
}

fn told(result: &AggregationResult) -> Vec<String> {
    let tell = |(name, outcome): &(Arc<str>, AggregationOutcome)| match outcome {
        AggregationOutcome::Finished(value) => format!("{name} = {}", value.to_json()),
        AggregationOutcome::Failed(error) => format!("{name} failed: {error}"),
        AggregationOutcome::Bypassed => format!("{name} bypassed"),
        AggregationOutcome::Stopped => format!("{name} stopped"),
    };
    result.nodes.iter().map(tell).collect()
}

#[tokio::test]
async fn aggregation_sees_lists_over_the_rows_that_ended_well() {
    let plan = Draft::default()
        .input("n", Ty::Int, Some(Value::from(0)))
        .node(node("odd", echo()).with("v", "${inputs.n}").activate("${inputs.n}", 1))
        .node(node("all", echo()).with("v", "${inputs.n}"))
        .node(
            node("gather", echo())
                .with("inputs", "${inputs.n}")
                .with("odd", "${odd.output}")
                .with("all", "${all.output.v}")
                .with("literal", "text")
                .aggregation(),
        )
        .node(node("next", echo()).with("direct", "${gather.output.literal}").aggregation())
        .build();
    let (result, events) = aggregate(&plan, &[r#"{"n": 1}"#, r#"{"n": "x"}"#, "{}"]).await;
    assert_eq!(
        told(&result),
        [
            r#"gather = {"inputs":[1,0],"odd":[{"v":1},null],"all":[1,0],"literal":"text"}"#,
            r#"next = {"direct":"text"}"#
        ]
    );
    assert_eq!(events.len(), 4, "{events:?}");
    let (result, _) = aggregate(&plan, &[r#"{"n": 1}"#]).await;
    assert!(told(&result)[0].contains(r#""inputs":[1],"odd":[{"v":1}],"all":[1]"#), "{:?}", told(&result));
}

#[tokio::test]
async fn a_failing_aggregation_node_stops_only_what_is_behind_it() {
    let plan = Draft::default()
        .input("n", Ty::Int, Some(Value::from(1)))
        .node(node("bad", failing("no luck", false)).with("n", "${inputs.n}").aggregation())
        .node(node("behind", echo()).with("x", "${bad.output}").aggregation())
        .node(node("beside", echo()).with("n", "${inputs.n}").aggregation())
        .node(node("further", echo()).with("x", "${behind.output}").with("y", "${beside.output}").aggregation())
        .node(node("apart", echo()).with("n", "${inputs.n}").aggregation())
        .build();
    let (result, events) = aggregate(&plan, &["{}"]).await;
    assert_eq!(
        told(&result),
        [
            "bad failed: node `bad`: no luck",
            "behind bypassed",
            r#"beside = {"n":[1]}"#,
            "further bypassed",
            r#"apart = {"n":[1]}"#
        ]
    );
    assert!(result.stopped.is_none());
    assert!(events.contains(&"behind bypassed: SourceFailed".to_owned()), "{events:?}");
}

#[tokio::test]
async fn conditions_of_aggregation_nodes_see_lists_of_rows_but_values_of_each_other() {
    let plan = Draft::default()
        .input("n", Ty::Int, Some(Value::from(1)))
        .node(node("one", echo()).aggregation().with("is", 1))
        .node(node("never", echo()).aggregation().activate("${inputs.n}", 1))
        .node(node("list", echo()).aggregation().activate("${inputs.n}", json("[1]")))
        .node(node("works", echo()).aggregation().activate("${one.output.is}", 1))
        .build();
    let (result, _) = aggregate(&plan, &["{}"]).await;
    assert_eq!(told(&result), [r#"one = {"is":1}"#, "never bypassed", "list = {}", "works = {}"]);
}

#[tokio::test]
async fn a_failed_row_gives_nothing_to_aggregation() {
    let plan = Draft::default()
        .node(node("bad", failing("no luck", false)))
        .node(node("sum", echo()).with("x", "${bad.output}").aggregation())
        .build();
    assert!(run(&plan, "{}").await.0.for_aggregation(&plan).is_none());
    assert_eq!(RowForAggregation::sources(&plan).into_iter().collect::<Vec<_>>(), [Arc::from("bad")]);
}
