//! The forms in which a picture is written.

use std::sync::Arc;

use crate::value::{Map, Value};

/// A picture as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written<'v> {
    /// A file, relative to the flow's folder.
    Path(&'v str),
    /// Its bytes. The media type is what was written, if anything was.
    Base64 { mime: Option<Arc<str>>, text: &'v str },
    /// Its address.
    Url { mime: Option<Arc<str>>, url: &'v str },
}

/// promptflow's own form: a mapping with one entry, `data:image/png;path`, `…;base64` or `…;url`.
pub(super) fn basic(entries: &Map) -> Option<Written<'_>> {
    let (key, value) = entries.first().filter(|_| entries.len() == 1)?;
    of_key(key, value.as_str()?)
}

/// The same as one text, as promptflow's prompties take it: `data:image/png;path: a.png`.
pub(super) fn basic_text(text: &str) -> Option<Written<'_>> {
    let (key, value) = text.split_once(';')?;
    let (way, value) = value.split_once(':')?;
    of_key(&text[..key.len() + 1 + way.len()], value.trim())
}

fn of_key<'v>(key: &str, text: &'v str) -> Option<Written<'v>> {
    let (mime, way) = key.strip_prefix("data:")?.split_once(';')?;
    let subtype = mime.strip_prefix("image/")?;
    let is_word = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '+' | '.' | '_');
    if subtype.is_empty() || (subtype != "*" && !subtype.chars().all(is_word)) {
        return None;
    }
    let mime = (subtype != "*").then(|| Arc::from(mime));
    match way {
        "path" => Some(Written::Path(text)),
        "base64" => Some(Written::Base64 { mime, text }),
        "url" => Some(Written::Url { mime, url: text }),
        _ => None,
    }
}

/// OpenAI's form: `{type: image_url, image_url: {url}}`, and promptflow's `{type: image_file, image_file: {path}}`.
pub(super) fn openai(entries: &Map) -> Option<Written<'_>> {
    let inner = |name: &str, key: &str| entries.get(name)?.get(key)?.as_str();
    match entries.get("type")?.as_str()? {
        "image_url" => Some(Written::Url { mime: None, url: inner("image_url", "url")? }),
        "image_file" => inner("image_file", "path").map(Written::Path),
        _ => None,
    }
}

/// In which form pictures stand among other data: promptflow's `message_format` of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MessageFormat {
    /// promptflow's own form.
    #[default]
    Basic,
    /// OpenAI's form as well, in which texts are mappings too.
    OpenAiVision,
}

impl MessageFormat {
    /// The format with this name, in letters of any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match &*name.to_lowercase() {
            "basic" => Some(MessageFormat::Basic),
            "openai-vision" => Some(MessageFormat::OpenAiVision),
            _ => None,
        }
    }

    /// What a mapping says in this format, if it stands for a picture.
    pub(super) fn written(self, entries: &Map) -> Option<Written<'_>> {
        basic(entries).or_else(|| openai(entries).filter(|_| self == MessageFormat::OpenAiVision))
    }

    /// What a mapping says in this format, if it stands for a text: `{type: text, text: …}`.
    pub(super) fn text(self, entries: &Map) -> Option<&Value> {
        let is_text = entries.get("type").and_then(Value::as_str) == Some("text");
        let text = entries.get("text").filter(|_| is_text && self == MessageFormat::OpenAiVision)?;
        let text = text.get("value").unwrap_or(text);
        text.as_str().map(|_| text)
    }

    /// Whether a value holds such a mapping, at any depth.
    pub(super) fn is_in(self, value: &Value) -> bool {
        match value {
            Value::List(items) => items.iter().any(|item| self.is_in(item)),
            Value::Map(entries) => {
                let is_part = self.written(entries).is_some() || self.text(entries).is_some();
                is_part || entries.values().any(|value| self.is_in(value))
            }
            _ => false,
        }
    }
}

/// The parts of an address `data:image/png;base64,…`.
pub(super) fn data_url(url: &str) -> Option<(Arc<str>, &str)> {
    let (mime, text) = url.strip_prefix("data:")?.split_once(";base64,")?;
    mime.starts_with("image/").then(|| (Arc::from(mime), text))
}
