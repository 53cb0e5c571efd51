//! One node on its own.

use std::sync::Arc;

use flow_core::exec::{Executor, RowOptions};
use flow_core::plan::{ItemErrors, Plan};
use flow_core::ty::Ty;
use flow_core::value::Value;

use super::draft::{Draft, node};
use super::world::{Recorder, echo, gather, outcome, row};

async fn alone(plan: &Arc<Plan>, name: &str, given: &str) -> String {
    let recorder = Arc::new(Recorder::default());
    Executor::new().run_node(plan, name, row(given), &recorder.sink(), RowOptions::default()).await;
    outcome(&gather(&recorder.events()))
}

fn flow() -> Arc<Plan> {
    let target = node("target", echo())
        .with("label", "${before.output.label}")
        .with("count", "${inputs.count}")
        .with("fixed", "text")
        .activate("${inputs.count}", 99);
    Draft::default()
        .input("count", Ty::Int, None)
        .input("list", Ty::List, Some(Value::list([Value::from(1)])))
        .node(node("before", echo()))
        .node(target)
        .node(node("each", echo()).with("i", "${item}").for_each("${before.output.items}", 2, ItemErrors::Fail))
        .node(node("sum", echo()).with("labels", "${before.output.label}").with("list", "${inputs.list}").aggregation())
        .build()
}

#[tokio::test]
async fn a_node_takes_its_inputs_by_reference_or_by_name() {
    for given in [
        r#"{"before.output.label": "x", "inputs.count": "3"}"#,
        r#"{"before.output": {"label": "x"}, "flow.count": 3}"#,
        r#"{"label": "x", "count": 3}"#,
    ] {
        let ended = alone(&flow(), "target", given).await;
        assert_eq!(ended, r#"{"output":{"label":"x","count":3,"fixed":"text"}}"#, "{given}");
    }
}

#[tokio::test]
async fn what_is_missing_is_named_as_it_can_be_given() {
    assert_eq!(
        alone(&flow(), "target", "{}").await,
        "input-missing: inputs `before.output.label`, `inputs.count` are not given, and there is no default"
    );
    assert_eq!(
        alone(&flow(), "gone", "{}").await,
        "node-unknown: the flow has no node `gone`; it has `before`, `target`, `each`, `sum`"
    );
}

#[tokio::test]
async fn lists_can_be_given_and_aggregation_nodes_get_lists_of_one() {
    assert_eq!(alone(&flow(), "each", r#"{"before.output.items": [1, 2]}"#).await, r#"{"output":[{"i":1},{"i":2}]}"#);
    assert_eq!(
        alone(&flow(), "sum", r#"{"before.output": {"label": "x"}}"#).await,
        r#"{"output":{"labels":["x"],"list":[[1]]}}"#
    );
}
