//! The prompts of a configuration.

use std::path::Path;

use flow_core::diag::Diagnostics;
use flow_core::source::Span;
use flow_core::template::{Engine, Strictness, Template};
use flow_core::yaml::{self, Mapping, Node};
use flow_eval::data::{DataSet, Selection};

use super::sources::Sources;
use super::suite::{Prompt, slug, unused};
use super::template;

/// What stands between the prompts of a text file.
const SEPARATOR: &str = "---";

/// A prompt as it is named.
#[derive(Debug, Clone)]
struct Named {
    raw: String,
    label: Option<String>,
    /// What its variant may be called, where it has no label.
    stem: Option<String>,
    span: Span,
}

/// The prompts of `prompts`.
pub(super) fn read(node: &Node, sources: &mut Sources) -> Vec<Prompt> {
    let mut named = Vec::new();
    match (node.as_sequence(), node.as_mapping()) {
        (Some(items), _) => items.iter().for_each(|item| one(item, sources, &mut named)),
        // The older form: files, each with what it is called.
        (None, Some(mapping)) => {
            for entry in &mapping.entries {
                let label = entry.value.as_scalar().map(|scalar| scalar.text.to_string());
                text(&entry.key.text, label.as_deref(), entry.key.span, sources, &mut named);
            }
        }
        (None, None) => one(node, sources, &mut named),
    }
    let mut prompts: Vec<Prompt> = Vec::new();
    for Named { raw, label, stem, span } in named {
        let Some(template) = messages(&raw, span, sources) else { continue };
        let wished = label.clone().or(stem).map(|wished| slug(&wished)).filter(|wished| !wished.is_empty());
        let wished = wished.unwrap_or_else(|| format!("prompt_{}", prompts.len() + 1));
        // `base` is the flow as it stands there.
        let name = unused(wished, |name| name == "base" || prompts.iter().any(|known| known.name == name));
        prompts.push(Prompt { name, label: label.unwrap_or(raw), template, span });
    }
    prompts
}

fn one(node: &Node, sources: &mut Sources, named: &mut Vec<Named>) {
    if let Some(scalar) = node.as_scalar() {
        return text(&scalar.text, None, node.span, sources, named);
    }
    let Some(mapping) = node.as_mapping() else {
        return sources.leave_out(
            node.span,
            "a prompt",
            format!("it is {}", node.shape()),
            "a prompt is a text or a file",
        );
    };
    let word = |key: &str| mapping.get(key).and_then(|entry| Some((&*entry.value.as_scalar()?.text, entry.value.span)));
    let label = word("label").or_else(|| word("display")).map(|(label, _)| label);
    let source = word("raw").or_else(|| word("file")).or_else(|| word("path")).or_else(|| word("id"));
    if let Some(entry) = mapping.get("config") {
        let help = "write them to the variant's `inputs` in flow.yaml";
        sources.leave_out(entry.key.span, "`config` of a prompt", "parameters belong to providers here", help);
    }
    match source {
        Some((source, span)) => text(source, label, span, sources, named),
        None => sources.leave_out(node.span, "a prompt", "it has neither `raw` nor `id`", ""),
    }
}

/// What a text names: a file, or itself.
fn text(written: &str, label: Option<&str>, span: Span, sources: &mut Sources, named: &mut Vec<Named>) {
    const FILES: [&str; 10] = [".txt", ".md", ".j2", ".jinja2", ".json", ".jsonl", ".yaml", ".yml", ".csv", ".jinja"];
    const CODE: [&str; 8] = [".js", ".ts", ".mjs", ".cjs", ".py", ".mts", ".cts", ".rb"];
    const ELSEWHERE: [&str; 4] = ["exec:", "langfuse://", "portkey://", "helicone://"];
    let is_line = !written.contains('\n');
    let names_file = written.starts_with("file://");
    // A function may be named behind the file.
    let path = if names_file { written.trim_start_matches("file://") } else { written };
    let is_code = |path: &str| CODE.iter().any(|end| path.ends_with(end) || path.contains(&format!("{end}:")));
    if ELSEWHERE.iter().any(|start| written.starts_with(start)) || (is_line && is_code(path) && !path.contains(' ')) {
        let help =
            "write the template that it makes into a file; what code computes can be a Python node before the LLM node";
        return sources.leave_out(span, format!("the prompt `{written}`"), "it is made by code or by a service", help);
    }
    let is_file = names_file || (is_line && FILES.iter().any(|end| written.ends_with(end)) && !written.contains("{{"));
    if !is_file {
        named.push(Named { raw: written.to_owned(), label: label.map(str::to_owned), stem: None, span });
        return;
    }
    let files = sources.files(written);
    if files.is_empty() {
        sources.leave_out(span, format!("the prompt `{written}`"), "there is no such file", "");
    }
    for path in files {
        file(&path, label, span, sources, named);
    }
}

