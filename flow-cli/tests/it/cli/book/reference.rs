//! The pages of the reference, which are made of what the program says of itself.

use std::env;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value as Json;

use crate::cli::TestContext;
use crate::cli::context::repository;

/// The variable with which a test writes its page in place of comparing it.
const UPDATE: &str = "UPDATE_BOOK";

/// Compares a page with what it should be, or writes it.
fn hold(name: &str, title: &str, introduction: &str, body: &str) {
    let note = "<!-- This page is made of what the program says of itself, and written anew by\n     UPDATE_BOOK=1 cargo test --workspace --test it -- book::reference -->";
    let page = format!("# {title}\n\n{note}\n\n{}\n\n{}\n", introduction.trim(), body.trim());
    let path = repository().join("docs/reference").join(name);
    if env::var_os(UPDATE).is_some() {
        fs::create_dir_all(path.parent().expect("a page is in a folder")).expect("the book is writable");
        fs::write(&path, page).expect("the book is writable");
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "docs/reference/{name} is not up to date: {UPDATE}=1 cargo test --workspace --test it -- book::reference"
    );
}

/// A text in one line of Markdown, in which nothing is markup but code.
fn words(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    // Between backticks everything stands for itself.
    let parts = text.split('`').enumerate();
    let part =
        |(position, part): (usize, &str)| if position % 2 == 0 { part.replace('<', "&lt;") } else { part.to_owned() };
    parts.map(part).collect::<Vec<_>>().join("`")
}

fn text<'j>(json: &'j Json, key: &str) -> &'j str {
    json[key].as_str().unwrap_or_default()
}

fn list(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// A table of the properties of a JSON Schema.
fn properties(schema: &Json, head: &str) -> String {
    let mut table = format!("| {head} | type | unless given | |\n|---|---|---|---|\n");
    rows(schema, "", &mut table);
    table
}

/// The rows of that table, with those of properties inside of properties.
fn rows(schema: &Json, outer: &str, table: &mut String) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let is_required = list(&schema["required"]).any(|required| required == name);
        let default = match &property["default"] {
            _ if is_required => "*required*".to_owned(),
            Json::Null | Json::Object(_) => String::new(),
            default => format!("`{}`", words(&default.to_string())),
        };
        let about = words(text(property, "description"));
        let _ = writeln!(table, "| `{outer}{name}` | {} | {default} | {about} |", type_of(property));
        rows(property, &format!("{outer}{name}."), table);
    }
}

fn type_of(property: &Json) -> String {
    let name = |json: &Json| json.as_str().filter(|name| *name != "null").map(str::to_owned);
    let names: Vec<String> = match (&property["enum"], &property["type"]) {
        (Json::Array(words), _) => words.iter().filter_map(|word| Some(format!("`{}`", name(word)?))).collect(),
        (_, Json::Array(names)) => names.iter().filter_map(name).collect(),
        (_, one) => name(one).into_iter().collect(),
    };
    if names.is_empty() { "any".to_owned() } else { names.join(" or ") }
}

#[test]
fn tools() {
    let context = TestContext::new();
    let tools = context.json("tools --json", 0);
    let mut body = String::new();
    for tool in list(&tools) {
        let (name, gives) = (text(tool, "name"), text(tool, "output"));
        let effect = match text(tool, "effect") {
            "none" => "The same inputs give the same result.",
            "reads" => "It reads files or the clock: the same inputs may give another result.",
            "asks" => {
                "It asks a service, which may answer otherwise another time; batches keep its answers in the node cache."
            }
            "changes" => "It reaches beyond the flow: it is called each time, and nothing of it is kept.",
            other => panic!("{name} has the effect {other:?}"),
        };
        let _ = writeln!(
            body,
            "## {name}\n\n{}.\n\nGives {gives}. {effect}",
            words(text(tool, "summary").trim_end_matches('.'))
        );
        let mut connection = String::new();
        if let Some(kind) = tool["connection"].as_str() {
            let _ = writeln!(body, "Its node names a connection of kind `{kind}`.");
            connection = format!("  connection: my_{kind}\n");
        }
        let _ = writeln!(body, "\n{}", properties(&tool["inputs"], "input"));
        if tool["example"].is_object() {
            let inputs: String =
                text(&tool["example"], "inputs").lines().fold(String::new(), |all, line| all + "    " + line + "\n");
            let _ = writeln!(
                body,
                "```yaml\n- name: my_node\n  type: tool\n  tool: {name}\n{connection}  inputs:\n{inputs}```\n"
            );
            let gives = &tool["example"]["gives"];
            if !gives.is_null() {
                let gives = serde_json::to_string_pretty(gives).expect("JSON");
                let _ = writeln!(body, "gives\n\n```json\n{gives}\n```\n");
            }
        }
    }
    let introduction = "What a node of `type: tool` can call. `flow tools` lists them, `flow tools NAME` tells of one, and `flow check` holds names and \
                        types of a node's inputs against them. Vectors of texts come from a model instead: \
                        [`api: embedding`](../authoring/models.md#apis). What tools may reach is told in \
                        [Operations](../operating/security.md).";
    hold("tools.md", "Tools", introduction, &body);
}

