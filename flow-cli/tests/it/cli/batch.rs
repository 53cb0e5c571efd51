//! Many rows: `flow batch` and `flow runs`.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::Value as Json;

use super::TestContext;
use super::context::CANARY;
use crate::conformance::mock::MockServer;

/// Two calls in a row of each other, and an item that tells what the model was told.
const FLOW: &str = r#"inputs:
  text: { type: string }
  count: { type: int, default: 1 }
outputs:
  label: { type: string, reference: "${label.output}" }
  reply: { type: string, reference: "${reply.output}" }
nodes:
  - name: label
    type: llm
    connection: openai
    prompt: "user:\nLabel {{ text }} {{ count }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}", count: "${inputs.count}" }
    variants:
      short: { inputs: { max_tokens: 5 } }
  - name: reply
    type: llm
    connection: openai
    prompt: "user:\nReply {{ label }}"
    inputs: { model: gpt-4o-mini, label: "${label.output}" }
"#;

const RULES: &str = "faults:
  - { fault: 400, when: { text: Label broken } }
rules:
  - when: { text: Label }
    reply: '<{{ text[6:] }}>'
  - reply: 'Re: {{ text[6:] }}'
";

const ROWS: &str = r#"{"text": "one", "count": 1}
{"text": "broken", "count": 2}

{"text": "three"}
{"text": "four", "count": 4, "more": [1, {"a": null}]}
"#;

fn context() -> TestContext {
    TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES), ("rows.jsonl", ROWS)])
}

/// The results in a run's folder, by line, without times.
fn results(context: &TestContext, path: &str) -> Vec<Json> {
    let lines = context.read(path);
    let parsed = lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"));
    parsed
        .map(|mut row: Json| {
            row.as_object_mut().expect("an object").remove("elapsed_ms");
            row
        })
        .collect()
}

#[test]
fn rows_run_fail_alone_and_are_shown() {
    let context = context();
    assert_snapshot!(context.session(&[
        "batch --data rows.jsonl --mock --map text='${data.text}' --map count='${data.count}' --output out.jsonl",
        "runs",
        "runs list --json",
        "runs show last",
        "runs rows last --limit 2",
        "runs rows last --failed --json",
        "runs list --state interrupted",
        "batch --resume last",
    ]));
    let rows = results(&context, "out.jsonl");
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[3]["outputs"]["reply"], "Re: <four 4>");
    assert_eq!(rows[2]["error"]["code"], "input-missing", "a row that lacks a column fails, and no other");
    assert!(rows[2]["error"]["message"].as_str().expect("words").contains("rows.jsonl:4"), "{}", rows[2]);
    assert_eq!(context.read(".flow/.gitignore"), "*\n");
}

#[test]
fn failed_rows_are_tried_again_when_asked_for() {
    let context = context();
    let begun = context.json("batch --data rows.jsonl --mock --json", 1);
    assert_eq!(begun["rows"], serde_json::json!({ "completed": 3, "failed": 1 }));
    // What mends the failure is a rule of the model, which is no part of the flow.
    context.write("good.yaml", "- reply: fine\n");
    let again = context.json("batch --resume last --retry-failed --mock=good.yaml --allow-changes --json", 0);
    assert_eq!((&again["run"], &again["skipped"]), (&begun["run"], &serde_json::json!(3)));
    assert_eq!(again["rows"], serde_json::json!({ "completed": 4, "failed": 0 }));
    let rows = results(&context, &format!(".flow/runs/{}/rows.jsonl", again["run"].as_str().expect("an id")));
    let labels: Vec<&str> = rows.iter().map(|row| row["outputs"]["label"].as_str().expect("text")).collect();
    assert_eq!(labels, ["<one 1>", "fine", "<three 1>", "<four 1>"]);
}

