//! `flow plan`, and what a run's page says of it afterwards.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;
use crate::conformance::mock::MockServer;

/// Two prompts that depend on no answer, one of them only for some rows, and one that depends on the first and may not be needed.
const FLOW: &str = r#"inputs:
  text: { type: string }
  level: { type: int, default: 1 }
outputs:
  reply: { type: string, reference: "${reply.output}" }
nodes:
  - name: shout
    type: tool
    tool: text.replace
    inputs: { text: "${inputs.text}", find: ".", with: "!" }
  - name: sort
    type: llm
    connection: openai
    prompt: "user:\nSort {{ text }}"
    inputs: { model: gpt-4o-mini, text: "${shout.output}" }
    output_schema:
      type: object
      required: [label]
      additionalProperties: false
      properties: { label: { enum: [bug, billing, other, praise] } }
  - name: detail
    type: llm
    if: inputs.level > 1
    connection: openai
    prompt: "user:\nTell more of {{ text }}"
    inputs: { model: gpt-4o-mini, max_tokens: 40, text: "${inputs.text}" }
  - name: reply
    type: llm
    if: sort.output.label == "bug"
    connection: openai
    prompt: "user:\nReply to {{ text }}: {{ label }} {{ detail }}"
    inputs: { model: gpt-4o, max_tokens: 60, text: "${inputs.text}", label: "${sort.output.label}", detail: "${detail.output}" }
"#;

const RULES: &str = r#"rules:
  - when: { node: sort, text: crash }
    json: { label: bug }
  - when: { node: sort }
    json: { label: other }
  - when: { node: detail, text: refuse }
    reply: "No."
  - reply: "A reply of some words to {{ text | length }} letters"
"#;

fn rows(count: usize) -> String {
    let row = |number: usize| {
        let text = if number.is_multiple_of(4) { "it crashes. Often" } else { "thank you." };
        json!({ "text": format!("{text} {}", "and more ".repeat(number % 7)), "level": number % 3 }).to_string() + "\n"
    };
    (0..count).map(row).collect()
}

fn context(count: usize) -> TestContext {
    TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES), ("rows.jsonl", &rows(count))])
}

const ARGUMENTS: &str = "--data rows.jsonl --mock=mock.yaml --map text='${data.text}' --map level='${data.level}'";

fn node<'p>(plan: &'p Json, name: &str) -> &'p Json {
    let found = plan["nodes"].as_array().expect("a list").iter().find(|node| node["node"] == name);
    found.unwrap_or_else(|| panic!("no node {name}: {plan}"))
}

/// `low ≤ expected ≤ high ≤ worst` in all that is told, and the total is the sum of the nodes.
fn is_in_order(plan: &Json) {
    let number = |value: &Json| match value {
        Json::String(text) => text.parse().expect("a number"),
        other => other.as_f64().expect("a number"),
    };
    let mut all = plan["nodes"].as_array().expect("a list").clone();
    all.push(plan["total"].clone());
    for of in &all {
        for key in ["calls", "prompt_tokens", "completion_tokens", "cost"] {
            let quantity = &of[key];
            let [low, expected, high] = ["low", "expected", "high"].map(|part| number(&quantity[part]));
            assert!(low <= expected && expected <= high, "{key}: {of}");
            assert!(quantity["worst"].is_null() || high <= number(&quantity["worst"]) + 1e-9, "{key}: {of}");
        }
    }
    for key in ["calls", "prompt_tokens", "completion_tokens", "cost"] {
        let nodes = plan["nodes"].as_array().expect("a list");
        let sum: f64 = nodes.iter().map(|node| number(&node[key]["expected"])).sum();
        assert!((sum - number(&plan["total"][key]["expected"])).abs() < 1e-6, "{key}: {plan}");
    }
}

#[test]
fn a_plan_tells_calls_tokens_money_and_time_and_spends_nothing() {
    let context = context(100);
    context.write("some.jsonl", &format!("{}{}\n", rows(3), json!({ "level": 2 })));
    assert_snapshot!(context.session(&[
        &format!("plan {ARGUMENTS}"),
        &format!("plan {ARGUMENTS} --rpm 60 --tpm 100000 --max-cost 0.002 --max-calls 1000 --repeat 2"),
        &format!("plan {}", ARGUMENTS.replace("rows.jsonl", "some.jsonl")),
        "plan --data rows.jsonl --mock --set sort.model=own-model --max-cost 1",
        "plan --resume last",
        "plan --mock",
        "runs",
    ]));
}

