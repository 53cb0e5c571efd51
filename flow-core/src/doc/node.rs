use std::sync::Arc;
use std::time::Duration;

use super::behaviour::{lower_activate, lower_for_each, lower_if, lower_loop, lower_on_error, lower_retry};
use super::code::{lower_code, lower_interpreter};
use super::embedding::{EMBEDDING_API, embedding, text_of};
use super::fallback::{lower_extra, lower_fallback};
use super::package::{self, Found, PackageDoc, take_text};
use super::package_table::StandIn;
use super::prompty::{lower_model, lower_prompty};
use super::template::lower_prompt;
use super::{ActivateDoc, Cursor, FallbackDoc, ForEachDoc, LoopDoc, OnErrorDoc, PromptySource, Report, Spanned};
use crate::diag::did_you_mean;
use crate::diag::{Code, Diagnostic};
use crate::llm::{ModelTool, all_parameters};
use crate::model::Api;
use crate::plan::Retry;
use crate::script::RunnerWish;
use crate::source::Span;
use crate::yaml::{Key, Node};

/// A node as it is written.
#[derive(Debug, Clone)]
pub struct NodeDoc {
    /// Its name.
    pub name: Spanned<Arc<str>>,
    /// What it does.
    pub kind: NodeKind,
    /// Where `type` stands.
    pub kind_span: Span,
    /// Its template: a file, or the text itself.
    pub prompt: Option<PromptDoc>,
    /// The code of a Python node: a file, or the text itself.
    pub code: Option<PromptDoc>,
    /// What is called of that code, where nothing in it is marked.
    pub entry: Option<Arc<str>>,
    /// Where a Python node's code is to run.
    pub interpreter: Option<Spanned<RunnerWish>>,
    /// The tool of a tool node.
    pub tool: Option<Spanned<Arc<str>>>,
    /// The flow of a flow node.
    pub flow: Option<Spanned<Arc<str>>>,
    /// The prompty of a prompty node.
    pub prompty: Option<PromptySource>,
    /// What a prompty node puts on top of the prompty's `model`: a mapping.
    pub model: Option<Node>,
    /// Its inputs, in order.
    pub arguments: Vec<ArgumentDoc>,
    /// The connection of an LLM node.
    pub connection: Option<Spanned<Arc<str>>>,
    /// The API of an LLM node.
    pub api: Option<Spanned<Arc<str>>>,
    /// promptflow's package tool in whose place an LLM node stands.
    pub package: Option<PackageDoc>,
    /// Who is asked where the model of an LLM node fails.
    pub fallback: Vec<FallbackDoc>,
    /// What an LLM node sends beyond the parameters that are known: a mapping.
    pub extra: Option<Node>,
    /// The schema that an LLM node's answer must fit: the schema, or the file that holds it.
    pub output_schema: Option<Node>,
    /// Who is told of that schema.
    pub structured: Option<Spanned<Arc<str>>>,
    /// promptflow's condition.
    pub activate: Option<ActivateDoc>,
    /// Our condition: the node that holds the expression.
    pub condition: Option<Node>,
    /// Once per item.
    pub for_each: Option<ForEachDoc>,
    /// Until a condition holds.
    pub repeat: Option<LoopDoc>,
    /// Whether `for_each` and `loop` stand there, be they readable or not.
    pub repeats: Repeats,
    /// Tries.
    pub retry: Option<Retry>,
    /// Longest time of one try.
    pub timeout: Option<Duration>,
    /// What a failure means.
    pub on_error: OnErrorDoc,
    /// Runs after all rows.
    pub aggregation: bool,
    /// Whether its answers may be kept.
    pub cache: bool,
}

/// Which keys of repetition a node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeats {
    /// `for_each`, so that there is an item.
    pub items: bool,
    /// `loop`, so that there are turns.
    pub turns: bool,
}

/// The kinds of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// Calls a model.
    Llm,
    /// Renders a template.
    Prompt,
    /// Calls a built-in tool.
    Tool,
    /// Runs another flow.
    Flow,
    /// Calls a function of Python code.
    Python,
    /// Asks the model of a `.prompty` file.
    Prompty,
}

