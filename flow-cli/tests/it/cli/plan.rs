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
