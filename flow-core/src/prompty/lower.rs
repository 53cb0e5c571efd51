//! From the front matter's tree to a flow with one node.

use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;

use super::reference::unset_variable;
use super::{Prompty, Surroundings, inputs};
use crate::connection::{ConnectionKind, hides_field, sounds_secret};
use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::doc::{
    ArgumentDoc, ConfigurationDoc, Cursor, FlowDoc, FlowKind, InputDoc, NodeDoc, OutputDoc, PromptyDoc, Report, Spanned,
};
use crate::image::MessageFormat;
use crate::model::Api;
use crate::source::{SourceMap, Span};
use crate::ty::Ty;
use crate::value::Value;
use crate::yaml::{Key, Node, NodeValue, Scalar};

/// The output that holds the answer.
const OUTPUT: &str = "output";
/// Keys that say something to people only.
const INERT: &[&str] = &["$schema", "version", "authors", "tags", "display_name", "environment_variables"];

pub(super) fn lower(
    root: &Node,
    template: Node,
    secrets: Vec<SecretString>,
    around: Surroundings<'_>,
    (sources, report): (&mut SourceMap, &mut Report),
) -> Option<Prompty> {
    let help = "the front matter has keys such as `model:`, `inputs:` and `sample:`".to_owned();
    let mut cursor = Cursor::open_or(root, "the front matter", Some(help), report)?;
    let start = Span { end: root.span.start, ..root.span };
    let name = cursor.text("name", report).map(|name| name.value);
    let description = cursor.text("description", report).map_or_else(|| Arc::from(""), |text| text.value);
    check_engine(&mut cursor, report);
    let sample = inputs::sample(&mut cursor, around.files, sources, report);
    let (inputs, sample) = inputs::lower(&mut cursor, sample.as_ref(), report);
    let kept = kept(&mut cursor, report);
    let mut prompty = PromptyDoc {
        api: Api::Chat,
        configuration: None,
        place: start,
        model: None,
        parameters: Vec::new(),
        whole_answer: false,
        kept,
        template,
        secrets,
    };
    let mut place = start;
    match cursor.entry("model") {
        Some(entry) => {
            place = entry.key.span;
            model(&entry.value, &mut prompty, report)?;
            hide(&mut prompty, sources);
        }
        None => {
            let message = "the front matter has no `model`";
            let help = cursor
                .meant("model")
                .unwrap_or_else(|| "add `model: { configuration: { type: openai, model: gpt-4o-mini } }`".to_owned());
            report.error(Code::MissingKey, start, message, help);
        }
    }
    cursor.ignore(INERT);
    cursor.finish(report);
    let node_name = node_name(&sources.get(root.span.file).path);
    let output = output(&node_name, start);
    let arguments = inputs.iter().filter(|input| is_word(&input.name.value)).map(argument).collect();
    let node = NodeDoc::of_prompty(Spanned { value: node_name, span: place }, Arc::new(prompty), arguments);
    let flow = FlowDoc {
        name,
        description,
        kind: FlowKind::Standard,
        message_format: MessageFormat::Basic,
        inputs,
        outputs: vec![output],
        nodes: vec![node],
        unread: Vec::new(),
        additional_includes: Vec::new(),
        environment_variables: Vec::new(),
        interpreter: None,
        span: root.span,
    };
    Some(Prompty { flow, sample })
}

fn check_engine(cursor: &mut Cursor<'_>, report: &mut Report) {
    if let Some(engine) = cursor.text("template", report)
        && !matches!(&*engine.value, "jinja2" | "jinja")
    {
        let message = format!("there is no template language `{}`", engine.value);
        report.error(Code::InvalidValue, engine.span, message, "prompties are written in jinja2");
    }
}

/// The names of the outputs that are declared: keys of a JSON answer.
fn kept(cursor: &mut Cursor<'_>, report: &mut Report) -> Vec<Spanned<Arc<str>>> {
    let mapping = cursor.mapping("outputs", report);
    let entries = mapping.map(|mapping| mapping.entries.as_slice()).unwrap_or_default();
    entries.iter().map(|entry| Spanned { value: Arc::clone(&entry.key.text), span: entry.key.span }).collect()
}

