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
    let (mime, way) = key.strip_prefix("data:")?.split_once(';')?;
    let subtype = mime.strip_prefix("image/")?;
    let is_word = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '+' | '.' | '_');
    if subtype.is_empty() || (subtype != "*" && !subtype.chars().all(is_word)) {
        return None;
    }
    let text = value.as_str()?;
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

/// The parts of an address `data:image/png;base64,…`.
pub(super) fn data_url(url: &str) -> Option<(Arc<str>, &str)> {
    let (mime, text) = url.strip_prefix("data:")?.split_once(";base64,")?;
    mime.starts_with("image/").then(|| (Arc::from(mime), text))
}

/// Whether a value holds something in promptflow's form, at any depth.
pub(super) fn holds_basic(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(holds_basic),
        Value::Map(entries) => basic(entries).is_some() || entries.values().any(holds_basic),
        _ => false,
    }
}
