use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value as Json;

use crate::model::{CallContext, ModelRequest};

/// A request as rules look at it.
pub(super) struct Asked<'a> {
    pub(super) request: &'a ModelRequest,
    pub(super) node: &'a str,
    pub(super) messages: Vec<Said<'a>>,
    lower_text: OnceCell<String>,
}

/// One message of a request.
pub(super) struct Said<'a> {
    pub(super) role: &'a str,
    pub(super) content: Cow<'a, str>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(request: &'a ModelRequest, context: &'a CallContext) -> Self {
        let messages = request.body.get("messages").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let messages = messages
            .iter()
            .map(|message| Said {
                role: message.get("role").and_then(Json::as_str).unwrap_or_default(),
                content: message.get("content").map_or(Cow::Borrowed(""), content_text),
            })
            .collect();
        Self { request, node: &context.node, messages, lower_text: OnceCell::new() }
    }

    /// The text of the last message.
    pub(super) fn text(&self) -> &str {
        self.messages.last().map_or("", |said| &said.content)
    }

    /// The same in lower case.
    pub(super) fn lower_text(&self) -> &str {
        self.lower_text.get_or_init(|| self.text().to_lowercase())
    }

    /// The length of all messages in characters.
    pub(super) fn characters(&self) -> usize {
        self.messages.iter().map(|said| said.content.chars().count()).sum()
    }
}

/// The text of a message's content, which is a text or a list of parts.
fn content_text(content: &Json) -> Cow<'_, str> {
    match content {
        Json::String(text) => Cow::Borrowed(text),
        Json::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
            Cow::Owned(texts.collect::<Vec<_>>().join("\n"))
        }
        _ => Cow::Borrowed(""),
    }
}
