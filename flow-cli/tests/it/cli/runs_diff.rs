//! `flow runs diff`.

use insta::assert_snapshot;

use super::TestContext;

const FLOW: &str = r#"inputs:
  text: { type: string }
outputs:
  label: { type: string, reference: "${label.output}" }
  reply: { type: string, reference: "${reply.output}" }
nodes:
  - name: label
    type: llm
    connection: openai
    prompt: |
      system:
      You label texts.
      user:
      Label {{ text }}
    inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
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
  - when: { text: Answer }
    reply: 'A longer answer to {{ text[7:] }}, which does not fit on one line beside the answer that was before'
  - reply: 'Re: {{ text[6:] }}'
";

const ROWS: &str = "{\"text\": \"one\"}\n{\"text\": \"broken\"}\n{\"text\": \"three\"}\n{\"text\": \"four\"}\n";

fn context() -> TestContext {
    TestContext::with(&[("flow.yaml", FLOW), ("mock.yaml", RULES), ("rows.jsonl", ROWS)])
}

fn first(context: &TestContext) -> String {
    let list = context.json("runs list --json", 0);
    list[0]["run"].as_str().expect("an id").to_owned()
}

#[test]
fn what_changed_and_what_came_of_it() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock");
    let changed = FLOW
        .replace("You label texts.", "You label short texts.")
        .replace("Reply {{", "Answer {{")
        .replace("{ model: gpt-4o-mini, label", "{ model: gpt-4o, temperature: 0.3, label");
    context.write("flow.yaml", &changed);
    context.write("mock.yaml", &RULES.replace("broken", "four"));
    context.write("rows.jsonl", &format!("{ROWS}{{\"text\": \"five\"}}\n"));
    context.ran("batch --data rows.jsonl --mock --seed 4 --map text='${data.text}'");
    let first = first(&context);
    assert_snapshot!(context.session(&[
        &format!("runs diff {first} last --rows 3"),
        &format!("runs diff {first} last --columns outputs.label --rows 9"),
        &format!("runs diff {first} last --columns outputs.reply,inputs.text --rows 1"),
        &format!("runs diff {first} last --columns outputs.replay"),
    ]));
    let document = context.json(&format!("runs diff {first} last --rows 1 --json"), 0);
    let counts = ["both", "only_from", "only_to", "equal", "differ", "fixed", "broken", "failed"];
    assert_eq!(counts.map(|name| document[name].as_u64().expect("a number")), [4, 0, 1, 0, 2, 1, 1, 0]);
    assert_eq!(document["outputs"], serde_json::json!({ "reply": 2 }));
    assert_eq!(document["rows"][0]["outputs"], serde_json::json!(["reply"]));
    assert_eq!(document["from"]["run"], first);
    assert_eq!(document["to"]["nodes"]["reply"]["models"], serde_json::json!(["mock/gpt-4o"]));
    let changes: Vec<&str> = document["causes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|cause| cause["change"].as_str().expect("a word"))
        .collect();
    let expected = ["file", "file", "data", "mapping", "seed", "prompt", "setting", "setting", "prompt"];
    assert_eq!(changes, expected);
}

#[test]
fn equal_runs_differ_in_nothing() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock");
    context.ran("batch --data rows.jsonl --mock");
    assert_snapshot!(context.session(&[&format!("runs diff {} last", first(&context))]));
}

#[test]
fn variants_are_compared_with_their_namesakes() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock --limit 1 --variant label=base --variant label=short --repeat 2");
    context.write("flow.yaml", &FLOW.replace("max_tokens: 5", "max_tokens: 7"));
    context.ran("batch --data rows.jsonl --mock --limit 1 --variant label=short --variant label=base");
    let first = first(&context);
    let document = context.json(&format!("runs diff {first} last --json"), 0);
    assert_eq!((&document["both"], &document["equal"], &document["only_from"]), (&2.into(), &2.into(), &2.into()));
    let said = context.done(&format!("runs diff {first} last"));
    assert!(said.contains("node label (label=short): max_tokens: 5 → 7"), "{said}");
    // One variant against one: they are what is compared, whatever they are called.
    context.ran("batch --data rows.jsonl --mock --variant label=base");
    context.ran("batch --data rows.jsonl --mock --variant label=short");
    let list = context.json("runs list --json", 0);
    let document = context.json(&format!("runs diff {} last --json", list[2]["run"].as_str().expect("an id")), 0);
    assert_eq!((&document["both"], &document["failed"]), (&4.into(), &1.into()));
    let variants = document["causes"].as_array().expect("a list").iter().find(|cause| cause["change"] == "variants");
    assert_eq!(variants.expect("it differs")["to"], serde_json::json!(["label=short"]));
}

/// Manifests of versions that recorded no nodes are compared as far as they go.
#[test]
fn runs_of_older_versions_are_compared_without_their_nodes() {
    let context = context();
    context.ran("batch --data rows.jsonl --mock");
    let first = first(&context);
    let path = format!(".flow/runs/{first}/manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_str(&context.read(&path)).expect("JSON");
    manifest.as_object_mut().expect("an object").remove("nodes");
    context.write(&path, &manifest.to_string());
    context.ran("batch --data rows.jsonl --mock --set reply.temperature=0.5");
    let said = context.done(&format!("runs diff {first} last"));
    assert!(said.contains("an older version recorded no nodes") && !said.contains("temperature"), "{said}");
}
