//! The node cache: after a change only that is asked which the change concerns.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;
use super::context::CANARY;
use crate::conformance::mock::MockServer;
use crate::program::finish;

/// Three calls; the third sees what the second said, the first and the second do not see each other.
const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  first: { type: string, reference: "${first.output}" }
  third: { type: string, reference: "${third.output}" }
nodes:
  - name: first
    type: llm
    connection: openai
    prompt: "user:\nFirst {{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
  - name: second
    type: llm
    connection: openai
    prompt: "user:\nSecond {{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
  - name: third
    type: llm
    connection: openai
    prompt: "user:\nThird {{ said }}"
    inputs: { model: gpt-4o-mini, temperature: 0, said: "${second.output}" }
"#;

fn context(flow: &str, server: &MockServer) -> TestContext {
    let rows = "{\"text\": \"one\"}\n{\"text\": \"two\"}\n{\"text\": \"three\"}\n";
    TestContext::with(&[("flow.yaml", flow), ("rows.jsonl", rows)]).with_provider(server)
}

/// How many requests each node sent, by the first word of its prompt; and forgets them.
fn asked(server: &MockServer) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in server.log() {
        let messages = request.body["messages"].as_array().and_then(|messages| messages.last()).cloned();
        let text = messages.and_then(|message| message["content"].as_str().map(str::to_owned)).unwrap_or_default();
        *counts.entry(text.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    server.clear();
    counts
}

fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(node, count)| ((*node).to_owned(), *count)).collect()
}

/// The results of a run, by row.
fn outputs(context: &TestContext, run: &Json) -> Vec<Json> {
    let rows = context.read(&format!(".flow/runs/{}/rows.jsonl", run["run"].as_str().expect("an id")));
    rows.lines().map(|row| serde_json::from_str::<Json>(row).expect("a line of JSON")["outputs"].clone()).collect()
}

const BATCH: &str = "batch --data rows.jsonl --json";

#[test]
fn a_second_run_asks_nothing_and_says_what_it_would_have_cost() {
    let server = MockServer::start();
    let context = context(FLOW, &server);
    let first = context.json(BATCH, 0);
    assert_eq!(asked(&server), counts(&[("First", 3), ("Second", 3), ("Third", 3)]));
    assert_eq!(first["usage"]["served_calls"], Json::Null);
    let second = context.json(BATCH, 0);
    assert_eq!(asked(&server), counts(&[]));
    assert_eq!(outputs(&context, &second), outputs(&context, &first));
    let (now, then) = (&second["usage"], &first["usage"]);
    assert_eq!(
        (&now["calls"], &now["cost"], &now["prompt_tokens"]),
        (&json!(9), &then["cost"], &then["prompt_tokens"])
    );
    assert_eq!((&now["served_calls"], &now["simulated_cost"]), (&json!(9), &then["cost"]), "nobody paid it");
    let shown = context.neutral(&context.done("batch --data rows.jsonl"));
    assert_snapshot!(shown);
    context.write("rows.jsonl", "{\"text\": \"one\"}\n{\"text\": \"four\"}\n");
    let shown = context.neutral(&context.done("batch --data rows.jsonl --output out.csv"));
    assert_eq!(asked(&server), counts(&[("First", 1), ("Second", 1), ("Third", 1)]));
    assert_snapshot!(shown);
    let table = context.read("out.csv");
    let cells: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| {
        let at = cells[0].iter().position(|head| *head == name).expect(name);
        [cells[1][at], cells[2][at]]
    };
    assert_eq!((column("calls"), column("served_calls")), (["3", "3"], ["3", "0"]));
    assert_eq!((column("cost")[0] == column("cost")[1], column("cost_paid")[0]), (true, "0.0"));
}

