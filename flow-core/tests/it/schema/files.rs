use std::path::{Path, PathBuf};

use super::faults;

/// The flow files at or below a folder, but for those that name an entry of code in the place of nodes.
fn flow_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            flow_files(&path, found);
        } else if path.file_name().is_some_and(is_graph) {
            found.push(path);
        }
    }
}

fn is_graph(name: &std::ffi::OsStr) -> bool {
    let graphs = flow_core::engine::FLOW_FILES.iter().filter(|flow| !flow.starts_with("flow.flex"));
    graphs.copied().any(|flow| name == flow)
}

#[test]
fn shipped_and_good_flows_fit() {
    let mut files = Vec::new();
    for folder in ["../examples", "../flows", "tests/corpus/good"] {
        flow_files(Path::new(folder), &mut files);
    }
    assert!(files.len() >= 12, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(faults(&text), Vec::<String>::new(), "{}", file.display());
    }
}

/// Every construct of promptflow that this version runs.
const PROMPTFLOW: &str = r#"
$schema: https://azuremlschemas.azureedge.net/promptflow/latest/Flow.schema.json
id: web
name: web
type: chat
language: python
message_format: basic
environment: { python_requirements_txt: requirements.txt }
environment_variables: { KEY: "${connection.key}", COUNT: 3 }
additional_includes: [../shared]
tags: { team: search }
inputs:
  chat_history: { type: list, is_chat_history: true, default: [] }
  question: { type: string, is_chat_input: true, default: hi, enum: [hi, ho] }
  count: { type: int }
outputs:
  answer: { type: string, reference: "${answer.output}", is_chat_output: true, evaluation_only: false }
nodes:
  - name: answer
    use_variants: true
  - name: more
    type: llm
    source: { type: code, path: more.jinja2 }
    inputs: { deployment_name: gpt, temperature: "0.3", max_tokens: "${inputs.count}", stop: [a], n: 1, x: "${answer.output}" }
    connection: azure_open_ai_connection
    provider: AzureOpenAI
    module: promptflow.tools.aoai
    api: chat
    enable_cache: false
    comment: nothing
    activate: { when: "${answer.output}", is: yes }
    aggregation: false
    reduce: false
  - name: see
    type: custom_llm
    source: { type: package_with_prompt, tool: promptflow.tools.llm_vision.llm_vision, path: see.jinja2 }
    inputs: { connection: open_ai_connection, model: gpt-4o, detail: auto, picture: "${inputs.question}" }
  - name: vector
    type: python
    source: { type: package, tool: promptflow.tools.embedding.embedding }
    inputs: { connection: open_ai_connection, input: "${inputs.question}" }
node_variants:
  answer:
    default_variant_id: v0
    variants:
      v0: { description: first, node: { type: prompt, source: { type: code, path: a.jinja2 }, inputs: { a: null } } }
      v1: { node: { type: prompt, source: { type: code, path: b.jinja2 } } }
"#;

#[test]
fn every_construct_of_promptflow_fits() {
    assert_eq!(faults(PROMPTFLOW), Vec::<String>::new());
}

#[test]
fn wrong_shapes_do_not_fit() {
    let node = |rest: &str| format!("nodes:\n  - {{ name: a, {rest} }}\n");
    for text in [
        "- a\n",
        "nods: []\n",
        "nodes: { a: b }\n",
        "inputs: { q: string }\n",
        "inputs: { q: { default: 1 } }\n",
        "inputs: { q: { type: str } }\n",
        "outputs: { q: { type: string } }\n",
        "outputs: { q: { type: string, reference: [1] } }\n",
        "type: magic\n",
        "language: csharp\n",
        "entry: flow:main\n",
        "nodes:\n  - { type: prompt, prompt: x }\n",
        "node_variants: { a: { variants: { v0: { type: prompt } } } }\n",
        &node("type: magic"),
        &node("prompt: x"),
        &node("type: prompt"),
        &node("type: prompt, prompt: x, source: { path: x }"),
        &node("type: prompt, source: { type: package, tool: x }"),
        &node("type: prompt, source: x.jinja2"),
        &node("type: python, source: { type: package, tool: my.tool }"),
        &node("type: python, source: { type: package }"),
        &node("type: python, source: { type: package_with_prompt, tool: promptflow.tools.llm.llm, path: x }"),
        &node("type: custom_llm"),
        &node("type: custom_llm, source: { path: x }"),
        &node("type: custom_llm, source: { type: package_with_prompt, path: x }"),
        &node("type: custom_llm, source: { type: package_with_prompt, tool: promptflow.tools.llm.llm }"),
        &node("type: prompt, prompt: x, promt: y"),
        &node("type: prompt, prompt: x, inputs: [a]"),
        &node("type: tool"),
        &node("type: flow"),
        &node("type: llm, prompt: x, inputs: { temperature: 9 }"),
        &node("type: llm, prompt: x, inputs: { temperature: [1] }"),
        &node("type: llm, prompt: x, inputs: { stop: 3 }"),
        &node("type: llm, prompt: x, api: talk"),
        &node("type: llm, api: completion"),
        &node("type: llm, prompt: x, fallback: openai"),
        &node("type: llm, prompt: x, fallback: [openai]"),
        &node("type: llm, prompt: x, fallback: [{ conection: a }]"),
        &node("type: llm, prompt: x, extra: [a]"),
        &node("type: prompt, prompt: x, activate: { when: a }"),
        &node("type: prompt, prompt: x, if: a, activate: { when: a, is: b }"),
        &node("type: prompt, prompt: x, for_each: 3"),
        &node("type: prompt, prompt: x, for_each: { concurrency: 3 }"),
        &node("type: prompt, prompt: x, for_each: { list: [1], concurrency: 0 }"),
        &node("type: prompt, prompt: x, for_each: { list: [1], errors: ignore }"),
        &node("type: prompt, prompt: x, loop: { until: a }"),
        &node("type: prompt, prompt: x, loop: { until: a, max: 0 }"),
        &node("type: prompt, prompt: x, retry: 0"),
        &node("type: prompt, prompt: x, retry: { delay: 1s }"),
        &node("type: prompt, prompt: x, retry: { attempts: 2, delay: soon }"),
        &node("type: prompt, prompt: x, timeout: long"),
        &node("type: prompt, prompt: x, on_error: ignore"),
        &node("type: prompt, prompt: x, on_error: { default: 1, other: 2 }"),
        &node("type: prompt, prompt: x, aggregation: 1"),
        &node("type: prompt, prompt: x, cache: sometimes"),
        &node("type: prompt, prompt: x, output_schema: {}"),
        &node("type: llm, prompt: x, output_schema: [a]"),
        &node("type: llm, prompt: x, output_schema: {}, structured: strict"),
        &node("type: prompt, prompt: x, variants: [a]"),
        &node("type: prompt, prompt: x, variants: { b: { inputz: {} } }"),
    ] {
        assert!(!faults(text).is_empty(), "the schema takes this:\n{text}");
    }
}

#[test]
fn partial_variants_may_leave_out_and_take_away() {
    let variants = "{ short: { description: brief, inputs: { max_tokens: 20, seed: null }, retry: { delay: 2s } }, \
                    plain: { on_error: null, source: { path: b.jinja2 } } }";
    let text = format!("nodes:\n  - {{ name: a, type: llm, source: {{ path: a.jinja2 }}, variants: {variants} }}\n");
    assert_eq!(faults(&text), Vec::<String>::new());
}
