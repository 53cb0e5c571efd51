//! When nodes run (promptflow's `activate` and bypass rules, and `if`).

use flow_core::plan::OnError;
use flow_core::ty::Ty;
use flow_core::value::Value;

use super::draft::{Draft, json, node, prompt};
use super::world::{echo, failing, outcome, run, story};

#[tokio::test]
async fn activate_compares_as_python_does() {
    for (given, is, runs) in [
        ("true", "1", true),
        ("1", "1.0", true),
        ("0", "false", true),
        ("\"true\"", "true", false),
        ("\"a\"", "\"a\"", true),
        ("null", "false", false),
        ("[1, {\"a\": true}]", "[true, {\"a\": 1.0}]", true),
    ] {
        let plan = Draft::default()
            .input("x", Ty::Any, None)
            .node(node("a", echo()).activate("${inputs.x}", json(is)))
            .build();
        let (result, _) = run(&plan, &format!("{{\"x\": {given}}}")).await;
        assert_eq!(result.node("a").unwrap().output().is_some(), runs, "{given} against {is}");
    }
}

/// `dead` is bypassed, `live` runs; each case is a node behind them.
#[tokio::test]
async fn a_node_is_bypassed_by_its_condition_or_when_all_its_sources_are() {
    let behind = |node| {
        Draft::default()
            .input("on", Ty::Bool, Some(Value::from(false)))
            .node(self::node("dead", echo()).activate("${inputs.on}", true))
            .node(self::node("live", echo()).with("k", 1))
            .node(node)
            .build()
    };
    let n = || node("n", echo());
    for (node, expected) in [
        (n().with("a", "${dead.output}"), "n bypassed: SourcesBypassed"),
        (n().with("a", "${dead.output.deep.er}"), "n bypassed: SourcesBypassed"),
        (n().with("a", "${dead.output}").with("b", "text"), "n bypassed: SourcesBypassed"),
        (n().with("a", "${dead.output}").with("b", "${inputs.on}"), "n bypassed: SourcesBypassed"),
        (n().with("a", "${dead.output.x}").with("b", "${live.output.k}"), r#"n = {"a":null,"b":1}"#),
        (n().with_defaulted("a", "${dead.output}").with("b", "${live.output.k}"), r#"n = {"b":1}"#),
        (n().with_defaulted("b", "${live.output.k}"), r#"n = {"b":1}"#),
        (n().with("b", "text"), r#"n = {"b":"text"}"#),
        // A condition that holds wins over dead sources; one that looks at a dead node never holds.
        (n().with("a", "${dead.output.x}").activate("${inputs.on}", false), r#"n = {"a":null}"#),
        (n().with("a", "${dead.output}").activate("${live.output.k}", 1), r#"n = {"a":null}"#),
        (n().with("a", "${live.output.k}").activate("${live.output.k}", 2), "n bypassed: Condition"),
        (n().with("a", "${live.output.k}").activate("${dead.output}", Value::Null), "n bypassed: ConditionBypassed"),
        (n().with("a", "${dead.output}").only_if("dead.output == none"), r#"n = {"a":null}"#),
        (n().only_if("live.output.k == 1 and not inputs.on"), "n = {}"),
        (n().only_if("live.output.k > 1"), "n bypassed: Condition"),
        (n().only_if("live.output.k.deep.er"), "n fails: condition-failed"),
        (n().with("a", "${live.output.gone}"), "n fails: reference-invalid"),
    ] {
        let (_, events) = run(&behind(node), "{}").await;
        let told: Vec<String> = story(&events).into_iter().filter(|line| line.starts_with("n ")).collect();
        assert_eq!(told.last().map(String::as_str), Some(expected), "{told:?}");
    }
}

#[tokio::test]
async fn outputs_of_bypassed_nodes_are_null_but_have_no_properties() {
    let flow = |reference: &str| {
        Draft::default()
            .node(node("dead", echo()).activate(1, 2))
            .output("answer", reference)
            .output("fixed", json("[1]"))
            .build()
    };
    let (result, _) = run(&flow("${dead.output}"), "{}").await;
    assert_eq!(outcome(&result), r#"{"answer":null,"fixed":[1]}"#);
    let (result, _) = run(&flow("${dead.output.x}"), "{}").await;
    assert_eq!(
        outcome(&result),
        "reference-invalid: output `answer`: `${dead.output.x}` cannot be read: what should have `x` is null; was its node bypassed?"
    );
}

#[tokio::test]
async fn a_property_that_is_not_there_is_an_error_that_names_those_that_are() {
    let flow = |reference: &str| {
        Draft::default()
            .node(node("a", echo()).with("label", "bug").with("score", 1))
            .node(node("b", echo()).with("x", reference))
            .build()
    };
    assert_eq!(
        outcome(&run(&flow("${a.output.lable}"), "{}").await.0),
        "reference-invalid: node `b`: `${a.output.lable}` cannot be read: the object has no property `lable`; it has \
         `label`, `score`"
    );
    assert_eq!(
        outcome(&run(&flow("${a.output.label.[0]}"), "{}").await.0),
        "reference-invalid: node `b`: `${a.output.label.[0]}` cannot be read: the string has no property `[0]`"
    );
}

#[tokio::test]
async fn a_row_fails_if_an_aggregation_node_needs_a_property_of_a_bypassed_node() {
    let flow = |reference: &str| {
        Draft::default()
            .node(node("dead", echo()).activate(1, 2))
            .node(node("sum", echo()).with("x", reference).aggregation())
            .build()
    };
    let (result, events) = run(&flow("${dead.output}"), "{}").await;
    assert_eq!(outcome(&result), "{}");
    assert_eq!(story(&events), ["row 0", "dead bypassed: Condition", "row 0 ends"]);
    let (result, _) = run(&flow("${dead.output.x}"), "{}").await;
    assert_eq!(
        outcome(&result),
        "reference-invalid: aggregation node `sum`: `${dead.output.x}` cannot be read in this row: \
         what should have `x` is null; was its node bypassed?"
    );
}

#[tokio::test]
async fn templates_print_what_comes_from_a_bypassed_node_as_none() {
    let plan = Draft::default()
        .input("name", Ty::String, None)
        .node(node("dead", echo()).activate(1, 2))
        .node(
            node("say", prompt("{{ name }}: {{ seen }}"))
                .with("name", "${inputs.name}")
                .with("seen", "${dead.output.x}")
                .activate(1, 1),
        )
        .output("said", "${say.output}")
        .build();
    let (result, _) = run(&plan, r#"{"name": "Ann"}"#).await;
    assert_eq!(outcome(&result), r#"{"said":"Ann: None"}"#);
}

#[tokio::test]
async fn on_error_decides_what_stands_in_for_a_failed_node() {
    let flow = |on_error| {
        Draft::default()
            .node(node("bad", failing("no luck", false)).on_error(on_error))
            .node(node("after", echo()).with("x", "${bad.output}"))
            .output("x", "${after.output}")
            .build()
    };
    let (result, events) = run(&flow(OnError::Fail), "{}").await;
    assert_eq!(outcome(&result), "tool-failed: node `bad`: no luck");
    assert_eq!(story(&events), ["row 0", "bad starts", "bad fails: tool-failed", "row 0 fails: tool-failed"]);
    let (result, events) = run(&flow(OnError::Skip), "{}").await;
    assert_eq!(outcome(&result), r#"{"x":null}"#);
    assert_eq!(story(&events)[2..4], ["bad fails: tool-failed, null instead", "after bypassed: SourcesBypassed"]);
    let (result, _) = run(&flow(OnError::Default(Value::from(7))), "{}").await;
    assert_eq!(outcome(&result), r#"{"x":{"x":7}}"#);
}