#[test]
fn what_cannot_begin_is_told_before_anything_is_asked() {
    let context = context();
    context.write("broken.jsonl", "{\"text\": \"one\"}\n{\"text\": \n");
    context.write("empty.jsonl", "\n");
    context.write("other.jsonl", "{\"txt\": \"one\"}\n");
    assert_snapshot!(context.session(&[
        "batch --mock",
        "batch --data nothing.jsonl --mock",
        "batch --data broken.jsonl --mock",
        "batch --data broken.jsonl --mock --json",
        "batch --data empty.jsonl --mock",
        "batch --data other.jsonl --mock",
        "batch --data rows.jsonl --mock --map text='${data.txt}' --map coun=1",
        "batch --data rows.jsonl --mock --map text",
        "batch --data rows.jsonl --mock --variant label=shrt",
        "batch --data rows.jsonl --mock --max-failures many",
        "batch --data rows.jsonl --mock --filter 'text =='",
        "batch --resume last",
        "runs show last",
        "runs",
    ]));
}

#[test]
fn rows_that_would_all_be_the_same_are_not_run() {
    let flow = FLOW.replace("text: { type: string }", "text: { type: string, default: one }");
    assert_ne!(flow, FLOW);
    let rows = "{\"text\": \"a\"}\n{\"text\": \"b\"}\n";
    let files = [("flow.yaml", &*flow), ("rows.jsonl", rows), ("connections.yaml", "openai: { kind: mock }\n")];
    let context = TestContext::with(&files);
    assert_snapshot!(context.session(&[
        "batch --data rows.jsonl --mock",
        "plan --data rows.jsonl --mock --json",
        "batch --data rows.jsonl --mock --map txt='${data.text}'",
    ]));
    assert_eq!(context.ran("batch --data rows.jsonl --mock --map text='${data.text}'").exit, Some(0));
    assert_eq!(context.ran("pf run create --flow . --data rows.jsonl --name as-promptflow").exit, Some(0));
}

#[test]
fn each_row_runs_through_each_variant_and_as_often_as_asked_for() {
    let context = context();
    let line = "batch --data rows.jsonl --mock --limit 1 --variant label=short --variant label=base --repeat 2 --json";
    let run = context.json(line, 0);
    assert_eq!(run["rows"]["completed"], 4);
    let rows = results(&context, &format!(".flow/runs/{}/rows.jsonl", run["run"].as_str().expect("an id")));
    let keys: Vec<String> =
        rows.iter().map(|row| format!("{} {} {}", row["line_number"], row["variant"], row["repeat"])).collect();
    assert_eq!(keys, ["0 \"label=short\" 0", "0 \"label=short\" 1", "0 \"label=base\" 0", "0 \"label=base\" 1"]);
}

#[test]
fn a_run_stops_at_its_limits_and_goes_on_beyond_them() {
    let context = context();
    assert_snapshot!(context.session(&[
        "batch --data rows.jsonl --mock -j 1 --fail-fast",
        "batch --resume last --max-failures 1",
        "batch --data rows.jsonl --mock -j 1 --rows 0,2- --max-calls 3",
        "batch --resume last --max-calls 100",
    ]));
}

#[test]
fn a_run_of_another_flow_or_other_data_does_not_go_on() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock -j 1 --fail-fast");
    context.write("flow.yaml", &FLOW.replace("Reply", "Answer"));
    context.write("rows.jsonl", &ROWS.replace("four", "five"));
    assert_snapshot!(context.session(&["batch --resume last", "batch --resume last --repeat 3 --json"]));
}

#[test]
fn aggregation_nodes_run_after_the_rows() {
    let flow = r#"inputs:
  text: { type: string }
outputs:
  length: { type: int, reference: "${length.output}" }
nodes:
  - name: length
    type: python
    source: { type: code, path: length.py }
    inputs: { text: "${inputs.text}" }
  - name: total
    type: python
    aggregation: true
    source: { type: code, path: total.py }
    inputs: { lengths: "${length.output}", texts: "${inputs.text}" }
"#;
    let length = "from promptflow.core import tool\n\n\n@tool\ndef length(text: str):\n    if text == 'broken':\n        raise ValueError('no')\n    return len(text)\n";
    let total = "from promptflow.core import log_metric, tool\n\n\n@tool\ndef total(lengths: list, texts: list):\n    log_metric('mean', sum(lengths) / len(lengths))\n    return texts\n";
    let context =
        TestContext::with(&[("flow.dag.yaml", flow), ("length.py", length), ("total.py", total), ("rows.jsonl", ROWS)]);
    let run = context.json("batch --data rows.jsonl --json", 1);
    assert_eq!(run["metrics"]["mean"], 4.0);
    assert_eq!(run["aggregation"][0]["outputs"]["total"], serde_json::json!(["one", "three", "four"]));
    assert_eq!(context.json("runs metrics last --json", 0), serde_json::json!({ "mean": 4.0 }));
    assert_eq!(context.done("runs metrics last"), "metric  value\nmean      4.0\n");
}

