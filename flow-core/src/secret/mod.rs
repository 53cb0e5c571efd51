//! Secrets that are known, and texts without them.

mod value;

use std::collections::BTreeSet;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json};

/// What stands where a secret stood.
const BLOTTED: &str = "<secret>";
/// Shorter values are no secrets worth the name, and blotting them out would spoil words that hold them by chance.
const SHORTEST: usize = 6;

/// Secrets that must not be written down. Its `Debug` form shows none of them.
#[derive(Debug, Default)]
pub struct Secrets {
    /// Longest first, so that a secret inside of another leaves nothing of the longer one.
    values: Vec<SecretString>,
}

impl Secrets {
    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All that both know.
    #[must_use]
    pub fn joined(&self, other: &Secrets) -> Secrets {
        Secrets::new(self.values.iter().chain(&other.values).cloned())
    }

    /// These values; very short ones are left out.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = SecretString>) -> Self {
        let mut forms: Vec<String> = Vec::new();
        for value in values {
            let value = value.expose_secret();
            if value.chars().count() < SHORTEST {
                continue;
            }
            // Inside of JSON that is itself a text, such as the arguments of a tool call, it may be escaped.
            let escaped = Json::from(value).to_string();
            let escaped = escaped.get(1..escaped.len() - 1).unwrap_or_default().to_owned();
            for form in [value.to_owned(), value.trim().to_owned(), escaped] {
                if form.chars().count() >= SHORTEST && !BLOTTED.contains(&*form) && !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self { values: forms.into_iter().map(SecretString::from).collect() }
    }

    /// The text with all secrets blotted out.
    #[must_use]
    pub fn blot(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for value in &self.values {
            if text.contains(value.expose_secret()) {
                text = text.replace(value.expose_secret(), BLOTTED);
            }
        }
        text
    }

    pub(crate) fn blot_json(&self, json: &Json) -> Json {
        match json {
            Json::String(text) => self.blot(text).into(),
            Json::Array(items) => items.iter().map(|item| self.blot_json(item)).collect(),
            Json::Object(entries) => Json::Object(self.blot_object(entries)),
            other => other.clone(),
        }
    }

    pub(crate) fn blot_object(&self, entries: &Map<String, Json>) -> Map<String, Json> {
        entries.iter().map(|(key, value)| (self.blot(key), self.blot_json(value))).collect()
    }

    /// The events of a stream with all secrets blotted out, also those whose letters came in several pieces.
    pub(crate) fn blot_events(&self, events: &[Json]) -> Vec<Json> {
        let mut events: Vec<Json> = events.iter().map(|event| self.blot_json(event)).collect();
        for (choice, path) in paths(&events) {
            self.blot_pieces(&mut events, choice, &path);
        }
        events
    }

    /// The pieces of text at one place of all events of a choice, read as one text.
    fn blot_pieces(&self, events: &mut [Json], choice: Option<u64>, path: &str) {
        let piece = |event: &Json| {
            let text = event.pointer(path).filter(|_| choice_of(event) == choice);
            text.and_then(Json::as_str).map(str::to_owned)
        };
        loop {
            let whole: String = events.iter().filter_map(piece).collect();
            let found = self.values.iter().find_map(|value| {
                let value = value.expose_secret();
                whole.find(value).map(|start| start..start + value.len())
            });
            let Some(found) = found else { return };
            let mut position = 0;
            for event in events.iter_mut().filter(|event| choice_of(event) == choice) {
                let Some(Json::String(text)) = event.pointer_mut(path) else { continue };
                let (start, end) = (position, position + text.len());
                position = end;
                let (from, to) = (found.start.max(start), found.end.min(end));
                if from < to {
                    let with = if from == found.start { BLOTTED } else { "" };
                    text.replace_range(from - start..to - start, with);
                }
            }
        }
    }
}

/// Which choice an event is about.
fn choice_of(event: &Json) -> Option<u64> {
    event.pointer("/choices/0/index")?.as_u64()
}

/// The places at which any event has a text, by choice.
fn paths(events: &[Json]) -> BTreeSet<(Option<u64>, String)> {
    fn walk(json: &Json, path: &str, found: &mut Vec<String>) {
        match json {
            Json::String(_) => found.push(path.to_owned()),
            Json::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    walk(item, &format!("{path}/{position}"), found);
                }
            }
            Json::Object(entries) => {
                for (key, value) in entries {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    walk(value, &format!("{path}/{key}"), found);
                }
            }
            _ => {}
        }
    }
    let mut all = BTreeSet::new();
    for event in events {
        let mut found = Vec::new();
        walk(event, "", &mut found);
        all.extend(found.into_iter().map(|path| (choice_of(event), path)));
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secrets(values: &[&str]) -> Secrets {
        Secrets::new(values.iter().map(|value| SecretString::from(*value)))
    }

    #[test]
    fn secrets_are_blotted_out_wherever_they_stand() {
        let secrets = secrets(&["sk-abc123", "sk-abc123-long", "two\"quotes\"", "short", "\nlines of key\n"]);
        let body = json!({
            "user": "sk-abc123",
            "sk-abc123-long": ["short of breath", "x sk-abc123-long y sk-abc123"],
            "arguments": "{\"key\": \"two\\\"quotes\\\"\"}",
            "deep": [{ "text": "lines of key", "n": 1 }],
        });
        assert_eq!(
            secrets.blot_json(&body),
            json!({
                "user": "<secret>",
                "<secret>": ["short of breath", "x <secret> y <secret>"],
                "arguments": "{\"key\": \"<secret>\"}",
                "deep": [{ "text": "<secret>", "n": 1 }],
            })
        );
        assert!(!format!("{secrets:?}").contains("abc123"));
    }

    #[test]
    fn a_secret_in_pieces_is_a_secret() {
        let secrets = secrets(&["sk-abc123"]);
        let event = |text: &str| json!({ "choices": [{ "index": 0, "delta": { "content": text } }] });
        for pieces in [
            vec!["key: sk-", "abc", "123!"],
            vec!["key: ", "sk-abc123", "!"],
            vec!["key: s", "k", "-", "a", "b", "c", "1", "2", "3!"],
            vec!["key: sk-abc123!"],
        ] {
            let events: Vec<Json> = pieces.iter().map(|piece| event(piece)).collect();
            let blotted = secrets.blot_events(&events);
            let text: String =
                blotted.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str()).collect();
            assert_eq!(text, "key: <secret>!", "{pieces:?}");
            assert_eq!(blotted.len(), events.len());
        }
        let twice: Vec<Json> = ["sk-abc", "123 sk-abc1", "23"].iter().map(|piece| event(piece)).collect();
        let text: String = secrets
            .blot_events(&twice)
            .iter()
            .filter_map(|event| event["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(text, "<secret> <secret>");
    }
}