#[test]
fn what_depends_on_no_answer_is_exact_and_the_rest_is_within_the_interval() {
    let context = context(60);
    let plan = context.json(&format!("plan {ARGUMENTS} --json"), 0);
    is_in_order(&plan);
    assert_eq!(node(&plan, "sort")["calls"]["expected"], 60.0);
    let detail = &node(&plan, "detail")["calls"];
    assert_eq!((&detail["low"], &detail["high"]), (&json!(20.0), &json!(20.0)), "the condition reads the data alone");
    let reply = node(&plan, "reply");
    assert_eq!(reply["calls"], json!({ "low": 0.0, "expected": 15.0, "high": 60.0, "worst": 60.0 }));
    assert!(reply["reason"].as_str().expect("a reason").contains("`sort`"));
    assert_eq!(context.ran("runs list --json").stdout.trim(), "[]", "a plan leaves nothing behind");

    let run = context.json(&format!("batch {ARGUMENTS} --json"), 0);
    let shown = context.json("runs show last --json", 0);
    let (expected, outcome) = (&shown["estimate"]["expected"], &shown["estimate"]["outcome"]);
    is_in_order(expected);
    for key in ["calls", "prompt_tokens", "completion_tokens", "cost"] {
        assert_eq!(outcome[key]["verdict"], "within", "{key}: {outcome}");
    }
    assert_eq!(outcome["calls"]["actual"], run["usage"]["calls"].as_f64().expect("a number"));
    let sorts = &node(expected, "sort")["prompt_tokens"];
    // On a machine that has much to do some rows are not looked at in time.
    let is_whole = expected["sampled"] == expected["rows"];
    assert!(!is_whole || sorts["low"] == sorts["high"], "nothing in them depends on an answer: {sorts}");
}

#[test]
fn a_prompt_without_answers_is_counted_as_the_run_counts_it() {
    let context = context(40);
    let flow = "inputs:\n  text: { type: string }\nnodes:\n  - name: ask\n    type: llm\n    connection: openai\n    prompt: \"system:\\nBe brief.\\nuser:\\n{{ text }} é漢\"\n    inputs: { model: gpt-4o-mini, max_tokens: 9, text: \"${inputs.text}\" }\n";
    context.write("flow.yaml", flow);
    let run = context.json("batch --data rows.jsonl --mock --json", 0);
    let shown = context.json("runs show last --json", 0);
    let prompt = &shown["estimate"]["expected"]["total"]["prompt_tokens"];
    let tokens = run["usage"]["prompt_tokens"].as_f64().expect("a number");
    assert_eq!(prompt, &json!({ "low": tokens, "expected": tokens, "high": tokens, "worst": tokens }));
}

#[test]
fn earlier_runs_are_gone_by_and_named() {
    let context = context(40);
    let first = context.json(&format!("batch {ARGUMENTS} --json"), 0);
    let plan = context.json(&format!("plan {ARGUMENTS} --json"), 0);
    is_in_order(&plan);
    let source = &node(&plan, "reply")["completion_source"];
    assert_eq!(source["kind"], "seen");
    assert_eq!(source["origin"], json!({ "kind": "run", "run": first["run"], "calls": 10, "changed": false }));
    let calls = node(&plan, "reply")["calls"]["expected"].as_f64().expect("a number");
    assert!((calls - 10.0).abs() < 1e-9, "{calls}");
    assert!(plan["time"]["seconds"]["expected"].is_number(), "{plan}");
    let tokens = plan["total"]["completion_tokens"]["expected"].as_f64().expect("a number");
    let told = first["usage"]["completion_tokens"].as_f64().expect("a number");
    assert!((tokens - told).abs() < 1.0, "{tokens} are expected, and there were {told}");
    context.write("flow.yaml", &FLOW.replace("Reply to", "Answer"));
    let plan = context.json(&format!("plan {ARGUMENTS} --json"), 0);
    assert_eq!(node(&plan, "reply")["completion_source"]["origin"]["changed"], true);
    assert_eq!(node(&plan, "sort")["variant"], Json::Null);
}