#[test]
fn data_comes_in_many_forms() {
    let context = context();
    context.write("rows.csv", "text,count\none,1\n\"two, or\",2\n");
    context.write("rows.json", "[{\"text\": \"one\"}, {\"text\": \"two\"}]");
    let lines = [
        ("batch --data rows.csv --mock --json --map text='${data.text}' --map count='${data.count}'", ""),
        ("batch --data rows.json --mock --json", ""),
        ("batch --data - --mock --json", "{\"text\": \"one\"}\n{\"text\": \"two\"}\n"),
    ];
    for (line, stdin) in lines {
        let ran = context.ran_with(line, stdin);
        assert_eq!(ran.exit, Some(0), "{line}: {ran:?}");
        let run: Json = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(run["rows"]["completed"], 2, "{line}");
    }
}

#[test]
fn rows_come_as_parquet_from_standard_input() {
    let context = TestContext::with(&[("flow.yaml", FLOW)]);
    context.write("rows.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two, or\"}\n{\"text\": \"three\"}\n");
    context.json("batch --data rows.jsonl --mock --json", 0);
    context.done("runs query 'select \"inputs.text\" as text from rows order by line_number' -o texts.parquet");
    let table = std::fs::read(context.folder().join("texts.parquet")).expect("the table is there");
    let ran = context.ran_on("batch --data - --data-format parquet --mock --json", &table, &[]);
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let run: Json = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(run["rows"]["completed"], 3);
    let texts = context.ran("runs query 'select \"inputs.text\" as text from rows order by line_number' --json");
    assert!(texts.stdout.contains("two, or"), "{texts:?}");

    let ran = context.ran_on("batch --data - --data-format parquet --mock", &table[..table.len() / 2], &[]);
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("error") && ran.stderr.contains("Parquet"), "{ran:?}");
}

/// Calls side by side and for each item of a list.
const WIDE: &str = r#"inputs:
  text: { type: string }
  items: { type: list }
outputs:
  join: { type: string, reference: "${join.output}" }
  items: { type: list, reference: "${each.output}" }
nodes:
  - name: late
    type: llm
    connection: openai
    prompt: "user:\nlate {{ text }}"
    inputs: { model: gpt-4o, text: "${inputs.text}" }
  - name: early
    type: llm
    connection: openai
    prompt: "user:\nearly {{ text }}"
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
  - name: each
    type: llm
    connection: openai
    for_each: "${inputs.items}"
    prompt: "user:\n{{ item }}"
    inputs: { model: gpt-4o-mini, item: "${item}" }
  - name: join
    type: prompt
    prompt: "{{ late }}{{ early }}"
    inputs: { late: "${late.output}", early: "${early.output}" }
"#;

const WIDE_RULES: &str = "latency: { p50: 2, p99: 9 }\nrules:\n  - reply: \"<{{ text }}>\"\n";