/// A template: where it stands.
#[derive(Debug, Clone)]
pub enum PromptDoc {
    /// In a file.
    File(Spanned<Arc<str>>),
    /// In the flow file.
    Inline(Node),
}

/// An input of a node.
#[derive(Debug, Clone)]
pub struct ArgumentDoc {
    /// Its name.
    pub name: Key,
    /// What is given.
    pub value: Node,
}

const KINDS: [(&str, NodeKind); 6] = [
    ("llm", NodeKind::Llm),
    ("prompt", NodeKind::Prompt),
    ("tool", NodeKind::Tool),
    ("flow", NodeKind::Flow),
    ("python", NodeKind::Python),
    ("prompty", NodeKind::Prompty),
];

impl NodeDoc {
    /// Reads one item of `nodes`. `None` where it has no name or no kind that this version runs, which was reported.
    pub(super) fn lower(node: &Node, report: &mut Report) -> Option<Self> {
        let mut cursor = Cursor::open(node, "a node", report)?;
        let is_left_over = node.as_mapping().is_some_and(|node| {
            let uses = node.get("use_variants").and_then(|entry| entry.value.as_scalar()?.value.as_bool());
            uses == Some(true) && node.get("type").is_none()
        });
        if is_left_over {
            // No variant could be put in its place, which was reported.
            return None;
        }
        let name = cursor.required_text("name", node.span, report)?;
        let mut cursor = Cursor::open(node, format!("node `{}`", name.value), report)?;
        cursor.ignore(&["name"]);
        let embeds = embedding(node);
        let running = match package::find(node, cursor.what(), report) {
            Found::Nothing => None,
            Found::Refused => return None,
            Found::Running(running) => Some(running),
        };
        let kind = match (&embeds, &running) {
            (Some(api), _) => Spanned { value: NodeKind::Llm, span: api.span },
            (_, Some(running)) => running.kind(),
            (None, None) => lower_kind(&mut cursor, &name, report)?,
        };
        let mut prompt = match (&embeds, &running) {
            (None, None) => {
                lower_prompt(&mut cursor, kind.value, text_of(node, "api") != Some(EMBEDDING_API), &name, report)
            }
            _ => None,
        };
        let file = if kind.value == NodeKind::Python { prompt.take() } else { None };
        let code = lower_code(&mut cursor, kind.value, file, &name, report);
        let interpreter = lower_interpreter(&mut cursor, report);
        let flow = lower_flow(&mut cursor, kind.value, &name, prompt.as_ref(), report);
        let mut tool = match (&running, kind.value) {
            (None, NodeKind::Tool) => cursor.required_text("tool", name.span, report),
            _ => None,
        };
        let prompty = lower_prompty(&mut cursor, kind.value, &name, prompt.as_ref(), report);
        let model = lower_model(&mut cursor, kind.value, report);
        cursor.ignore(&["tool"]);
        let repeats = Repeats { items: cursor.entry("for_each").is_some(), turns: cursor.entry("loop").is_some() };
        let mut arguments = lower_arguments(&mut cursor, report);
        let mut connection = cursor.text("connection", report);
        let mut api = cursor.text("api", report);
        let mut package = None;
        if embeds.is_some() || running.is_some() {
            cursor.ignore(&["type", "source"]);
            // promptflow's tools take the connection's name among their inputs.
            connection = connection.or_else(|| take_text(&mut arguments, "connection"));
            api = embeds;
        }
        if let Some(running) = running {
            match running.stand_in {
                StandIn::Model(as_tool, of_tool, dialect) => {
                    api = Some(running.api(of_tool, &mut arguments, report)?);
                    if of_tool != Some(Api::Embedding) {
                        prompt = running.prompt(&name, &mut arguments, report);
                    }
                    let mut doc = running.doc(as_tool, dialect);
                    if as_tool == ModelTool::OpenModel {
                        (connection, doc.lookup) = running.endpoint(&name, &mut arguments, report);
                        connection.as_ref()?;
                    }
                    package = Some(doc);
                }
                StandIn::Tool(own) => tool = Some(Spanned { value: Arc::from(own), span: running.name_span }),
            }
        }
        let doc = Self {
            kind: kind.value,
            repeats,
            kind_span: kind.span,
            prompt,
            code,
            entry: None,
            interpreter,
            tool,
            flow,
            prompty,
            model,
            arguments,
            connection,
            api,
            package,
            fallback: lower_fallback(&mut cursor, report),
            extra: lower_extra(&mut cursor, report),
            output_schema: lower_output_schema(&mut cursor, kind.value, report),
            structured: cursor.text("structured", report),
            activate: lower_activate(&mut cursor, report),
            condition: lower_if(&mut cursor, report),
            for_each: lower_for_each(&mut cursor, report),
            repeat: lower_loop(&mut cursor, report),
            retry: lower_retry(&mut cursor, report),
            timeout: cursor.duration("timeout", report),
            on_error: lower_on_error(&mut cursor, "on_error", report),
            aggregation: lower_aggregation(&mut cursor, report),
            cache: cursor.flag("cache", report).unwrap_or(true),
            name,
        };
        warn_of_inert_keys(&mut cursor, report);
        // `variants` was taken out of the tree when one was picked; what is left of promptflow's keys has no effect.
        cursor.ignore(&["use_variants", "variants", "provider", "module", "comment"]);
        let is_llm = kind.value == NodeKind::Llm;
        let moved = |key: &str| {
            if key == "prompty" {
                return Some("it is for nodes of `type: prompty`".to_owned());
            }
            let parameter =
                all_parameters().filter(|_| is_llm).find(|parameter| parameter.name == key && key != "input")?;
            Some(format!("`{}` goes below the node's `inputs`", parameter.name))
        };
        cursor.finish_with(moved, report);
        refuse_clashes(&doc, report);
        Some(doc)
    }
}

