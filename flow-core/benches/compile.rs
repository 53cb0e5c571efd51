//! What it costs to check and compile a flow: `cargo bench -p flow-core --bench compile`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot go on fails")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use flow_core::connection::{Connections, Environment};
use flow_core::engine::{Engine, LoadOptions, Loaded};
use flow_core::mock::{MockModel, Rules};
use flow_core::tool::ToolRegistry;

fn main() {
    divan::main();
}

/// A flow with this many nodes, a third of them LLM nodes: prompts that print the two nodes before them, conditions,
/// lists, parameters.
fn flow(nodes: usize) -> String {
    let mut flow = "inputs:\n  question: { type: string }\n  words: { type: list }\n".to_owned();
    flow += "outputs:\n";
    for position in 0..nodes {
        writeln!(flow, "  out{position}: {{ type: string, reference: '${{n{position}.output}}' }}").expect("a text");
    }
    flow += "nodes:\n";
    for position in 0..nodes {
        let before = match position {
            0 => "${inputs.question}".to_owned(),
            _ => format!("${{n{}.output}}", position - 1),
        };
        let kind = match position % 3 {
            0 => {
                "    type: llm\n    connection: mock\n    prompt: |\n      system:\n      Be brief. {% if question %}Answer \
                 {{ question | trim }}.{% endif %}\n      user:\n      {{ before }}\n    retry: { attempts: 3 }\n"
            }
            1 => {
                "    type: prompt\n    prompt: |\n      {% for part in question.split() %}\n      - {{ part }}: {{ before }}\n      \
                 {% endfor %}\n    if: inputs.question | length > 3\n"
            }
            _ => {
                "    type: prompt\n    for_each: ${inputs.words}\n    prompt: '{{ question }} {{ before }} {{ word }}'\n"
            }
        };
        writeln!(flow, "  - name: n{position}\n{kind}    inputs:\n      question: ${{inputs.question}}")
            .expect("a text");
        writeln!(flow, "      before: {before}").expect("a text");
        match position % 3 {
            0 => flow += "      model: gpt-4o-mini\n      temperature: 0\n      max_tokens: 100\n",
            2 => flow += "      word: ${item}\n",
            _ => {}
        }
    }
    flow
}

fn load(path: &Path, options: &LoadOptions) -> Loaded {
    let connections = Connections::of_environment(Arc::new(Environment::default()), Path::new("."));
    Engine::new(ToolRegistry::default(), Vec::new()).load(path, &connections, options)
}

/// From the file to the plan, all checks included.
#[divan::bench(args = [3, 30, 300])]
fn check_and_compile(bencher: Bencher<'_, '_>, nodes: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.yaml");
    std::fs::write(&path, flow(nodes)).unwrap();
    let model = Arc::new(MockModel::new(Rules::default()));
    let options = LoadOptions { model: Some(model), ..LoadOptions::default() };
    let first = load(&path, &options);
    assert!(first.diagnostics.is_empty(), "{:?}", first.diagnostics);
    assert_eq!(first.flow.unwrap().plan.nodes.len(), nodes);
    bencher.bench(|| load(&path, &options));
}
