//! What checking a flow costs: from its text to the plan. `cargo bench -p flow-core --bench compile`

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on fails")]

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use flow_core::connection::{Connections, Environment};
use flow_core::engine::{Engine, LoadOptions, Loaded};
use flow_core::mock::MockProvider;
use flow_core::tool::{ToolContext, ToolError, ToolRegistry, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

fn main() {
    divan::main();
}

struct Upper;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UpperInputs {
    /// The text to write in upper case.
    text: String,
}

impl TypedTool for Upper {
    const NAME: &'static str = "text.upper";
    const SUMMARY: &'static str = "a text in upper case";
    const OUTPUT: Ty = Ty::String;
    type Inputs = UpperInputs;

    fn call(inputs: UpperInputs, _: &ToolContext) -> Result<Value, ToolError> {
        Ok(Value::from(inputs.text.to_uppercase()))
    }
}

/// Thirty nodes: ten times a prompt, a model call and a tool, each taking from those before, some under conditions.
fn thirty_nodes() -> String {
    let mut flow = String::from(
        "description: Ten rounds of writing, asking and shouting\n\
         inputs:\n  question: { type: string, description: What to talk about }\n  hot: { type: bool, default: false }\n\
         outputs:\n  answer: { type: string, reference: \"${shout_9.output}\" }\nnodes:\n",
    );
    for round in 0..10 {
        let before =
            if round == 0 { "${inputs.question}".to_owned() } else { format!("${{shout_{}.output}}", round - 1) };
        let condition = if round % 3 == 2 {
            format!("    if: shout_{}.output | length > 3 or inputs.hot\n", round - 1)
        } else {
            String::new()
        };
        write!(
            flow,
            "  - name: write_{round}\n    type: prompt\n    prompt: |\n      {{% if text %}}\n      Someone says: {{{{ text | trim }}}}\n      \
             {{% else %}}\n      Nobody says a word.\n      {{% endif %}}\n    inputs: {{ text: \"{before}\" }}\n\
             \x20 - name: ask_{round}\n    type: llm\n    connection: mock\n{condition}    prompt: |\n      # system:\n      \
             You answer in one sentence, round {{{{ round }}}}.\n\n      # user:\n      {{{{ said }}}}\n      {{{{ question }}}}\n    inputs:\n      \
             model: gpt-4o-mini\n      temperature: 0.2\n      max_tokens: 100\n      round: {round}\n      said: ${{write_{round}.output}}\n      \
             question: ${{inputs.question}}\n    retry: {{ attempts: 3, delay: 1s }}\n    timeout: 60s\n\
             \x20 - name: shout_{round}\n    type: tool\n    tool: text.upper\n    inputs: {{ text: \"${{ask_{round}.output}}\" }}\n",
        )
        .unwrap();
    }
    flow
}

#[divan::bench(sample_count = 200)]
fn text_to_plan_of_30_nodes(bencher: Bencher) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.yaml");
    std::fs::write(&path, thirty_nodes()).unwrap();
    let mut tools = ToolRegistry::default();
    tools.add_typed::<Upper>();
    let engine = Engine::new(tools, vec![Arc::new(MockProvider)]);
    let connections = Connections::of_environment(Arc::new(Environment::default()), folder.path());
    let load = |path: &Path| -> Loaded { engine.load(path, &connections, &LoadOptions::default()) };
    let loaded = load(&path);
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    assert_eq!(loaded.flow.unwrap().plan.nodes.len(), 30);
    bencher.bench(|| load(&path));
}