#[test]
fn the_same_seed_gives_the_same_bytes_however_many_rows_are_in_flight() {
    let context = TestContext::with(&[("flow.yaml", WIDE), ("wide.yaml", WIDE_RULES)]);
    let row = |number: i32| {
        let more = if number % 3 == 0 { ", \"more\": 1" } else { "" };
        format!("{{\"text\": \"t{number}\", \"items\": [\"a{number}\", \"b\", \"c\"]{more}}}\n")
    };
    let rows: String = (0..100).map(row).chain(["{\"items\": []}\n".to_owned()]).collect();
    context.write("rows.jsonl", &rows);
    let line = "batch --data rows.jsonl --mock=wide.yaml --seed 7 --no-times --output out.csv --json";
    let tables = |jobs: u32| {
        let run = context.json(&format!("{line} -j {jobs}"), 1);
        let folder = context.folder().join(".flow/runs").join(run["run"].as_str().expect("an id"));
        assert_eq!((&run["rows"]["completed"], &run["rows"]["failed"]), (&Json::from(100), &Json::from(1)));
        ["rows.parquet", "calls.parquet", "rows.jsonl", "../../../out.csv"].map(|name| {
            let table = folder.join(name);
            std::fs::read(&table).unwrap_or_else(|error| panic!("{}: {error}", table.display()))
        })
    };
    let (one, many) = (tables(1), tables(64));
    assert_eq!(String::from_utf8_lossy(&one[3]), String::from_utf8_lossy(&many[3]));
    assert_eq!(String::from_utf8_lossy(&one[2]), String::from_utf8_lossy(&many[2]));
    assert!(one == many, "Parquet tables differ");
}

/// The program dies at each operation of its journal in turn: no row is lost, none is there twice, and the end is the same.
#[test]
fn a_run_that_dies_anywhere_goes_on() {
    let context = context();
    let rows: String = (0..6).map(|number| format!("{{\"text\": \"t{number}\"}}\n")).collect();
    context.write("some.jsonl", &rows);
    let path = |run: &Json| format!(".flow/runs/{}/rows.jsonl", run["run"].as_str().expect("an id"));
    let whole = results(&context, &path(&context.json("batch --data some.jsonl --mock -j 3 --json", 0)));
    let mut deaths = 0;
    for call in 1..200 {
        let crash = [("FLOW_CRASH_AT_JOURNAL_CALL", call.to_string())];
        let ran = context.ran_in("batch --data some.jsonl --mock -j 3 --json", "", &crash);
        if ran.exit == Some(0) {
            break;
        }
        deaths += 1;
        assert_eq!(ran.exit, None, "it dies by a signal: {ran:?}");
        let list = context.json("runs list --json", 0);
        let last = list.as_array().and_then(|runs| runs.last()).expect("a run").clone();
        if last["state"] == "completed" {
            // It died before the run had a manifest; there is nothing to go on with.
            continue;
        }
        let resumed = context.json("batch --resume last --json", 0);
        assert_eq!(results(&context, &path(&resumed)), whole, "after a death at operation {call}");
    }
    assert!(deaths >= 4, "{deaths}");
    let mut lines: BTreeMap<String, u32> = BTreeMap::new();
    for row in &whole {
        *lines.entry(row["line_number"].to_string()).or_default() += 1;
    }
    assert!(lines.len() == 6 && lines.values().all(|count| *count == 1));
}

/// Each command of these tests is searched for secrets, with all files that it leaves; here there are some.
#[test]
fn no_secret_gets_into_a_run() {
    let server = MockServer::start();
    let context = context().with_provider(&server);
    let begun = context.ran(&format!("batch --data rows.jsonl --env TOKEN=t-{CANARY} --env OPENAI_API_KEY --json"));
    assert!(matches!(begun.exit, Some(0 | 1)), "{begun:?}");
    let manifest = context.read(&format!(".flow/runs/{}/manifest.json", last(&context)));
    assert!(manifest.contains("TOKEN"), "the name of the variable is kept, to go on with: {manifest}");
    context.ran("batch --data rows.jsonl --set label.model=status-401");
    context.ran("runs show last --json");
    context.ran("runs rows last --json");
}

fn last(context: &TestContext) -> String {
    let list = context.json("runs list --json", 0);
    let last = list.as_array().and_then(|runs| runs.last()).expect("a run");
    last["run"].as_str().expect("an id").to_owned()
}