#[test]
fn metrics() {
    let context = TestContext::new();
    let metrics = context.json("eval --metrics --json", 0);
    let mut body = String::new();
    for metric in list(&metrics) {
        let _ = writeln!(body, "## {}\n\n{}\n", text(metric, "name"), sentence(text(metric, "summary")));
        let _ = writeln!(body, "- Formula: {}", words(text(metric, "formula")));
        let _ = writeln!(body, "- Source: {}", words(text(metric, "source")));
        let _ = writeln!(body, "- Values: {}", words(text(metric, "values")));
        let aliases: Vec<String> =
            list(&metric["aliases"]).filter_map(Json::as_str).map(|name| format!("`{name}`")).collect();
        if !aliases.is_empty() {
            let _ = writeln!(body, "- Also called {}", aliases.join(", "));
        }
        let mut inputs = list(&metric["inputs"]).peekable();
        if inputs.peek().is_some() {
            let _ = writeln!(body, "\n| input | | |\n|---|---|---|");
        }
        for input in inputs {
            let need = if input["required"] == true { "*required*" } else { "" };
            let _ = writeln!(
                body,
                "| `{}` | {need} | {}: {} |",
                text(input, "name"),
                words(text(input, "summary")),
                text(input, "kind")
            );
        }
        if metric["parameters"]["properties"].as_object().is_some_and(|all| !all.is_empty()) {
            let _ = write!(body, "\n{}", properties(&metric["parameters"], "parameter"));
        }
        body.push('\n');
    }
    let introduction = "What `metric` of a score can be ([Evaluation files](../evaluating/file.md)). `flow eval --metrics` lists them, `flow eval --metrics NAME` \
                        tells of one. Inputs stand below `inputs` of the score, parameters below `with` or beside it. Names of promptfoo's assertions are \
                        known too, and so is each name with `not-` before it, which turns the verdict around.";
    hold("metrics.md", "Metrics", introduction, &body);
}

fn sentence(text: &str) -> String {
    let text = words(text);
    let mut signs = text.chars();
    let first = signs.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", signs.as_str().trim_end_matches('.'))
}

#[test]
fn evaluators() {
    let context = TestContext::new();
    let all = context.json("eval --evaluators --json", 0);
    let mut body = String::new();
    for evaluator in list(&all) {
        let name = text(evaluator, "name");
        let _ = writeln!(
            body,
            "## {name}\n\n{}\n\n| | type | unless given | |\n|---|---|---|---|",
            sentence(text(evaluator, "summary"))
        );
        for (kind, ports) in [("input", "inputs"), ("output", "outputs")] {
            for (port, about) in evaluator[ports].as_object().into_iter().flatten() {
                let default = match &about["default"] {
                    Json::Null => String::new(),
                    default => format!("`{}`", words(&default.to_string())),
                };
                let _ = writeln!(
                    body,
                    "| {kind} `{port}` | {} | {default} | {} |",
                    text(about, "type"),
                    words(text(about, "description"))
                );
            }
        }
        let example = context.done(&format!("eval --evaluators {name}"));
        let (_, score) = example.split_once("\nscore:\n").unwrap_or_else(|| panic!("{example}"));
        let _ = writeln!(body, "\n```yaml\nscore:\n{}\n```\n", score.trim_end());
    }
    let introduction = "Judges that ship with the program: flows that score an answer, named by `flow` of a score ([Judges](../evaluating/judges.md)). \
                        `flow eval --evaluators` lists them. Each gives `score` with `label` and `explanation`; before you rely on one, hold it against \
                        people.";
    hold("evaluators.md", "Evaluators", introduction, &body);
}

#[test]
fn diagnostics() {
    let context = TestContext::new();
    let mut body = String::new();
    for code in list(&context.json("explain --json", 0)) {
        let told = context.json(&format!("explain {} --json", text(code, "code")), 0);
        let (title, explanation) = (sentence(text(&told, "title")), text(&told, "explanation"));
        let _ = writeln!(body, "## {}\n\n*{title}*\n\n{}\n", text(code, "code"), explanation.trim());
    }
    let introduction = "What `flow check` finds, by the code in its messages: `error[unknown-node]`. `flow explain CODE` prints the same.";
    hold("diagnostics.md", "Diagnostics", introduction, &body);
}

#[test]
fn models() {
    let context = TestContext::new();
    let listed = context.done("models");
    let body = format!("```text\n{}\n```", listed.trim_end());
    let introduction = "Models that the program knows, with their limits and prices, as `flow models` prints them; `flow models NAME` tells the page and the \
                        day of a price. Others, and other prices, go into a [models file](../authoring/models-file.md).";
    hold("models.md", "Models", introduction, &body);
}

#[test]
fn commands() {
    let context = TestContext::new();
    let mut body = String::new();
    tell_command(&context, "", 1, &mut body);
    let introduction = "All commands with all their options, as `flow COMMAND --help` prints them. Exit codes are explained in \
                        [Operations](../operating/exit-codes.md).";
    hold("commands.md", "Commands", introduction, &body);
}

/// Tells of a command, given behind `flow`, and of those below it.
fn tell_command(context: &TestContext, command: &str, depth: usize, body: &mut String) {
    let help = context.done(format!("{command} --help").trim_start());
    let _ = writeln!(
        body,
        "{} {}\n\n```text\n{}\n```\n",
        "#".repeat((depth + 1).min(4)),
        format!("flow {command}").trim_end(),
        help.trim()
    );
    let listed = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    // A description that goes on in another line is further to the right.
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        tell_command(context, format!("{command} {name}").trim_start(), depth + 1, body);
    }
}