#[test]
fn after_an_edit_only_what_it_concerns_is_asked_and_explain_says_why() {
    let server = MockServer::start();
    let context = context(FLOW, &server);
    context.done(BATCH);
    server.clear();
    context.write("flow.yaml", &FLOW.replace("Second {{", "Second, again {{"));
    context.done(BATCH);
    assert_eq!(asked(&server), counts(&[("Second,", 3), ("Third", 3)]));
    assert_snapshot!(context.session(&[
        "cache explain last 0 first",
        "cache explain last 0 second",
        "cache explain last 0 third",
        "cache explain last 0 third --json",
        "cache explain last 0 thrd",
        "cache explain last 7 third",
    ]));
    // Another answer of the second that comes out as before concerns nobody behind it.
    let fixed = FLOW.replace("Second {{ text }}", "Second [[reply: same]] {{ text }}");
    context.write("flow.yaml", &fixed);
    context.done(BATCH);
    context.write("flow.yaml", &fixed.replace("Second [[", "Second! [["));
    server.clear();
    context.done(BATCH);
    assert_eq!(asked(&server), counts(&[("Second!", 3)]));
    let runs = context.json("runs list --json", 0);
    let first = runs[0]["run"].as_str().expect("an id").to_owned();
    // Parameters, models and connections.
    context.write("flow.yaml", FLOW);
    context.done(BATCH);
    let now = FLOW.replace("temperature: 0,", "temperature: 1, max_tokens: 9,").replacen("gpt-4o-mini", "gpt-4o", 1);
    context.write("flow.yaml", &now);
    context.done("batch --data rows.jsonl");
    let other = MockServer::start();
    let context = context.with_provider(&other);
    context.done("batch --data rows.jsonl");
    assert_eq!(other.log().len(), 9, "another server is another model");
    context.done("batch --data rows.jsonl --refresh-cache");
    context.done("batch --data rows.jsonl --no-cache");
    let before = |steps: usize| {
        let runs = context.json("runs list --json", 0);
        let runs = runs.as_array().expect("a list");
        runs[runs.len() - 1 - steps]["run"].as_str().expect("an id").to_owned()
    };
    let explained = [
        format!("cache explain {} 0 first", before(3)),
        format!("cache explain {} 0 third", before(3)),
        format!("cache explain {} 0 first", before(2)),
        format!("cache explain {} 0 first", before(1)),
        "cache explain last 0 first".to_owned(),
        format!("cache explain {} 0 third --against {first}", before(3)),
        format!("cache explain {first} 0 third"),
    ];
    let lines: Vec<&str> = explained.iter().map(String::as_str).collect();
    assert_snapshot!(context.session(&lines));
}

#[test]
fn what_is_not_to_be_kept_is_asked_each_time() {
    let server = MockServer::start();
    let flow = FLOW.replace("prompt: \"user:\\nSecond", "cache: false\n    prompt: \"user:\\nSecond");
    let context = context(&flow, &server);
    context.done(BATCH);
    server.clear();
    context.done(BATCH);
    assert_eq!(asked(&server), counts(&[("Second", 3)]));
    assert_snapshot!(context.session(&["cache explain last 0 second"]));
    context.done("batch --data rows.jsonl --no-cache");
    assert_eq!(asked(&server).values().sum::<usize>(), 9);
    context.done("batch --data rows.jsonl --refresh-cache");
    assert_eq!(asked(&server).values().sum::<usize>(), 9);
    assert_snapshot!(context.session(&[
        "batch --data rows.jsonl --no-cache --refresh-cache",
        "batch --data rows.jsonl --cache --replay x"
    ]));
    // A flow that is called without the cache is called without it as a whole.
    context.write("inner/flow.yaml", FLOW);
    let outer = |extra: &str| {
        format!(
            "inputs:\n  text: {{ type: string }}\noutputs:\n  o: {{ type: string, reference: \"${{call.output.third}}\" }}\nnodes:\n  - {{ name: call, type: flow, flow: inner, inputs: {{ text: \"${{inputs.text}}\" }}{extra} }}\n"
        )
    };
    for (extra, requests) in [("", 0), (", cache: false", 9)] {
        context.write("flow.yaml", &outer(extra));
        context.done(BATCH);
        server.clear();
        context.done(BATCH);
        assert_eq!(asked(&server).values().sum::<usize>(), requests, "{extra}");
    }
}