fn file(path: &Path, label: Option<&str>, span: Span, sources: &mut Sources, named: &mut Vec<Named>) {
    let what = format!("the prompt {}", path.display());
    let ending = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let label = label.map(str::to_owned);
    if ending == "csv" {
        return table(path, &what, span, sources, named);
    }
    let Some(whole) = sources.text(path, span, &what) else { return };
    // Places are those in the file.
    let text = sources.map.add(path, whole.clone());
    let all = Span::new(text, 0, 0);
    let push = |raw: &str, label: Option<String>, named: &mut Vec<Named>| {
        named.push(Named { raw: raw.trim().to_owned(), label, stem: stem.clone(), span: all });
    };
    match &*ending {
        "txt" => {
            let mut parts = vec![String::new()];
            for line in whole.split_inclusive('\n') {
                match parts.last_mut() {
                    Some(part) if line.trim_end() != SEPARATOR => part.push_str(line),
                    _ => parts.push(String::new()),
                }
            }
            parts.retain(|part| !part.trim().is_empty());
            let count = parts.len();
            for (position, part) in parts.iter().enumerate() {
                let of_part =
                    |label: &String| if count > 1 { format!("{label} {}", position + 1) } else { label.clone() };
                push(part, label.as_ref().map(of_part), named);
            }
        }
        "jsonl" => {
            whole.lines().filter(|line| !line.trim().is_empty()).for_each(|line| push(line, label.clone(), named));
        }
        _ => push(&whole, label, named),
    }
}

/// A table with the columns `prompt` and `label`.
fn table(path: &Path, what: &str, span: Span, sources: &mut Sources, named: &mut Vec<Named>) {
    let rows =
        DataSet::find(path, None).and_then(|set| set.rows(&Selection::default())?.collect::<Result<Vec<_>, _>>());
    match rows {
        Ok(rows) => {
            for row in rows {
                let cell = |name: &str| row.values.get(name).and_then(|value| value.as_str()).map(str::to_owned);
                match cell("prompt")
                    .or_else(|| row.values.values().next().and_then(|value| value.as_str()).map(str::to_owned))
                {
                    Some(raw) => named.push(Named { raw, label: cell("label"), stem: None, span }),
                    None => sources.leave_out(span, what, format!("row {} has no prompt", row.line + 1), ""),
                }
            }
        }
        Err(error) => sources.leave_out(span, what, error.to_string(), ""),
    }
}

/// The template with headers of roles that a prompt is; `None` where it cannot be one, which was told.
fn messages(raw: &str, span: Span, sources: &mut Sources) -> Option<String> {
    let text = match chat(raw) {
        None => format!("user:\n{}\n", template::without_headers(raw.trim_end())),
        Some(items) => {
            let mut text = String::new();
            for item in &items {
                let part = message(item.as_mapping());
                let Some((role, content)) = part else {
                    let help = "messages have a `role` (system, user, assistant) and a text as `content`; pictures: `![image]({{ name }})`";
                    sources.leave_out(span, "a prompt of messages", "one of them has another form", help);
                    return None;
                };
                text += &format!("{role}:\n{}\n", template::without_headers(content.trim_end()));
            }
            text
        }
    };
    let carried = template::carry(&text);
    for (what, help) in &carried.differences {
        sources.differs(span, "a prompt", what, help);
    }
    for (what, help) in &carried.foreign {
        sources.leave_out(span, "a part of a prompt", format!("{what} means nothing here"), help);
    }
    if let Err(error) = Template::compile(&Engine::new(Strictness::Compatible), "prompt", &carried.text) {
        let help = error
            .help
            .clone()
            .unwrap_or_else(|| "mend it in the folder that was written; `flow check` points at it".to_owned());
        sources.leave_out(span, "a part of a prompt", error.message, &help);
    }
    Some(carried.text)
}

/// The messages of a prompt that is JSON or YAML of such.
fn chat(raw: &str) -> Option<Vec<Node>> {
    let start = raw.trim_start();
    if !(start.starts_with('[') || start.starts_with("- ") || start.starts_with("{\"")) {
        return None;
    }
    let mut map = flow_core::source::SourceMap::default();
    let file = map.add("prompt", raw);
    let mut diagnostics = Diagnostics::default();
    let root = yaml::read(&map, file, &mut diagnostics).filter(|_| !diagnostics.has_errors())?;
    let list = match root.as_mapping() {
        Some(mapping) => mapping.get("messages")?.value.as_sequence()?.to_vec(),
        None => root.as_sequence()?.to_vec(),
    };
    let is_message = |item: &Node| item.as_mapping().is_some_and(|mapping| mapping.get("role").is_some());
    (!list.is_empty() && list.iter().all(is_message)).then_some(list)
}

fn message(mapping: Option<&Mapping>) -> Option<(&str, &str)> {
    let mapping = mapping?;
    let text = |key: &str| Some(&*mapping.get(key)?.value.as_scalar()?.text);
    let role = text("role").filter(|role| ["system", "user", "assistant"].contains(role))?;
    let only = mapping.entries.iter().all(|entry| ["role", "content"].contains(&&*entry.key.text));
    Some((role, text("content")?)).filter(|_| only)
}

/// The variables that a template reads.
pub(super) fn variables(template: &str) -> Vec<String> {
    let compiled = Template::compile(&Engine::new(Strictness::Compatible), "prompt", template);
    compiled.map(|template| template.variables().iter().map(|one| one.name.clone()).collect()).unwrap_or_default()
}