fn lower_kind(cursor: &mut Cursor<'_>, name: &Spanned<Arc<str>>, report: &mut Report) -> Option<Spanned<NodeKind>> {
    let written = cursor.required_text("type", name.span, report)?;
    if let Some((_, kind)) = KINDS.iter().find(|(known, _)| **known == *written.value) {
        return Some(Spanned { value: *kind, span: written.span });
    }
    let (message, help) = match &*written.value {
        "csharp" => (
            "nodes of `type: csharp` run in .NET, which is not started here".to_owned(),
            Some(
                "rewrite it as `type: python`, or run it as a program of its own with the tool command.run".to_owned(),
            ),
        ),
        "action" => (
            "`type: action` is of promptflow's inside and no node that a flow can have".to_owned(),
            Some(format!("the types are {}", KINDS.map(|(known, _)| known).join(", "))),
        ),
        other => (format!("there is no node type `{other}`"), did_you_mean(other, KINDS.map(|(known, _)| known))),
    };
    report.push(Diagnostic::error(Code::InvalidValue, written.span, message).maybe_help(help));
    None
}

/// The flow of a flow node: `flow:`, or `source.path`.
fn lower_flow(
    cursor: &mut Cursor<'_>,
    kind: NodeKind,
    name: &Spanned<Arc<str>>,
    source: Option<&PromptDoc>,
    report: &mut Report,
) -> Option<Spanned<Arc<str>>> {
    let written = cursor.text("flow", report);
    if kind != NodeKind::Flow {
        return None;
    }
    match (written, source) {
        (Some(path), _) => Some(path),
        (None, Some(PromptDoc::File(path))) => Some(path.clone()),
        _ => {
            let message = format!("node `{}` names no flow", name.value);
            report.error(Code::MissingKey, name.span, message, "add `flow: FOLDER`, relative to this flow's folder");
            None
        }
    }
}

