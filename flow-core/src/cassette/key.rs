use serde_json::{Map, Value as Json};

use crate::model::Api;
use sha2::{Digest as _, Sha256};

/// What tells requests apart: a digest of connection, API and body, in which the order of keys does not matter, nor
/// whether the answer is wanted in pieces: it is the same answer, and a recording of one form answers for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key([u8; 32]);

/// Keys of a request that say in which form the answer comes.
const OF_FORM: [&str; 2] = ["stream", "stream_options"];

impl Key {
    pub(super) fn new(connection: &str, api: Api, body: &Map<String, Json>) -> Self {
        let mut text = String::new();
        for part in [connection, api.name()] {
            write(&Json::from(part), &mut text);
        }
        object(body.iter().filter(|(key, _)| !OF_FORM.contains(&key.as_str())), &mut text);
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The start of the digest, enough to name a file by.
    pub(super) fn short(self) -> String {
        self.0.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The one text of a JSON value: keys in order, no blanks, numbers in one form whether they came as `1` or `1.0`.
fn write(json: &Json, text: &mut String) {
    match json {
        Json::Array(items) => {
            text.push('[');
            for item in items {
                write(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Json::Object(entries) => object(entries.iter(), text),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => text.push_str(&whole.to_string()),
            (None, Some(float)) => text.push_str(&float.to_string()),
            (None, None) => text.push_str(&number.to_string()),
        },
        other => text.push_str(&other.to_string()),
    }
}

fn object<'a>(entries: impl Iterator<Item = (&'a String, &'a Json)>, text: &mut String) {
    let mut sorted: Vec<_> = entries.collect();
    sorted.sort_by_key(|(key, _)| *key);
    text.push('{');
    for (key, value) in sorted {
        text.push_str(&Json::from(key.as_str()).to_string());
        text.push(':');
        write(value, text);
        text.push(',');
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(connection: &str, api: Api, body: &Json) -> Key {
        Key::new(connection, api, body.as_object().unwrap())
    }

    #[test]
    fn only_what_is_asked_counts() {
        let body = json!({ "model": "m", "temperature": 1, "stop": [] });
        let same = json!({ "stop": [], "temperature": 1.0, "model": "m" });
        let first = key("a", Api::Chat, &body);
        assert_eq!(first, key("a", Api::Chat, &same));
        for other in [
            key("b", Api::Chat, &body),
            key("a", Api::Completion, &body),
            key("a", Api::Chat, &json!({ "model": "m", "temperature": 1.5, "stop": [] })),
            key("a", Api::Chat, &json!({ "model": "m", "temperature": "1", "stop": [] })),
        ] {
            assert_ne!(first, other);
        }
    }
}