#[test]
fn a_pilot_is_the_beginning_of_its_run() {
    let context = context(48);
    let plan = context.json(&format!("plan {ARGUMENTS} --pilot 12 --json"), 0);
    is_in_order(&plan);
    assert_eq!(plan["pilot"]["completed"], 12);
    assert_eq!(node(&plan, "sort")["completion_source"]["origin"]["kind"], "pilot");
    let spent = plan["pilot"]["usage"]["calls"].as_u64().expect("a number");
    let run = context.json("batch --resume last --json", 0);
    assert_eq!((&run["run"], &run["skipped"]), (&plan["pilot"]["run"], &json!(12)));
    assert_eq!(run["rows"], json!({ "completed": 48, "failed": 0 }));
    let alone = context.json(&format!("batch {ARGUMENTS} --json"), 0);
    assert_eq!(run["usage"]["calls"], alone["usage"]["calls"], "no call of the pilot is made again");
    assert!(spent > 12 && spent < run["usage"]["calls"].as_u64().expect("a number"));
    let shown = context.json(&format!("runs show {} --json", run["run"].as_str().expect("an id")), 0);
    assert_eq!(shown["estimate"]["outcome"]["calls"]["verdict"], "within", "{}", shown["estimate"]["outcome"]);
}

#[test]
fn a_pilot_keeps_to_the_budget() {
    let context = context(48);
    let plan = context.json(&format!("plan {ARGUMENTS} --pilot 12 --max-calls 5 --json"), 0);
    assert!(
        plan["pilot"]["stopped"].as_str().expect("a reason").contains("the budget of 5 calls"),
        "{}",
        plan["pilot"]
    );
    assert!(plan["pilot"]["usage"]["calls"].as_u64().expect("a number") <= 5);
}

#[test]
fn many_rows_are_sampled_evenly() {
    let context = context(9_000);
    let plan = context.json(&format!("plan {ARGUMENTS} --json"), 0);
    is_in_order(&plan);
    assert_eq!((&plan["rows"], &plan["sampled"]), (&json!(9_000), &json!(2_250)));
    let detail = &node(&plan, "detail")["calls"];
    let of = |part: &str| detail[part].as_f64().expect("a number");
    assert!(of("low") <= 3_000.0 && 3_000.0 <= of("high") && of("high") - of("low") < 600.0, "{detail}");
}

#[test]
fn no_model_is_asked() {
    let server = MockServer::start();
    let context = context(8).with_provider(&server);
    let plan = context.json("plan --data rows.jsonl --json", 0);
    assert_eq!(plan["total"]["billed"], true);
    assert!(server.log().is_empty());
}

#[test]
fn beside_a_run_prompts_are_reckoned_by_their_characters_and_its_page_says_so() {
    let server = MockServer::start();
    let context = context(8).with_provider(&server);
    let flow = "inputs:\n  text: { type: string }\nnodes:\n  - name: ask\n    type: llm\n    connection: openai\n    prompt: \"user:\\nTell of {{ text }}\"\n    inputs: { model: gpt-4o-mini, max_tokens: 9, text: \"${inputs.text}\" }\n";
    context.write("flow.yaml", flow);
    let source = |plan: &Json| node(plan, "ask")["prompt_source"]["kind"].clone();
    assert_eq!(source(&context.json("plan --data rows.jsonl --json", 0)), "counted");
    context.json("batch --data rows.jsonl --no-cache --json", 0);
    let shown = context.json("runs show last --json", 0);
    let expected = &shown["estimate"]["expected"];
    assert_eq!(source(expected), "characters");
    is_in_order(expected);
    let prompt = &node(expected, "ask")["prompt_tokens"];
    assert!(prompt["low"].as_f64() < prompt["expected"].as_f64(), "{prompt}");
    let page = context.done("runs show last");
    assert!(page.contains("reckoned by their characters; flow plan counts them by the tokenizer"), "{page}");
}

