//! Nodes that call a tool of a Python package: what `flow` has in its place.

use std::sync::Arc;

use super::embedding::text_of;
use super::package_table::{self, StandIn};
use super::{ArgumentDoc, Cursor, NodeKind, PromptDoc, Report, Spanned};
use crate::diag::{Code, Diagnostic, nearest};
use crate::llm::ModelTool;
use crate::model::{Api, Dialect};
use crate::source::Span;
use crate::yaml::Node;

/// The package tool that a node calls in the form of a call of a model.
#[derive(Debug, Clone)]
pub struct PackageDoc {
    /// promptflow's name of the tool.
    pub name: Arc<str>,
    /// As which tool the model is called.
    pub tool: ModelTool,
    /// The provider whose connection the tool takes, if it takes none of another.
    pub dialect: Option<Dialect>,
    /// The kind of endpoint that the node names in place of a connection, if Azure would have to be asked for it.
    pub lookup: Option<Arc<str>>,
}

/// A package tool that a node names.
pub(super) enum Found {
    /// None.
    Nothing,
    /// One that does not run, which was reported.
    Refused,
    /// One that runs.
    Running(Running),
}

/// A package tool that runs.
pub(super) struct Running {
    pub(super) stand_in: StandIn,
    name: Arc<str>,
    /// Where `type` stands.
    pub(super) kind_span: Span,
    /// Where the package tool is named.
    pub(super) name_span: Span,
    /// The template's file.
    path: Option<Spanned<Arc<str>>>,
    source: Span,
}

/// The package tool that a node names by `type: python` or `type: custom_llm` and its `source`.
pub(super) fn find(node: &Node, what: &str, report: &mut Report) -> Found {
    let Some(kind) = node.as_mapping().and_then(|mapping| mapping.get("type")) else { return Found::Nothing };
    let is_custom_llm = match kind.value.as_scalar().map(|scalar| &*scalar.text) {
        Some("python") => false,
        Some("custom_llm") => true,
        _ => return Found::Nothing,
    };
    let source = node.as_mapping().and_then(|mapping| mapping.get("source"));
    let source_type = source.and_then(|source| text_of(&source.value, "type"));
    let is_package = source_type.is_some_and(|kind| kind.starts_with("package"));
    let Some(source) = source.filter(|_| is_package) else {
        if !is_custom_llm {
            return Found::Nothing;
        }
        let message = format!("{what} is of `type: custom_llm`, but its source is no package tool with a prompt");
        let help = "write `source: { type: package_with_prompt, tool: NAME, path: FILE.jinja2 }`; a call of a model \
                    without a package is of `type: llm`";
        report.error(Code::InvalidValue, source.map_or(kind.value.span, |source| source.value.span), message, help);
        return Found::Refused;
    };
    let Some(mut cursor) = Cursor::open(&source.value, format!("`source` of {what}"), report) else {
        return Found::Refused;
    };
    cursor.ignore(&["type"]);
    let tool = cursor.required_text("tool", source.key.span, report);
    let path = cursor.text("path", report);
    cursor.finish(report);
    let Some(tool) = tool else { return Found::Refused };
    let Some(stand_in) = package_table::stand_in(&tool.value) else {
        refuse(&tool, report);
        return Found::Refused;
    };
    Found::Running(Running {
        stand_in,
        name: tool.value,
        name_span: tool.span,
        kind_span: kind.value.span,
        path,
        source: source.key.span,
    })
}

/// Tells that a package tool does not run, and what to do.
fn refuse(tool: &Spanned<Arc<str>>, report: &mut Report) {
    let name = &tool.value;
    let (message, help) = if let Some(near) = nearest(name, package_table::names()) {
        (format!("there is no package tool `{name}`"), format!("did you mean `{near}`?"))
    } else if let Some(instead) = package_table::instead_of(name) {
        (format!("nothing built in does what the package tool `{name}` does"), instead.to_owned())
    } else {
        let message = format!("the package tool `{name}` is code of a Python package, and packages are not installed");
        let help = "copy the tool's function into the flow's folder and name the file: `type: python`, \
                    `source: { type: code, path: FILE.py }`";
        (message, help.to_owned())
    };
    report.error(Code::UnknownTool, tool.span, message, help);
}

impl Running {
    /// The kind of the node that it becomes.
    pub(super) fn kind(&self) -> Spanned<NodeKind> {
        let kind = match self.stand_in {
            StandIn::Model(..) => NodeKind::Llm,
            StandIn::Tool(_) => NodeKind::Tool,
        };
        Spanned { value: kind, span: self.kind_span }
    }

