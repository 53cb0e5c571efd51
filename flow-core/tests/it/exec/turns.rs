//! `for_each` and `loop`.

use std::sync::Arc;
use std::time::Duration;

use flow_core::plan::ItemErrors;
use flow_core::tool::ToolError;
use flow_core::ty::Ty;
use flow_core::value::Value;
use tokio::time::Instant;

use super::draft::{Draft, json, node, prompt};
use super::world::{Gauge, echo, outcome, quick, run, slow, story};

fn over(list: &str, node: super::draft::DraftNode) -> Draft {
    Draft::default().input("list", Ty::Any, Some(json(list))).node(node).output("all", "${each.output}")
}

#[tokio::test(start_paused = true)]
async fn items_run_side_by_side_within_the_bound_and_keep_their_order() {
    let gauge = Arc::new(Gauge::default());
    let counted = Arc::clone(&gauge);
    let op = slow(move |inputs| {
        let in_flight = counted.enter();
        async move {
            // The later the item, the shorter its pause.
            let place = inputs.get("place").and_then(Value::as_int).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(u64::try_from(10 - place).unwrap())).await;
            drop(in_flight);
            Ok(inputs.get("value").cloned().unwrap_or_default())
        }
    });
    let each = node("each", op).with("place", "${loop.index}").with("value", "${item.n}").for_each(
        "${inputs.list}",
        3,
        ItemErrors::Fail,
    );
    let list: Vec<String> = (0..10).map(|n| format!("{{\"n\": {}}}", n * n)).collect();
    let (result, events) = run(&over(&format!("[{}]", list.join(",")), each).build(), "{}").await;
    assert_eq!(outcome(&result), r#"{"all":[0,1,4,9,16,25,36,49,64,81]}"#);
    assert_eq!((gauge.most(), gauge.calls(), gauge.now()), (3, 10, 0));
    assert_eq!(story(&events).len(), 4, "one start and one end for all items");
}

#[tokio::test]
async fn failed_items_fail_the_node_or_are_left_out_or_replaced() {
    let op = || {
        quick(|inputs| match inputs.get("n") {
            Some(Value::Int(number)) => Ok(Value::from(number * 10)),
            _ => Err(ToolError::failed("not a number")),
        })
    };
    let flow = |errors| {
        over(r#"[1, "x", 3]"#, node("each", op()).with("n", "${item}").for_each("${inputs.list}", 2, errors)).build()
    };
    let (result, _) = run(&flow(ItemErrors::Fail), "{}").await;
    assert_eq!(outcome(&result), "tool-failed: node `each`: item 1: not a number");
    let (result, events) = run(&flow(ItemErrors::Skip), "{}").await;
    assert_eq!(outcome(&result), r#"{"all":[10,30]}"#);
    assert_eq!(story(&events)[2], "each item 1 fails: tool-failed");
    let (result, _) = run(&flow(ItemErrors::Default(Value::Null)), "{}").await;
    assert_eq!(outcome(&result), r#"{"all":[10,null,30]}"#);
}

#[tokio::test]
async fn a_condition_about_the_item_picks_items_and_any_other_the_node() {
    let each = |condition| {
        node("each", echo()).with("n", "${item}").for_each("${inputs.list}", 2, ItemErrors::Fail).only_if(condition)
    };
    for (condition, expected) in [
        ("item > 1", r#"{"all":[{"n":2},{"n":3}]}"#),
        ("loop.index == 0", r#"{"all":[{"n":1}]}"#),
        ("item > 9", r#"{"all":[]}"#),
        ("inputs.list | length > 2", r#"{"all":[{"n":1},{"n":2},{"n":3}]}"#),
        ("inputs.list | length > 3", r#"{"all":null}"#),
    ] {
        let (result, _) = run(&over("[1, 2, 3]", each(condition)).build(), "{}").await;
        assert_eq!(outcome(&result), expected, "{condition}");
    }
    let (result, _) = run(&over("[1, 2, 3]", each("item.deep.er")).build(), "{}").await;
    assert!(outcome(&result).starts_with("condition-failed: node `each`: item 0: `if` cannot be decided: "));
}

#[tokio::test]
async fn a_list_must_be_a_list_and_may_be_empty_or_dead() {
    let each = || node("each", echo()).with("n", "${item}").for_each("${inputs.list}", 2, ItemErrors::Fail);
    let (result, _) = run(&over("[]", each()).build(), "{}").await;
    assert_eq!(outcome(&result), r#"{"all":[]}"#);
    let (result, _) = run(&over("\"abc\"", each()).build(), "{}").await;
    assert_eq!(
        outcome(&result),
        "list-expected: node `each`: `for_each` needs a list, but `${inputs.list}` is string; refer to a list, or \
         declare the input with `type: list`"
    );
    let plan = Draft::default()
        .node(node("dead", echo()).activate(1, 2))
        .node(node("each", echo()).with("n", "${item}").for_each("${dead.output}", 2, ItemErrors::Fail))
        .output("all", "${each.output}")
        .build();
    assert_eq!(outcome(&run(&plan, "{}").await.0), r#"{"all":null}"#);
}

#[tokio::test]
async fn a_loop_sees_its_last_output_and_ends_at_its_condition_or_its_bound() {
    let flow = |until, max| {
        let grow = prompt("{{ before or '' }}{{ turn }}");
        Draft::default()
            .input("enough", Ty::Int, Some(Value::from(3)))
            .node(
                node("grow", grow).with("before", "${loop.previous}").with("turn", "${loop.index}").repeat(until, max),
            )
            .output("grown", "${grow.output}")
            .build()
    };
    let (result, events) = run(&flow("grow.output | length >= inputs.enough", 10), "{}").await;
    assert_eq!(outcome(&result), r#"{"grown":"012"}"#);
    assert_eq!(story(&events)[1..3], ["grow starts", r#"grow = "012""#]);
    assert_eq!(outcome(&run(&flow("false", 5), "{}").await.0), r#"{"grown":"01234"}"#);
    assert_eq!(outcome(&run(&flow("loop.index == 1", 5), "{}").await.0), r#"{"grown":"01"}"#);
    let (result, _) = run(&flow("grow.output.deep.er", 5), "{}").await;
    assert!(outcome(&result).starts_with("condition-failed: node `grow`: `until` cannot be decided: "));
}

#[tokio::test]
async fn a_loop_inside_of_for_each_runs_for_each_item() {
    let op = quick(|inputs| {
        let number = |name| inputs.get(name).and_then(Value::as_int).unwrap_or_default();
        Ok(Value::from(number("step") + number("before")))
    });
    let each = node("each", op)
        .with("step", "${item}")
        .with("before", "${loop.previous}")
        .repeat("each.output >= 10 or item == 5", 100)
        .for_each("${inputs.list}", 2, ItemErrors::Fail);
    assert_eq!(outcome(&run(&over("[3, 4, 5]", each).build(), "{}").await.0), r#"{"all":[12,12,5]}"#);
}

#[tokio::test(start_paused = true)]
async fn a_slow_item_does_not_hold_up_the_others() {
    let op = slow(|inputs| async move {
        let pause = if inputs.get("n") == Some(&Value::from(0)) { 100 } else { 10 };
        tokio::time::sleep(Duration::from_millis(pause)).await;
        Ok(Value::Null)
    });
    let each = node("each", op).with("n", "${item}").for_each("${inputs.list}", 2, ItemErrors::Fail);
    let started = Instant::now();
    run(&over("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", each).build(), "{}").await;
    assert_eq!(started.elapsed(), Duration::from_millis(100), "ten short items run beside the long one");
}