/// Reads `model`; `None` if it is no mapping.
fn model(node: &Node, prompty: &mut PromptyDoc, report: &mut Report) -> Option<()> {
    let mut cursor = Cursor::open(node, "`model`", report)?;
    let place = Span { end: node.span.start, ..node.span };
    prompty.place = place;
    if let Some(api) = cursor.text("api", report) {
        match &*api.value {
            "chat" => {}
            "completion" => prompty.api = Api::Completion,
            other => {
                let message = format!("there is no API `{other}`, so that `chat` is called, as promptflow does");
                let help = did_you_mean(other, ["chat", "completion"])
                    .unwrap_or_else(|| "the APIs of prompties are chat and completion".to_owned());
                report.odd(Diagnostic::warning(Code::UnknownApi, api.span, message).help(help));
            }
        }
    }
    if let Some(response) = cursor.text("response", report) {
        match &*response.value {
            "first" => {}
            "all" => prompty.whole_answer = true,
            other => {
                let message = format!("there is no `response: {other}`, so that the first choice is taken");
                report.odd(Diagnostic::warning(Code::InvalidValue, response.span, message).help("write first or all"));
            }
        }
    }
    if let Some(mapping) = cursor.mapping("parameters", report) {
        prompty.parameters = mapping.entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    }
    if let Some(entry) = cursor.entry("configuration") {
        prompty.configuration = configuration(&entry.value, prompty, report);
    } else if let Some(connection) = cursor.text("connection", report) {
        older_form(connection, prompty, report);
    } else {
        let message = "`model` has no `configuration`";
        let help =
            "add `configuration: { type: openai, model: gpt-4o-mini }`, or `azure_openai` with `azure_deployment`";
        report.error(Code::MissingKey, place, message, help);
    }
    cursor.finish(report);
    Some(())
}

/// The form of the first prompties: `model.connection`, and the model among the parameters.
fn older_form(connection: Spanned<Arc<str>>, prompty: &mut PromptyDoc, report: &mut Report) {
    let message = "`connection` belongs below `configuration`; this is the form of promptflow's first prompties";
    let help = format!("write `configuration: {{ connection: {}, model: NAME }}`", connection.value);
    report.warning(Code::IgnoredKey, connection.span, message, help);
    let (span, connection) = (connection.span, Some(connection));
    prompty.configuration =
        Some(ConfigurationDoc { span, kind: None, connection, fields: Vec::new(), is_refused: false });
    prompty.parameters.retain(|(key, value)| {
        let names_model = matches!(&*key.text, "deployment_name" | "model");
        if let Some(scalar) = value.as_scalar().filter(|_| names_model) {
            prompty.model = Some(Spanned { value: Arc::clone(&scalar.text), span: value.span });
        }
        !names_model
    });
}