#[test]
fn what_the_cache_answers_is_known_and_not_paid_for() {
    let context = context(40);
    context.json(&format!("batch {ARGUMENTS} --cache --json"), 0);
    let plan = context.json(&format!("plan {ARGUMENTS} --cache --json"), 0);
    is_in_order(&plan);
    assert_eq!(plan["total"]["cached_calls"], plan["total"]["calls"], "all of it is there");
    assert_eq!(plan["total"]["to_pay"]["worst"].as_str().map(|worst| worst.trim_matches(['0', '.'])), Some(""));
    // What stands below a cached answer is as exact as what stands above.
    context.write("flow.yaml", &FLOW.replace("Reply to", "Answer"));
    let plan = context.json(&format!("plan {ARGUMENTS} --cache --json"), 0);
    let (sort, reply) = (node(&plan, "sort"), node(&plan, "reply"));
    assert_eq!((&sort["cached_calls"]["expected"], &reply["cached_calls"]["expected"]), (&json!(40.0), &json!(0.0)));
    assert_eq!(reply["calls"], json!({ "low": 10.0, "expected": 10.0, "high": 10.0, "worst": 10.0 }));
    assert_eq!(reply["prompt_source"]["kind"], "counted");
    assert_eq!(node(&context.json(&format!("plan {ARGUMENTS} --json"), 0), "sort")["cached_calls"]["expected"], 0.0);
    assert_snapshot!(context.transcript(&format!("plan {ARGUMENTS} --cache"), ""));
}

