//! Values as texts, and texts as Python's libraries see them.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Deref;

use flow_core::value::Value;

/// Room for a number as it is written, so that none is allocated for it.
const SHORT: usize = 32;

/// A value as a text. Texts are borrowed, numbers are written in place.
#[derive(Debug, Clone)]
pub enum Written<'a> {
    /// It was a text, or stands for one.
    Text(&'a str),
    /// It was short.
    Short([u8; SHORT], u8),
    /// It was a list, a mapping or something else.
    Long(String),
}

impl Deref for Written<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Written::Text(text) => text,
            Written::Short(bytes, length) => std::str::from_utf8(&bytes[..usize::from(*length)]).unwrap_or_default(),
            Written::Long(text) => text,
        }
    }
}

struct Short([u8; SHORT], usize);

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.1 + text.len();
        self.0.get_mut(self.1..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.1 = end;
        Ok(())
    }
}

/// A value as a text: texts as they are, null as nothing, everything else as JSON writes it. A whole number is the same
/// text whether it came as 5 or as 5.0, since data sets do not keep the two apart.
pub(super) fn written(value: &Value) -> Written<'_> {
    match value {
        Value::Text(text) => Written::Text(text.as_str()),
        Value::Null => Written::Text(""),
        Value::Bool(true) => Written::Text("true"),
        Value::Bool(false) => Written::Text("false"),
        Value::Int(number) => short(number),
        Value::Float(number) => short(number),
        other => Written::Long(other.to_json()),
    }
}

fn short(number: impl fmt::Display) -> Written<'static> {
    let mut out = Short([0; SHORT], 0);
    match write!(out, "{number}") {
        Ok(()) => Written::Short(out.0, u8::try_from(out.1).unwrap_or(0)),
        Err(_) => Written::Long(number.to_string()),
    }
}

/// The number that a value is: a number, or a text that is one and nothing else.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Text(text) => text.trim().parse().ok(),
        other => other.as_float(),
    }
}

/// Whether Python's `str.split` splits at it.
pub(super) fn is_space(letter: char) -> bool {
    matches!(letter, '\t'..='\r' | '\u{1c}'..=' ') || (!letter.is_ascii() && letter.is_whitespace())
}

/// The words of a text, as Python's `str.split()` gives them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

/// Whether it is one of Python's `string.punctuation`: the 32 signs of ASCII that are neither letter, digit nor space.
pub(super) fn is_punctuation(letter: char) -> bool {
    letter.is_ascii_punctuation()
}

/// A text in lower case; nothing is allocated where it is so already, in ASCII.
pub(super) fn lower(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        return Cow::Owned(text.to_lowercase());
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { text.to_ascii_lowercase().into() } else { text.into() }
}

/// A value as a message shows it.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        None => format!("`{text}`"),
        Some((end, _)) => format!("`{}…`", &text[..end]),
    }
}