    /// The API that is called; it is taken out of the inputs where those say it.
    pub(super) fn api(
        &self,
        api: Option<Api>,
        arguments: &mut Vec<ArgumentDoc>,
        report: &mut Report,
    ) -> Option<Spanned<Arc<str>>> {
        if let Some(api) = api {
            return Some(Spanned { value: Arc::from(api.name()), span: self.kind_span });
        }
        let Some(given) = take_text(arguments, "api").filter(|given| !given.value.is_empty()) else {
            return Some(Spanned { value: Arc::from(Api::Chat.name()), span: self.kind_span });
        };
        if !matches!(&*given.value, "chat" | "completion") {
            let message = format!("`api` of `{}` must be chat or completion, here it is `{}`", self.name, given.value);
            report.error(Code::InvalidValue, given.span, message, "write `api: chat` below the node's `inputs`");
            return None;
        }
        Some(given)
    }

    /// The template: `source.path`, or the text of the input `prompt`.
    pub(super) fn prompt(
        &self,
        name: &Spanned<Arc<str>>,
        arguments: &mut Vec<ArgumentDoc>,
        report: &mut Report,
    ) -> Option<PromptDoc> {
        let position = arguments.iter().position(|argument| &*argument.name.text == "prompt");
        if let Some(path) = &self.path {
            if let Some(argument) = position.map(|position| arguments.remove(position)) {
                let message = format!("`prompt` of node `{}` has no effect, since it has a template", name.value);
                report.warning(Code::UnusedNodeInput, argument.name.span, message, "remove it, or `path`");
            }
            return Some(PromptDoc::File(path.clone()));
        }
        let Some(position) = position else {
            let message = format!("node `{}` has no template", name.value);
            let help = "add `path: FILE.jinja2` to its `source`, with `type: package_with_prompt`";
            report.push(Diagnostic::error(Code::MissingKey, self.source, message).help(help));
            return None;
        };
        let text = arguments[position].value.as_scalar().and_then(|scalar| scalar.value.as_str())?;
        if text.starts_with("${") && text.ends_with('}') {
            // Another node gives the whole prompt.
            return None;
        }
        Some(PromptDoc::Inline(arguments.remove(position).value))
    }

    /// What the compiler must know of the tool.
    pub(super) fn doc(&self, tool: ModelTool, dialect: Option<Dialect>) -> PackageDoc {
        PackageDoc { name: Arc::clone(&self.name), tool, dialect, lookup: None }
    }

    /// The connection of an open model, which the input `endpoint_name` names, and the kind of endpoint where that is
    /// none: `connection/NAME`.
    pub(super) fn endpoint(
        &self,
        node: &Spanned<Arc<str>>,
        arguments: &mut Vec<ArgumentDoc>,
        report: &mut Report,
    ) -> (Option<Spanned<Arc<str>>>, Option<Arc<str>>) {
        const HELP: &str = "write `endpoint_name: connection/NAME`; the connection is of kind custom, with \
                            `configs: { endpoint_url, model_family }` and `secrets: { endpoint_api_key }`";
        let is_of_connection = |argument: &ArgumentDoc| {
            matches!(&*argument.name.text, "endpoint_url" | "endpoint_api_key" | "model_family")
        };
        if let Some(argument) = arguments.iter().find(|argument| is_of_connection(argument)) {
            let message = format!("`{}` of node `{}` belongs to a connection", argument.name.text, node.value);
            // Not at the input's own line, which may show the key.
            report.error(Code::InvalidValue, self.name_span, message, HELP);
            return (None, None);
        }
        let Some(written) = take_text(arguments, "endpoint_name").filter(|written| !written.value.is_empty()) else {
            let message = format!("node `{}` names no endpoint", node.value);
            report.error(Code::MissingKey, node.span, message, HELP);
            return (None, None);
        };
        let parts = written.value.split_once('/').filter(|(_, name)| !name.is_empty());
        let kind = parts.map(|(kind, _)| kind.to_lowercase());
        let connection = |name: &str| Some(Spanned { value: Arc::from(name), span: written.span });
        match (parts, kind.as_deref()) {
            (Some((_, name)), Some("connection" | "localconnection")) => (connection(name), None),
            (Some((kind, name)), Some("serverlessendpoint" | "onlineendpoint")) => {
                (connection(name), Some(Arc::from(kind)))
            }
            _ => {
                let message = format!("`{}` is no name of an endpoint", written.value);
                report.error(Code::InvalidValue, written.span, message, HELP);
                (None, None)
            }
        }
    }
}

/// Takes an input out that stands in the file as text.
pub(super) fn take_text(arguments: &mut Vec<ArgumentDoc>, name: &str) -> Option<Spanned<Arc<str>>> {
    let position = arguments.iter().position(|argument| &*argument.name.text == name)?;
    let text = Arc::clone(&arguments[position].value.as_scalar()?.text);
    let argument = arguments.remove(position);
    Some(Spanned { value: text, span: argument.value.span })
}