#[test]
fn a_plan_tells_how_many_rows_show_a_difference() {
    let context = context(40);
    let plan = context.json(&format!("plan {ARGUMENTS} --difference 0.05 --json"), 0);
    let rows: Vec<(f64, u64)> = plan["difference"]["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|rows| (rows["discordant"].as_f64().expect("a share"), rows["rows"].as_u64().expect("a number")))
        .collect();
    // (1.96 √ψ + 0.8416 √(ψ - δ²))² / δ², by hand.
    assert_eq!(rows, [(0.1, 312), (0.2, 626), (0.4, 1254)]);
    let said = context.ran(&format!("plan {ARGUMENTS} --difference 0.05"));
    assert!(said.stdout.contains("312 rows where 10 % of them"), "{}", said.stdout);
    assert!(said.stdout.contains("the data has 40"), "{}", said.stdout);
    assert_eq!(context.ran(&format!("plan {ARGUMENTS} --difference 2")).exit, Some(2));
}

/// Rows of which some are answered by the other model, some are tried twice and some answers are sent back; and a summary of all of them.
const AGAIN: &str = r#"inputs:
  text: { type: string }
outputs:
  label: { type: string, reference: "${sort.output.label}" }
nodes:
  - name: sort
    type: llm
    connection: openai
    prompt: "user:\nSort {{ text }}"
    inputs: { model: gpt-4, max_tokens: 30, text: "${inputs.text}" }
    output_schema:
      type: object
      required: [label]
      additionalProperties: false
      properties: { label: { type: string } }
    retry: { attempts: 3, delay: 1ms }
    fallback: [{ model: gpt-4o-mini }]
  - name: summary
    type: llm
    aggregation: true
    connection: openai
    prompt: "user:\nSum up {{ labels | length }} letters:{% for one in labels %}\n{{ one.label }}{% endfor %}"
    inputs: { model: gpt-4o, max_tokens: 50, labels: "${sort.output}" }
"#;

const AGAIN_RULES: &str = r#"rules:
  - when: { node: sort, text: odd }
    json: { tag: odd }
  - when: { node: sort }
    json: { label: "a letter like many others" }
  - reply: "Most are like many others."
faults:
  - { fault: 400, when: { node: sort, model: gpt-4, text: broken } }
  - { script: [500, ok], when: { node: sort, text: busy } }
"#;

#[test]
fn what_is_asked_again_and_after_all_rows_is_within_the_plan() {
    let row = |number: usize| {
        let kind = ["plain", "busy", "plain", "odd", "plain", "broken", "plain", "plain"][number % 8];
        json!({ "text": format!("{kind} letter {number}") }).to_string() + "\n"
    };
    let rows: String = (0..40).map(row).collect();
    let context = TestContext::with(&[("flow.yaml", AGAIN), ("mock.yaml", AGAIN_RULES), ("rows.jsonl", &rows)]);
    let arguments = "--data rows.jsonl --mock=mock.yaml";
    let shown = |name: &str| context.json(&format!("plan {arguments} {name} --json"), 0);
    let before = shown("");
    is_in_order(&before);
    let of = |plan: &Json, fallback: bool, key: &str| {
        let nodes = plan["nodes"].as_array().expect("a list").clone();
        let found = nodes.into_iter().find(|node| {
            node["node"] == "sort"
                && node["fallback"] == json!(fallback).as_bool().filter(|is| *is).map_or(Json::Null, Json::Bool)
        });
        found.expect("it is there")[key].clone()
    };
    for (fallback, calls) in [(false, [36.0, 40.0, 44.0, 80.0]), (true, [0.0, 0.0, 4.0, 80.0])] {
        let found = of(&before, fallback, "calls");
        let found = ["low", "expected", "high", "worst"].map(|part| found[part].as_f64().expect("a number"));
        assert!(found.iter().zip(calls).all(|(one, other)| (one - other).abs() < 1e-6), "{found:?} {calls:?}");
    }
    assert_eq!(of(&before, false, "most_tries"), 3);
    let summary = node(&before, "summary");
    assert_eq!((&summary["calls"]["low"], &summary["calls"]["worst"]), (&json!(1.0), &json!(1.0)));
    assert_eq!((&summary["aggregation"], &summary["prompt_source"]["kind"]), (&json!(true), &json!("filled")));
    assert_snapshot!(context.transcript(&format!("plan {arguments}"), ""));

    let run = context.json(&format!("batch {arguments} --json"), 0);
    // 35 rows of the first model, of which 5 answered twice; 5 of the other; and the summary.
    assert_eq!((&run["rows"], &run["usage"]["calls"]), (&json!({ "completed": 40, "failed": 0 }), &json!(46)));
    let outcome = &context.json("runs show last --json", 0)["estimate"]["outcome"];
    assert_eq!(outcome["calls"]["actual"], 46.0);
    for key in ["calls", "prompt_tokens", "completion_tokens", "cost"] {
        assert_eq!(outcome[key]["verdict"], "within", "{key}: {outcome}");
    }

    let after = shown("");
    is_in_order(&after);
    let about = |value: &Json, number: f64| (value.as_f64().expect("a number") - number).abs() < 0.6;
    assert!(about(&of(&after, true, "calls")["expected"], 5.0), "{after}");
    assert!(about(&after["total"]["calls"]["expected"], 46.0), "{after}");
    assert!(of(&after, false, "requests")["expected"].as_f64() > of(&after, false, "calls")["expected"].as_f64());
    assert_eq!(node(&after, "summary")["completion_source"]["kind"], "seen");
    context.json(&format!("batch {arguments} --json"), 0);
    let outcome = &context.json("runs show last --json", 0)["estimate"]["outcome"];
    for key in ["calls", "prompt_tokens", "completion_tokens", "cost"] {
        assert_eq!(outcome[key]["verdict"], "within", "{key}: {outcome}");
        let (actual, expected) = (&outcome[key]["actual"], &outcome[key]["estimate"]["expected"]);
        let off = expected.as_f64().expect("a number") / actual.as_f64().expect("a number") - 1.0;
        // What an answer that is sent back is told is not known.
        let most = if matches!(key, "prompt_tokens" | "cost") { 0.8 } else { 0.1 };
        assert!(off.abs() < most, "{key} is {off} off: {outcome}");
    }
}

#[test]
fn no_time_is_foreseen_of_calls_that_take_none_unless_it_was_measured() {
    let context = context(1_500);
    context.write("few.jsonl", &rows(40));
    let few = ARGUMENTS.replace("rows.jsonl", "few.jsonl");
    context.json(&format!("batch {few} --json"), 0);
    let plan = context.json(&format!("plan {ARGUMENTS} --json"), 0);
    assert_eq!(
        (&plan["time"]["seconds"], &plan["time"]["is_own_work"]),
        (&Json::Null, &json!(true)),
        "40 rows do not tell"
    );
    let page = context.done(&format!("plan {ARGUMENTS}"));
    assert!(page.contains("this machine's own work decides"), "{page}");
    let few = context.json(&format!("plan {few} --json"), 0);
    assert!(few["time"]["seconds"]["high"].as_f64().expect("a number") < 1.5, "so few are over at once: {few}");
    // A limit says more than the machine.
    let limited = context.json(&format!("plan {ARGUMENTS} --rpm 60 --json"), 0);
    assert!(limited["time"]["seconds"]["expected"].as_f64().expect("a number") > 600.0, "{limited}");
}
