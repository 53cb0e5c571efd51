use std::collections::HashMap;
use std::sync::Arc;

use super::code::lower_interpreter;
use super::{Cursor, InputDoc, NodeDoc, OutputDoc, Report, Spanned};
use crate::diag::{Code, Diagnostic, nearest};
use crate::image::MessageFormat;
use crate::script::RunnerWish;
use crate::source::Span;
use crate::yaml::{Key, Node};

/// A flow as it is written.
#[derive(Debug)]
pub struct FlowDoc {
    /// The name that the file gives.
    pub name: Option<Arc<str>>,
    /// What it says of itself.
    pub description: Arc<str>,
    /// What it is for.
    pub kind: FlowKind,
    /// Its inputs, in order.
    pub inputs: Vec<InputDoc>,
    /// Its outputs, in order.
    pub outputs: Vec<OutputDoc>,
    /// Its nodes, in order.
    pub nodes: Vec<NodeDoc>,
    /// Names of nodes that are there but could not be read, which was reported.
    pub unread: Vec<Arc<str>>,
    /// Files and folders that are brought in.
    pub additional_includes: Vec<Spanned<Arc<str>>>,
    /// Variables for its code.
    pub environment_variables: Vec<(Key, Node)>,
    /// How pictures are written among other data.
    pub message_format: MessageFormat,
    /// Where the code of its Python nodes is to run, where they do not say.
    pub interpreter: Option<Spanned<RunnerWish>>,
    /// The whole file.
    pub span: Span,
}

/// What a flow is for; it changes nothing in how it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlowKind {
    /// Anything.
    #[default]
    Standard,
    /// A conversation.
    Chat,
    /// Scores rows.
    Evaluation,
}

/// Keys of promptflow that have no effect on a local run.
const INERT: &[&str] =
    &["$schema", "id", "display_name", "tags", "path", "tools", "environment", "sample", "code", "node_variants"];

impl FlowDoc {
    /// Reads a flow file's tree, variants already applied. `None` if it is no mapping or another kind of flow.
    pub fn lower(root: &Node, report: &mut Report) -> Option<Self> {
        let help = "a flow has keys such as `inputs:`, `outputs:` and `nodes:`".to_owned();
        let mut cursor = Cursor::open_or(root, "the flow", Some(help), report)?;
        let name = cursor.text("name", report).map(|name| name.value);
        let description = cursor.text("description", report).map_or_else(|| Arc::from(""), |text| text.value);
        let kind = lower_kind(&mut cursor, report);
        let inputs = lower_inputs(&mut cursor, report);
        let outputs = lower_outputs(&mut cursor, report);
        let (nodes, unread) = lower_nodes(&mut cursor, report);
        let mut doc = Self {
            name,
            description,
            kind,
            inputs,
            outputs,
            nodes,
            unread,
            additional_includes: lower_includes(&mut cursor, report),
            environment_variables: cursor
                .mapping("environment_variables", report)
                .map(|mapping| mapping.entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect())
                .unwrap_or_default(),
            message_format: MessageFormat::Basic,
            interpreter: None,
            span: root.span,
        };
        check_language(&mut cursor, report);
        doc.message_format = lower_message_format(&mut cursor, report);
        doc.interpreter = lower_interpreter(&mut cursor, report);
        cursor.ignore(INERT);
        cursor.finish(report);
        Some(doc)
    }
}

fn lower_kind(cursor: &mut Cursor<'_>, report: &mut Report) -> FlowKind {
    match cursor.text("type", report) {
        Some(kind) if &*kind.value == "chat" => FlowKind::Chat,
        Some(kind) if &*kind.value == "evaluation" => FlowKind::Evaluation,
        Some(kind) if &*kind.value != "standard" => {
            let message = format!("there is no flow type `{}`", kind.value);
            let help = "the types are standard, chat and evaluation";
            report.odd(Diagnostic::warning(Code::InvalidValue, kind.span, message).help(help));
            FlowKind::Standard
        }
        _ => FlowKind::Standard,
    }
}

fn lower_inputs(cursor: &mut Cursor<'_>, report: &mut Report) -> Vec<InputDoc> {
    let mapping = cursor.mapping("inputs", report);
    mapping.into_iter().flat_map(|mapping| &mapping.entries).map(|entry| InputDoc::lower(entry, report)).collect()
}

fn lower_outputs(cursor: &mut Cursor<'_>, report: &mut Report) -> Vec<OutputDoc> {
    let mapping = cursor.mapping("outputs", report);
    mapping
        .into_iter()
        .flat_map(|mapping| &mapping.entries)
        .filter_map(|entry| OutputDoc::lower(entry, report))
        .collect()
}

