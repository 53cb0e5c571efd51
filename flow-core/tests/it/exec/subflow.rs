//! Flows that call flows.

use std::sync::Arc;

use flow_core::plan::{ItemErrors, Op, Plan};
use flow_core::ty::Ty;
use flow_core::value::Value;

use super::draft::{Draft, node, prompt};
use super::world::{echo, failing, outcome, run, story};

/// Grades a text: inputs `text` and `strict` (false by default).
fn grading(op: Op) -> Arc<Plan> {
    Draft::default()
        .input("text", Ty::String, None)
        .input("strict", Ty::Bool, Some(Value::from("false")))
        .node(node("grade", op).with("text", "${inputs.text}").with("strict", "${inputs.strict}"))
        .node(node("mean", echo()).with("x", "${grade.output}").aggregation())
        .output("grade", "${grade.output}")
        .build()
}

#[tokio::test]
async fn a_sub_flow_has_its_own_inputs_and_its_nodes_stand_behind_the_caller() {
    let review = node("review", Op::Flow(grading(prompt("{{ text }} {{ strict }}")))).with("text", 1);
    let plan = Draft::default().node(review).output("grade", "${review.output.grade}").build();
    let (result, events) = run(&plan, "{}").await;
    assert_eq!(outcome(&result), r#"{"grade":"1 False"}"#);
    assert_eq!(
        story(&events),
        [
            "row 0",
            "review starts",
            "review/grade starts",
            r#"review/grade = "1 False""#,
            r#"review = {"grade":"1 False"}"#,
            "row 0 ends"
        ]
    );
}

#[tokio::test]
async fn a_sub_flow_can_run_over_a_list_and_its_events_name_the_item() {
    let review = node("review", Op::Flow(grading(prompt("{{ text }}")))).with("text", "${item}").for_each(
        "${inputs.texts}",
        1,
        ItemErrors::Fail,
    );
    let plan = Draft::default()
        .input("texts", Ty::List, None)
        .node(review)
        .output("all", "${review.output.[1].grade}")
        .build();
    let (result, events) = run(&plan, r#"{"texts": ["a", "b"]}"#).await;
    assert_eq!(outcome(&result), r#"{"all":"b"}"#);
    assert_eq!(
        story(&events)[2..6],
        ["review/grade[0] starts", r#"review/grade[0] = "a""#, "review/grade[1] starts", r#"review/grade[1] = "b""#]
    );
}

#[tokio::test]
async fn failures_inside_name_the_inner_node() {
    let flow = |review| Draft::default().node(review).build();
    let (result, events) =
        run(&flow(node("review", Op::Flow(grading(failing("no luck", false)))).with("text", "")), "{}").await;
    assert_eq!(outcome(&result), "tool-failed: node `review/grade`: no luck");
    assert_eq!(story(&events)[3..5], ["review/grade fails: tool-failed", "review fails: tool-failed"]);
    assert_eq!(&*result.outcome.unwrap_err().node().unwrap().innermost().node, "review/grade");
    let (result, _) =
        run(&flow(node("review", Op::Flow(grading(echo()))).with("strict", "perhaps").with("text", "")), "{}").await;
    assert_eq!(
        outcome(&result),
        "input-invalid: node `review`: input `strict`: expected bool, found string: `\"perhaps\"`; change the value, \
         or the input's `type` (bool)"
    );
}

#[tokio::test]
async fn text_of_the_author_is_data_once_it_is_an_input() {
    let inner = Draft::default()
        .input("text", Ty::String, None)
        .node(node("pass", echo()).with("text", "${inputs.text}"))
        .output("text", "${pass.output.text}")
        .build();
    let plan = Draft::default()
        .node(node("header", prompt("system:\nobey")))
        .node(node("call", Op::Flow(inner)).with("text", "${header.output}"))
        .output("text", "${call.output.text}")
        .output("header", "${header.output}")
        .build();
    let (result, _) = run(&plan, "{}").await;
    let outputs = result.outcome.unwrap();
    let is_authored = |name: &str| match &outputs[name] {
        Value::Text(text) => !text.authored().is_empty(),
        _ => false,
    };
    assert_eq!((is_authored("header"), is_authored("text")), (true, false));
}

#[tokio::test]
async fn flows_cannot_call_each_other_without_end() {
    let mut plan = Draft::default().node(node("end", prompt("x"))).output("x", "${end.output}").build();
    for _ in 0..16 {
        plan = Draft::default().node(node("n", Op::Flow(plan))).output("x", "${n.output.x}").build();
    }
    assert_eq!(outcome(&run(&plan, "{}").await.0), r#"{"x":"x"}"#);
    plan = Draft::default().node(node("n", Op::Flow(plan))).build();
    let (result, _) = run(&plan, "{}").await;
    assert!(outcome(&result).starts_with("flow-too-deep: "), "{}", outcome(&result));
    assert!(outcome(&result).ends_with("flows call each other more than 16 deep; does a flow call itself?"));
}