/// Reads `configuration`, the model's name included.
fn configuration(node: &Node, prompty: &mut PromptyDoc, report: &mut Report) -> Option<ConfigurationDoc> {
    let help = "write { type: openai, model: NAME }, or name a file: ${file:configuration.json}".to_owned();
    let mut cursor = Cursor::open_or(node, "`configuration`", Some(help), report)?;
    let span = Span { end: node.span.start, ..node.span };
    let mut found = ConfigurationDoc { span, kind: None, connection: None, fields: Vec::new(), is_refused: false };
    found.connection = cursor.text("connection", report);
    if let Some(kind) = cursor.text("type", report) {
        match ConnectionKind::named(&kind.value).filter(|kind| *kind != ConnectionKind::Custom) {
            Some(named) => found.kind = Some(Spanned { value: named, span: kind.span }),
            None => {
                let message = format!("there is no connection type `{}`", kind.value);
                let help = did_you_mean(&kind.value, ["azure_openai", "openai"]).unwrap_or_else(|| {
                    "the types are azure_openai and openai; `connection: NAME` takes any".to_owned()
                });
                report.error(Code::WrongConnection, kind.span, message, help);
                found.is_refused = true;
            }
        }
    }
    let deployment = cursor.text("azure_deployment", report).filter(|name| !name.value.is_empty());
    let model = cursor.text("model", report).filter(|name| !name.value.is_empty());
    prompty.model = deployment.or(model);
    if let Some(model) = &prompty.model
        && let Some(variable) = unset_variable(&model.value)
    {
        let message =
            format!("the environment variable {variable} is not set, so that its name is asked for as the model");
        report.warning(
            Code::MissingVariable,
            model.span,
            message,
            format!("set {variable}, or write the model's name"),
        );
    }
    let mapping = node.as_mapping().map(|mapping| mapping.entries.as_slice()).unwrap_or_default();
    let fields = mapping.iter().filter(|entry| {
        let is_blank = entry.value.as_scalar().is_some_and(|scalar| scalar.value.is_null() || scalar.text.is_empty());
        !is_blank && !matches!(&*entry.key.text, "type" | "connection" | "azure_deployment" | "model")
    });
    found.fields = fields.map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    if let (Some(connection), Some((field, _))) = (&found.connection, found.fields.first()) {
        let message = format!("`{}` cannot stand beside `connection`, which says it all", field.text);
        let diagnostic = Diagnostic::error(Code::InvalidConnection, field.span, message)
            .related(connection.span, "the connection")
            .help("keep the connection's name, or its fields");
        report.push(diagnostic);
        found.is_refused = true;
    }
    Some(found)
}

/// What stands in the clear and may not be shown.
fn hide(prompty: &mut PromptyDoc, sources: &mut SourceMap) {
    let Some(configuration) = &prompty.configuration else { return };
    let kind = configuration.kind.as_ref().map(|kind| kind.value);
    for (key, node) in configuration.fields.iter().filter(|(key, _)| hides_field(kind, &key.text)) {
        for scalar in scalars(node) {
            // One that comes from a variable is not written here, only its name.
            if !sources.slice(scalar.span).trim_matches(['"', '\'']).starts_with("${") {
                sources.hide(scalar.span);
            }
            if let Some(scalar) = scalar.as_scalar().filter(|_| sounds_secret(&key.text) || kind.is_some()) {
                prompty.secrets.push(SecretString::from(scalar.text.to_string()));
            }
        }
    }
}

fn scalars(node: &Node) -> Vec<&Node> {
    match &node.value {
        NodeValue::Scalar(_) => vec![node],
        NodeValue::Sequence(items) => items.iter().flat_map(scalars).collect(),
        NodeValue::Mapping(mapping) => mapping.entries.iter().flat_map(|entry| scalars(&entry.value)).collect(),
    }
}

fn output(node: &str, span: Span) -> OutputDoc {
    OutputDoc {
        name: Spanned { value: Arc::from(OUTPUT), span },
        ty: Ty::Any,
        reference: Some(Spanned { value: format!("${{{node}.output}}").into(), span }),
        description: Arc::from(""),
        evaluation_only: false,
        is_chat_output: true,
    }
}

fn argument(input: &InputDoc) -> ArgumentDoc {
    let text: Arc<str> = format!("${{inputs.{}}}", input.name.value).into();
    let value = Value::from(&*text);
    let node = Node {
        value: NodeValue::Scalar(Scalar { text, value, line_offsets: Arc::default() }),
        span: input.name.span,
        defined: None,
    };
    ArgumentDoc { name: Key { text: Arc::clone(&input.name.value), span: input.name.span }, value: node }
}

/// Whether a template can name it.
fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|sign| sign.is_alphanumeric() || sign == '_')
}

/// The node's name: the file's, as far as references take it.
fn node_name(path: &Path) -> Arc<str> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name: String =
        stem.chars().map(|sign| if sign.is_alphanumeric() || sign == '-' { sign } else { '_' }).collect();
    match &*name {
        "" | "inputs" | "flow" | "item" | "loop" => Arc::from("prompty"),
        name => Arc::from(name),
    }
}