#[test]
fn samples_stay_samples_and_equal_rows_are_asked_once() {
    let server = MockServer::start();
    let flow = r#"inputs:
  text: { type: string }
outputs:
  all: { type: list, reference: "${each.output}" }
nodes:
  - name: each
    type: llm
    connection: openai
    for_each: { list: [1, 2, 3], concurrency: 3 }
    prompt: "user:\nEach {{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
"#;
    let context = context(flow, &server);
    context.write("rows.jsonl", &"{\"text\": \"same\"}\n".repeat(5));
    context.done("batch --data rows.jsonl --repeat 2 -j 5");
    assert_eq!(asked(&server), counts(&[("Each", 6)]), "three samples in each of two repetitions, whatever the rows");
    let again = context.json("batch --data rows.jsonl --repeat 3 --json", 0);
    assert_eq!(asked(&server), counts(&[("Each", 3)]), "the third repetition is new");
    assert_eq!((&again["usage"]["calls"], &again["usage"]["served_calls"]), (&json!(45), &json!(42)));
}

#[test]
fn what_is_answered_from_the_cache_takes_nothing_of_a_budget() {
    let server = MockServer::start();
    let context = context(FLOW, &server);
    let refused = context.ran("batch --data rows.jsonl --max-cost 0.0000001");
    assert_eq!(refused.exit, Some(1), "{refused:?}");
    context.done(BATCH);
    server.clear();
    context.done("batch --data rows.jsonl --max-cost 0.0000001 --max-calls 0 --max-total-tokens 0");
    assert_eq!(asked(&server), counts(&[]));
}

#[test]
fn an_answer_that_tells_a_secret_is_not_kept() {
    let server = MockServer::start();
    let context = context(FLOW, &server);
    let token = format!("t-{CANARY}");
    context.write("rows.jsonl", &format!("{{\"text\": \"one\"}}\n{{\"text\": \"[[reply: {token}]]\"}}\n"));
    let line = format!("{BATCH} --env TOKEN={token}");
    context.done(&line);
    assert_eq!(asked(&server).values().sum::<usize>(), 6);
    // The context looks for the secret in all files, the cache's among them.
    context.done(&line);
    assert_eq!(asked(&server).values().sum::<usize>(), 3, "the row without it is answered from the cache");
    assert_snapshot!(context.session(&["cache explain last 1 second"]));
}

#[test]
fn a_run_that_dies_and_goes_on_and_the_next_one_use_the_same_cache() {
    let server = MockServer::start();
    let context = context(FLOW, &server);
    let whole = outputs(&context, &context.json("batch --data rows.jsonl --no-cache --json", 0));
    server.clear();
    let crash = [("FLOW_CRASH_AT_JOURNAL_CALL", "9".to_owned())];
    let ran = context.ran_in("batch --data rows.jsonl -j 1 --json", "", &crash);
    assert_eq!(ran.exit, None, "{ran:?}");
    let resumed = context.json("batch --resume last --json", 0);
    assert_eq!(outputs(&context, &resumed), whole);
    assert_eq!(resumed["usage"]["calls"], 9);
    let sent = asked(&server).values().sum::<usize>();
    assert!((9..=11).contains(&sent), "{sent}: at most the two calls under way are made again");
    let next = context.json(BATCH, 0);
    assert_eq!((outputs(&context, &next), asked(&server)), (whole, counts(&[])));
}

#[test]
fn a_single_run_uses_it_when_asked_to() {
    let server = MockServer::start();
    let context = context(FLOW, &server);
    let plain = context.done("run -i text=one --stream");
    context.done("run -i text=one");
    assert_eq!(asked(&server).values().sum::<usize>(), 6, "not by itself");
    context.done("run -i text=one --cache");
    assert_eq!(asked(&server).values().sum::<usize>(), 3);
    assert_eq!(context.done("run -i text=one --cache --stream"), plain);
    assert_eq!(asked(&server), counts(&[]));
    let traced = context.json("run -i text=one --cache --trace --json", 0);
    assert_eq!(traced["usage"]["served_calls"], 3);
    assert!(context.ran("run -i text=one --cache --trace").stderr.contains("cached"));
}