#[test]
fn tables_hold_what_rows_gave_and_are_made_again_of_the_journal() {
    let context = context();
    context.write("formula.jsonl", "{\"text\": \"=1+2\", \"count\": 3}\n{\"text\": \"broken\"}\n");
    context.ran("batch --data formula.jsonl --mock --map text='${data.text}' --output out.csv");
    let csv = context.read("out.csv");
    let mut lines = csv.lines();
    let head = "line_number,variant,repeat,status,inputs.text,inputs.count,outputs.label,outputs.reply,error.code,error.message,error.node,latency_ms,calls,served_calls,prompt_tokens,completion_tokens,cached_tokens,reasoning_tokens,cost,cost_paid";
    assert_eq!(lines.next(), Some(head));
    let first = lines.next().expect("a row");
    assert!(first.starts_with("0,,0,completed,'=1+2,1,<=1+2 1>,Re: <=1+2 1>,,,,"), "{first}");
    let folder = format!(".flow/runs/{}", last(&context));
    let path = |name: &str| context.folder().join(&folder).join(name);
    let whole = results(&context, &format!("{folder}/rows.jsonl"));
    for name in ["rows.jsonl", "rows.parquet", "calls.parquet", "summary.json"] {
        std::fs::remove_file(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    context.done("runs rebuild last");
    assert_eq!(results(&context, &format!("{folder}/rows.jsonl")), whole);
    assert!(path("calls.parquet").is_file() && path("summary.json").is_file());
    // The table is data for another run.
    let line = format!(
        "batch --data {folder}/rows.parquet --filter 'status == \"completed\"' --map text='${{data.outputs.reply}}' --map count='${{data.inputs.count}}' --mock --json"
    );
    let run = context.json(&line, 0);
    assert_eq!(run["rows"]["completed"], 1);
}

#[test]
fn a_damaged_journal_is_refused_and_mended() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock -j 1 --rows 0,2-");
    let folder = format!(".flow/runs/{}", last(&context));
    let journal = context.folder().join(&folder).join("journal.log");
    let mut bytes = std::fs::read(&journal).expect("the journal is there");
    // The last one stands in the record of the row; those before are of its calls.
    let place = bytes.windows(5).rposition(|window| window == b"<thre").expect("the row is in the journal");
    bytes[place] = b'(';
    std::fs::write(&journal, bytes).expect("the journal can be written");
    assert_snapshot!(context.session(&[
        "batch --resume last",
        "runs show last",
        "runs rebuild last --repair",
        "runs show last",
        "batch --resume last",
    ]));
}

#[test]
fn a_run_builds_on_another() {
    let context = context();
    let judge = "inputs:\n  answer: { type: string }\n  text: { type: string }\noutputs:\n  said: { type: string, reference: \"${say.output}\" }\nnodes:\n  - name: say\n    type: prompt\n    prompt: \"{{ text }}: {{ answer }}\"\n    inputs: { answer: \"${inputs.answer}\", text: \"${inputs.text}\" }\n";
    context.write("judge/flow.yaml", judge);
    context.ran("batch --data rows.jsonl --mock");
    assert_snapshot!(context.session(&[
        "batch judge --run last --map answer='${run.outputs.reply}' --map text='${run.inputs.text}' --json --output judged.jsonl",
        "batch judge --run last --map answer='${run.outputs.repl}'",
        "batch judge --run nothing",
    ]));
    let said: Vec<Json> = results(&context, "judged.jsonl").iter().map(|row| row["outputs"]["said"].clone()).collect();
    assert_eq!(said, ["one: Re: <one 1>", "three: Re: <three 1>", "four: Re: <four 1>"]);
}

#[test]
fn a_file_describes_a_run() {
    let context = context();
    let run = "$schema: https://azuremlschemas.azureedge.net/promptflow/latest/Run.schema.json
flow: ..
data: ../rows.jsonl
column_mapping:
  text: ${data.text}
  count: 7
variant: ${label.short}
display_name: nightly
tags: { team: support }
connections:
  label: { model: gpt-4o }
environment_variables: { TOKEN: x }
colum_mapping: {}
";
    context.write("runs/run.yml", run);
    assert_snapshot!(context.session(&[
        "batch --file runs/run.yml --mock --limit 1",
        "runs list --tag team=support",
        "runs show last",
        "runs rows last",
        "batch --file nothing.yml",
        "batch --file rows.jsonl",
        "batch --resume last",
    ]));
}