/// The nodes, and the names of those that cannot be read.
fn lower_nodes(cursor: &mut Cursor<'_>, report: &mut Report) -> (Vec<NodeDoc>, Vec<Arc<str>>) {
    let (mut nodes, mut unread) = (Vec::new(), Vec::new());
    let list = cursor.entry("nodes");
    if let Some(entry) = list.filter(|entry| entry.value.as_mapping().is_some()) {
        let message = format!("`nodes` of {} takes a list, here it is a mapping", cursor.what());
        let first = entry.value.as_mapping().and_then(|mapping| mapping.entries.first());
        // Either nodes by their names, or one node whose dash is missing.
        let name = first.map_or("NAME", |first| match first.value.as_scalar() {
            Some(scalar) if &*first.key.text == "name" => &*scalar.text,
            _ => &*first.key.text,
        });
        report.error(Code::WrongShape, entry.value.span, message, format!("begin each node with `- name: {name}`"));
    } else if let Some(entry) = list
        && entry.value.as_sequence().is_none()
    {
        cursor.wrong_shape("nodes", entry, "a list", report);
    }
    for item in list.and_then(|entry| entry.value.as_sequence()).unwrap_or_default() {
        match NodeDoc::lower(item, report) {
            Some(node) => nodes.push(node),
            None => unread.extend(probable_name(item)),
        }
    }
    if let Some(entry) = cursor.entry("nodes").filter(|entry| entry.value.as_sequence().is_none()) {
        // Written as a mapping, which was reported; its keys are meant as names.
        let names = entry.value.as_mapping().map(|mapping| mapping.entries.as_slice()).unwrap_or_default();
        unread.extend(names.iter().map(|entry| Arc::clone(&entry.key.text)).chain(probable_name(&entry.value)));
    }
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for node in &nodes {
        if let Some(first) = seen.insert(&node.name.value, node.name.span) {
            let message = format!("two nodes are called `{}`", node.name.value);
            let diagnostic = Diagnostic::error(Code::DuplicateName, node.name.span, message)
                .related(first, "first here")
                .help("give one of them another name");
            report.push(diagnostic);
        }
    }
    (nodes, unread)
}

/// The name of a node that cannot be read, also below a mistyped `name`.
fn probable_name(node: &Node) -> Option<Arc<str>> {
    let mapping = node.as_mapping()?;
    let near = || nearest("name", mapping.entries.iter().map(|entry| &*entry.key.text));
    let entry = mapping.get("name").or_else(|| mapping.get(near()?))?;
    entry.value.as_scalar().map(|scalar| Arc::clone(&scalar.text))
}

pub(crate) fn lower_includes(cursor: &mut Cursor<'_>, report: &mut Report) -> Vec<Spanned<Arc<str>>> {
    let mut includes = Vec::new();
    for item in cursor.sequence("additional_includes", report).unwrap_or_default() {
        match item.as_scalar() {
            Some(scalar) => includes.push(Spanned { value: Arc::clone(&scalar.text), span: item.span }),
            None => {
                let message = format!("an additional include is a path, here it is {}", item.shape());
                report.push(Diagnostic::error(Code::WrongShape, item.span, message));
            }
        }
    }
    includes
}

fn check_language(cursor: &mut Cursor<'_>, report: &mut Report) {
    if let Some(language) = cursor.text("language", report).filter(|language| &*language.value != "python") {
        let (message, help) = match &*language.value {
            "csharp" => (
                "this is a flow in C#, whose nodes run in .NET, which is not started here".to_owned(),
                "rewrite its nodes as `type: python`, and remove `language`",
            ),
            other => (format!("there is no flow language `{other}`"), "remove `language`"),
        };
        report.error(Code::InvalidValue, language.span, message, help);
    }
}

fn lower_message_format(cursor: &mut Cursor<'_>, report: &mut Report) -> MessageFormat {
    let Some(written) = cursor.text("message_format", report) else { return MessageFormat::Basic };
    MessageFormat::named(&written.value).unwrap_or_else(|| {
        let message = format!("there is no message format `{}`", written.value);
        report.error(Code::InvalidValue, written.span, message, "the formats are basic and openai-vision");
        MessageFormat::Basic
    })
}

impl FlowDoc {
    /// The first character of the file, for problems of the flow as a whole.
    #[must_use]
    pub fn span_of_start(&self) -> Span {
        Span { end: self.span.start, ..self.span }
    }
}
