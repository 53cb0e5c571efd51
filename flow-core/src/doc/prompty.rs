//! Prompties: what stands in a `.prompty` file, and the node that asks its model.

use std::sync::Arc;

use secrecy::SecretString;

use super::{ArgumentDoc, Cursor, NodeDoc, NodeKind, OnErrorDoc, PromptDoc, Repeats, Report, Spanned};
use crate::connection::ConnectionKind;
use crate::diag::Code;
use crate::model::Api;
use crate::source::Span;
use crate::yaml::{Key, Node};

/// A prompty as it is written, its references to files and variables put in.
#[derive(Debug)]
pub struct PromptyDoc {
    /// The API that is called.
    pub api: Api,
    /// Who is asked; `None` where that cannot be read, which was reported.
    pub configuration: Option<ConfigurationDoc>,
    /// Where `model` stands.
    pub place: Span,
    /// The model or the deployment.
    pub model: Option<Spanned<Arc<str>>>,
    /// What the request holds beside the prompt, as it is sent.
    pub parameters: Vec<(Key, Node)>,
    /// Whether the whole answer is wanted, and not what its first choice says.
    pub whole_answer: bool,
    /// The keys of a JSON answer that are kept; all of them where there is none.
    pub kept: Vec<Spanned<Arc<str>>>,
    /// The prompt's template.
    pub template: Node,
    /// Values that were taken from variables and must not be shown.
    pub secrets: Vec<SecretString>,
}

/// Who is asked: a connection by its name, or one whose fields stand here; without any, that of the environment.
#[derive(Debug)]
pub struct ConfigurationDoc {
    /// Where it stands.
    pub span: Span,
    /// Whose API it is.
    pub kind: Option<Spanned<ConnectionKind>>,
    /// The connection's name.
    pub connection: Option<Spanned<Arc<str>>>,
    /// The connection's fields.
    pub fields: Vec<(Key, Node)>,
    /// Whether it cannot be used, which was reported.
    pub is_refused: bool,
}

/// Where the prompty of a node is.
#[derive(Debug, Clone)]
pub enum PromptySource {
    /// In a file that is still to be read.
    File(Spanned<Arc<str>>),
    /// Read already.
    Read(Arc<PromptyDoc>),
}

impl NodeDoc {
    /// The one node of a prompty that runs by itself.
    #[must_use]
    pub fn of_prompty(name: Spanned<Arc<str>>, prompty: Arc<PromptyDoc>, arguments: Vec<ArgumentDoc>) -> Self {
        let prompty = Some(PromptySource::Read(prompty));
        Self { kind: NodeKind::Prompty, prompty, ..Self::bare(name, arguments) }
    }

    /// A node with a name and arguments, and nothing else yet.
    pub(super) fn bare(name: Spanned<Arc<str>>, arguments: Vec<ArgumentDoc>) -> Self {
        Self {
            kind: NodeKind::Prompt,
            kind_span: name.span,
            name,
            prompt: None,
            code: None,
            entry: None,
            interpreter: None,
            tool: None,
            flow: None,
            prompty: None,
            model: None,
            arguments,
            connection: None,
            api: None,
            package: None,
            fallback: Vec::new(),
            extra: None,
            output_schema: None,
            structured: None,
            activate: None,
            condition: None,
            for_each: None,
            repeat: None,
            repeats: Repeats { items: false, turns: false },
            retry: None,
            timeout: None,
            on_error: OnErrorDoc::Fail,
            aggregation: false,
            cache: true,
        }
    }
}

/// The prompty of a prompty node: `prompty:`, or `source.path`.
pub(super) fn lower_prompty(
    cursor: &mut Cursor<'_>,
    kind: NodeKind,
    name: &Spanned<Arc<str>>,
    source: Option<&PromptDoc>,
    report: &mut Report,
) -> Option<PromptySource> {
    if kind != NodeKind::Prompty {
        cursor.ignore_null("prompty");
        return None;
    }
    let path = match (cursor.text("prompty", report), source) {
        (Some(path), _) => path,
        (None, Some(PromptDoc::File(path))) => path.clone(),
        _ => {
            let message = format!("node `{}` names no prompty", name.value);
            report.error(
                Code::MissingKey,
                name.span,
                message,
                "add `prompty: FILE.prompty`, relative to the flow's folder",
            );
            return None;
        }
    };
    Some(PromptySource::File(path))
}

/// What a prompty node puts on top of the prompty's `model`.
pub(super) fn lower_model(cursor: &mut Cursor<'_>, kind: NodeKind, report: &mut Report) -> Option<Node> {
    if kind != NodeKind::Prompty {
        cursor.ignore_null("model");
        return None;
    }
    cursor.mapping("model", report)?;
    Some(cursor.entry("model")?.value.clone())
}
