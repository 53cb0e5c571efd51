//! An exchange as YAML for people: multi-line texts as blocks, everything else in the plainest form that reads back as
//! the same value. What YAML cannot hold, or only in a form that nobody wants to read, is a text of JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::exchange::{Exchange, Outcome, dialect_name};
use crate::model::{ModelError, ModelErrorKind};

/// Beyond this many values a body is written as JSON: it is one of numbers, such as vectors.
const MANY: usize = 5_000;
/// Beyond this depth a body is written as JSON.
const DEEP: usize = 40;
/// YAML wants short keys.
const LONG_KEY: usize = 200;

/// Words that YAML, or what people take for it, reads as something else than text.
const WORDS: &[&str] = &["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"];

/// The text of an exchange's file.
pub(super) fn text(exchange: &Exchange) -> String {
    let mut text = String::new();
    let mut put = |key: &str, value: &Json| entry(&mut text, key, value, 0);
    put("connection", &json!(exchange.connection));
    put("provider", &json!(exchange.provider));
    put("dialect", &dialect_name(exchange.dialect).into());
    put("api", &exchange.api.name().into());
    put("occurrence", &exchange.occurrence.into());
    put("request", &body(&Json::Object(exchange.request.clone())));
    match &exchange.outcome {
        Outcome::Answer(answer) => put("answer", &body(answer)),
        Outcome::Failure(error) => put("failure", &failure(error)),
        Outcome::Events(events, error) => {
            let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
            put("events", &lines.into());
            if let Some(error) = error {
                put("failure", &failure(error));
            }
        }
    }
    text
}

fn failure(error: &ModelError) -> Json {
    let mut fields = Map::new();
    fields.insert("kind".into(), kind_name(error.kind).into());
    if let ModelErrorKind::Status(status) = error.kind {
        fields.insert("status".into(), status.into());
    }
    if let Some(code) = &error.code {
        fields.insert("code".into(), json!(code));
    }
    fields.insert("message".into(), json!(error.message));
    Json::Object(fields)
}

/// The kinds of failures that are recorded, by name; of other kinds are those that come from here.
pub(super) fn kind_name(kind: ModelErrorKind) -> &'static str {
    match kind {
        ModelErrorKind::Status(_) => "status",
        ModelErrorKind::Connect => "connect",
        ModelErrorKind::Timeout => "timeout",
        ModelErrorKind::Broken => "broken",
        ModelErrorKind::Truncated => "truncated",
        ModelErrorKind::InvalidResponse
        | ModelErrorKind::Cancelled
        | ModelErrorKind::Deadline
        | ModelErrorKind::Budget
        | ModelErrorKind::Recording => "invalid-response",
    }
}

/// The value, or its JSON as one text.
fn body(json: &Json) -> Json {
    let mut left = MANY;
    if !json.is_string() && is_readable(json, DEEP, &mut left) { json.clone() } else { format!("{json}\n").into() }
}

fn is_readable(json: &Json, depth: usize, left: &mut usize) -> bool {
    if depth == 0 || *left == 0 {
        return false;
    }
    *left -= 1;
    match json {
        Json::Array(items) => items.iter().all(|item| is_readable(item, depth - 1, left)),
        Json::Object(entries) => entries.iter().all(|(key, value)| {
            let fits = key.len() <= LONG_KEY && key != "<<" && !key.is_empty();
            fits && is_readable(value, depth - 1, left)
        }),
        _ => true,
    }
}

fn entry(text: &mut String, key: &str, value: &Json, indent: usize) {
    let _ = write!(text, "{:indent$}{}:", "", if is_plain(key) { key.to_owned() } else { quoted(key) });
    value_below(text, value, indent);
}

/// Writes a value behind its key: on the same line, or below it.
fn value_below(text: &mut String, value: &Json, indent: usize) {
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            text.push('\n');
            for (key, value) in entries {
                entry(text, key, value, indent + 2);
            }
        }
        Json::Array(items) if items.iter().any(|item| !is_number(item)) => {
            text.push('\n');
            for item in items {
                list_item(text, item, indent + 2);
            }
        }
        other => {
            text.push(' ');
            in_line(text, other, indent);
        }
    }
}

fn list_item(text: &mut String, item: &Json, indent: usize) {
    match item {
        Json::Object(entries) if !entries.is_empty() => {
            // The first key stands behind the dash.
            let mut inside = String::new();
            for (key, value) in entries {
                entry(&mut inside, key, value, indent + 2);
            }
            let _ = write!(text, "{:indent$}- {}", "", &inside[indent + 2..]);
        }
        _ => {
            let _ = write!(text, "{:indent$}-", "");
            value_below(text, item, indent);
        }
    }
}

/// Writes what begins on the line of its key.
fn in_line(text: &mut String, value: &Json, indent: usize) {
    match value {
        Json::String(string) if is_plain(string) => text.push_str(string),
        Json::String(string) if is_block(string) => return block(text, string, indent + 2),
        Json::String(string) => text.push_str(&quoted(string)),
        Json::Array(items) => {
            let numbers: Vec<String> = items.iter().map(Json::to_string).collect();
            let _ = write!(text, "[{}]", numbers.join(", "));
        }
        other => text.push_str(&other.to_string()),
    }
    text.push('\n');
}

fn is_number(json: &Json) -> bool {
    matches!(json, Json::Number(_) | Json::Bool(_) | Json::Null)
}

/// Whether a text can stand without quotes.
fn is_plain(text: &str) -> bool {
    text.starts_with(char::is_alphabetic)
        && text.chars().all(is_printable)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !WORDS.contains(&&*text.to_lowercase())
}

/// Whether a text reads best as a block of lines.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with(['\n', ' ', '\t'])
        && text.split('\n').all(|line| line.chars().all(|letter| letter == '\t' || is_printable(letter)))
        && text.split('\n').all(|line| !line.ends_with([' ', '\t']))
}

fn is_printable(letter: char) -> bool {
    !letter.is_control() && !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn block(text: &mut String, string: &str, indent: usize) {
    let ends = string.len() - string.trim_end_matches('\n').len();
    text.push_str(match ends {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in string.strip_suffix('\n').unwrap_or(string).split('\n') {
        if line.is_empty() {
            text.push('\n');
        } else {
            let _ = writeln!(text, "{:indent$}{line}", "");
        }
    }
}

/// A text in quotes: single ones, which know no escapes, where there would be some in double ones.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains('\'') && text.chars().all(is_printable) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter if is_printable(letter) => quoted.push(letter),
            letter => drop(write!(quoted, "\\u{:04x}", u32::from(letter))),
        }
    }
    quoted.push('"');
    quoted
}
