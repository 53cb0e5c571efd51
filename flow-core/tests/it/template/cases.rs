//! Each file in `cases` is a JSON object, a line `---`, and a template or an expression; the snapshot shows what came
//! of it. Values stand between ⟦ and ⟧.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use flow_core::template::{
    Engine, Expression, ListStyle, Origin, Rendered, Strictness, Template, find_roles, parse_chat,
};
use flow_core::value::{Map, Text, Value};

#[test]
fn cases() {
    insta::glob!("cases/*.txt", |path| {
        let file = std::fs::read_to_string(path).unwrap();
        let (head, source) = file.split_once("\n---\n").unwrap();
        let case = Value::from_json(head).unwrap();
        insta::assert_snapshot!(show(&case, source));
    });
}

fn show(case: &Value, source: &str) -> String {
    let strictness = match case.get("mode").and_then(Value::as_str) {
        Some("strict") => Strictness::Strict,
        _ => Strictness::Compatible,
    };
    match case.get("kind").and_then(Value::as_str) {
        Some("expression") => show_expressions(case, source, strictness),
        Some("roles") => show_roles(source),
        kind => show_template(case, source, strictness, kind == Some("chat")),
    }
}

fn show_template(case: &Value, source: &str, strictness: Strictness, chat: bool) -> String {
    let mut out = String::new();
    let engine = match case.get("files") {
        Some(files) => {
            let files = files.clone();
            Engine::with_loader(Arc::new(move |name| Ok(files.get(name).and_then(Value::as_str).map(str::to_owned))))
        }
        None => Engine::new(strictness),
    };
    let template = match Template::compile(&engine, "prompt.jinja2", source) {
        Ok(template) => template,
        Err(error) => return problem("does not compile", &error.message, error.help.as_deref(), source, error.range),
    };
    for variable in template.variables() {
        assert_eq!(&source[variable.range.clone()], variable.name);
        out += &format!("variable {} at {}\n", variable.name, variable.range.start);
    }
    for include in template.includes() {
        out += &format!("{} of {:?}: {}\n", include.tag, include.file, source[include.range.clone()].trim());
    }
    let lists = match case.get("lists").and_then(Value::as_str) {
        Some("lines") => ListStyle::Lines,
        _ => ListStyle::Python,
    };
    let rendered = match template.render_with(inputs(case), lists) {
        Ok(rendered) => rendered,
        Err(error) => {
            out += &problem("does not render", &error.message, error.help.as_deref(), source, error.range);
            return out;
        }
    };
    out += "--- text\n";
    out += &stretches(&rendered);
    if chat {
        match parse_chat(&rendered) {
            Ok(messages) => {
                out += "\n--- messages\n";
                for message in messages {
                    let json = message.to_json();
                    if let Some(content) = &message.content {
                        assert_eq!(&rendered.as_str()[message.range.clone()], &**content);
                    }
                    out += &format!("{json}\n");
                }
            }
            Err(error) => {
                let range = Some(error.range());
                out += &problem("\n--- no chat", &error.to_string(), Some(error.help()), rendered.as_str(), range);
            }
        }
    }
    out
}

/// The inputs; those under `authored` are literals of the flow file, those under `prompts` outputs of prompt nodes.
fn inputs(case: &Value) -> Vec<(Arc<str>, Value)> {
    let entries = |key: &str| case.get(key).and_then(Value::as_map).cloned().unwrap_or_default();
    let plain: Map = entries("inputs");
    let mut inputs: Vec<(Arc<str>, Value)> = plain.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in entries("authored") {
        inputs.push((key, Value::Text(Text::all_authored(value.as_str().unwrap()))));
    }
    for (key, source) in entries("prompts") {
        let engine = Engine::new(Strictness::Compatible);
        let template = Template::compile(&engine, &key, source.as_str().unwrap()).unwrap();
        let variables = plain.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        inputs.push((key, template.render(variables).unwrap().into_value()));
    }
    inputs
}

fn stretches(rendered: &Rendered) -> String {
    let mut out = String::new();
    for stretch in rendered.stretches() {
        let text = &rendered.as_str()[stretch.range.clone()];
        match stretch.origin {
            Origin::Author => out += text,
            Origin::Value => out += &format!("⟦{text}⟧"),
        }
    }
    out
}

fn show_expressions(case: &Value, source: &str, strictness: Strictness) -> String {
    let mut out = String::new();
    for text in source.lines() {
        out += &format!("{text}\n");
        let expression = match Expression::compile(strictness, text) {
            Ok(expression) => expression,
            Err(error) => {
                out += &problem("  does not compile", &error.message, error.help.as_deref(), text, error.range);
                continue;
            }
        };
        for name in expression.names() {
            out += &format!("  reads {} in `{}`\n", name.segments.join(" / "), &text[name.range.clone()]);
        }
        let lookup = |name: &str| case.get("inputs")?.get(name).cloned();
        match expression.evaluate(lookup) {
            Ok(value) => {
                let met = expression.is_met(lookup).unwrap();
                out += &format!("  gives {}, which is {}\n", value.to_json(), if met { "met" } else { "not met" });
            }
            Err(error) => out += &problem("  fails", &error.message, error.help.as_deref(), text, error.range),
        }
    }
    out
}

fn show_roles(source: &str) -> String {
    let mut out = String::new();
    let scan = find_roles(source);
    for header in &scan.headers {
        out += &format!("header {} at {}\n", header.word, header.range.start);
    }
    for near in &scan.near_headers {
        let help = near.help.as_deref().unwrap_or_default();
        out += &format!("looks like a header: {} at {}: {help}\n", &source[near.range.clone()], near.range.start);
    }
    if let Some(range) = scan.text_before {
        out += &format!("text before: {}\n", &source[range]);
    }
    out += &format!("headers may come from values: {}\n", scan.maybe_from_values);
    out
}

fn problem(
    what: &str,
    message: &str,
    help: Option<&str>,
    source: &str,
    range: Option<std::ops::Range<usize>>,
) -> String {
    let mut out = format!("{what}: {message}\n");
    if let Some(range) = range {
        out += &format!("  at `{}`\n", &source[range]);
    }
    if let Some(help) = help {
        out += &format!("  help: {help}\n");
    }
    out
}
