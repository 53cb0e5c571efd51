//! From the file's tree and the code to a flow.

use std::path::PathBuf;
use std::sync::Arc;

use super::{AGGREGATE, Flex, Surroundings, inputs, outputs};
use crate::diag::{Code, Diagnostic, did_you_mean, nearest};
use crate::doc::{
    ArgumentDoc, CodeDoc, Cursor, FlowDoc, FlowKind, InputDoc, NodeDoc, Report, Spanned, lower_includes,
    lower_interpreter,
};
use crate::image::MessageFormat;
use crate::project;
use crate::script::{RunnerWish, ScriptSource, Signature};
use crate::source::{SourceMap, Span, read_text};
use crate::value::{Map, Value};
use crate::yaml::{Key, Node, NodeValue, Scalar};

/// Keys that say something to people or to clouds only.
const INERT: &[&str] = &["$schema", "id", "display_name", "tags", "type", "path", "code", "environment", "language"];

pub(super) fn lower(
    root: &Node,
    around: Surroundings<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<Flex> {
    let mut cursor = Cursor::open(root, "the flex flow", report)?;
    let entry = cursor.required_text("entry", root.span, report)?;
    let Some((module, callable)) =
        entry.value.split_once(':').filter(|(module, name)| is_name(module) && is_name(name))
    else {
        let message = format!("`entry: {}` names no code", entry.value);
        report.error(
            Code::InvalidValue,
            entry.span,
            message,
            "write MODULE:FUNCTION or MODULE:CLASS, such as flow:ask",
        );
        return None;
    };
    let interpreter = lower_interpreter(&mut cursor, report);
    let wish = interpreter.as_ref().map(|wish| wish.value);
    let file = code_file(module, &entry, around, report)?;
    let signature = signature(&file, callable, wish, around, sources);
    let name = cursor.text("name", report).map(|name| name.value);
    let description = cursor.text("description", report).map_or_else(|| Arc::from(""), |text| text.value);
    let node_name = node_name(callable);
    let inputs = inputs::lower(&mut cursor, &signature, entry.span, around.overrides, report);
    let (sample, sampled_init) = inputs::sample(&mut cursor, report);
    let (outputs, is_open) = outputs::lower(&mut cursor, &signature, &node_name, entry.span, report);
    let init = init(&mut cursor, &signature, &sampled_init, entry.span, around.overrides, report);
    check_overrides(&signature, &inputs, around.overrides, report);

    let code = |callable: String| CodeDoc {
        file: Spanned { value: Arc::clone(&file), span: entry.span },
        entry: callable.into(),
    };
    let mut arguments: Vec<ArgumentDoc> = inputs.iter().map(argument).collect();
    arguments.extend(init.iter().cloned());
    let spanned = |name: &str| Spanned { value: Arc::from(name), span: entry.span };
    let mut nodes = vec![NodeDoc::of_code(spanned(&node_name), code(callable.to_owned()), arguments)];
    if let Some(parameter) = &signature.aggregated {
        let text: Arc<str> = format!("${{{node_name}.output}}").into();
        let mut arguments = vec![written(parameter, text, entry.span)];
        arguments.extend(init);
        let code = code(format!("{callable}.{AGGREGATE}"));
        let name = if &*node_name == "aggregate" { "aggregate_rows" } else { "aggregate" };
        nodes.push(NodeDoc { aggregation: true, ..NodeDoc::of_code(spanned(name), code, arguments) });
    }
    let environment_variables = inputs::entries(&mut cursor, "environment_variables", report);
    let flow = FlowDoc {
        name,
        description,
        kind: FlowKind::Standard,
        message_format: MessageFormat::Basic,
        inputs,
        outputs,
        nodes,
        unread: Vec::new(),
        additional_includes: lower_includes(&mut cursor, report),
        environment_variables: environment_variables.into_iter().map(|entry| (entry.key, entry.value)).collect(),
        interpreter,
        span: root.span,
    };
    cursor.ignore(INERT);
    cursor.finish(report);
    Some(Flex { flow, node: node_name, sample, is_open })
}

/// Whether it is names with dots between them.
fn is_name(text: &str) -> bool {
    let is_word = |word: &str| {
        word.chars().all(|sign| sign.is_alphanumeric() || sign == '_')
            && !word.starts_with(|first: char| first.is_ascii_digit())
    };
    text.split('.').all(|word| !word.is_empty() && is_word(word))
}

/// The file of a module, as a path from the flow's folder on.
fn code_file(
    module: &str,
    entry: &Spanned<Arc<str>>,
    around: Surroundings<'_>,
    report: &mut Report,
) -> Option<Arc<str>> {
    let path = module.replace('.', "/");
    let candidates = [format!("{path}.py"), format!("{path}/__init__.py")];
    let found = candidates.iter().find(|candidate| around.files.resolve(candidate).is_ok_and(|found| found.is_file()));
    if found.is_none() {
        let names = std::fs::read_dir(around.files.folder()).into_iter().flatten().flatten();
        let modules: Vec<String> = names
            .filter_map(|entry| Some(entry.file_name().to_string_lossy().strip_suffix(".py")?.to_owned()))
            .collect();
        let message = format!("there is no module `{module}`: no file {}", candidates[0]);
        let near = nearest(module, modules.iter().map(String::as_str));
        let help = near.map_or_else(
            || "modules are looked for in the flow's folder and among its `additional_includes`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        report.error(Code::MissingCode, entry.span, message, help);
    }
    found.map(|found| Arc::from(found.as_str()))
}

/// What the code says of itself; nothing where it cannot be read, which is reported when it is compiled.
fn signature(
    file: &str,
    callable: &str,
    wish: Option<RunnerWish>,
    around: Surroundings<'_>,
    sources: &SourceMap,
) -> Signature {
    let described = || {
        let path: PathBuf = around.files.resolve(file).ok()?;
        let shown = project::shown(&path);
        let text = match sources.find(&shown) {
            Some(known) => sources.get(known).text.to_string(),
            None => read_text(&path).ok()?,
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let source = ScriptSource {
            path,
            shown: Arc::from(shown.display().to_string()),
            text: Arc::from(text),
            files: Arc::clone(around.files),
            wish,
            entry: Some(Arc::from(callable)),
        };
        around.interpreter?.describe(&source)
    };
    described().unwrap_or_default()
}

/// The values that instances of the class are made with: what was given, the file's defaults, or those of the sample.
fn init(
    cursor: &mut Cursor<'_>,
    signature: &Signature,
    sampled: &Map,
    place: Span,
    overrides: &[(String, Value)],
    report: &mut Report,
) -> Vec<ArgumentDoc> {
    let declared = inputs::entries(cursor, "init", report);
    let mut arguments = Vec::new();
    for parameter in &signature.init {
        let given = overrides.iter().rev().find(|(path, _)| path.strip_prefix("init.") == Some(&parameter.name));
        let entry = declared.iter().find(|entry| entry.key.text == parameter.name);
        let default = entry.and_then(|entry| match entry.value.as_mapping() {
            // A declaration, which may hold a default, or else the value itself.
            Some(mapping) if mapping.get("type").is_some() => Some(mapping.get("default")?.value.to_value()),
            Some(_) => Some(entry.value.to_value()),
            None => entry.value.as_scalar().map(|scalar| scalar.value.clone()),
        });
        let value = given.map(|(_, value)| value.clone()).or(default).or_else(|| sampled.get(&parameter.name).cloned());
        if let Some(value) = value {
            let span = entry.map_or(place, |entry| entry.key.span);
            let name = Key { text: Arc::clone(&parameter.name), span };
            arguments.push(ArgumentDoc { name, value: Node::of_value(&value, span) });
        } else if !parameter.has_default {
            let message = format!("`{}` of the class is not given", parameter.name);
            let help = format!("give it: --set init.{}=…, or a `default` below `init:` of the flow", parameter.name);
            report.error(Code::MissingToolInput, place, message, help);
        }
    }
    arguments
}

/// Reports changes that change nothing.
fn check_overrides(signature: &Signature, inputs: &[InputDoc], overrides: &[(String, Value)], report: &mut Report) {
    for (path, _) in overrides {
        let (known, name, taker): (Vec<&str>, _, _) = match path.split('.').collect::<Vec<_>>()[..] {
            ["init", name] => (signature.init.iter().map(|parameter| &*parameter.name).collect(), name, "class"),
            ["inputs", name, "default"] => (inputs.iter().map(|input| &*input.name.value).collect(), name, "flow"),
            _ => {
                let message = format!("`--set {path}=…` names no value of a flex flow");
                let help = "write --set init.NAME=VALUE, or --set inputs.NAME.default=VALUE";
                report.push(Diagnostic::error_without_place(Code::InvalidOverride, message).help(help));
                continue;
            }
        };
        if !known.contains(&name) {
            let message = format!("the {taker} takes no `{name}`");
            let diagnostic = Diagnostic::error_without_place(Code::InvalidOverride, message);
            report.push(diagnostic.maybe_help(did_you_mean(name, known)));
        }
    }
}

fn argument(input: &InputDoc) -> ArgumentDoc {
    let name = &input.name.value;
    written(name, format!("${{inputs.{name}}}").into(), input.name.span)
}

fn written(name: &str, text: Arc<str>, span: Span) -> ArgumentDoc {
    let value = Value::from(&*text);
    let value = NodeValue::Scalar(Scalar { text, value, line_offsets: Arc::default() });
    ArgumentDoc { name: Key { text: Arc::from(name), span }, value: Node { value, span, defined: None } }
}

/// The node's name: that of what is called, as far as references take it.
fn node_name(callable: &str) -> Arc<str> {
    match callable {
        "inputs" | "flow" | "item" | "loop" => Arc::from("entry"),
        name => Arc::from(name.replace('.', "_")),
    }
}