/// Reads `output_schema`: a schema, or where it lies. Nodes that ask no model have none.
fn lower_output_schema(cursor: &mut Cursor<'_>, kind: NodeKind, report: &mut Report) -> Option<Node> {
    let entry = cursor.entry("output_schema")?;
    if kind != NodeKind::Llm {
        let message = format!("{} asks no model, so that `output_schema` means nothing", cursor.what());
        report.error(
            Code::InvalidValue,
            entry.key.span,
            message,
            "remove it, or put it on the LLM node whose answer it is about",
        );
        return None;
    }
    let is_block = entry.value.as_scalar().is_some_and(|scalar| scalar.text.contains('\n'));
    if is_block || entry.value.as_sequence().is_some() {
        let expected = "a JSON Schema as a mapping, without `|`, or { path: FILE }";
        cursor.wrong_shape("output_schema", entry, expected, report);
        return None;
    }
    Some(entry.value.clone())
}

pub(super) fn lower_arguments(cursor: &mut Cursor<'_>, report: &mut Report) -> Vec<ArgumentDoc> {
    let Some(mapping) = cursor.mapping("inputs", report) else { return Vec::new() };
    mapping.entries.iter().map(|entry| ArgumentDoc { name: entry.key.clone(), value: entry.value.clone() }).collect()
}

fn lower_aggregation(cursor: &mut Cursor<'_>, report: &mut Report) -> bool {
    let reduce = cursor.flag("reduce", report);
    cursor.flag("aggregation", report).or(reduce).unwrap_or(false)
}

fn warn_of_inert_keys(cursor: &mut Cursor<'_>, report: &mut Report) {
    for (key, help) in [
        ("skip", "promptflow ignores it too; use `activate` or `if`"),
        ("enable_cache", "promptflow's local runs ignore it too; remove it"),
    ] {
        let Some(entry) = cursor.entry(key) else { continue };
        if entry.value.as_scalar().and_then(|scalar| scalar.value.as_bool()) == Some(false) {
            continue;
        }
        let message = format!("`{key}` of {} has no effect", cursor.what());
        report.warning(Code::IgnoredKey, entry.key.span, message, help);
    }
}

/// Reports pairs of keys that would mean two things at once.
fn refuse_clashes(doc: &NodeDoc, report: &mut Report) {
    let of_models = [
        ("fallback", doc.fallback.first().map(|first| first.span)),
        ("extra", doc.extra.as_ref().map(|extra| extra.span)),
    ];
    if let Some(wish) = doc.interpreter.as_ref().filter(|_| doc.kind != NodeKind::Python) {
        let message = format!("node `{}` has `interpreter`, which is for nodes of `type: python`", doc.name.value);
        report.error(Code::InvalidValue, wish.span, message, "remove it");
    }
    for (key, span) in of_models {
        if let Some(span) = span.filter(|_| doc.kind != NodeKind::Llm) {
            let message = format!("node `{}` has `{key}`, which is for nodes that call a model", doc.name.value);
            report.error(Code::InvalidValue, span, message, "remove it, or make the node one of `type: llm`");
        }
    }
    if let (Some(activate), Some(condition)) = (&doc.activate, &doc.condition) {
        let message = format!("node `{}` has both `activate` and `if`", doc.name.value);
        let diagnostic = Diagnostic::error(Code::InvalidCondition, condition.span, message)
            .related(activate.when.span, "the other condition")
            .help("keep one; `if` can say all that `activate` says");
        report.push(diagnostic);
    }
    if let (Some(for_each), Some(repeat)) = (&doc.for_each, &doc.repeat) {
        let message = format!("node `{}` has both `for_each` and `loop`", doc.name.value);
        let diagnostic = Diagnostic::error(Code::InvalidValue, repeat.until.span, message)
            .related(for_each.list.span, "the list")
            .help("put the loop into a flow of its own and call that by `type: flow` with `for_each`");
        report.push(diagnostic);
    }
    if doc.aggregation && (doc.for_each.is_some() || doc.repeat.is_some()) {
        let message = format!("aggregation node `{}` cannot have `for_each` or `loop`", doc.name.value);
        report.error(Code::InvalidValue, doc.name.span, message, "an aggregation node runs once, over all rows");
    }
}