#[test]
fn answers_of_a_mock_model_are_kept_when_asked_for_and_know_its_rules() {
    let context = TestContext::with(&[
        ("flow.yaml", FLOW),
        ("rows.jsonl", "{\"text\": \"one\"}\n"),
        ("mock.yaml", "- reply: 'Re: {{ text }}'\n"),
    ]);
    context.done("batch --data rows.jsonl --mock");
    assert!(!context.folder().join(".flow/cache").exists());
    let served = |line: &str| {
        let run = context.json(line, 0);
        run["usage"]["served_calls"].as_u64().unwrap_or_default()
    };
    assert_eq!(served("batch --data rows.jsonl --mock --cache --json"), 0);
    assert_eq!(served("batch --data rows.jsonl --mock --cache --json"), 3);
    assert_eq!(served("batch --data rows.jsonl --mock --json"), 0, "without the word it is neither read nor written");
    context.write("mock.yaml", "- reply: 'Other: {{ text }}'\n");
    assert_eq!(served("batch --data rows.jsonl --mock --cache --json"), 0);
    assert_eq!(served("batch --data rows.jsonl --mock --cache --seed 5 --json"), 0);
}

#[test]
fn what_is_kept_is_shown_and_forgotten() {
    let server = MockServer::start();
    let context = context(&FLOW.replacen("gpt-4o-mini", "gpt-4o", 1), &server);
    assert_snapshot!(context.session(&["cache", "cache clear", "cache explain last 0 first"]));
    context.done(BATCH);
    let held = context.json("cache stat --json", 0);
    assert_eq!(
        (&held["entries"], &held["models"][0]["model"], &held["models"][0]["entries"]),
        (&json!(9), &json!("gpt-4o-mini"), &json!(6))
    );
    let text = context.done("cache stat");
    assert!(text.starts_with("9 answers  ") && text.contains("gpt-4o  3 answers"), "{text}");
    assert_snapshot!(context.session(&[
        "cache clear --older-than 7d",
        "cache clear --older-than soon",
        "cache clear --model gpt-4o --json",
        "cache clear",
        "cache",
    ]));
    server.clear();
    context.done(BATCH);
    assert_eq!(asked(&server).values().sum::<usize>(), 9);
}

#[test]
fn a_run_goes_on_without_a_cache_that_cannot_be_used() {
    let server = MockServer::start();
    let context = context(FLOW, &server);
    context.write(".flow/cache", "a file where a folder is needed");
    let ran = context.ran("batch --data rows.jsonl");
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    assert!(context.neutral(&ran.stderr).contains("warning: this run has no node cache: "), "{ran:?}");
    let context = context.set("FLOW_CACHE_MAX_SIZE", "a lot");
    let ran = context.ran("batch --data rows.jsonl");
    assert!(ran.stderr.contains("this run has no node cache: FLOW_CACHE_MAX_SIZE is no size"), "{ran:?}");
}

#[test]
fn eight_programs_share_it() {
    let server = MockServer::start();
    let context = context(FLOW, &server);
    let rows: String = (0..40).map(|number| format!("{{\"text\": \"t{number}\"}}\n")).collect();
    context.write("rows.jsonl", &rows);
    let children: Vec<_> = (0..8).map(|_| context.start("batch --data rows.jsonl --json")).collect();
    let mut all = Vec::new();
    for child in children {
        let (exit, stdout, stderr) = finish(child).expect("it ends");
        assert_eq!((exit, stderr.contains("warning")), (Some(0), false), "{stdout}{stderr}");
        all.push(outputs(&context, &serde_json::from_str(&stdout).expect("JSON")));
    }
    assert!(all.iter().all(|outputs| *outputs == all[0]));
    assert_eq!(context.json("cache stat --json", 0)["entries"], 120, "none is lost and none is doubled");
    server.clear();
    context.done(BATCH);
    assert_eq!(asked(&server), counts(&[]));
}
