//! `flow migrate`: what of projects of Prompt flow runs as it is, and what to do about the rest.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::TestContext;

const FINE: &str = r#"inputs:
  text: { type: string }
outputs:
  label: { type: string, reference: "${label.output}" }
nodes:
- name: classify
  use_variants: true
- name: label
  type: python
  source: { type: code, path: label.py }
  inputs: { answer: "${classify.output}" }
node_variants:
  classify:
    default_variant_id: base
    variants:
      base:
        node:
          type: llm
          source: { type: code, path: classify.jinja2 }
          inputs: { deployment_name: gpt-4o-mini, text: "${inputs.text}" }
          connection: azure_connection
          api: chat
"#;

/// A flow of ours, which is no business of a migration and read as what it is.
const OWN: &str = "inputs:\n  text: { type: string }\noutputs:\n  said: { type: string, reference: \"${say.output}\" }\nnodes:\n- { name: say, type: llm, connection: openai, prompt: \"user:\\n{{ text }}\", inputs: { model: gpt-4o-mini, text: \"${inputs.text}\" } }\n";

const PACKAGES: &str = r#"inputs:
  text: { type: string }
outputs:
  mean: { type: double, reference: "${mean.output}" }
nodes:
- name: mean
  type: python
  source: { type: code, path: mean.py }
  inputs: { text: "${inputs.text}" }
"#;

const BROKEN: &str = r#"inputs:
  text: { type: string }
outputs:
  answer: { type: string, reference: "${say.output}" }
nodes:
- name: say
  type: llm
  source: { type: code, path: gone.jinja2 }
  inputs: { model: gpt-4o-mini, text: "${inputs.text}" }
  connection: open_ai_connection
  api: chat
- name: shout
  type: prompt
  source: { type: code, path: shout.jinja2 }
  inputs: { said: "${sai.output}" }
"#;

const CONNECTION: &str = r#"$schema: https://azuremlschemas.azureedge.net/promptflow/latest/AzureOpenAIConnection.schema.json
name: azure_connection
type: azure_open_ai
api_key: "sk-not-for-copies"
api_base: https://example.openai.azure.com
"#;

const RUN: &str = "flow: ../fine\ndata: rows.jsonl\ncolumn_mapping: { text: \"${data.text}\" }\n";

fn context() -> TestContext {
    TestContext::with(&[
        ("projects/fine/flow.dag.yaml", FINE),
        ("projects/fine/classify.jinja2", "# user:\n{{ text }}\n"),
        (
            "projects/fine/label.py",
            "from promptflow.core import tool\n\n\n@tool\ndef label(answer: str) -> str:\n    return answer.strip()\n",
        ),
        ("projects/own/flow.yaml", OWN),
        ("projects/packages/flow.dag.yaml", PACKAGES),
        (
            "projects/packages/mean.py",
            "import numpy as np\nfrom promptflow.core import tool\n\n\n@tool\ndef mean(text: str) -> float:\n    return float(np.mean([len(word) for word in text.split()]))\n",
        ),
        ("projects/broken/flow.dag.yaml", BROKEN),
        ("projects/broken/shout.jinja2", "{{ said }}!\n"),
        ("projects/azure.yaml", CONNECTION),
        ("projects/runs/run.yml", RUN),
        ("projects/notes.yaml", "just: notes\n"),
    ])
}

#[test]
fn each_flow_is_told_what_becomes_of_it() {
    let context = context();
    let said = context.ran("migrate projects");
    assert_eq!(said.exit, Some(1), "{said:?}");
    // Which Python there is depends on the machine.
    let here = regex::Regex::new("(do the rest).*").expect("a pattern");
    assert_snapshot!("told", here.replace_all(&format!("{}{}", said.stdout, said.stderr), "$1"));
    let document = context.json("migrate projects --json", 1);
    assert_eq!(
        [&document["as_is"], &document["needs_exec"], &document["needs_change"]],
        [&json!(2), &json!(1), &json!(1)]
    );
    let of = |name: &str| {
        let flows = document["flows"].as_array().expect("flows");
        flows.iter().find(|flow| flow["path"].as_str().is_some_and(|path| path.ends_with(name))).expect("it").clone()
    };
    let verdicts = |flow: &Json| {
        let nodes = flow["nodes"].as_array().expect("nodes").iter();
        nodes.map(|node| format!("{}: {}", node["name"], node["verdict"])).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&of("packages")), ["\"mean\": \"needs_exec\""]);
    assert_eq!(verdicts(&of("broken")), ["\"say\": \"needs_change\"", "\"shout\": \"needs_change\""]);
    assert_eq!(of("fine")["connections"], json!(["azure_connection"]));
    assert_eq!(context.ran("migrate projects/fine").exit, Some(0));
}

#[test]
fn a_copy_gets_a_connections_file_and_no_secret() {
    let context = context();
    let said = context.ran("migrate projects --write moved");
    assert_eq!(said.exit, Some(1), "{said:?}");
    assert_snapshot!("connections", context.read("moved/connections.yaml"));
    assert_eq!(context.read("moved/fine/flow.dag.yaml"), FINE);
    assert!(!context.folder().join("projects/connections.yaml").exists());
    // What is there is not written over.
    let again = context.ran("migrate projects --write moved");
    assert_eq!(again.exit, Some(2), "{again:?}");
    assert!(again.stderr.contains("moved is there already"), "{}", again.stderr);
    let place = context.json("migrate projects --in-place --json", 1);
    assert_eq!(place["written"], json!(["projects/connections.yaml"]));
    assert_eq!(context.json("migrate projects --in-place --json", 1)["written"], json!([]));
}

#[test]
fn what_is_no_project() {
    let context = TestContext::with(&[("empty/notes.txt", "")]);
    assert_snapshot!(
        "no_project",
        [context.ran("migrate empty"), context.ran("migrate gone")]
            .map(|said| format!("{}{}exit {:?}", said.stdout, said.stderr, said.exit))
            .join("\n")
    );
}
