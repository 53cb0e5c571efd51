//! The examples in the tools' documentation: they are checked as flows, run, and give what they say.

use std::path::Path;
use std::sync::Arc;

use flow_core::connection::{Connections, Environment};
use flow_core::diag::Severity;
use flow_core::engine::{Engine, LoadOptions};
use flow_core::exec::{Executor, Row, RowOptions};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};

use super::waited;

/// Tools whose example would reach for the network or run programs; it is checked all the same.
const FAR: &[&str] = &["command.run", "http.request", "mcp.call", "web.search"];

/// The files that examples read.
fn write_files(folder: &Path) {
    std::fs::create_dir_all(folder.join("docs")).unwrap();
    let hours = "# Opening hours\n\nThe museum opens at nine and closes at six. On Mondays it stays closed.\n";
    std::fs::write(folder.join("docs/opening-hours.md"), hours).unwrap();
    let tickets = "# Tickets\n\nA ticket costs 12 EUR. Children below six pay nothing.\n";
    std::fs::write(folder.join("docs/tickets.md"), tickets).unwrap();
}

/// What is said of a flow with one node.
fn said(folder: &Path, tool: &str, inputs: &str) -> Vec<String> {
    let inputs: String = inputs.lines().map(|line| format!("      {line}\n")).collect();
    let flow = format!(
        "inputs:\n  question: {{type: string}}\n  count: {{type: int}}\nnodes:\n  - name: it\n    type: tool\n    tool: {tool}\n    \
         inputs:\n{inputs}outputs:\n  gives: {{type: object, reference: '${{it.output}}'}}\n"
    );
    let path = folder.join("flow.yaml");
    std::fs::write(&path, flow).unwrap();
    let connections = Connections::of_environment(Arc::new(Environment::default()), Path::new("."));
    let tools = crate::tools(crate::Permissions::default());
    let loaded = Engine::new(tools, Vec::new()).load(&path, &connections, &LoadOptions::default());
    let errors = loaded.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| format!("{} {}", found.code, found.message)).collect()
}

#[test]
fn a_flow_is_checked_against_what_its_tools_take() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = String::new();
    for (tool, inputs) in [
        ("http.request", "url: https://api.example/\nmethod: GOT"),
        ("http.request", "uri: https://api.example/"),
        ("http.request", "url: https://api.example/\ntimeout: soon"),
        ("http.request", "url: https://api.example/\nquery: a=1"),
        ("list.sort", "items: ${inputs.question}"),
        ("list.sort", "items: [1]\ndescending: 'yes'"),
        ("text.chunk", "text: ${inputs.question}\nsize: ${inputs.question}"),
        ("text.chunk", "text: ${inputs.question}\nsize: 10\nunit: tokns"),
        ("regex.extract", "text: ${inputs.question}"),
        ("vector.cosine", "a: [1]\nb: 1"),
        ("value.switch", "value: ${inputs.count}\ncases: {}"),
        ("date.ad", "date: 2024-05-03"),
    ] {
        let said = said(folder.path(), tool, inputs);
        assert!(!said.is_empty(), "{tool} {inputs}");
        told += &format!("{tool} {}\n    {}\n", inputs.replace('\n', ", "), said.join("\n    "));
    }
    insta::assert_snapshot!(told);
    for (tool, inputs) in [
        ("http.request", "url: ${inputs.question}\ntimeout: 5\nquery: {n: '${inputs.count}'}"),
        ("list.slice", "items: [1, 2]\nstart: ${inputs.count}"),
        ("text.chunk", "text: ${inputs.question}\nsize: ${inputs.count}\nunit: words"),
        ("json.pick", "from: ${inputs.question}\npath: $.a\ndefault: null"),
        ("hash.digest", "value: ${inputs.count}"),
        ("date.parse", "text: ${inputs.question}\nnow: 2024-05-03"),
    ] {
        assert_eq!(said(folder.path(), tool, inputs), Vec::<String>::new(), "{tool} {inputs}");
    }
}

#[test]
fn every_example_loads_without_a_word_and_gives_what_it_says() {
    let tools = crate::tools(crate::Permissions { exec: true, ..crate::Permissions::default() });
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path());
    let mut wrong = Vec::new();
    for tool in tools.iter() {
        let name = tool.spec().name;
        let Some(example) = tool.example() else {
            wrong.push(format!("{name} has no example"));
            continue;
        };
        let inputs: String = example.inputs.lines().map(|line| format!("      {line}\n")).collect();
        let ty = Some(tool.spec().output).filter(|ty| *ty != Ty::Any).unwrap_or(Ty::Object);
        let connection = tool.connection().map(|kind| format!("    connection: {kind}\n")).unwrap_or_default();
        let flow = format!(
            "nodes:\n  - name: it\n    type: tool\n    tool: {name}\n{connection}    inputs:\n{inputs}outputs:\n  gives:\n    type: {ty}\n    \
             reference: ${{it.output}}\n"
        );
        let path = folder.path().join("flow.yaml");
        std::fs::write(&path, &flow).unwrap();
        let environment: Environment = [("SERPAPI_API_KEY".to_owned(), "key".to_owned())].into_iter().collect();
        let connections = Connections::of_environment(Arc::new(environment), Path::new("."));
        let loaded = Engine::new(tools.clone(), Vec::new()).load(&path, &connections, &LoadOptions::default());
        let said: Vec<_> = loaded.diagnostics.iter().map(|found| found.message.clone()).collect();
        let Some(loaded) = loaded.flow.filter(|_| said.is_empty()) else {
            wrong.push(format!("{name} is not a good flow: {said:?}\n{flow}"));
            continue;
        };
        if FAR.contains(&name) {
            continue;
        }
        let row = Row { index: 0, inputs: Map::new() };
        let executor = Executor::new();
        let given = match waited(executor.collect_row(&loaded.plan, row, RowOptions::default())).outcome {
            Ok(outputs) => outputs.get("gives").map(Value::to_json).unwrap_or_default(),
            Err(error) => format!("error: {error}"),
        };
        if given.starts_with("error:") || !example.gives.is_empty() && given != example.gives {
            wrong.push(format!("{name} says {} and gives {given}", example.gives));
        }
        if example.gives.is_empty() && tool.is_repeatable() {
            wrong.push(format!("{name} does not say what its example gives"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
