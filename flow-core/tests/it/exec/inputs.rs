//! Inputs of a row: defaults, coercion, and what is said when they do not fit.

use flow_core::exec::{Executor, Row, RowOptions};
use flow_core::ty::Ty;
use flow_core::value::Value;

use super::draft::{Draft, node};
use super::world::{echo, outcome, row, run, story};

fn flow() -> Draft {
    Draft::default()
        .input("text", Ty::String, None)
        .input("count", Ty::Int, Some(Value::from("3")))
        .input("tags", Ty::List, Some(Value::list([])))
        .node(
            node("all", echo())
                .with("text", "${inputs.text}")
                .with("count", "${inputs.count}")
                .with("tags", "${inputs.tags}"),
        )
        .output("all", "${all.output}")
}

#[tokio::test]
async fn inputs_are_filled_in_then_coerced_and_unknown_ones_ignored() {
    let (result, _) = run(&flow().build(), r#"{"text": 1.0, "tags": "[1]", "unknown": 1}"#).await;
    assert_eq!(outcome(&result), r#"{"all":{"text":"1.0","count":3,"tags":[1]}}"#);
    assert_eq!(Value::Map(result.inputs.unwrap()).to_json(), r#"{"text":"1.0","count":3,"tags":[1]}"#);
}

#[tokio::test]
async fn a_row_can_be_gathered_in_one_call() {
    let row = Row { index: 7, ..row(r#"{"text": "x"}"#) };
    let result = Executor::new().collect_row(&flow().build(), row, RowOptions::default()).await;
    assert_eq!(result.row, 7);
    assert_eq!(outcome(&result), r#"{"all":{"text":"x","count":3,"tags":[]}}"#);
    let node = result.node("all").unwrap();
    assert_eq!(node.inputs.to_json(), r#"{"text":"x","count":3,"tags":[]}"#);
    assert_eq!((node.at.row, node.attempts), (Some(7), 1));
}

#[tokio::test]
async fn inputs_that_do_not_fit_are_named_with_what_to_do() {
    let two = flow().input("more", Ty::Any, None).build();
    for (plan, given, expected) in [
        (flow().build(), "{}", "input-missing: input `text` is not given, and there is no default"),
        (two, "{}", "input-missing: inputs `text`, `more` are not given, and there is no default"),
        (
            flow().build(),
            r#"{"text": "", "count": "3.7"}"#,
            "input-invalid: input `count`: expected int, found string: `\"3.7\"`; change the value, or the input's \
             `type` (int)",
        ),
        (
            flow().build(),
            r#"{"text": "", "tags": {}}"#,
            "input-invalid: input `tags`: expected list, found object: `{}`; change the value, or the input's `type` \
             (list)",
        ),
    ] {
        let (result, events) = run(&plan, given).await;
        assert_eq!(outcome(&result), expected);
        assert_eq!(story(&events).len(), 1, "a row that cannot start has its end only");
    }
}
